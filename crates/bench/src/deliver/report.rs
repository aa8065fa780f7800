//! What a run found: as JSON, field by field, and as text (in `table`).

use std::time::Duration;

use serde::Serialize;

pub use crate::load::Percentiles;
use crate::{
    Error,
    summary::{self, median},
};

/// The ratio that is aimed at: half of what the no-op client does.
pub const RATE_GOAL: f64 = 0.5;
/// How much memory may grow from few deliveries to many.
pub const MEMORY_GOAL: f64 = 1.1;
/// How much longer a webhook may take where others are dead.
pub const LATENCY_GOAL: f64 = 2.0;
/// The part of events that must still be taken in.
pub const INGEST_GOAL: f64 = 0.85;

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeliverReport {
    /// Version of the program under test.
    pub version: &'static str,
    /// Processors of the machine, which the load generator and the receivers share.
    pub processors: Option<usize>,
    /// Whether the data was on a file system in memory, where a sync costs nothing.
    pub in_memory: bool,
    /// Deliveries a second, by the number of webhooks.
    pub rates: Vec<Rate>,
    /// Memory.
    pub memory: Option<Memory>,
    /// Dead receivers.
    pub dead: Option<Dead>,
}

/// Deliveries and what they took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Deliveries, all of them answered.
    pub deliveries: u64,
    /// Until the last was.
    pub seconds: f64,
    /// Deliveries a second.
    pub per_second: f64,
    /// Processor time of the program, in microseconds a delivery, until all was written down.
    pub micros: Option<f64>,
}

/// The two parts of a measurement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parts {
    /// Of what had piled up.
    pub backlog: Part,
    /// Of what comes, as fast as it is taken in. Of the no-op client: until both it and the server beside it are done.
    pub steady: Part,
}

/// A pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RatePair {
    /// Hookline.
    pub hookline: Parts,
    /// The no-op client.
    pub client: Parts,
}

/// Deliveries a second.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// Webhooks that were told of every event.
    pub webhooks: u32,
    /// Deliveries of each part.
    pub deliveries: u64,
    /// The pairs.
    pub pairs: Vec<RatePair>,
    /// Their backlogs compared; none where nothing was measured.
    pub backlog: Option<Compared>,
    /// What came compared.
    pub steady: Option<Compared>,
}

/// Medians of pairs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// The median of Hookline's rates.
    pub hookline_per_second: f64,
    /// The median of the client's.
    pub client_per_second: f64,
    /// The median of the ratios, each of a pair.
    pub ratio: f64,
    /// From the client's lowest rate to its highest, in percent of its median.
    pub client_spread_percent: f64,
    /// Whether that is too much for the ratio to mean anything.
    pub void: bool,
}

/// The memory of a server at a number of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Resident {
    /// Deliveries so far.
    pub deliveries: u64,
    /// Resident then, in bytes.
    pub resident_bytes: u64,
    /// The most that was so far.
    pub peak_bytes: u64,
}

/// The memory of a server.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Memory {
    /// Webhooks that were told of every event.
    pub webhooks: u32,
    /// After few deliveries.
    pub few: Resident,
    /// After many.
    pub many: Resident,
    /// Resident memory after many to that after few.
    pub ratio: f64,
}

/// A run with dead receivers, or without.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeadRun {
    /// Webhooks.
    pub webhooks: u32,
    /// Events that came at the even rate.
    pub events: u64,
    /// From the answer to an event until a receiver that is well had it.
    pub latency: Percentiles,
    /// Events a second that were taken in when as many came as could be.
    pub ingest_per_second: f64,
    /// Resident memory before the first event, in bytes.
    pub idle_bytes: Option<u64>,
    /// Peak resident memory in bytes.
    pub peak_bytes: Option<u64>,
}

/// A pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeadPair {
    /// With the dead.
    pub with: DeadRun,
    /// Without.
    pub without: DeadRun,
}

/// Dead receivers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dead {
    /// The pairs.
    pub pairs: Vec<DeadPair>,
    /// The median of the pairs' ratios of the p50, with the dead to without.
    pub p50_ratio: f64,
    /// The same of the p99.
    pub p99_ratio: f64,
    /// The same of the events taken in.
    pub ingest_ratio: f64,
}

impl DeliverReport {
    /// A report of a run that has not begun.
    pub(super) fn new(processors: Option<usize>, in_memory: bool) -> DeliverReport {
        let version = env!("CARGO_PKG_VERSION");
        DeliverReport { version, processors, in_memory, rates: Vec::new(), memory: None, dead: None }
    }

