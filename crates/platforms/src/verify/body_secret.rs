//! `body_secret`: a field of the body equals the secret. SmartLead's `secret_key`, Breakcold's and Lemlist's `secret`.
//!
//! The field is looked for at the top of the body and in what a relay has wrapped. One value that is the secret is proof: who
//! can write it knows it. White space around a value does not count, since people paste it along.

use crate::{
    blank,
    verify::{Evidence, Rule, Unproven, same},
};

pub(super) fn verify(rule: &Rule, evidence: &Evidence<'_>) -> Result<(), Unproven> {
    let field = rule.field.as_deref().ok_or(Unproven::Missing)?;
    let given = blank::texts(evidence.body, field);
    if given.is_empty() {
        return Err(Unproven::Missing);
    }
    // Each with each, so that no time tells which of them it was.
    rule.any_secret(|secret| given.iter().fold(false, |found, text| found | same(secret.expose(), text.trim().as_bytes())))
}
