//! Campaigns and enrollments.

use hookline_model::{
    id::{CampaignId, ContactId},
    key::CampaignKey,
    time::Millis,
};
use serde_json::{Map, Value, json};

use super::{
    entries::{CAMPAIGN_COUNTS, Entry, account, counts, counts_under, first, last, single_value, stated, time},
    groups::{Campaign, Person},
};

/// One contact in one campaign.
pub(super) struct Enrollment<'a> {
    contact: ContactId,
    pub(super) campaign: CampaignId,
    entries: Vec<Entry<'a>>,
}

/// Every enrollment, sorted by contact and campaign (as `people` and `campaigns` are).
pub(super) fn enrollments<'a>(people: &[Person<'a>], campaigns: &[Campaign<'a>]) -> Vec<Enrollment<'a>> {
    let mut enrollments = Vec::new();
    for person in people {
        for campaign in campaigns {
            let in_campaign = |entry: &&Entry| entry.event.campaign_key().is_some_and(|key| campaign.keys.contains(key));
            let entries: Vec<Entry> = person.entries.iter().filter(in_campaign).copied().collect();
            if !entries.is_empty() {
                enrollments.push(Enrollment { contact: person.id, campaign: campaign.id, entries });
            }
        }
    }
    enrollments
}

impl Enrollment<'_> {
    /// The record.
    pub(super) fn record(&self) -> Value {
        let mut marks = Map::new();
        for name in CAMPAIGN_COUNTS {
            marks.insert(name.to_owned(), time(self.first_mark(name)));
        }
        json!({
            "contact_id": self.contact,
            "campaign_id": self.campaign,
            "counts": counts(&CAMPAIGN_COUNTS, &self.entries),
            "first": marks,
            "step": self.entries.iter().filter_map(|entry| entry.event.sequence_number()).max(),
            "first_event_at": time(first(&self.entries, |_| true)),
            "last_event_at": time(last(&self.entries, |_| true)),
        })
    }

    /// The mark under a name of `counts`: the smallest time of the entries, all variants, that would count under it.
    pub(super) fn first_mark(&self, name: &str) -> Option<Millis> {
        first(&self.entries, |event| counts_under(name, event))
    }
}

/// The record of every campaign, in the order of `campaigns`.
pub(super) fn campaigns(campaigns: &[Campaign], enrollments: &[Enrollment]) -> Vec<Value> {
    let mut records = Vec::new();
    for campaign in campaigns {
        let own: Vec<&Enrollment> = enrollments.iter().filter(|enrollment| enrollment.campaign == campaign.id).collect();
        records.extend(campaign.keys.first().map(|best| record(campaign, best, &own)));
    }
    records
}

fn record(campaign: &Campaign, best: &CampaignKey, enrollments: &[&Enrollment]) -> Value {
    let entries = &campaign.entries;
    let marked = |name: &str| enrollments.iter().filter(|enrollment| enrollment.first_mark(name).is_some()).count();
    let name = single_value(entries, |entry| stated(entry.event.campaign.as_ref()?.name.as_ref()));
    let status = single_value(entries, |entry| stated(entry.event.facts.campaign_status.as_ref()));
    let mentioned = single_value(entries, |entry| stated(entry.event.campaign.as_ref()?.status_mentioned.as_ref()));
    json!({
        "id": campaign.id,
        "platform": best.external().platform.name(),
        "account": account(&best.external().account),
        "platform_campaign_id": best.platform_campaign_id(),
        "number": number(campaign.id, best),
        "name": name,
        "status": status.or(mentioned),
        "counts": counts(&CAMPAIGN_COUNTS, entries),
        "unique": {
            "contacts": enrollments.len(),
            "opened": marked("opened"),
            "clicked": marked("clicked"),
            "replied": marked("replied"),
            "bounced": marked("bounced"),
            "unsubscribed": marked("unsubscribed"),
            "interested": marked("interested"),
        },
        "first_event_at": time(first(entries, |_| true)),
        "last_event_at": time(last(entries, |_| true)),
    })
}

/// The platform's id if it is a decimal integer below 2^53 without sign or leading zeros, else a number made of our id.
fn number(id: CampaignId, best: &CampaignKey) -> u64 {
    let text = best.platform_campaign_id().unwrap_or("");
    match text.parse::<u64>() {
        // Only a text that reads back the same had no sign and no leading zeros.
        Ok(number) if number < 1 << 53 && number.to_string() == text => number,
        _ => id.number(),
    }
}
