//! Instants in milliseconds, and the rule that decides when an event happened.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Never read from a clock here; it is always handed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

/// 2000-01-01T00:00:00Z: a stated time before this is not believed.
pub const EARLIEST_BELIEVED: Millis = Millis(946_684_800_000);

/// How far beyond the time of receipt a stated time may lie before it is not believed.
pub const FUTURE_TOLERANCE_MS: i64 = 24 * 60 * 60 * 1000;

/// A quarter of an hour: what rollups and firsts are counted by. The days and hours of every time zone are whole numbers of it.
pub const QUARTER_MS: i64 = 15 * 60 * 1000;

impl Millis {
    /// The start of the UTC hour that holds this instant.
    #[must_use]
    pub fn hour_start(self) -> Millis {
        const HOUR_MS: i64 = 60 * 60 * 1000;
        Millis(self.0.div_euclid(HOUR_MS) * HOUR_MS)
    }

    /// The start of the quarter of an hour (UTC) that holds this instant.
    #[must_use]
    pub fn quarter_start(self) -> Millis {
        Millis(self.0.div_euclid(QUARTER_MS).saturating_mul(QUARTER_MS))
    }
}

impl fmt::Display for Millis {
    /// RFC 3339 in UTC with exactly three fractional digits: `2026-02-11T08:03:27.500Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant:.3}"),
            // Only reachable for instants outside the years -9999 to 9999, which `effective` never lets in.
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

/// Where an event's effective time came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// The platform stated it, and it was believable.
    Stated,
    /// The platform stated none, or one that is not believable: the time of receipt stands in.
    Received,
}

/// The effective time of an event: what the platform stated if that lies between 2000 and receipt + 24 h, else the time of receipt.
///
/// A year 9999 must not win every comparison for ever.
#[must_use]
pub fn effective(stated: Option<Millis>, received_at: Millis) -> (Millis, TimeSource) {
    let latest = Millis(received_at.0.saturating_add(FUTURE_TOLERANCE_MS));
    match stated {
        Some(at) if at >= EARLIEST_BELIEVED && at <= latest => (at, TimeSource::Stated),
        _ => (received_at, TimeSource::Received),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stated_time_is_believed_only_between_2000_and_a_day_ahead() {
        let received = Millis(1_770_000_000_000);
        let day_ahead = Millis(received.0 + FUTURE_TOLERANCE_MS);
        let cases = [
            (None, (received, TimeSource::Received)),
            (Some(Millis(received.0 - 5)), (Millis(received.0 - 5), TimeSource::Stated)),
            (Some(EARLIEST_BELIEVED), (EARLIEST_BELIEVED, TimeSource::Stated)),
            (Some(Millis(EARLIEST_BELIEVED.0 - 1)), (received, TimeSource::Received)),
            (Some(day_ahead), (day_ahead, TimeSource::Stated)),
            (Some(Millis(day_ahead.0 + 1)), (received, TimeSource::Received)),
            (Some(Millis(i64::MAX)), (received, TimeSource::Received)),
            (Some(Millis(i64::MIN)), (received, TimeSource::Received)),
        ];
        for (stated, expected) in cases {
            assert_eq!(effective(stated, received), expected, "{stated:?}");
        }
    }

    #[test]
    fn times_print_with_milliseconds() {
        assert_eq!(Millis(1_770_797_007_500).to_string(), "2026-02-11T08:03:27.500Z");
        assert_eq!(Millis(1_770_797_007_000).to_string(), "2026-02-11T08:03:27.000Z");
    }

    #[test]
    fn an_hour_starts_at_its_full_hour_before_1970_too() {
        assert_eq!(Millis(3_600_001).hour_start(), Millis(3_600_000));
        assert_eq!(Millis(-1).hour_start(), Millis(-3_600_000));
    }

    #[test]
    fn a_quarter_starts_at_its_full_quarter_before_1970_too() {
        assert_eq!(Millis(900_000).quarter_start(), Millis(900_000));
        assert_eq!(Millis(1_799_999).quarter_start(), Millis(900_000));
        assert_eq!(Millis(-1).quarter_start(), Millis(-900_000));
        assert_eq!(Millis(i64::MIN).quarter_start(), Millis(i64::MIN));
    }
}
