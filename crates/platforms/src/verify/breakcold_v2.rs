//! `breakcold_v2`: HMAC-SHA256 over the timestamp, a dot and the raw body, hex, in `X-Webhook-Signature`; the timestamp, seconds,
//! in `X-Webhook-Timestamp` (the new Breakcold's documentation of outbound webhooks).

use http::HeaderName;

use hookline_model::time::Millis;

use crate::verify::{
    Evidence, Rule, Unproven,
    freshness::{digits, is_fresh},
    mac::{hex_32, hmac_sha256},
    same,
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-webhook-signature");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-webhook-timestamp");

pub(super) fn verify(rule: &Rule, evidence: &Evidence<'_>) -> Result<(), Unproven> {
    let timestamp = evidence.header(&TIMESTAMP)?.ok_or(Unproven::Missing)?;
    let given = hex_32(evidence.header(&SIGNATURE)?.ok_or(Unproven::Missing)?).ok_or(Unproven::Wrong)?;
    let seconds = digits(timestamp).ok_or(Unproven::Wrong)?;
    if !is_fresh(Millis(seconds.saturating_mul(1000)), evidence.now) {
        return Err(Unproven::Stale);
    }
    rule.any_secret(|secret| same(&hmac_sha256(secret, &[timestamp, b".", evidence.body]), &given))
}
