//! What makes two deliveries of SmartLead's the same event.
//!
//! A message id identifies for ever. Without one, the event is who, where and what, at its time; without a believable time, a
//! repetition within the claim's window is the same event. Whatever the wrapper says differs between two webhooks and between
//! retries, and is never part of it (live captures).

use hookline_model::{event::Event, identity::Identity, kind::Kind, platform::Platform};

use crate::{
    identified::{Identified, text_hash},
    json::{Fields, object_hash_without},
    smartlead::{category::Category, facts, message::Ids},
};

/// Fields of the wrapper, left out where a whole body identifies an event.
const WRAPPER: [&str; 6] = ["webhook_id", "webhook_name", "webhook_url", "metadata", "secret_key", "description"];

/// Identifies an event, whose contact, campaign and messages have been read from `body` already.
pub(super) fn identify(event: &Event, name: &str, body: Fields<'_>, ids: &Ids) -> Identified {
    let identity = Identity::new(Platform::Smartlead, "", event.kind);
    if let Some((part, id)) = message_id(event.kind, ids) {
        return Identified { digest: identity.part(part, id).digest(), lasting: true };
    }
    let identity = match event.kind {
        Kind::EmailOpened | Kind::EmailClicked => sent_email(identity, event, ids),
        Kind::EmailSent | Kind::EmailBounced => whose(identity, event).maybe("step", step(event)),
        _ => whose(identity, event),
    };
    let identity = match event.kind {
        Kind::EmailClicked => facts::links(body).into_iter().fold(identity, |identity, link| identity.part("link", link)),
        Kind::EmailReplied | Kind::EmailReplyUntracked => identity.maybe("body", text_hash(event)),
        Kind::ContactCategoryUpdated => match Category::read(body) {
            Category::Named(name) => identity.part("category", name.to_lowercase()),
            Category::Numbered(id) => identity.part("category_id", id),
            Category::Cleared => identity.part("category_cleared", ""),
            Category::Untold => identity,
        },
        Kind::CampaignStatusChanged => {
            identity.maybe("previous", facts::previous_status(body)).maybe("current", facts::current_status(body))
        }
        Kind::CampaignStepReached => identity.maybe("step", facts::current_step(body).map(|step| step.to_string())),
        Kind::Other => identity
            .part("name", name.to_lowercase())
            .maybe("stats_id", ids.stats_id.as_deref())
            .maybe("message_id", ids.sent.as_deref())
            .part("body", body_hash(body)),
        _ => identity,
    };
    Identified { digest: identity.digest(), lasting: false }
}

/// The id of the one message whose one send, bounce or coming in this is. Every reply to an email shares the email's `stats_id`,
/// so a reply goes by its own Message-ID.
fn message_id(kind: Kind, ids: &Ids) -> Option<(&'static str, &str)> {
    let stats_id = || ids.stats_id.as_deref().map(|id| ("stats_id", id));
    let sent = || ids.sent.as_deref().map(|id| ("message_id", id));
    match kind {
        Kind::EmailSent => stats_id().or_else(sent),
        Kind::EmailBounced => stats_id().or_else(|| ids.bounce.as_deref().map(|id| ("bounce_id", id))).or_else(sent),
        Kind::EmailReplied | Kind::EmailReplyUntracked => ids.inbound.as_deref().map(|id| ("message_id", id)),
        _ => None,
    }
}

/// The sent email by its name, else by whose step it is.
fn sent_email(identity: Identity, event: &Event, ids: &Ids) -> Identity {
    match &ids.stats_id {
        Some(stats_id) => identity.part("stats_id", stats_id),
        None => whose(identity, event).maybe("step", step(event)),
    }
}

/// The contact and the campaign.
fn whose(identity: Identity, event: &Event) -> Identity {
    identity.contact(event.contact.as_ref()).campaign(event.campaign_key())
}

/// The step of the sent message.
fn step(event: &Event) -> Option<String> {
    event.sequence_number().map(|step| step.to_string())
}

/// A hash of a whole body without its wrapper.
pub(super) fn body_hash(body: Fields<'_>) -> [u8; 32] {
    body.map().map_or([0; 32], |object| object_hash_without(object, &WRAPPER))
}
