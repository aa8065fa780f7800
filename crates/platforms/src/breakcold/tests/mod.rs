//! The fixtures are of our own making: the published structures, and for what is not published the product's habits of naming,
//! with invented values.

mod emails;
mod envelopes;
mod fixtures;
mod identities;
mod items;
mod leads;
mod names;
mod properties;
mod records;
mod sets;
mod times;
mod trials;
mod whom;

use serde_json::{Value, json};

use hookline_model::{
    event::{Change, Event},
    item::ItemFact,
    key::ExternalId,
    platform::Platform,
    time::Millis,
};

use crate::{
    breakcold::Breakcold,
    testing::{contact_email, inbound, outbound, readers, set as set_fields, some},
};
use fixtures::{FIXTURES, fixture};

/// 2026-06-20T12:00:00Z.
const RECEIVED: Millis = Millis(1_781_956_800_000);

readers!(Breakcold, RECEIVED);

/// The classic workspace.
const SPACE: &str = "c4d81f60-2b7e-4a19-9d35-60e2f7a1b8c4";

/// The new workspace.
const WORKSPACE: &str = "ws_q4t9";

/// The lead of most fixtures, by id and by address.
const LEAD_ID: &str = "7be2a9d4-51c0-4f83-b6e7-18d90c3f5a26";
const LEAD: &str = "piet.oost@havenkraan.example";

/// The campaign.
const CAMPAIGN: &str = "e81b60f3-9c24-4d7a-a150-3f7e2b9c6d08";

/// An email of it.
const EMAIL: &str = "05f7c3a8-6d91-4be2-8c40-b29e71d5f063";

/// A body with some fields of its content set, or removed where the value is null.
fn changed(name: &str, fields: &Value) -> Value {
    let mut body = fixture(name);
    let key = if body.get("payload").is_some() { "payload" } else { "data" };
    set_fields(&mut body[key], fields);
    body
}

/// A classic body of this name with this payload.
fn classic(name: &str, payload: &Value) -> Value {
    json!({"id_space": SPACE, "event": name, "secret": "wh_4f0c27a91be63", "payload": payload})
}

/// A body of the new generation of this name with this data.
fn new(name: &str, data: &Value) -> Value {
    let time = "2026-06-11T08:20:31.115Z";
    json!({"eventId": "evt_x1", "timestamp": time, "workspaceId": WORKSPACE, "event": name, "data": data})
}

/// The lead or record id of an event's contact, and the account it belongs to.
fn contact_id(event: &Event) -> Option<(&str, &str)> {
    let external = event.contact.as_ref()?.external.as_ref()?;
    Some((external.account.as_str(), external.id.as_str()))
}

/// The item of an event.
fn item(event: &Event) -> &ItemFact {
    event.facts.item.as_deref().expect("an item")
}

/// The fields of an event's item that are set.
fn item_fields(event: &Event) -> Value {
    let set = item(event).fields.iter().map(|(name, change)| match change {
        Change::Set(value) => (name.clone(), value.clone()),
        Change::Clear => panic!("{name} is cleared"),
    });
    Value::Object(set.collect())
}

/// The custom fields of an event that are set.
fn custom_fields(event: &Event) -> Value {
    let set = event.facts.custom_fields.iter().map(|(name, change)| match change {
        Change::Set(value) => (name.clone(), value.clone()),
        Change::Clear => panic!("{name} is cleared"),
    });
    Value::Object(set.collect())
}

/// What else an event says.
fn extra(event: &Event) -> Value {
    json!(event.facts.extra)
}

/// An id of Breakcold's.
fn external(account: &str, id: &str) -> ExternalId {
    ExternalId { platform: Platform::Breakcold, account: account.to_owned(), id: id.to_owned() }
}

/// A text that is set.
fn set(text: &str) -> Option<Change<String>> {
    Some(Change::Set(text.to_owned()))
}

#[test]
fn the_seeds_are_the_fixtures() {
    crate::tests::hold_seeds(Platform::Breakcold, FIXTURES.map(|name| (name, fixture(name))));
}
