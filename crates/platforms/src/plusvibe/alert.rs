//! Alerts of an account: of what is known by their name alone (PlusVibe's developer pages, as read by a set-up tool).

use crate::{
    json::{Fields, Object},
    plusvibe::SECRET,
};

/// The name of the event.
pub(super) const SYSTEM_ALERT: &str = "SYSTEM_ALERT";

/// What an alert may be about. Seven more, of unknown ends, begin with [`BILLING`].
const ALERTS: [&str; 6] = [
    "EMAIL_ACCOUNT_DISCONNECTED",
    "EMAIL_ACCOUNT_FORWARDING_BOUNCED",
    "INTEGRATION_DISCONNECTED",
    "INTEGRATION_GSHEET_SYNC_FAILED",
    "CAMPAIGN_AUTO_PAUSED",
    "WEBHOOK_DISABLED",
];

/// How the names of alerts about bills begin.
const BILLING: &str = "BILLING_";

/// The longest name of one of them, in bytes.
const BILLING_BYTES_MAX: usize = 100;

/// How the names of alerts about a mailbox begin.
const MAILBOX: &str = "EMAIL_ACCOUNT_";

/// Which alert it is: no one has shown under which key that stands, so any text of the event counts.
pub(super) fn alert(body: Fields<'_>) -> Option<&'static str> {
    ALERTS.into_iter().find(|alert| texts(body).any(|text| text == *alert))
}

/// The alert's name, known or of bills (of several the smallest, since keys have no order); else what stands under `alert`.
pub(super) fn name(body: Fields<'_>) -> Option<String> {
    let billing = || texts(body).filter(|text| text.starts_with(BILLING) && text.len() <= BILLING_BYTES_MAX).min();
    alert(body).or_else(billing).map(str::to_owned).or_else(|| body.text("alert"))
}

/// Whether an alert is about a mailbox.
pub(super) fn is_about_a_mailbox(body: Fields<'_>) -> bool {
    alert(body).is_some_and(|alert| alert.starts_with(MAILBOX))
}

/// The texts of an event.
fn texts<'a>(body: Fields<'a>) -> impl Iterator<Item = &'a str> {
    let objects = [body.map(), body.innermost()].into_iter().flatten();
    objects.flat_map(Object::iter).filter(|(key, _)| *key != SECRET).filter_map(|(_, value)| value.as_str()).map(str::trim)
}
