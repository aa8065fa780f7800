//! What makes two deliveries of Breakcold's the same event.
//!
//! The new generation gives every event an id and repeats it on a retry. The classic one gives none and does not retry: the same
//! comes twice only through two webhooks, whose bodies differ in their secret, or because somebody sends it again. There, an
//! event is what, about what and when; a change also what it says, since two changes may lie in one millisecond.

use std::borrow::Cow;

use hookline_model::{event::Event, identity::Identity, kind::Kind, platform::Platform, time::TimeSource};

use crate::{
    breakcold::{
        envelope::{Body, Generation},
        message::Ids,
        names::Name,
    },
    identified::Identified,
    json::{is_uuid, object_hash},
};

/// Identifies an event, whose contact, campaign and messages have been read from `body` already.
pub(super) fn identify(event: &Event, name: &Name<'_>, body: &Body<'_>, ids: &Ids) -> Identified {
    let account = event.account.as_deref().unwrap_or_default();
    if let Some(id) = event_id(event, body) {
        let digest = Identity::new(Platform::Breakcold, account, event.kind).part("event", id).digest();
        return Identified { digest, lasting: true };
    }
    if let Some(id) = &ids.message_id {
        let digest = Identity::new(Platform::Breakcold, "", event.kind).part("message_id", id).digest();
        return Identified { digest, lasting: true };
    }
    let id = id(event, body);
    // A relay may leave the workspace out, which a UUID does not need.
    let account = if id.as_deref().is_some_and(is_uuid) { "" } else { account };
    let identity = Identity::new(Platform::Breakcold, account, event.kind)
        .part("name", &*name.read_as)
        .contact(event.contact.as_ref())
        .campaign(event.campaign_key())
        .maybe("id", id.as_deref());
    let is_told_by_id = id.is_some() && event.time_source == TimeSource::Stated && happens_once(event.kind);
    let identity = if is_told_by_id { identity } else { identity.part("content", object_hash(body.content_map())) };
    Identified { digest: identity.digest(), lasting: false }
}

/// The event's own id. A trial's is made up.
fn event_id(event: &Event, body: &Body<'_>) -> Option<String> {
    let is_stated = body.generation == Generation::New && event.kind != Kind::WebhookTest;
    body.envelope().id("event_id").filter(|_| is_stated)
}

/// The id of what the event is about.
fn id<'e>(event: &'e Event, body: &Body<'_>) -> Option<Cow<'e, str>> {
    match &event.facts.item {
        Some(item) => Some(Cow::Borrowed(&item.id.id)),
        None => body.content().id("id").map(Cow::Owned),
    }
}

/// Whether an event of this kind happens to one thing at one time but once, whatever else it says.
fn happens_once(kind: Kind) -> bool {
    use Kind::*;
    matches!(
        kind,
        EmailSent
            | EmailOpened
            | EmailClicked
            | EmailReplied
            | EmailBounced
            | ContactUnsubscribed
            | ContactCreated
            | ContactDeleted
            | TaskCreated
            | TaskDeleted
            | NoteCreated
            | NoteDeleted
            | CampaignCreated
            | CampaignDeleted
            | ListCreated
            | ListDeleted
            | StatusCreated
            | StatusDeleted
            | TagCreated
            | TagDeleted
    )
}
