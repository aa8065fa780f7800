//! The fixtures are of our own making: the structures of captures and of the vendor's pages, with invented values.

mod envelopes;
mod events;
mod facts;
mod fixtures;
mod identities;
mod messages;
mod names;
mod places;
mod properties;
mod samples;
mod times;
mod whom;

use serde_json::{Value, json};

use hookline_model::{
    event::Event,
    identity::Claim,
    key::{EmailKey, ExternalId},
    platform::Platform,
    time::Millis,
};

use crate::{
    Delivery, Parsed, Parser, Settings,
    emailbison::Emailbison,
    testing::{contact_email, inbound, outbound, readers, some},
};

/// 2026-04-20T12:00:00Z.
const RECEIVED: Millis = Millis(1_776_686_400_000);

readers!(Emailbison, RECEIVED);

/// The account of most fixtures.
const ACCOUNT: &str = "mail.tallgrove.example/31";

/// Our mailbox.
const MAILBOX: &str = "ona@hey-tallgrove.example";

/// The lead of most fixtures.
const LEAD: &str = "rafael.ortega@minaverde.example";

/// A fixture with some fields of its objects set, by their paths (`/data/lead/email`), or removed where the value is null.
fn changed(name: &str, changes: &Value) -> Value {
    with(fixtures::fixture(name), changes)
}

/// A body with some fields set, by their paths, or removed where the value is null.
fn with(mut body: Value, changes: &Value) -> Value {
    for (path, value) in changes.as_object().expect("the changes are an object") {
        let (object, key) = path.rsplit_once('/').expect("a path begins with a slash");
        let object = body.pointer_mut(object).unwrap_or_else(|| panic!("nothing at {path}")).as_object_mut().expect("an object");
        if value.is_null() {
            object.remove(key);
        } else {
            object.insert(key.to_owned(), value.clone());
        }
    }
    body
}

/// Reads JSON that is sound, from a source of this account.
fn parsed_from(account: &str, body: &Value) -> Parsed {
    let settings = Settings { account: Some(account.to_owned()), ..Settings::default() };
    let body = body.to_string();
    Emailbison.parse(&Delivery { body: body.as_bytes(), received_at: RECEIVED, settings: &settings }).expect("an event")
}

/// The event of a fixture.
fn event_of(name: &str) -> Event {
    event(&fixtures::fixture(name))
}

/// The claim: how long it holds, and its hash.
fn claim(body: &Value) -> (&'static str, [u8; 16]) {
    match parsed(body).claim {
        Some(Claim::Forever(hash)) => ("forever", hash),
        Some(Claim::Window(hash)) => ("window", hash),
        None => ("none", [0; 16]),
    }
}

/// The lead id of an event's contact.
fn lead_id(event: &Event) -> Option<ExternalId> {
    event.contact.as_ref().and_then(|contact| contact.external.clone())
}

/// An id of the account of most fixtures.
fn external(id: &str) -> ExternalId {
    ExternalId { platform: Platform::Emailbison, account: ACCOUNT.to_owned(), id: id.to_owned() }
}

/// The key of a sent message.
fn sent(id: &str) -> Option<EmailKey> {
    Some(EmailKey::Sent(external(id)))
}

/// What an event shows beside.
fn extra(event: &Event, name: &str) -> Value {
    event.facts.extra.get(name).cloned().unwrap_or(json!(null))
}

/// The time of a text.
fn at(text: &str) -> Option<Millis> {
    Some(crate::time_text::parse(text).expect("a time"))
}

#[test]
fn the_seeds_are_the_fixtures() {
    crate::tests::hold_seeds(Platform::Emailbison, fixtures::NAMES.map(|name| (name, fixtures::fixture(name))));
}
