//! EmailBison: a sending platform, of which every customer runs an own, often white-labelled instance.
//!
//! A delivery is `{"event": {..}, "data": {..}}`: what happened and where, and the objects it happened to. It is unsigned, and
//! names no id of the event beyond those of its objects (the vendor's pages). The parts:
//!
//! - `envelope`: takes the event out of what relays and the vendor's own API wrap around it; `names` reads its name;
//! - `parts`: the objects of a body, and which instance and workspace it is from;
//! - `event`: puts the event together from `who` (contact, campaign, mailbox), `when` (the stated time), `message` (the sent and
//!   the received message) and `facts` (all else, with `lead`);
//! - `identify`: what makes two deliveries the same event;
//! - `sample`: what is sent to try a webhook out;
//! - `redact`: blanks what a relay carries along.
//!
//! What nobody may forget: every id is a small number that is unique only inside one workspace of one instance; times named
//! `_local` and `_est` end in `Z` and are not UTC; a bounce is a reply whose writer is a mail daemon; `LEAD_FIRST_CONTACTED` is
//! the `EMAIL_SENT` of the same email once more.

mod envelope;
mod event;
mod facts;
mod identify;
mod lead;
mod message;
pub(crate) mod names;
mod parts;
mod redact;
mod sample;
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

/// The parser of EmailBison's webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Emailbison;

impl Parser for Emailbison {
    fn platform(&self) -> Platform {
        Platform::Emailbison
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
        &redact::SECRET_FIELDS
    }
}

/// Reads a delivery into an event.
fn read<'t>(arena: &'t Arena, delivery: &Delivery<'t>) -> Result<Parsed, ParseError> {
    let opened = envelope::open(arena, delivery.body)?;
    event::read(opened, delivery)
}
