//! Latencies, exact to a thousandth from a microsecond to ten minutes.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::Error;

/// What takes longer counts as that long.
const MICROS_MAX: u64 = 600_000_000;
/// Digits that are kept.
const DIGITS: u8 = 3;

/// How long answers took.
#[derive(Clone, Debug)]
pub(crate) struct Latencies(Histogram<u64>);

/// Percentiles in milliseconds; all zero where nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Percentiles {
    /// How many were measured.
    pub count: u64,
    /// Half took no longer.
    pub p50_ms: f64,
    /// 99 in a hundred took no longer.
    pub p99_ms: f64,
    /// 999 in a thousand took no longer.
    pub p999_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

impl Latencies {
    pub(crate) fn new() -> Result<Latencies, Error> {
        let histogram = Histogram::new_with_bounds(1, MICROS_MAX, DIGITS);
        Ok(Latencies(histogram.map_err(|error| Error::failed("make a histogram", error))?))
    }

    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
    }

    pub(crate) fn add(&mut self, other: &Latencies) -> Result<(), Error> {
        self.0.add(&other.0).map_err(|error| Error::failed("add histograms", error))
    }

    pub(crate) fn percentiles(&self) -> Percentiles {
        if self.0.is_empty() {
            return Percentiles::default();
        }
        let at = |quantile| self.0.value_at_quantile(quantile) as f64 / 1_000.0;
        Percentiles {
            count: self.0.len(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            p999_ms: at(0.999),
            max_ms: self.0.max() as f64 / 1_000.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_all_parts() {
        let mut all = Latencies::new().expect("a histogram");
        assert_eq!(all.percentiles(), Percentiles::default());
        for micros in [1..=500, 501..=1_000u64] {
            let mut part = Latencies::new().expect("a histogram");
            micros.for_each(|micros| part.record(Duration::from_micros(micros * 1_000)));
            all.add(&part).expect("alike");
        }
        all.record(Duration::from_secs(10_000));
        let found = all.percentiles();
        assert_eq!(found.count, 1_001);
        for (found, expected) in [(found.p50_ms, 501.0), (found.p99_ms, 991.0), (found.p999_ms, 1_000.0)] {
            assert!((found - expected).abs() <= expected / 1_000.0 + 0.5, "{found} {expected}");
        }
        assert!((found.max_ms - 600_000.0).abs() < 1_000.0, "{found:?}");
    }
}
