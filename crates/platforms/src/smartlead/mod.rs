//! SmartLead: a sending platform.
//!
//! SmartLead has published several incompatible bodies for the same events. Whatever the shape, it ends in one reader, so that an
//! event is the same event in each. The parts:
//!
//! - `relay`: takes a body out of what relays put around it;
//! - `names`: which of our kinds an event name is, in every published spelling;
//! - `shape`: which of the published shapes a body has;
//! - `nested`: puts the shapes of SmartLead's API reference into the words of the flat one;
//! - `flat`: puts an event of the flat shape together from `who` (contact, campaign, mailbox), `when` (the stated time),
//!   `message` (the sent and the received message) and `facts` (all else, with `bounce` and `category`);
//! - `alert`: alerts about an account, of both styles;
//! - `sample`: what is sent when a webhook is saved or tested;
//! - `identify`: what makes two deliveries the same event;
//! - `redact`: blanks `secret_key`.
//!
//! What the flat shape gets wrong on purpose, and nobody may forget (live captures): `from_email` is *our* mailbox and `to_email`
//! the lead, also on a reply; a bounce repeats the time of its send; `stats_id` names a sent email, not an event;
//! `metadata.webhook_created_at` is the age of the subscription, never the time of an event.
//!
//! `docs/coverage/smartlead.md` lists every shape, name and quirk that is read, each with its test.

mod alert;
mod bounce;
mod category;
mod facts;
mod flat;
mod identify;
mod message;
pub(crate) mod names;
mod nested;
mod redact;
mod relay;
mod sample;
mod shape;
#[cfg(test)]
mod tests;
mod when;
mod who;

use hookline_model::{kind::Kind, platform::Platform, time::Millis};

use crate::{
    Delivery, ParseError, Parsed, Parser, Settings,
    json::{Arena, Blanks, Fields},
    receive::receive,
    smartlead::shape::Shape,
};

/// The parser of SmartLead's webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Smartlead;

impl Parser for Smartlead {
    fn platform(&self) -> Platform {
        Platform::Smartlead
    }

    fn parse(&self, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
        read(&Arena::new(delivery.body), delivery)
    }

    fn receive(&self, body: &mut [u8], received_at: Millis, settings: &Settings) -> Result<Parsed, ParseError> {
        receive(body, received_at, settings, &redact::SECRETS, read)
    }

    fn names(&self) -> Vec<(&'static str, Kind)> {
        names::all()
    }

    fn redact(&self, body: &mut [u8]) {
        redact::SECRETS.blank(body);
    }
}

/// Reads a delivery into an event.
fn read<'t>(arena: &'t Arena, delivery: &Delivery<'t>) -> Result<Parsed, ParseError> {
    let mut object = relay::object(arena, delivery.body)?;
    let body = Fields::new(object);
    let (key, name) = names::of(body)
        .ok_or_else(|| ParseError::Shape(format!("no event name: expected text under one of {}", names::KEYS.join(", "))))?;
    let read_as = delivery.settings.name(name);
    let kind = names::kind(read_as);
    let shape = shape::of(key, read_as, kind, body);
    if shape == Shape::Documented {
        object = nested::flatten(arena, kind, object);
    }
    let body = Fields::new(object);
    let mut read = if shape == Shape::Alert {
        Ok(alert::read(read_as, kind, body, delivery.received_at))
    } else if sample::is_sample(kind, body) {
        Ok(sample::read(name, kind, body, delivery.received_at))
    } else {
        flat::read(name, kind, shape, body, delivery.received_at)
    };
    if let Ok(Parsed { event, .. }) = &mut read
        && event.account.is_none()
    {
        event.account.clone_from(&delivery.settings.account);
    }
    read
}
