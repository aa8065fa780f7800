//! Breakcold: a CRM that also sends campaigns. There are two products of that name, and both send webhooks.
//!
//! The *classic* one sends `{"id_space", "event", "secret", "payload"}`: leads, what happens to them, campaigns and the definitions
//! of lists, statuses and tags. It gives neither an id nor a time of the event, and only the lead's payload is published
//! (Breakcold's classic developer pages). The *new* one sends `{"eventId", "timestamp", "workspaceId", "event", "data"}`: records,
//! notes, tasks, relations, calls and files, and no mail at all (Breakcold's developer pages). The parts:
//!
//! - `envelope`: tells the two apart by their shape, and puts their fields into one spelling (`snake`); `names` reads the name;
//! - `event`: puts the event together from `who` (contact, campaign, mailbox), `when`, `message` (campaign emails), `item`
//!   (definitions, notes, tasks, messages of other channels) and `facts` (all else, with `lead`, `record` and `sets`);
//! - `identify`: what makes two deliveries the same event;
//! - `redact`: blanks the secret that is in every classic body.
//!
//! What nobody may forget: leads without an address are normal; what is not published is read by what is there, and an event in
//! which nothing is found is kept all the same.

mod envelope;
mod event;
mod facts;
mod identify;
mod item;
mod lead;
mod message;
pub(crate) mod names;
mod plain;
mod record;
mod redact;
mod sets;
mod snake;
#[cfg(test)]
mod tests;
mod when;
mod who;

use hookline_model::{kind::Kind, platform::Platform, time::Millis};

use crate::{
    Delivery, ParseError, Parsed, Parser, Settings,
    json::{Arena, Blanks},
    receive::receive,
};

/// The parser of Breakcold's webhooks, of both generations.
#[derive(Clone, Copy, Debug)]
pub struct Breakcold;

impl Parser for Breakcold {
    fn platform(&self) -> Platform {
        Platform::Breakcold
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

    fn secret_fields(&self) -> &'static [&'static str] {
        &[redact::SECRET]
    }
}

/// Reads a delivery into an event.
fn read<'t>(arena: &'t Arena, delivery: &Delivery<'t>) -> Result<Parsed, ParseError> {
    let body = envelope::open(arena, delivery)?;
    let name = names::of(&body, delivery.settings)
        .ok_or_else(|| ParseError::Shape("no event name: expected text under event".to_owned()))?;
    Ok(event::read(&name, &body, delivery))
}
