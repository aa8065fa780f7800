//! `hmac_sha256`: a header has the HMAC-SHA256 of the raw body, in hex. SmartLead's signing secret, and what senders guess at.
//! There is no time in it: a delivery that is sent again is a duplicate.

use crate::verify::{
    Evidence, Rule, Unproven,
    mac::{hex_32, hmac_sha256},
    same,
};

pub(super) fn verify(rule: &Rule, evidence: &Evidence<'_>) -> Result<(), Unproven> {
    let header = rule.header.as_ref().ok_or(Unproven::Missing)?;
    let given = hex_32(evidence.header(header)?.ok_or(Unproven::Missing)?).ok_or(Unproven::Wrong)?;
    rule.any_secret(|secret| same(&hmac_sha256(secret, &[evidence.body]), &given))
}
