//! When an event happened.

use hookline_model::time::{Millis, TimeSource, effective};

use crate::{
    emailbison::{names::Sort, parts::Parts},
    json::Fields,
    time_text,
};

/// Where a flat body of a relay's may have its time.
const FLAT_KEYS: [&str; 3] = ["timestamp", "occurred_at", "created_at"];

/// The time stated for the event: the first believable one of those that its sort has.
///
/// Fields called `_local` and `_est` end in `Z` but are times of another zone, and the row that the list of events wraps around
/// an event has the times of the row: neither is read (captures).
pub(super) fn stated(sort: Sort, parts: Parts<'_>, received_at: Millis) -> Option<Millis> {
    let (event, reply) = (parts.campaign_event, parts.reply);
    let places: &[(Fields<'_>, &str)] = match sort {
        Sort::Sent => &[(parts.scheduled, "sent_at"), (event, "created_at")],
        Sort::Manual | Sort::Reply | Sort::Untracked | Sort::Bounce => {
            &[(reply, "date_received"), (reply, "created_at"), (event, "created_at")]
        }
        Sort::Interest => &[(event, "created_at"), (reply, "updated_at"), (reply, "date_received")],
        // The time of the send is the send's alone.
        Sort::Tracked => &[(event, "created_at")],
        Sort::Mailbox => &[(parts.sender, "updated_at")],
        Sort::Tag | Sort::Unknown => &[(parts.event, "created_at"), (parts.data.top(), "created_at")],
        // A trial's time is made up; the same one later is another trial.
        Sort::Test => return None,
    };
    let first = places.iter().find_map(|(fields, key)| believed(*fields, key, received_at));
    let flat = || FLAT_KEYS.iter().find_map(|key| believed(parts.data, key, received_at));
    if parts.has_data { first } else { first.or_else(flat) }
}

/// A time, if it is believable.
pub(super) fn believed(fields: Fields<'_>, key: &str, received_at: Millis) -> Option<Millis> {
    fields.find(key, |value| {
        let time = time_text::from_node(value);
        matches!(effective(time, received_at), (_, TimeSource::Stated)).then_some(time).flatten()
    })
}
