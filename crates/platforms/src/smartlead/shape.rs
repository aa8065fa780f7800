//! Which of the published shapes a body has.

use hookline_model::kind::Kind;

use crate::json::Fields;
use crate::smartlead::names;

/// A family of shapes that is read in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// All fields at the top: live captures and the SmartLead webhook guide, and their oldest and smallest form.
    Flat,
    /// The objects `lead`, `email`, `reply`, `link`, or few fields with a `timestamp`: three generations of SmartLead's API
    /// reference. Such a body never has a `stats_id`.
    Documented,
    /// An alert about an account, of either style (SmartLead's help centre).
    Alert,
}

/// The objects of the nested shapes. The flat shape has no object under any of these keys.
const OBJECTS: [&str; 4] = ["lead", "email", "reply", "link"];

/// Fields that only the flat shape has. What a relay may add to any body is not among them.
const FLAT: [&str; 8] = [
    "event_timestamp",
    "time_sent",
    "time_opened",
    "time_clicked",
    "time_replied",
    "stats_id",
    "sl_email_lead_id",
    "sl_email_lead_map_id",
];

/// Recognises the shape of a body whose event name stands under `key`.
pub(super) fn of(key: &str, name: &str, kind: Kind, body: Fields<'_>) -> Shape {
    let has = |key: &&str| body.value(key).is_some();
    let is_nested = || OBJECTS.iter().any(|key| body.has_object(key));
    let is_plain = || !FLAT.iter().any(has) && (key == "event" || ["timestamp", "email_account"].iter().any(has));
    // An alert's name is that of no other event.
    let is_named = matches!(kind, Kind::AccountError | Kind::Other) && names::alert(name).is_some();
    if is_named || kind == Kind::Other && is_alert(key, body) {
        Shape::Alert
    } else if is_nested() || is_plain() {
        Shape::Documented
    } else {
        Shape::Flat
    }
}

/// Whether an event that nobody has heard of comes in the dress of an alert.
fn is_alert(key: &str, body: Fields<'_>) -> bool {
    match key {
        "eventType" => ["accountId", "campaignId", "appUrl"].iter().any(|key| body.value(key).is_some()),
        "type" => body.has_object("data") && body.id("id").is_some(),
        _ => false,
    }
}
