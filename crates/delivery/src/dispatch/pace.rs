//! How many requests a second one receiver is sent at most.

use hookline_model::time::Millis;

/// A second, in ns.
const SECOND: u64 = 1_000_000_000;

/// A millisecond, in ns.
const MILLISECOND: i64 = 1_000_000;

/// A request that is late by up to so many ns does not delay those behind it: timers and clocks go by the millisecond, and the rate
/// would not be reached otherwise. What was not sent in a longer quiet time is not saved up.
const LATE_MAX: i64 = 10 * MILLISECOND;

/// Evenly spaced requests. Those that fall into one millisecond may go out together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// From one request to the next, in ns; 0 where there is no rate.
    gap: i64,
    /// When the next request may go out, in ns since 1970.
    next: i64,
}

impl Pace {
    /// At most so many requests a second, 1 to [`crate::settings::RATE_MAX`]; as many as there are, if it is not said.
    pub(super) fn new(rate: Option<u32>) -> Pace {
        Pace { gap: rate.map_or(0, |rate| SECOND.div_ceil(u64::from(rate.max(1))).cast_signed()), next: 0 }
    }

    /// When the next request may go out.
    pub(super) fn next_at(&self) -> Millis {
        Millis(self.next.div_euclid(MILLISECOND))
    }

    /// A request goes out.
    pub(super) fn took(&mut self, now: Millis) {
        let now = now.0.saturating_mul(MILLISECOND);
        if now.saturating_sub(self.next) > LATE_MAX {
            self.next = now;
        }
        self.next = self.next.saturating_add(self.gap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::RATE_MAX;

    const START: i64 = 1_770_000_000_000;

    /// How many requests go out in so many ms if somebody looks every `step` ms.
    fn sent(pace: &mut Pace, from: i64, ms: i64, step: usize) -> usize {
        let mut sent = 0;
        for now in (from..from + ms).step_by(step).map(Millis) {
            while pace.next_at() <= now && sent < 1_000_000 {
                pace.took(now);
                sent += 1;
            }
        }
        sent
    }

    #[test]
    fn every_rate_is_reached_and_none_is_exceeded() {
        for rate in [1, 2, 3, 7, 999, 1_000, 1_001, 1_500, 3_333, RATE_MAX] {
            for step in [1, 2, 5] {
                let found = sent(&mut Pace::new(Some(rate)), START, 1_000, step);
                let most = rate as usize;
                // A look that comes late is made up for; only what falls behind the last one is missing.
                let least = (most - (most * (step - 1)).div_ceil(1_000)).max(2) - 1;
                assert!((least..=most).contains(&found), "{rate} by {step} ms: {found}");
            }
        }
    }

    #[test]
    fn what_was_not_sent_in_a_quiet_time_is_not_saved_up() {
        let mut pace = Pace::new(Some(1_000));
        assert_eq!(sent(&mut pace, START, 100, 1), 100);
        assert_eq!(sent(&mut pace, START + 60_000, 1, 1), 1);
        assert_eq!(sent(&mut pace, START + 60_001, 99, 1), 99);
    }

    #[test]
    fn without_a_rate_nothing_waits() {
        let mut pace = Pace::new(None);
        pace.took(Millis(START));
        assert!(pace.next_at() <= Millis(START));
    }
}
