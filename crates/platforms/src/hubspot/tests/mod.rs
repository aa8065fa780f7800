//! The fixtures are of our own making: the structures that HubSpot describes, with invented values.

mod batches;
mod changes;
mod fixtures;
mod identities;
mod names;
mod others;
mod people;
mod picked;
mod properties;
mod records;
mod secrets;
mod times;
mod trials;

use serde_json::{Value, json};

use hookline_model::{
    event::{Change, Event},
    key::{ContactKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::Millis,
};

use crate::{
    Delivery, Parser, Settings,
    hubspot::Hubspot,
    testing::{contact_email as email, readers},
};

/// 2026-03-25T12:00:00Z.
const RECEIVED: Millis = Millis(1_774_440_000_000);

readers!(Hubspot, RECEIVED);

/// When the events of the fixtures happened.
const AT: i64 = 1_774_431_207_418;

/// HubSpot's account.
const PORTAL: &str = "6120457";

/// The contact of the fixtures.
const CONTACT: &str = "70311904822";

/// The event of JSON that is sound, from a source with settings.
fn event_with(body: &Value, settings: &Settings) -> Event {
    let body = body.to_string();
    let delivery = Delivery { body: body.as_bytes(), received_at: RECEIVED, settings };
    Hubspot.parse(&delivery).expect("an event").event
}

/// A body with some fields set, or removed where the change is `"-"`.
fn with(mut body: Value, fields: &Value) -> Value {
    let object = body.as_object_mut().expect("the body is an object");
    for (key, value) in fields.as_object().expect("the changes are an object") {
        if *value == json!("-") {
            object.remove(key);
        } else {
            object.insert(key.clone(), value.clone());
        }
    }
    body
}

/// The id of an event's contact, which is always one of the account's.
fn id(event: &Event) -> Option<&str> {
    let external = event.contact.as_ref().and_then(|contact| contact.external.as_ref())?;
    assert_eq!((external.platform, Some(&*external.account)), (Platform::Hubspot, event.account.as_deref()));
    Some(&external.id)
}

/// The key of a contact of the account.
fn key(id: &str) -> ContactKey {
    ContactKey::External(external(id))
}

/// An id of the account.
fn external(id: &str) -> ExternalId {
    ExternalId { platform: Platform::Hubspot, account: PORTAL.to_owned(), id: id.to_owned() }
}

/// A text that an event sets.
fn set(text: &str) -> Option<Change<String>> {
    Some(Change::Set(text.to_owned()))
}

/// What an event shows under a name.
fn extra<'a>(event: &'a Event, name: &str) -> Option<&'a Value> {
    event.facts.extra.get(name)
}

/// The kind of a body.
fn kind(body: &Value) -> Kind {
    event(body).kind
}

#[test]
fn the_seeds_are_the_fixtures() {
    crate::tests::hold_seeds(Platform::Hubspot, fixtures::all());
}
