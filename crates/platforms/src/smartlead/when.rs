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
    let time = |key: &str| believed(body.time(key), received_at);
    let inside = |object: &str| believed(body.object(object).time("time"), received_at);
    match kind {
        Kind::EmailBounced => inside("bounce_message")
            .or_else(|| time("time_bounced"))
            .or_else(|| time("event_timestamp"))
            .or_else(|| time("time_sent")),
        Kind::EmailReplied | Kind::EmailReplyUntracked => time("event_timestamp")
            .or_else(|| time("time_replied"))
            .or_else(|| inside("reply_message"))
            .or_else(|| time("timestamp")),
        _ => time("event_timestamp").or_else(|| time(twin(kind)?)).or_else(|| time("timestamp")),
    }
}

/// When the message that this event is about was sent, if the event says so.
pub(super) fn sent(kind: Kind, body: Fields<'_>, received_at: Millis) -> Option<Millis> {
    let stated = believed(body.object("sent_message").time("time"), received_at);
    let repeated = |key: &str| match kind {
        Kind::EmailSent | Kind::EmailBounced => believed(body.time(key), received_at),
        _ => None,
    };
    stated.or_else(|| repeated("time_sent")).or_else(|| repeated("event_timestamp"))
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
