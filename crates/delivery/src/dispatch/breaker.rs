//! Sparing a receiver that is down, and everybody else with it.
//!
//! After a few failures in a row nothing *new* is tried but a probe now and then, more and more apart; what was tried before comes
//! again when its schedule says so. So a dead receiver costs next to nothing, and its backlog stays in the log.

use hookline_model::time::Millis;

/// So many attempts in a row may fail until new deliveries are held back.
const FAILURES: u32 = 5;

/// The first wait between probes, in ms; each is twice the one before.
const PROBE_MIN: i64 = 1_000;

/// The longest wait.
const PROBE_MAX: i64 = 60_000;

/// How attempts went lately.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    wait: i64,
    probe_at: Millis,
}

impl Breaker {
    /// An attempt was answered with success.
    pub(super) fn succeeded(&mut self) {
        *self = Breaker::default();
    }

    /// An attempt failed.
    pub(super) fn failed(&mut self, now: Millis) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.wait = (self.wait * 2).clamp(PROBE_MIN, PROBE_MAX);
            self.probe_at = Millis(now.0.saturating_add(self.wait));
        }
    }

    /// When the next new delivery may be tried: at once while all is well.
    pub(super) fn probe_at(&self) -> Option<Millis> {
        (self.failures >= FAILURES).then_some(self.probe_at)
    }

    /// Whether a new delivery may be tried now, with so many on the wire.
    pub(super) fn lets(&self, now: Millis, in_flight: usize) -> bool {
        self.failures < FAILURES || (in_flight == 0 && now >= self.probe_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_few_failures_only_probes_go_out_until_one_succeeds() {
        let mut breaker = Breaker::default();
        for _ in 1..FAILURES {
            breaker.failed(Millis(0));
        }
        assert!(breaker.lets(Millis(0), 7) && breaker.probe_at().is_none());
        breaker.failed(Millis(0));
        assert!(!breaker.lets(Millis(999), 0));
        assert!(breaker.lets(Millis(1_000), 0));
        assert!(!breaker.lets(Millis(1_000), 1), "one at a time");
        let mut waits = Vec::new();
        for _ in 0..8 {
            breaker.failed(Millis(5_000));
            waits.extend(breaker.probe_at().map(|at| at.0 - 5_000));
        }
        assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
        breaker.succeeded();
        assert!(breaker.lets(Millis(0), 7));
    }
}
