//! When an event happened.

use hookline_model::{
    kind::Kind,
    time::{Millis, TimeSource, effective},
};

use crate::{
    breakcold::{
        envelope::{Body, Generation},
        names::{Name, Topic},
    },
    time_text,
};

/// The time stated for the event, if it is believable.
///
/// The new generation states it beside the content; its samples show an `updatedAt` later than that. The classic one states none,
/// so it is that of the change in the object that changed: the time of creation of what was created, but not of what was opened.
pub(super) fn stated(name: &Name<'_>, body: &Body<'_>, received_at: Millis) -> Option<Millis> {
    // A trial's time is made up; the same one later is another trial.
    if name.kind == Kind::WebhookTest {
        return None;
    }
    let believed = |value| {
        let time = time_text::from_node(value);
        matches!(effective(time, received_at), (_, TimeSource::Stated)).then_some(time).flatten()
    };
    let of_envelope = || body.envelope().find("timestamp", believed).filter(|_| body.generation == Generation::New);
    let of_content = || ["event_at"].iter().chain(keys(name)).find_map(|key| body.content().find(key, believed));
    of_envelope().or_else(of_content)
}

/// Where an event of this name may state its time, the best first. Only `created_at`, `updated_at` and `is_deleted_at` are
/// published, and those of leads only.
fn keys(name: &Name<'_>) -> &'static [&'static str] {
    use Kind::*;
    match name.kind {
        EmailSent => &["sent_at"],
        EmailReplied => &["replied_at", "received_at"],
        EmailOpened => &["opened_at"],
        EmailClicked => &["clicked_at"],
        EmailBounced => &["bounced_at"],
        ContactUnsubscribed => &["unsubscribed_at"],
        MessageLinkedin | MessageTwitter | MessageEmail => &["sent_at", "received_at", "created_at"],
        ContactTracked => &["tracked_at", "updated_at"],
        _ if name.is_completion() => &["completed_at", "updated_at"],
        _ if matches!(name.topic, Topic::Call | Topic::File | Topic::Relation) => &[],
        ContactCreated | TaskCreated | NoteCreated | CampaignCreated | ListCreated | StatusCreated | TagCreated => {
            &["created_at"]
        }
        ContactDeleted | TaskDeleted | NoteDeleted | CampaignDeleted | ListDeleted | StatusDeleted | TagDeleted => {
            &["is_deleted_at", "deleted_at"]
        }
        ContactUpdated | ContactStatusUpdated | ContactListsUpdated | ContactTagsUpdated | TaskUpdated | NoteUpdated
        | CampaignUpdated | ListUpdated | StatusUpdated | TagUpdated => &["updated_at"],
        _ => &[],
    }
}
