//! Lemlist: a sending platform of many channels.
//!
//! A delivery is an activity, the same flat object that Lemlist's API lists: no envelope, no signature, and the lead's variables
//! beside Lemlist's own fields, or under `lead.variables` (Lemlist's developer pages). The parts:
//!
//! - `names`: what each activity is, and whom it is about;
//! - `event`: puts the event together from `who` (contact, campaign, mailbox, team), `message` (the sent and the received
//!   message), `facts` (all else), `lead` (the lead's variables) and `channel` (what happened on other channels);
//! - `identify`: what makes two deliveries the same event.
//!
//! What nobody may forget: `name` is the campaign's; `sequenceStep` counts from 0; the groups (`contacted`, `hooked`, ...) tell
//! the same facts once more; `secret` is the hook's own, in every body; the user's login is no mailbox.

mod channel;
mod event;
mod facts;
mod identify;
mod lead;
mod message;
pub(crate) mod names;
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

/// The field with the hook's secret (Lemlist's developer pages).
const SECRET: &str = "secret";

/// The key under which a workflow tool puts the activity.
const BODY: &str = "body";

/// What is secret in its bodies.
static SECRETS: Secrets = relay::secrets(&[SECRET], &[BODY]);

/// The parser of Lemlist's webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Lemlist;

impl Parser for Lemlist {
    fn platform(&self) -> Platform {
        Platform::Lemlist
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
    let body = Fields::new(relay::open(arena, delivery.body, wrapper)?);
    let name = names::of(body, delivery.settings)
        .ok_or_else(|| ParseError::Shape("no name of an activity: expected text under type".to_owned()))?;
    event::read(&name, body, delivery)
}

/// Whether `object` is only what a workflow tool wraps around an activity. A `body` without a `type` inside is a variable.
fn wrapper(object: Object<'_>) -> Option<&'static str> {
    let inner = object.get(BODY)?;
    let inner = inner.as_array().map_or(inner, |elements| elements.first().copied().unwrap_or(Node::Null));
    let inner = inner.as_object().map_or_else(Fields::none, Fields::new);
    let is_activity = Fields::new(object).id("_id").is_some() && Fields::new(object).word(names::TYPE).is_some();
    (!is_activity && (inner.word(names::TYPE).is_some() || inner.value(BODY).is_some())).then_some(BODY)
}
