//! The fixtures are of our own making: the structures of Lemlist's developer pages and of captures, with invented values.

mod envelopes;
mod fixtures;
mod identities;
mod leads;
mod messages;
mod names;
mod others;
mod properties;
mod times;
mod whom;

use serde_json::Value;

use hookline_model::{
    event::{Event, MessageFacts},
    key::{CampaignKey, EmailAddress, ExternalId},
    platform::Platform,
    time::Millis,
};

use crate::{Delivery, ParseError, Parsed, Parser, lemlist::Lemlist};

/// 2026-03-25T12:00:00Z.
const RECEIVED: Millis = Millis(1_774_440_000_000);

/// A body with some fields set, or removed where the value is null.
fn with(mut body: Value, fields: &Value) -> Value {
    let object = body.as_object_mut().expect("the body is an object");
    for (key, value) in fields.as_object().expect("the changes are an object") {
        if value.is_null() {
            object.remove(key);
        } else {
            object.insert(key.clone(), value.clone());
        }
    }
    body
}

/// Reads bytes.
fn parse_bytes(body: &[u8]) -> Result<Parsed, ParseError> {
    Lemlist.parse(&Delivery::new(body, RECEIVED))
}

/// Reads JSON.
fn parse(body: &Value) -> Result<Parsed, ParseError> {
    parse_bytes(body.to_string().as_bytes())
}

/// Reads JSON that is sound.
fn parsed(body: &Value) -> Parsed {
    parse(body).expect("an event")
}

/// The event of JSON that is sound.
fn event(body: &Value) -> Event {
    parsed(body).event
}

/// The text of the error that a body gives.
fn refusal(body: &Value) -> String {
    parse(body).expect_err("an error").to_string()
}

/// The address of an event's contact.
fn contact_email(event: &Event) -> Option<&str> {
    event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(EmailAddress::as_str)
}

/// The external id of an event's contact.
fn contact_id(event: &Event) -> Option<&str> {
    event.contact.as_ref().and_then(|contact| contact.external.as_ref()).map(|external| external.id.as_str())
}

/// What an event tells of the message that came in.
fn inbound(event: &Event) -> &MessageFacts {
    event.inbound.as_deref().expect("a message that came in")
}

/// What an event tells of the message that was sent.
fn outbound(event: &Event) -> &MessageFacts {
    event.outbound.as_deref().expect("a message that was sent")
}

/// An id of Lemlist's.
fn external(id: &str) -> ExternalId {
    ExternalId { platform: Platform::Lemlist, account: String::new(), id: id.to_owned() }
}

/// The key of the campaign.
fn campaign_key() -> CampaignKey {
    CampaignKey::External(external(fixtures::CAMPAIGN))
}

/// A text that may be there.
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn the_seeds_are_the_fixtures() {
    crate::tests::hold_seeds(Platform::Lemlist, fixtures::all());
}
