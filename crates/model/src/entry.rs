//! The door: whether what arrived is new, a repetition, or a variant of an event the log has.

use serde::{Deserialize, Serialize};

use crate::{event::Event, id::WorkspaceId, time::Millis};

/// How an entry came to be in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Received as it happened.
    Live,
    /// Recorded deliveries, read in later.
    Import,
    /// Placed in a workspace by a routing rule made later.
    Routed,
    /// Parsed again after a parser learned something.
    Rerun,
    /// Made through the API or console.
    Manual,
    /// A platform's test ping or sample.
    Test,
}

impl Origin {
    /// The name used in the API and stored in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Origin::Live => "live",
            Origin::Import => "import",
            Origin::Routed => "routed",
            Origin::Rerun => "rerun",
            Origin::Manual => "manual",
            Origin::Test => "test",
        }
    }
}

/// One entry of the log, as the fold reads it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the log.
    pub position: u64,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// What happened.
    pub event: Event,
    /// Digest of [`Event::content_digest`], kept so that it is computed once.
    pub digest: u64,
    /// Whether it is the variant that counts.
    pub counts: bool,
    /// The variant that counted until this entry arrived.
    pub uncounts: Option<Box<Former>>,
}

/// A variant that counted until a smaller one arrived.
#[derive(Clone, Debug)]
pub struct Former {
    /// Its place in the log.
    pub position: u64,
    /// What it said.
    pub event: Event,
}

/// A variant of an event that the log already has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its place in the log.
    pub position: u64,
    /// Its effective time.
    pub occurred_at: Millis,
    /// Its content digest.
    pub digest: u64,
}

/// What to do with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The event is new: append it, it counts.
    New,
    /// The log has it: only note the repetition.
    Duplicate,
    /// The event is known, but this delivery says something else about it: append it, so that its values are folded.
    Variant {
        /// Whether it is the one that counts from now on.
        counts: bool,
        /// The entry that counted until now, if this one takes its place.
        uncounts: Option<u64>,
    },
}

/// How many variants of one event are kept. Further ones are repetitions, so that nobody can fill the log with one event.
pub const VARIANTS_MAX: usize = 64;

/// Decides what to do with a delivery of an event of which the log has these variants.
///
/// The variant with the smallest (time, digest) counts, whichever came first: that keeps counts independent of order.
#[must_use]
pub fn admit(known: &[Variant], occurred_at: Millis, digest: u64) -> Admission {
    let Some(canonical) = known.iter().min_by_key(|variant| (variant.occurred_at, variant.digest)) else {
        return Admission::New;
    };
    if known.iter().any(|variant| variant.digest == digest) || known.len() >= VARIANTS_MAX {
        return Admission::Duplicate;
    }
    if (occurred_at, digest) < (canonical.occurred_at, canonical.digest) {
        Admission::Variant { counts: true, uncounts: Some(canonical.position) }
    } else {
        Admission::Variant { counts: false, uncounts: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_time_then_digest_counts() {
        let known = [
            Variant { position: 1, occurred_at: Millis(5), digest: 50 },
            Variant { position: 2, occurred_at: Millis(5), digest: 40 },
        ];
        assert_eq!(admit(&[], Millis(9), 1), Admission::New);
        assert_eq!(admit(&known, Millis(5), 50), Admission::Duplicate);
        assert_eq!(admit(&known, Millis(5), 45), Admission::Variant { counts: false, uncounts: None });
        assert_eq!(admit(&known, Millis(5), 30), Admission::Variant { counts: true, uncounts: Some(2) });
        assert_eq!(admit(&known, Millis(4), 99), Admission::Variant { counts: true, uncounts: Some(2) });
    }

    #[test]
    fn variants_of_one_event_are_bounded() {
        let known: Vec<Variant> =
            (0..VARIANTS_MAX as u64).map(|digest| Variant { position: digest, occurred_at: Millis(1), digest }).collect();
        assert_eq!(admit(&known, Millis(0), 1_000), Admission::Duplicate);
    }
}
