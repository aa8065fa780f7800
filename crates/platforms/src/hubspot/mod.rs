//! HubSpot: a CRM.
//!
//! HubSpot sends two sorts of body. An app gets arrays of thin events, in a classic and a generic naming that say the same; a
//! workflow posts one record, or the fields that somebody picked, and names no event. The parts:
//!
//! - `envelope`: takes a batch apart, and a body out of what relays wrap around it;
//! - `names`: what the names of an app's events say, in both namings; `object`: the sorts of record;
//! - `app`: puts an app's event together, with `association`, `merge` and `sample`;
//! - `workflow`: puts a workflow's body together, of which `record` reads the three shapes and `word` the event's name;
//! - `property`: what a property of a contact is in our vocabulary; `item`: the same of notes and tasks;
//! - `who`: ids, keys and the account;
//! - `identify`: what makes two deliveries the same event;
//! - `redact`: blanks sensitive values, and the secrets that a relay carries along.
//!
//! What nobody may forget: the id of a record is unique within its account (`portalId`) only; an event names an address only when
//! the address is what changed; `eventId` alone identifies nothing, and `attemptNumber` tells nothing.
//!
//! `docs/coverage/hubspot.md` lists every shape, name and quirk that is read, each with its test.

mod app;
mod association;
mod envelope;
mod identify;
mod item;
mod merge;
pub(crate) mod names;
mod object;
mod property;
mod record;
mod redact;
mod sample;
#[cfg(test)]
mod tests;
mod who;
mod word;
mod workflow;

use hookline_model::{kind::Kind, platform::Platform, time::Millis};

use crate::{
    Delivery, ParseError, Parsed, Parser, Settings,
    json::{Arena, Blanks, Fields},
    receive::receive,
};

/// The parser of HubSpot's webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Hubspot;

impl Parser for Hubspot {
    fn platform(&self) -> Platform {
        Platform::Hubspot
    }

    fn split<'a>(&self, body: &'a [u8]) -> Result<Option<Vec<&'a [u8]>>, ParseError> {
        envelope::split(body)
    }

    fn parse(&self, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
        read(&Arena::new(delivery.body), delivery)
    }

    fn receive(&self, body: &mut [u8], received_at: Millis, settings: &Settings) -> Result<Parsed, ParseError> {
        receive(body, received_at, settings, &redact::Secrets, read)
    }

    fn names(&self) -> Vec<(&'static str, Kind)> {
        names::all()
    }

    fn redact(&self, body: &mut [u8]) {
        redact::Secrets.blank(body);
    }

    fn secret_fields(&self) -> &'static [&'static str] {
        &redact::TEXT_FIELDS
    }
}

/// Reads a delivery into an event.
fn read<'t>(arena: &'t Arena, delivery: &Delivery<'t>) -> Result<Parsed, ParseError> {
    let body = Fields::new(envelope::open(arena, delivery.body)?);
    match names::stated(body) {
        Some(written) => app::read(written, body, delivery),
        None if names::is_app_event(body) => {
            Err(ParseError::Shape(format!("no event name: expected text under one of {}", names::KEYS.join(", "))))
        }
        None => workflow::read(arena, body, delivery),
    }
}
