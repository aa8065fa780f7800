//! Rollups: canonical entries by hour, campaign key, platform, kind and step.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::entries::Entry;

/// Every rollup, in the order of the dump. (An absent campaign or step sorts first, since `None` is less than any `Some`.)
pub(super) fn rollups(entries: &[Entry]) -> Vec<Value> {
    let mut rollups = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.canonical) {
        let event = entry.event;
        let campaign = event.campaign_key().map(ToString::to_string);
        let key = (event.occurred_at.hour_start(), campaign, event.platform.name(), event.kind.name(), event.sequence_number());
        *rollups.entry(key).or_insert(0) += 1;
    }
    let mut records = Vec::new();
    for ((hour, campaign, platform, kind, sequence_number), count) in rollups {
        records.push(json!({
            "hour": hour.to_string(),
            "campaign": campaign,
            "platform": platform,
            "kind": kind,
            "sequence_number": sequence_number,
            "count": count,
        }));
    }
    records
}
