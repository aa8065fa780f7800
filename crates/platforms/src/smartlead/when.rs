//! The time an event states for itself.

use hookline_model::{
    kind::Kind,
    time::{Millis, TimeSource, effective},
};

use crate::json::Fields;

/// The time only if it is believable, seen from the time of receipt.
pub(super) fn believed(time: Option<Millis>, received_at: Millis) -> Option<Millis> {
    matches!(effective(time, received_at), (_, TimeSource::Stated)).then_some(time).flatten()
}

/// The time stated for the event: the first believable one of those that a kind may carry.
///
/// `event_timestamp` has a deprecated twin per kind that is still sent (live captures) and that alone stands in the oldest bodies
/// (SmartLead's API reference). A bounce repeats the time of its *send* in both; its own is in `bounce_message`, and only when
/// that is missing does the time of the send stand in. `metadata.webhook_created_at` is the age of the subscription.
pub(super) fn stated(kind: Kind, body: Fields<'_>, received_at: Millis) -> Option<Millis> {
    let general = || ["event_timestamp", "timestamp"].map(|key| body.time(key));
    let candidates: [Option<Millis>; 4] = match kind {
        Kind::EmailBounced => [
            body.object("bounce_message").time("time"),
            body.time("time_bounced"),
            body.time("event_timestamp"),
            body.time("time_sent"),
        ],
        Kind::EmailReplied | Kind::EmailReplyUntracked => {
            let [event, relayed] = general();
            [event, body.time("time_replied"), body.object("reply_message").time("time"), relayed]
        }
        _ => {
            let [event, relayed] = general();
            [event, twin(kind).and_then(|key| body.time(key)), relayed, None]
        }
    };
    candidates.into_iter().find_map(|time| believed(time, received_at))
}

/// When the message that this event is about was sent, if the event says so.
pub(super) fn sent(kind: Kind, body: Fields<'_>, received_at: Millis) -> Option<Millis> {
    let stated = body.object("sent_message").time("time");
    let repeated = |key: &str| match kind {
        Kind::EmailSent | Kind::EmailBounced => body.time(key),
        _ => None,
    };
    [stated, repeated("time_sent"), repeated("event_timestamp")].into_iter().find_map(|time| believed(time, received_at))
}

/// When the message that came in was received; `stated` is the event's own time.
pub(super) fn received(body: Fields<'_>, stated: Option<Millis>, received_at: Millis) -> Option<Millis> {
    believed(body.object("reply_message").time("time"), received_at).or_else(|| believed(stated, received_at))
}

/// The deprecated twin of `event_timestamp`.
fn twin(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::EmailSent => Some("time_sent"),
        Kind::EmailOpened => Some("time_opened"),
        Kind::EmailClicked => Some("time_clicked"),
        // The row of the category's change (SmartLead's help pages).
        Kind::ContactCategoryUpdated => Some("created_at"),
        _ => None,
    }
}
