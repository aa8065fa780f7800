//! Answers to writes, kept so that a repetition of the write gets the answer and changes nothing.

use std::fmt;

use hookline_model::time::Millis;

/// How many answers are kept; beyond, the oldest go.
pub const ANSWERS_MAX: usize = 10_000;

/// How long an answer is kept: a day.
pub const ANSWER_LIFETIME_MS: i64 = 24 * 60 * 60 * 1_000;

/// The answer to a write, under what the write is repeated by.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// A hash of whose it is, of what was asked, and of the key that the caller chose for it.
    pub key: [u8; 32],
    /// A hash of what was sent: whoever sends something else under the same key is not repeating.
    pub request: [u8; 32],
    /// The HTTP status.
    pub status: u16,
    /// The body, without secrets.
    pub body: Vec<u8>,
    /// When it was given. Ages are measured against it, since a store has no clock.
    pub at: Millis,
}

impl KeptAnswer {
    /// Whether it is too old at this instant to be given again.
    #[must_use]
    pub fn is_expired(&self, now: Millis) -> bool {
        self.at.0 <= now.0.saturating_sub(ANSWER_LIFETIME_MS)
    }
}

impl fmt::Debug for KeptAnswer {
    /// Without the body: it holds addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptAnswer").field("status", &self.status).field("at", &self.at).finish_non_exhaustive()
    }
}
