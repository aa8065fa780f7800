//! Samples: what EmailBison sends when a webhook is tried out, which tells of nothing that happened.
//!
//! A sample is a body like any other, in which all ids are small (captures). So are those of the first emails of a new instance,
//! so it takes a second mark: a sample among the records is a nuisance, a reply that is not among them a loss.

use crate::{
    emailbison::{parts::Parts, who},
    json::Fields,
};

/// The greatest id in a sample: those that were seen have 1 to 6 (captures).
const SAMPLE_ID_MAX: i64 = 9;

/// The fewest ids that must be there, and small.
const SAMPLE_IDS_MIN: usize = 3;

/// Domains that documentation uses and nobody has (RFC 2606).
const PLACEHOLDER_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// What stands before the `@` of an address that is a placeholder.
const PLACEHOLDER_LOCALS: [&str; 3] = ["test", "sample", "example"];

/// Titles that say of a campaign or a message that it is none, in lower case.
const SAMPLE_TITLES: [&str; 7] =
    ["test", "test campaign", "test subject", "sample", "sample campaign", "sample subject", "this is a test"];

/// Fields by which a delivery says of itself that it is a test.
const MARKERS: [&str; 2] = ["test", "is_test"];

/// Whether a body is a sample. `is_answer` says that it was wrapped as the API's answers with samples are.
pub(super) fn is_sample(parts: Parts<'_>, is_answer: bool) -> bool {
    has_small_ids(parts) && (is_answer || is_marked(parts) || is_placeholder(parts))
}

/// Whether all ids are as small as a sample's.
fn has_small_ids(parts: Parts<'_>) -> bool {
    let objects = [parts.lead, parts.campaign, parts.scheduled, parts.campaign_event, parts.sender, parts.reply];
    let of_tag = ["tag_id", "taggable_id"].into_iter().filter_map(|key| parts.data.integer(key));
    let mut count = 0;
    objects.into_iter().filter_map(|object| object.integer("id")).chain(of_tag).all(|id| {
        count += 1;
        (1..=SAMPLE_ID_MAX).contains(&id)
    }) && count >= SAMPLE_IDS_MIN
}

fn is_marked(parts: Parts<'_>) -> bool {
    MARKERS.iter().any(|key| [parts.event, parts.data.top()].iter().any(|fields| fields.flag(key) == Some(true)))
}

/// Whether the lead, the campaign or the message is a placeholder.
fn is_placeholder(parts: Parts<'_>) -> bool {
    let titled = |fields: Fields<'_>, key: &str| {
        fields.name(key).is_some_and(|title| SAMPLE_TITLES.contains(&title.to_lowercase().as_str()))
    };
    let lead = who::lead_address(parts);
    let is_nobody = lead.is_some_and(|address| {
        let local = address.as_str().rsplit_once('@').map_or("", |(local, _)| local);
        PLACEHOLDER_DOMAINS.contains(&address.domain()) || PLACEHOLDER_LOCALS.contains(&local)
    });
    is_nobody
        || titled(parts.campaign, "name")
        || titled(parts.scheduled, "email_subject")
        || titled(parts.reply, "email_subject")
}
