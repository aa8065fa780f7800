//! Instantly: a sending platform.
//!
//! Instantly sends one flat object per event, in which its own fields, the lead's and the agency's custom variables stand side by
//! side, and gives neither a signature nor an id of the event (captures). The parts:
//!
//! - `envelope`: takes the event out of what relays wrap around it; `names` reads its name;
//! - `event`: puts the event together from `who` (contact, campaign, mailbox, workspace), `message` (the sent and the received
//!   message) and `facts` (all else, with `lead` and `label`);
//! - `identify`: what makes two deliveries the same event;
//! - `redact`: blanks the headers that a relay carries along.
//!
//! What nobody may forget (captures): a custom label arrives as the event's name; a click is called `link_clicked`, whatever was
//! subscribed to; `lead_*` events may repeat a reply that has its own event; `email_id` of a reply is the reply's own.

mod envelope;
mod event;
mod facts;
mod identify;
mod label;
mod lead;
mod message;
pub(crate) mod names;
mod redact;
#[cfg(test)]
mod tests;
mod who;

use hookline_model::{kind::Kind, platform::Platform, time::Millis};

use crate::{
    Delivery, ParseError, Parsed, Parser, Settings,
    json::{Arena, Blanks, Fields},
    receive::receive,
    relay,
};

/// The parser of Instantly's webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Instantly;

impl Parser for Instantly {
    fn platform(&self) -> Platform {
        Platform::Instantly
    }

    fn split<'a>(&self, body: &'a [u8]) -> Result<Option<Vec<&'a [u8]>>, ParseError> {
        relay::split(body)
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
    let body = Fields::with_inner(envelope::open(arena, delivery.body)?, "data");
    let addresses = who::Addresses::read(body);
    let name = names::of(body, &addresses, delivery.settings).ok_or_else(|| {
        ParseError::Shape("no event name: expected text under one of event_type, type, event, or a label".to_owned())
    })?;
    event::read(&name, body, &addresses, delivery)
}
