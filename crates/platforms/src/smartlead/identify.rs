//! What makes two deliveries of SmartLead's the same event.
//!
//! A message id identifies for ever. Without one, the event is who, where and what, at its time; without a believable time, a
//! repetition within the claim's window is the same event. Whatever the wrapper says differs between two webhooks and between
//! retries, and is never part of it (live captures).

use serde_json::Value;
use sha2::{Digest, Sha256};

use hookline_model::{
    event::Event,
    identity::{Claim, Identity},
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};

use crate::smartlead::{category::Category, facts, fields::Fields, message::Ids};

/// Fields of the wrapper, left out where a whole body identifies an event.
const WRAPPER: [&str; 6] = ["webhook_id", "webhook_name", "webhook_url", "metadata", "secret_key", "description"];

/// An event's identity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identified {
    /// The hash of what identifies it, without its time.
    pub(super) digest: [u8; 32],
    /// Whether the id of a message or of the event is in the hash, so that no time is needed.
    pub(super) lasting: bool,
}

impl Identified {
    /// The guard beside the id, if there must be one.
    pub(super) fn claim(&self, time_source: TimeSource) -> Option<Claim> {
        let mut hash = [0; 16];
        hash.copy_from_slice(&self.digest[..16]);
        match time_source {
            _ if self.lasting => Some(Claim::Forever(hash)),
            TimeSource::Received => Some(Claim::Window(hash)),
            TimeSource::Stated => None,
        }
    }
}

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
    let contact = event.contact_key().map(|key| key.to_string());
    identity.maybe("contact", contact).maybe("campaign", event.campaign_key().map(ToString::to_string))
}

/// The step of the sent message.
fn step(event: &Event) -> Option<String> {
    event.sequence_number().map(|step| step.to_string())
}

/// A hash of what came in, for want of its Message-ID.
fn text_hash(event: &Event) -> Option<[u8; 32]> {
    let inbound = event.inbound.as_deref()?;
    let text = inbound.body_text.as_ref().or(inbound.body_html.as_ref())?;
    Some(Sha256::digest(text).into())
}

/// A hash of a whole body without its wrapper.
pub(super) fn body_hash(body: Fields<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut fields: Vec<_> = body.map().into_iter().flatten().filter(|(key, _)| !WRAPPER.contains(&key.as_str())).collect();
    fields.sort_by_key(|(key, _)| *key);
    for (key, value) in fields {
        hash_text(&mut hash, b'k', key);
        hash_value(&mut hash, value);
    }
    hash.finalize().into()
}

/// Hashes a value so that the order of keys does not matter, and nothing depends on how the map keeps them. The depth is bounded
/// by the reader's.
fn hash_value(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update(b"n"),
        Value::Bool(flag) => hash.update(if *flag { b"t" } else { b"f" }),
        Value::Number(number) => hash_text(hash, b'#', &number.to_string()),
        Value::String(text) => hash_text(hash, b's', text),
        Value::Array(values) => {
            hash.update(b"[");
            hash.update((values.len() as u64).to_be_bytes());
            values.iter().for_each(|value| hash_value(hash, value));
        }
        Value::Object(object) => {
            let mut fields: Vec<_> = object.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            hash.update(b"{");
            hash.update((fields.len() as u64).to_be_bytes());
            for (key, value) in fields {
                hash_text(hash, b'k', key);
                hash_value(hash, value);
            }
        }
    }
}

/// Hashes a text with its length in front.
fn hash_text(hash: &mut Sha256, tag: u8, text: &str) {
    hash.update([tag]);
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}
