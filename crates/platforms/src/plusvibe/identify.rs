//! What makes two deliveries of PlusVibe's the same event.
//!
//! An answer comes under up to three names, with times that may differ, and is known by its id. Its label, which may change between
//! them, is no part of what it is: an automatic answer has the identity of any other. `webhook_id` is the subscription's.

use hookline_model::{
    event::Event,
    identity::{Claim, Identity},
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};
use sha2::{Digest, Sha256};

use crate::{
    identified::{Identified, text_hash},
    json::{Fields, object_hash_without},
    plusvibe::{
        BODY, SECRET, alert,
        message::{self, Ids},
        names::Name,
    },
};

/// What an event that nobody knows does not go by: the subscription, its name (which counts in any spelling), what is only of the
/// present, and places where secrets may have been blanked.
const NOT_IDENTITY: [&str; 14] = [
    SECRET,
    BODY,
    "headers",
    "data",
    "payload",
    "webhook_id",
    "webhook_name",
    "sentiment",
    "label",
    "status",
    "webhook_event",
    "event",
    "event_type",
    "type",
];

/// Identifies an event, whose contact, campaign and messages have been read from `body` already.
pub(super) fn identify(event: &Event, name: &Name, body: Fields<'_>, ids: &Ids) -> Identified {
    let kind = if message::is_reply(event.kind) { Kind::EmailReplied } else { event.kind };
    let identity = Identity::new(Platform::Plusvibe, event.account.as_deref().unwrap_or_default(), kind);
    if let Some((sort, id)) = ids.best() {
        return Identified { digest: identity.part(sort, id).digest(), lasting: true };
    }
    let identity = identity.contact(event.contact.as_ref()).campaign(event.campaign_key());
    let mailbox = event.sending_account.as_deref();
    let timeless = event.time_source == TimeSource::Received;
    let identity = match event.kind {
        Kind::EmailReplied | Kind::EmailAutoReplied => identity.maybe("body", text_hash(event)),
        Kind::EmailSent => identity
            .maybe("step", event.sequence_number().map(|step| step.to_string()))
            .maybe("variation", body.name("variation").map(|variation| variation.to_lowercase())),
        Kind::EmailBounced => {
            let reason = event.facts.bounce.as_ref().and_then(|bounce| bounce.reason.as_ref()).filter(|_| timeless);
            identity.maybe("mailbox", mailbox).maybe("reason", reason)
        }
        _ if name.known == alert::SYSTEM_ALERT && event.kind != Kind::WebhookTest => {
            identity.maybe("alert", alert::name(body)).maybe("mailbox", mailbox)
        }
        Kind::Other | Kind::WebhookTest => identity.part("name", &name.known).part("body", hash(body)),
        _ => identity.part("name", &name.known),
    };
    Identified { digest: identity.digest(), lasting: false }
}

/// A hash of all that a body says.
fn hash(body: Fields<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for object in [body.map(), body.innermost()].into_iter().flatten() {
        hash.update(object_hash_without(object, &NOT_IDENTITY));
    }
    hash.update(body.word(BODY).unwrap_or_default());
    hash.finalize().into()
}

/// The guard beside the id. Of an answer without an id the time may differ between its deliveries, and an alert is told again.
pub(super) fn claim(event: &Event, name: &Name, identified: &Identified) -> Option<Claim> {
    let told_again = message::is_reply(event.kind) || name.known == alert::SYSTEM_ALERT;
    let as_if_timeless = if told_again { TimeSource::Received } else { event.time_source };
    identified.claim(as_if_timeless)
}
