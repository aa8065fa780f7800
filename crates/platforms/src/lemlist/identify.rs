//! What makes two deliveries of Lemlist's the same event.
//!
//! An activity has an id of its own, which two hooks, a retry and the list of activities give alike. Only a change of state that
//! Lemlist tells under two names, with two ids, goes by who, where and what: `emailsInterested` beside `interested`, and
//! `emailsUnsubscribed` beside `entityUnsubscribed`, up to a second apart.

use hookline_model::{
    event::Event,
    identity::{Claim, Identity},
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};

use crate::{
    identified::{Identified, text_hash},
    json::{Fields, object_hash_without},
    lemlist::{BODY, SECRET, facts, message, names::Name},
};

/// What an activity without an id does not go by: its name counts in any spelling, the lead's state is the present one, and of the
/// rest secrets may have been blanked.
const NOT_IDENTITY: [&str; 5] = [SECRET, "type", "lead", "headers", BODY];

/// Whether Lemlist may tell a fact of this kind under two names.
fn is_told_twice(kind: Kind) -> bool {
    matches!(kind, Kind::ContactUnsubscribed | Kind::ContactInterested | Kind::ContactNotInterested)
}

/// Identifies an event, whose contact, campaign and messages have been read from `body` already.
pub(super) fn identify(event: &Event, name: &Name, body: Fields<'_>) -> Identified {
    let identity = Identity::new(Platform::Lemlist, event.account.as_deref().unwrap_or_default(), event.kind);
    let told_twice = is_told_twice(event.kind);
    // A trial's id is made up, the same in every trial.
    if let Some(id) = body.id("_id").filter(|_| !told_twice && event.kind != Kind::WebhookTest) {
        return Identified { digest: identity.part("activity", id).digest(), lasting: true };
    }
    let identity = identity.contact(event.contact.as_ref()).campaign(event.campaign_key());
    if told_twice {
        return Identified { digest: identity.digest(), lasting: false };
    }
    let message_id = message::message_id(event.kind, body);
    // A message leaves once and comes in once; whatever else names it repeats.
    let lasting = message_id.is_some() && matches!(event.kind, Kind::EmailSent | Kind::EmailReplied);
    let identity = identity.maybe("message_id", message_id.as_ref());
    let sequence_number = || event.sequence_number().map(|number| number.to_string());
    let timeless = event.time_source == TimeSource::Received;
    let identity = match event.kind {
        Kind::EmailOpened => identity.maybe("step", sequence_number()),
        Kind::EmailClicked => identity.maybe("step", sequence_number()).maybe("link", facts::link(body)),
        // No two messages leave or come in at one millisecond; a relay may shorten one of two deliveries.
        Kind::EmailSent | Kind::EmailBounced | Kind::EmailFailed if timeless && !lasting => {
            identity.maybe("step", sequence_number())
        }
        Kind::EmailReplied if timeless && !lasting => identity.maybe("body", text_hash(event)),
        Kind::AccountError => identity.part("name", name.identity()).maybe("mailbox", event.sending_account.as_deref()),
        Kind::ActivityRecorded | Kind::Other | Kind::WebhookTest => identity
            .part("name", name.identity())
            .part("body", body.map().map_or([0; 32], |object| object_hash_without(object, &NOT_IDENTITY))),
        _ => identity,
    };
    Identified { digest: identity.digest(), lasting }
}

/// The guard beside the id.
pub(super) fn claim(event: &Event, identified: &Identified) -> Option<Claim> {
    let own = identified.claim(event.time_source);
    if !is_told_twice(event.kind) {
        return own;
    }
    let mut hash = [0; 16];
    hash.copy_from_slice(&identified.digest[..16]);
    Some(Claim::Window(hash))
}
