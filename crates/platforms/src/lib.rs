//! What each sending platform and CRM really sends, turned into Hookline's vocabulary.
//!
//! One file (or folder) per platform, and one line in [`parser`]: that is all it takes to add one. No I/O; the time of receipt is
//! an argument. A parser never guesses: what it cannot read is an error whose text says what was expected, and the delivery goes
//! to quarantine.

use hookline_model::{event::Event, identity::Claim, platform::Platform, time::Millis};

pub mod instantly;
mod key_set;
pub mod redact_text;
pub mod smartlead;
pub mod time_text;

/// One delivery as it came in.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The body, at most as large as the server lets in.
    pub body: &'a [u8],
    /// When it was received.
    pub received_at: Millis,
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

    /// Reads a delivery.
    ///
    /// # Errors
    /// When it is not this platform's; the caller keeps it in quarantine with the text of the error.
    fn parse(&self, delivery: &Delivery<'_>) -> Result<Parsed, ParseError>;

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
        Platform::Smartlead => Some(&smartlead::Smartlead),
        _ => None,
    }
}
