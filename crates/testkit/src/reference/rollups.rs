//! Rollups: canonical entries by quarter of an hour, campaign key, platform, kind, step and stated interest.

use std::collections::BTreeMap;

use hookline_model::{event::Change, time::Millis};
use serde_json::{Value, json};

use super::entries::{Entry, stated_interest};

/// A quarter of an hour, in milliseconds. Full hours of UTC are multiples of it.
const QUARTER_MS: i64 = 15 * 60 * 1000;

/// Every rollup, in the order of the dump. (An absent campaign, step or interest sorts first, since `None` is less than any
/// `Some`.)
pub(super) fn rollups(entries: &[Entry]) -> Vec<Value> {
    let mut rollups = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.canonical) {
        let event = entry.event;
        let campaign = event.campaign_key().map(ToString::to_string);
        let interest = match stated_interest(event) {
            Some(Change::Set(interest)) => Some(interest.name()),
            Some(Change::Clear) | None => None,
        };
        let quarter = quarter_start(event.occurred_at);
        let key = (quarter, campaign, event.platform.name(), event.kind.name(), event.sequence_number(), interest);
        *rollups.entry(key).or_insert(0) += 1;
    }
    let mut records = Vec::new();
    for ((quarter, campaign, platform, kind, sequence_number, interest), count) in rollups {
        records.push(json!({
            "quarter": quarter.to_string(),
            "campaign": campaign,
            "platform": platform,
            "kind": kind,
            "sequence_number": sequence_number,
            "interest": interest,
            "count": count,
        }));
    }
    records
}

/// The start of the quarter of an hour that an instant lies in.
pub(super) fn quarter_start(at: Millis) -> Millis {
    Millis(at.0 - at.0.rem_euclid(QUARTER_MS))
}
