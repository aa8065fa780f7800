//! Firsts: enrollments by the quarter of an hour of their first time under each name of `counts`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{campaigns::Enrollment, entries::CAMPAIGN_COUNTS, groups::Campaign, rollups::quarter_start};

/// Every first, in the order of the dump.
pub(super) fn firsts(campaigns: &[Campaign], enrollments: &[Enrollment]) -> Vec<Value> {
    let mut firsts = BTreeMap::new();
    for campaign in campaigns {
        let Some(best) = campaign.keys.first() else { continue };
        for enrollment in enrollments.iter().filter(|enrollment| enrollment.campaign == campaign.id) {
            for name in CAMPAIGN_COUNTS {
                let Some(mark) = enrollment.first_mark(name) else { continue };
                *firsts.entry((quarter_start(mark), best.to_string(), name)).or_insert(0) += 1;
            }
        }
    }
    let mut records = Vec::new();
    for ((quarter, campaign, counter), count) in firsts {
        records.push(json!({ "quarter": quarter.to_string(), "campaign": campaign, "counter": counter, "count": count }));
    }
    records
}
