//! `header_secret`: a header equals the secret. What Instantly's free headers are for, and what a proxy can add.

use crate::verify::{Evidence, Rule, Unproven, same};

pub(super) fn verify(rule: &Rule, evidence: &Evidence<'_>) -> Result<(), Unproven> {
    let header = rule.header.as_ref().ok_or(Unproven::Missing)?;
    let given = evidence.header(header)?.ok_or(Unproven::Missing)?;
    rule.any_secret(|secret| same(secret.expose(), given))
}
