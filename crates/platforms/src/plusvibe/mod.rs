//! PlusVibe (formerly PipL): a sending platform.
//!
//! PlusVibe sends one flat object per event: the lead's record and custom variables with the event's own fields beside them
//! (PlusVibe's developer pages, a capture). Receivers also know nested forms. The parts:
//!
//! - `names`: reads the event's name, with `alert` and `sample`;
//! - `event`: puts the event together from `who` (contact, campaign, mailbox, workspace), `message` (the sent and the received
//!   message, with `inline`) and `facts` (all else, with `lead`);
//! - `identify`: what makes two deliveries the same event.
//!
//! What nobody may forget: one answer may come under four names, and is one reply and one change of interest; `webhook_id` is the
//! subscription's; in replies `from_email` is the lead, in sends it is ours; `created_at` may be when the lead was imported.

mod alert;
mod event;
mod facts;
mod identify;
mod inline;
mod lead;
mod message;
pub(crate) mod names;
mod sample;
#[cfg(test)]
mod tests;
mod who;

use hookline_model::{kind::Kind, platform::Platform, time::Millis};

use crate::{
    Delivery, ParseError, Parsed, Parser, Settings,
    json::{Arena, Blanks, Fields, Node, Object, Secrets},
    receive::receive,
    relay,
};

/// The field with the webhook's secret, should PlusVibe echo it.
const SECRET: &str = "secret";

/// The message's body; or, in a workflow tool's view of a request, the event.
const BODY: &str = "body";

/// Where relays nest the fields, the first of them that is an object (public receivers).
const INNER: [&str; 3] = ["data", "payload", "lead"];

/// Where secrets are looked for beside the top.
const WRAPPERS: [&str; 3] = [BODY, "data", "payload"];

/// What is secret in its bodies.
static SECRETS: Secrets = relay::secrets(&[SECRET], &WRAPPERS);

/// The parser of PlusVibe's webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Plusvibe;

impl Parser for Plusvibe {
    fn platform(&self) -> Platform {
        Platform::Plusvibe
    }

    fn split<'a>(&self, body: &'a [u8]) -> Result<Option<Vec<&'a [u8]>>, ParseError> {
        relay::split(body)
    }

    fn parse(&self, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
        read(&Arena::new(delivery.body), delivery)
    }

    fn receive(&self, body: &mut [u8], received_at: Millis, settings: &Settings) -> Result<Parsed, ParseError> {
        receive(body, received_at, settings, &SECRETS, read)
    }

    fn names(&self) -> Vec<(&'static str, Kind)> {
        names::all()
    }

    fn redact(&self, body: &mut [u8]) {
        SECRETS.blank(body);
    }

    fn secret_fields(&self) -> &'static [&'static str] {
        &[SECRET]
    }
}

/// Reads a delivery into an event.
fn read<'t>(arena: &'t Arena, delivery: &Delivery<'t>) -> Result<Parsed, ParseError> {
    let body = fields(relay::open(arena, delivery.body, wrapper)?);
    let name = names::of(body, delivery.settings)
        .ok_or_else(|| ParseError::Shape(format!("no event name: expected text under one of {}", names::KEYS.join(", "))))?;
    event::read(&name, body, delivery)
}

/// The fields of an event, those of a nested form first.
fn fields(object: Object<'_>) -> Fields<'_> {
    let inner = INNER.into_iter().find(|key| object.get(key).is_some_and(Node::is_object));
    inner.map_or_else(|| Fields::new(object), |key| Fields::with_inner(object, key))
}

/// Whether `object` is only what a workflow tool wraps around an event. PlusVibe's own `body` is a text.
fn wrapper(object: Object<'_>) -> Option<&'static str> {
    let inner = object.get(BODY)?;
    let inner = inner.as_array().map_or(inner, |elements| elements.first().copied().unwrap_or(Node::Null)).as_object()?;
    let wraps = inner.get(BODY).is_some_and(|body| body.is_object() || body.is_array());
    let is_event = Fields::new(object).word(names::KEYS[0]).is_some();
    (!is_event && (wraps || names::is_stated(fields(inner)))).then_some(BODY)
}
