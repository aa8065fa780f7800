//! When requests are due in the open loop.

use std::time::Duration;

use crate::Error;

/// Rates that can be scheduled, in requests a second.
const RATES: std::ops::RangeInclusive<f64> = 0.01..=1_000_000.0;
/// Bounds of the pause between two looks at the clock: shorter ones would cost more than they tell, longer ones hide a stop.
const TICKS: std::ops::RangeInclusive<Duration> = Duration::from_micros(100)..=Duration::from_millis(50);

/// Evenly spaced arrivals: request `n` is due `n` periods after the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    period_ps: u128,
}

impl Schedule {
    /// A schedule of so many requests a second.
    pub(crate) fn new(per_second: f64) -> Result<Schedule, Error> {
        if !RATES.contains(&per_second) {
            let (least, most) = (RATES.start(), RATES.end());
            return Err(Error::Options(format!("a rate of {per_second} a second cannot be held: give {least} to {most}")));
        }
        Ok(Schedule { period_ps: (1e12 / per_second).round() as u128 })
    }

    /// When a request is due, from the start.
    pub(crate) fn due(self, index: u64) -> Duration {
        let nanos = (u128::from(index) * self.period_ps).div_ceil(1_000);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many requests are due by now.
    pub(crate) fn due_by(self, elapsed: Duration) -> u64 {
        u64::try_from(elapsed.as_nanos() * 1_000 / self.period_ps).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// How many requests are due within a time from the start, its end not included.
    pub(crate) fn within(self, time: Duration) -> u64 {
        u64::try_from((time.as_nanos() * 1_000).div_ceil(self.period_ps)).unwrap_or(u64::MAX)
    }

    /// How often to look whether something is due.
    pub(crate) fn tick(self) -> Duration {
        self.due(1).clamp(*TICKS.start(), *TICKS.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_evenly_spaced_and_none_is_forgotten() {
        for per_second in [0.5, 1.0, 20.0, 333.0, 4_321.5, 1_000_000.0] {
            let schedule = Schedule::new(per_second).expect("a rate");
            assert_eq!(schedule.due(0), Duration::ZERO);
            for index in [0, 1, 2, 3, 7, 1_000, 999_999] {
                let due = schedule.due(index);
                assert_eq!(schedule.due_by(due), index + 1, "{per_second} {index}");
                if let Some(before) = due.checked_sub(Duration::from_nanos(1)) {
                    assert_eq!(schedule.due_by(before), index, "{per_second} {index}");
                }
                let expected = index as f64 / per_second;
                assert!((due.as_secs_f64() - expected).abs() <= 1e-6 * expected.max(1.0), "{per_second} {index}: {due:?}");
            }
        }
    }

    #[test]
    fn a_time_holds_its_rate() {
        let schedule = Schedule::new(250.0).expect("a rate");
        assert_eq!(schedule.within(Duration::ZERO), 0);
        assert_eq!(schedule.within(Duration::from_secs(4)), 1_000);
        assert_eq!(schedule.within(Duration::from_millis(1)), 1);
    }

    #[test]
    fn the_clock_is_looked_at_often_and_not_too_often() {
        for (per_second, micros) in [(1.0, 50_000), (2_000.0, 500), (500_000.0, 100)] {
            assert_eq!(Schedule::new(per_second).expect("a rate").tick(), Duration::from_micros(micros));
        }
    }

    #[test]
    fn rates_that_cannot_be_held_are_refused() {
        for per_second in [0.0, -1.0, f64::NAN, f64::INFINITY, 2e6] {
            assert!(matches!(Schedule::new(per_second), Err(Error::Options(_))), "{per_second}");
        }
    }
}
