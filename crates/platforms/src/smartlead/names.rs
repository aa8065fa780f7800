//! The names of SmartLead's events, in every spelling that was published or seen.

use hookline_model::kind::Kind;

use crate::smartlead::fields::Fields;

/// Where the name stands, first found first.
pub(super) const KEYS: [&str; 4] = ["event_type", "event", "eventType", "type"];

/// Names, upper case. The first of each kind is the one that live captures and the SmartLead webhook guide have; the others come
/// from SmartLead's API reference, older help pages and integrators.
const NAMES: &[(&str, Kind)] = &[
    ("EMAIL_SENT", Kind::EmailSent),
    ("FIRST_EMAIL_SENT", Kind::EmailSent),
    ("SENT", Kind::EmailSent),
    ("SENT_EMAIL", Kind::EmailSent),
    ("EMAIL_OPEN", Kind::EmailOpened),
    ("EMAIL_OPENED", Kind::EmailOpened),
    ("OPENED", Kind::EmailOpened),
    ("LEAD_OPENED", Kind::EmailOpened),
    ("OPEN_EMAIL", Kind::EmailOpened),
    ("EMAIL_LINK_CLICK", Kind::EmailClicked),
    ("EMAIL_CLICKED", Kind::EmailClicked),
    ("CLICKED", Kind::EmailClicked),
    ("LEAD_CLICKED", Kind::EmailClicked),
    ("LINK_CLICKED", Kind::EmailClicked),
    ("EMAIL_REPLY", Kind::EmailReplied),
    ("EMAIL_REPLIED", Kind::EmailReplied),
    ("REPLIED", Kind::EmailReplied),
    ("LEAD_REPLIED", Kind::EmailReplied),
    ("THREADED_REPLIES", Kind::EmailReplied),
    ("EMAIL_BOUNCE", Kind::EmailBounced),
    ("EMAIL_BOUNCED", Kind::EmailBounced),
    ("BOUNCED", Kind::EmailBounced),
    ("LEAD_BOUNCED", Kind::EmailBounced),
    ("LEAD_UNSUBSCRIBED", Kind::ContactUnsubscribed),
    ("EMAIL_UNSUBSCRIBED", Kind::ContactUnsubscribed),
    ("EMAIL_UNSUBSCRIBE", Kind::ContactUnsubscribed),
    ("UNSUBSCRIBED", Kind::ContactUnsubscribed),
    ("UNSUBSCRIBE", Kind::ContactUnsubscribed),
    ("LEAD_CATEGORY_UPDATED", Kind::ContactCategoryUpdated),
    ("CAMPAIGN_STATUS_CHANGED", Kind::CampaignStatusChanged),
    ("CAMPAIGN_STATUS_CHANGE", Kind::CampaignStatusChanged),
    ("UNTRACKED_REPLIES", Kind::EmailReplyUntracked),
    ("UNTRACKED_REPLY", Kind::EmailReplyUntracked),
    ("MANUAL_STEP_REACHED", Kind::CampaignStepReached),
];

/// The event name of a body. A number or an object under one of the keys is no name.
pub(super) fn of(body: Fields<'_>) -> Option<&str> {
    KEYS.into_iter().find_map(|key| body.value(key)?.as_str()).map(str::trim)
}

/// The kind an event name stands for; [`Kind::Other`] if nobody has heard of it.
pub(super) fn kind(name: &str) -> Kind {
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(Kind::Other, |(_, kind)| *kind)
}