    /// The report as JSON.
    ///
    /// # Errors
    /// When a figure is no number.
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string_pretty(self).map_err(|error| Error::failed("write the report", error))
    }
}

impl Part {
    /// So many deliveries in so much time, with so much of processors.
    pub(super) fn new(deliveries: u64, elapsed: Duration, spent: Option<Duration>) -> Part {
        let seconds = elapsed.as_secs_f64();
        let micros = spent.map(|spent| spent.as_secs_f64() * 1e6 / deliveries.max(1) as f64);
        Part { deliveries, seconds, per_second: deliveries as f64 / seconds.max(f64::MIN_POSITIVE), micros }
    }
}

impl Rate {
    /// What pairs come to.
    pub(super) fn new(webhooks: u32, deliveries: u64, pairs: Vec<RatePair>) -> Rate {
        let compare = |part: fn(&Parts) -> &Part| {
            let rates: Vec<(f64, f64)> =
                pairs.iter().map(|pair| (part(&pair.hookline).per_second, part(&pair.client).per_second)).collect();
            summary::compare(&rates).map(|found| Compared {
                hookline_per_second: found.hookline_per_second,
                client_per_second: found.append_per_second,
                ratio: found.ratio,
                client_spread_percent: found.append_spread_percent,
                void: found.void,
            })
        };
        let (backlog, steady) = (compare(|parts| &parts.backlog), compare(|parts| &parts.steady));
        Rate { webhooks, deliveries, pairs, backlog, steady }
    }
}

impl Dead {
    /// What pairs come to; none of none.
    pub(super) fn new(pairs: Vec<DeadPair>) -> Option<Dead> {
        // A latency of nothing, which a quick machine may have, is as good as a hundredth of a millisecond.
        let ratio = |of: fn(&DeadRun) -> f64| {
            let ratios: Vec<f64> = pairs.iter().map(|pair| of(&pair.with).max(0.01) / of(&pair.without).max(0.01)).collect();
            median(&ratios)
        };
        let p50_ratio = ratio(|run| run.latency.p50_ms)?;
        let p99_ratio = ratio(|run| run.latency.p99_ms)?;
        let ingest_ratio = ratio(|run| run.ingest_per_second)?;
        Some(Dead { p50_ratio, p99_ratio, ingest_ratio, pairs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_medians_of_pairs() {
        let part = |per_second| Part::new(1_000, Duration::from_secs_f64(1_000.0 / per_second), Some(Duration::from_millis(50)));
        let parts = |backlog, steady| Parts { backlog: part(backlog), steady: part(steady) };
        let pair = |ours: (f64, f64), theirs: (f64, f64)| RatePair {
            hookline: parts(ours.0, ours.1),
            client: parts(theirs.0, theirs.1),
        };
        let pairs =
            vec![pair((50.0, 10.0), (100.0, 100.0)), pair((90.0, 20.0), (110.0, 100.0)), pair((63.0, 30.0), (105.0, 100.0))];
        let rate = Rate::new(3, 1_000, pairs);
        assert!((rate.pairs[0].hookline.backlog.micros.expect("known") - 50.0).abs() < 1e-6);
        let (backlog, steady) = (rate.backlog.expect("pairs"), rate.steady.expect("pairs"));
        assert!((backlog.ratio - 0.6).abs() < 1e-9 && (steady.ratio - 0.2).abs() < 1e-9, "{backlog:?} {steady:?}");
        assert!(!backlog.void && (backlog.client_per_second - 105.0).abs() < 1e-6);

        let run = |p50_ms, p99_ms, ingest_per_second| DeadRun {
            webhooks: 1,
            events: 1,
            latency: Percentiles { p50_ms, p99_ms, ..Percentiles::default() },
            ingest_per_second,
            idle_bytes: None,
            peak_bytes: None,
        };
        let pair = |p99, ingest| DeadPair { with: run(2.0, p99, ingest), without: run(0.0, 10.0, 100.0) };
        let dead = Dead::new(vec![pair(30.0, 90.0), pair(11.0, 80.0), pair(15.0, 120.0)]).expect("pairs");
        assert!((dead.p99_ratio - 1.5).abs() < 1e-9 && (dead.ingest_ratio - 0.9).abs() < 1e-9 && dead.p50_ratio > 100.0);
        assert_eq!(Dead::new(Vec::new()), None);
    }
}
