//! What makes two deliveries of Instantly's the same event.
//!
//! Instantly gives no id of an event, and a retry repeats its body (Instantly's log of deliveries). The id of the message that a
//! send or a reply is identifies it for ever. Anything else is who, where and what, at its time; without a believable time, a
//! repetition within the claim's window is the same event.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use hookline_model::{
    event::Event,
    identity::{Claim, Identity},
    key::CampaignKey,
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};

use crate::instantly::{facts, fields::Fields, label::Label, message::Ids, names::Name};

/// An event's identity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identified {
    /// The hash of what identifies it, without its time.
    pub(super) digest: [u8; 32],
    /// Whether a message id is in the hash, so that no time is needed.
    lasting: bool,
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
pub(super) fn identify(event: &Event, name: &Name, body: Fields<'_>, ids: &Ids) -> Identified {
    let by_email_id = ids.email_id.as_ref().map(|id| ("email_id", id));
    if let Some((part, id)) = by_email_id.or_else(|| ids.message_id.as_ref().map(|id| ("message_id", id))) {
        let digest = Identity::new(Platform::Instantly, "", event.kind).part(part, id).digest();
        return Identified { digest, lasting: true };
    }
    let contact = event.contact_key().map(|key| key.to_string());
    let identity = Identity::new(Platform::Instantly, account(event), event.kind)
        .maybe("contact", contact)
        .maybe("campaign", event.campaign_key().map(ToString::to_string));
    let step = || body.ordinal("step").map(|step| step.to_string());
    let timeless = event.time_source == TimeSource::Received;
    let identity = match event.kind {
        Kind::EmailOpened => identity.maybe("step", step()),
        Kind::EmailClicked => identity.maybe("step", step()).maybe("link", facts::link(body)),
        // No two messages leave or come in at one millisecond; a relay may shorten one of two deliveries.
        Kind::EmailSent | Kind::EmailBounced if timeless => identity.maybe("step", step()),
        Kind::EmailReplied | Kind::EmailAutoReplied if timeless => identity.maybe("body", text_hash(event)),
        Kind::ContactCategoryUpdated => identity.maybe("label", name.label.as_ref().map(Label::identity)),
        Kind::AccountError => identity.maybe("mailbox", event.sending_account.as_deref()).maybe("error", facts::error_type(body)),
        Kind::Other | Kind::WebhookTest => {
            identity.maybe("name", name.text.as_ref().map(|name| name.to_lowercase())).part("body", body_hash(body.map()))
        }
        _ => identity,
    };
    Identified { digest: identity.digest(), lasting: false }
}

/// The workspace of Instantly's, where no id tells it: a relay may leave it out.
fn account(event: &Event) -> &str {
    match event.campaign_key() {
        Some(CampaignKey::External(_)) => "",
        _ => event.account.as_deref().unwrap_or_default(),
    }
}

/// A hash of what came in, for want of its id and its time.
fn text_hash(event: &Event) -> Option<[u8; 32]> {
    let inbound = event.inbound.as_deref()?;
    let text = inbound.body_text.as_ref().or(inbound.body_html.as_ref())?;
    Some(Sha256::digest(text).into())
}

/// A hash of a whole body, in whatever order its keys stand (captures that went through a database have another).
fn body_hash(body: &Map<String, Value>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash_object(&mut hash, body);
    hash.finalize().into()
}

/// Hashes an object by its sorted keys, so that nothing depends on how the map keeps them.
fn hash_object(hash: &mut Sha256, object: &Map<String, Value>) {
    let mut fields: Vec<_> = object.iter().collect();
    fields.sort_by_key(|(key, _)| *key);
    hash.update(b"{");
    hash.update((fields.len() as u64).to_be_bytes());
    for (key, value) in fields {
        hash_text(hash, b'k', key);
        hash_value(hash, value);
    }
}

/// Hashes a value. The depth is bounded by the reader's.
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
        Value::Object(object) => hash_object(hash, object),
    }
}

/// Hashes a text with its length in front.
fn hash_text(hash: &mut Sha256, tag: u8, text: &str) {
    hash.update([tag]);
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}
