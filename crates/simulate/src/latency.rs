//! Latencies, kept in a histogram of fixed size: exact to three per cent from a microsecond to a day.

use std::{fmt, time::Duration};

/// Every doubling of the latency has so many buckets.
const BUCKETS_PER_DOUBLING: u64 = 32;
/// Up to 2^38 microseconds, which is three days; what takes longer counts as that long.
const DOUBLINGS: u64 = 34;

/// How long answers took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    buckets: Vec<u64>,
    count: u64,
}

impl Latencies {
    /// Adds one.
    pub fn record(&mut self, latency: Duration) {
        if self.buckets.is_empty() {
            self.buckets = vec![0; usize::try_from(BUCKETS_PER_DOUBLING * DOUBLINGS).unwrap_or_default()];
        }
        let bucket = bucket(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX)).min(self.buckets.len() - 1);
        self.buckets[bucket] += 1;
        self.count += 1;
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The latency that so many in a thousand do not exceed; none before the first.
    #[must_use]
    pub fn per_mille(&self, per_mille: u64) -> Option<Duration> {
        let rank = (self.count * per_mille).div_ceil(1000).max(1);
        let mut seen = 0;
        let found = self.buckets.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        found.map(|bucket| Duration::from_micros(upper(bucket)))
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |per_mille| self.per_mille(per_mille).map_or_else(|| "-".to_owned(), |at| format!("{at:.1?}"));
        write!(f, "p50 {}  p99 {}  p99.9 {}", text(500), text(990), text(999))
    }
}

/// The bucket of a number of microseconds. The first buckets hold a number each; from there every doubling is cut alike.
fn bucket(microseconds: u64) -> usize {
    let doublings = microseconds.max(1).ilog2().saturating_sub(BUCKETS_PER_DOUBLING.ilog2());
    let place = u64::from(doublings) * BUCKETS_PER_DOUBLING + (microseconds >> doublings);
    usize::try_from(place).unwrap_or(usize::MAX)
}

/// The greatest number of microseconds in a bucket.
fn upper(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let doublings = (bucket / BUCKETS_PER_DOUBLING).saturating_sub(1);
    ((bucket - doublings * BUCKETS_PER_DOUBLING + 1) << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_and_are_narrow() {
        let numbers = (0..100_000).chain((20..40).map(|doubling| 3 << doubling));
        for microseconds in numbers {
            let found = bucket(microseconds);
            assert!(found == bucket(microseconds + 1) || found + 1 == bucket(microseconds + 1), "{microseconds}");
            assert!(upper(found) >= microseconds, "{microseconds}");
            assert!(upper(found) - microseconds <= microseconds / BUCKETS_PER_DOUBLING, "{microseconds}");
        }
    }

    #[test]
    fn ranks_are_those_of_the_sorted_list() {
        let mut latencies = Latencies::default();
        assert_eq!((latencies.per_mille(500), latencies.to_string().as_str()), (None, "p50 -  p99 -  p99.9 -"));
        (1..=1000).for_each(|millisecond| latencies.record(Duration::from_millis(millisecond)));
        latencies.record(Duration::from_secs(1_000_000));
        for (per_mille, expected) in [(500, 501), (990, 991), (1, 2)] {
            let found = latencies.per_mille(per_mille).expect("a latency").as_millis();
            assert!((expected..=expected + expected / 32 + 1).contains(&found), "{per_mille}: {found}");
        }
        assert!(latencies.per_mille(1000).expect("a latency") > Duration::from_secs(60 * 60 * 24));
    }
}
