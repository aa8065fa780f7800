//! The names of SmartLead's events, in every spelling that was published or seen.

use hookline_model::kind::Kind;

use crate::json::{Fields, Keys, keys_of, trimmed};

/// Where the name stands, first found first.
pub(crate) const KEYS: [&str; 4] = ["event_type", "event", "eventType", "type"];

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

/// The names alone, to be looked for.
static KNOWN: Keys<{ NAMES.len() }> = keys_of!(NAMES);

/// All names.
pub(super) fn all() -> Vec<(&'static str, Kind)> {
    let alerts = ALERTS.iter().map(|(name, _, kind)| (*name, *kind));
    NAMES.iter().copied().chain(alerts).collect()
}

/// Alerts about an account (SmartLead's help centre): the name, the one it counts as, its kind. Written with `_` or with `.`.
const ALERTS: &[(&str, &str, Kind)] = &[
    ("EMAIL_ACCOUNT_DISCONNECTED", "EMAIL_ACCOUNT_DISCONNECTED", Kind::AccountError),
    ("LINKEDIN_DISCONNECTED", "LINKEDIN_DISCONNECTED", Kind::AccountError),
    ("LINKEDIN_ACCOUNT_DISCONNECTED", "LINKEDIN_DISCONNECTED", Kind::AccountError),
    ("CAMPAIGN_BOUNCE_BREACH", "CAMPAIGN_BOUNCE_BREACH", Kind::Other),
    ("CAMPAIGN_BOUNCE_THRESHOLD_BREACHED", "CAMPAIGN_BOUNCE_BREACH", Kind::Other),
];

/// Names that say of themselves that nothing happened. No event that tells of something is called so.
const TESTS: [&str; 8] =
    ["WEBHOOK_TEST", "TEST_WEBHOOK", "WEBHOOK_TEST_EVENT", "TEST_EVENT", "TEST", "WEBHOOK_PING", "PING", "SAMPLE_EVENT"];

/// The event name of a body, with the key it stands under. A number or an object under one of the keys is no name.
pub(super) fn of<'a>(body: Fields<'a>) -> Option<(&'static str, &'a str)> {
    KEYS.into_iter().find_map(|key| Some((key, trimmed(body.value(key)?.as_str()?))))
}

/// The kind an event name stands for; [`Kind::Other`] if nobody has heard of it.
pub(super) fn kind(name: &str) -> Kind {
    // Nearly all are written as here.
    let otherwise = || NAMES.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
    if let Some(at) = KNOWN.place(name).or_else(otherwise) {
        return NAMES[at].1;
    }
    if TESTS.iter().any(|known| is_spelled(name, known)) {
        return Kind::WebhookTest;
    }
    find_alert(name).map_or(Kind::Other, |(_, _, kind)| *kind)
}

/// The alert that an event name stands for, by the name it counts as.
pub(super) fn alert(name: &str) -> Option<&'static str> {
    find_alert(name).map(|(_, alert, _)| *alert)
}

/// Whether an event name is one of SmartLead's.
pub(super) fn is_known(name: &str) -> bool {
    kind(name) != Kind::Other || find_alert(name).is_some()
}

fn find_alert(name: &str) -> Option<&'static (&'static str, &'static str, Kind)> {
    ALERTS.iter().find(|(known, ..)| is_spelled(name, known))
}

/// Whether `name` is the upper-case `known`, in any case and with dots, hyphens or spaces for its underscores.
fn is_spelled(name: &str, known: &str) -> bool {
    let folded = name.bytes().map(|byte| if matches!(byte, b'.' | b'-' | b' ') { b'_' } else { byte.to_ascii_uppercase() });
    name.len() == known.len() && folded.eq(known.bytes())
}
