//! What each sending platform and CRM really sends, turned into Hookline's vocabulary.
//!
//! One file (or folder) per platform, and one line in [`parser`]: that is all it takes to add one. No I/O; the time of receipt is
//! an argument. A parser never guesses: what it cannot read is an error whose text says what was expected, and the delivery goes
//! to quarantine.

use std::collections::BTreeMap;

use hookline_model::{event::Event, identity::Claim, kind::Kind, platform::Platform, time::Millis};

mod blank;
mod bounce_text;
pub mod breakcold;
pub mod emailbison;
mod extra;
mod html;
pub mod hubspot;
mod identified;
pub mod instantly;
mod json;
pub mod lemlist;
pub mod plusvibe;
mod receive;
pub mod redact_text;
mod relay;
pub mod shape;
pub mod smartlead;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod time_text;
pub mod verify;

/// One delivery as it came in, or one element of a batch, see [`Parser::split`].
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The body, at most as large as the server lets in.
    pub body: &'a [u8],
    /// When it was received.
    pub received_at: Millis,
    /// What the source it came from is set to.
    pub settings: &'a Settings,
}

impl<'a> Delivery<'a> {
    /// A delivery from a source without settings.
    #[must_use]
    pub fn new(body: &'a [u8], received_at: Millis) -> Delivery<'a> {
        Delivery { body, received_at, settings: &NO_SETTINGS }
    }
}

/// What a source is set to of which nobody has told us anything.
pub static NO_SETTINGS: Settings = Settings { account: None, names: BTreeMap::new() };

/// What somebody has told us of a source, since its bodies do not say it, or say it in words of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The account that the platform's events belong to where a body names none.
    pub account: Option<String>,
    /// Names of events that the platform made up since: per new name, in lower case, the known name that it is read as. What
    /// an event shows as its name stays what was written.
    pub names: BTreeMap<String, String>,
}

impl Settings {
    /// The name that an event's name is read as.
    #[must_use]
    pub fn name<'n>(&'n self, written: &'n str) -> &'n str {
        if self.names.is_empty() {
            return written;
        }
        self.names.get(&written.trim().to_lowercase()).map_or(written, String::as_str)
    }
}

/// What a delivery was.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The event, its id and effective time derived.
    pub event: Event,
    /// The guard beside the id, if time does not identify the event.
    pub claim: Option<Claim>,
}

/// Why a delivery could not be read. The text says what was expected; it never repeats more than a few words of the body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not JSON (or not the shape of JSON that this platform sends at all).
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    /// JSON, but not this platform's shape.
    #[error("{0}")]
    Shape(String),
    /// The platform's shape, but it names no one and nothing.
    #[error("{0}")]
    NamesNothing(String),
}

/// One platform: how its deliveries are read.
pub trait Parser: Sync {
    /// Which platform.
    fn platform(&self) -> Platform;

    /// The events of a body that holds several, each with its own bytes: they are read, kept and answered one by one, and one
    /// that cannot be read spoils no other. `None` if the body is one event, as on most platforms.
    ///
    /// # Errors
    /// When it is such a body but cannot be taken apart.
    fn split<'a>(&self, body: &'a [u8]) -> Result<Option<Vec<&'a [u8]>>, ParseError> {
        let _ = body;
        Ok(None)
    }

    /// Reads a delivery.
    ///
    /// # Errors
    /// When it is not this platform's; the caller keeps it in quarantine with the text of the error.
    fn parse(&self, delivery: &Delivery<'_>) -> Result<Parsed, ParseError>;

    /// Reads a delivery and blanks its secrets, whether it could be read or not: what [`parse`](Parser::parse) and then
    /// [`redact`](Parser::redact) do, which for most bodies takes one reading.
    ///
    /// # Errors
    /// As for [`parse`](Parser::parse). The secrets are blanked all the same.
    fn receive(&self, body: &mut [u8], received_at: Millis, settings: &Settings) -> Result<Parsed, ParseError> {
        let parsed = self.parse(&Delivery { body, received_at, settings });
        self.redact(body);
        parsed
    }

    /// The names of its events, as the platform writes them, with what each is in our vocabulary; the one it uses first.
    fn names(&self) -> Vec<(&'static str, Kind)>;

    /// Blanks the values of known secret fields in place: the stored bytes are the bytes received, but for these.
    fn redact(&self, body: &mut [u8]);

    /// The names of these fields, for [`redact_text::redact_text`]: what cannot be read is blanked by the letter.
    fn secret_fields(&self) -> &'static [&'static str] {
        &["secret_key"]
    }
}

/// The parser of a platform, if its deliveries can be read.
#[must_use]
pub fn parser(platform: Platform) -> Option<&'static dyn Parser> {
    match platform {
        Platform::Instantly => Some(&instantly::Instantly),
        Platform::Lemlist => Some(&lemlist::Lemlist),
        Platform::Plusvibe => Some(&plusvibe::Plusvibe),
        Platform::Smartlead => Some(&smartlead::Smartlead),
        Platform::Emailbison => Some(&emailbison::Emailbison),
        Platform::Hubspot => Some(&hubspot::Hubspot),
        Platform::Breakcold => Some(&breakcold::Breakcold),
        _ => None,
    }
}
