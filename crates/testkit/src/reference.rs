//! The naive reference model: what a set of events means, straight from `docs/records.md`.
//!
//! It judges the merge, so it shares nothing with it but the types of an event, and it is written to be obviously right by
//! reading: sort everything, replay from scratch with plain loops, keep no state between calls. Speed is of no interest.
//! The section "Bounds" is left out: what is compared against it never reaches a bound.

mod campaigns;
mod contacts;
mod emails;
mod entries;
mod firsts;
mod groups;
mod items;
mod rollups;
#[cfg(test)]
mod tests;

use hookline_model::{event::Event, id::WorkspaceId};
use serde_json::{Value, json};

/// The dump of `docs/records.md`: every record that the log entries of one workspace mean.
///
/// The events may come in any order, repeat, and share ids (variants of one event).
#[must_use]
pub fn records(workspace: WorkspaceId, events: &[Event]) -> Value {
    let entries = entries::entries(events);
    let people = groups::people(workspace, &entries);
    let campaigns = groups::campaigns(workspace, &entries);
    let enrollments = campaigns::enrollments(&people, &campaigns);
    json!({
        "contacts": contacts::contacts(&people),
        "campaigns": campaigns::campaigns(&campaigns, &enrollments),
        "enrollments": enrollments.iter().map(campaigns::Enrollment::record).collect::<Vec<_>>(),
        "emails": emails::emails(workspace, &entries, &people, &campaigns),
        "items": items::items(workspace, &entries, &people),
        "erasures": contacts::erasures(&people),
        "rollups": rollups::rollups(&entries),
        "firsts": firsts::firsts(&campaigns, &enrollments),
    })
}
