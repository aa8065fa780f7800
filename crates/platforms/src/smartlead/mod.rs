//! SmartLead: a sending platform.
//!
//! SmartLead has published several incompatible bodies for the same events. One file reads one shape; `flat` reads the one
//! that live captures show. The parts:
//!
//! - `names`: which of our kinds an event name is, in every published spelling;
//! - `fields`: lenient reading of JSON values, `mailbox` of addresses;
//! - `flat`: puts an event of the flat shape together from `who` (contact, campaign, mailbox), `when` (the stated time),
//!   `message` (the sent and the received message) and `facts` (all else, with `bounce` and `category`);
//! - `identify`: what makes two deliveries the same event;
//! - `redact`: blanks `secret_key`.
//!
//! What the flat shape gets wrong on purpose, and nobody may forget (live captures): `from_email` is *our* mailbox and `to_email`
//! the lead, also on a reply; a bounce repeats the time of its send; `stats_id` names a sent email, not an event;
//! `metadata.webhook_created_at` is the age of the subscription, never the time of an event.

mod bounce;
mod category;
mod facts;
mod fields;
mod flat;
mod identify;
mod mailbox;
mod message;
mod names;
mod redact;
#[cfg(test)]
mod tests;
mod when;
mod who;

use serde_json::{Map, Value};

use hookline_model::{kind::Kind, platform::Platform};

use crate::{Delivery, ParseError, Parsed, Parser, smartlead::fields::Fields};

/// The parser of SmartLead's webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Smartlead;

impl Parser for Smartlead {
    fn platform(&self) -> Platform {
        Platform::Smartlead
    }

    fn parse(&self, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
        let object = object(delivery.body)?;
        let body = Fields::new(&object);
        let name = names::of(body)
            .ok_or_else(|| ParseError::Shape(format!("no event name: expected text under one of {}", names::KEYS.join(", "))))?;
        let kind = names::kind(name);
        match shape(body) {
            // A name we do not know is kept whatever the rest looks like.
            Shape::Flat => flat::read(name, kind, body, delivery.received_at),
            _ if kind == Kind::Other => flat::read(name, kind, body, delivery.received_at),
            Shape::Nested(key) => Err(ParseError::Shape(format!(
                "expected SmartLead's flat shape; the nested shape (an object under {key:?}) cannot be read yet"
            ))),
            Shape::Short => Err(ParseError::Shape(
                "expected SmartLead's flat shape; the short shape (with \"email_account\") cannot be read yet".to_owned(),
            )),
        }
    }

    fn redact(&self, body: &mut [u8]) {
        redact::redact(body);
    }
}

/// Which of the published shapes a body has. Half of another shape is worse than quarantine, which can be read again later: the
/// text of a reply would be missing, and its identity with it.
enum Shape {
    /// All fields at the top (live captures; SmartLead webhook guide).
    Flat,
    /// Objects `lead`, `email`, `reply`, `link` (SmartLead's API reference); with the key that gave it away.
    Nested(&'static str),
    /// `lead_email`, `email_account`, `message` (an earlier generation of SmartLead's API reference).
    Short,
}

/// Recognises the shape. New shapes get their file beside `flat` and their line in `Smartlead::parse`.
fn shape(body: Fields<'_>) -> Shape {
    if let Some(key) = ["lead", "email", "reply", "link"].into_iter().find(|key| body.has_object(key)) {
        Shape::Nested(key)
    } else if body.text("email_account").is_some() {
        Shape::Short
    } else {
        Shape::Flat
    }
}

/// The one JSON object of a body. Relays that wrap it in an array of one are tolerated.
fn object(body: &[u8]) -> Result<Map<String, Value>, ParseError> {
    let value: Value = serde_json::from_slice(body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    let found = match value {
        Value::Object(object) => return Ok(object),
        Value::Array(mut elements) => match (elements.len(), elements.pop()) {
            (1, Some(Value::Object(object))) => return Ok(object),
            (1, _) => "an array of something else".to_owned(),
            (length, _) => format!("an array of {length}"),
        },
        Value::String(_) => "a text".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Bool(_) => "a truth value".to_owned(),
        Value::Null => "null".to_owned(),
    };
    Err(ParseError::Shape(format!("expected one JSON object, found {found}")))
}
