//! What a run found: as JSON, field by field, and as text (in `table`).

use std::time::Duration;

use hookline_store::sqlite::{FileSizes, PartSize};
use serde::Serialize;

use crate::{
    Error, Options,
    load::{Latencies, Outcome},
};
pub use crate::{corpus::Weight, gauges::Lag, load::Percentiles, summary::Comparison};

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Version of the program under test.
    pub version: &'static str,
    /// Processors of the machine, which the load generator shares.
    pub processors: Option<usize>,
    /// Whether the data was on a file system in memory, where a sync costs nothing: then no rate means anything.
    pub in_memory: bool,
    /// Connections that delivered.
    pub connections: usize,
    /// Contacts of the corpus, but for the growth run.
    pub contacts: u64,
    /// Campaigns of the corpus.
    pub campaigns: u64,
    /// How large the bodies are.
    pub bodies: Weight,
    /// Hookline and `append` in turn.
    pub pairs: Vec<Pair>,
    /// The pairs' bursts compared.
    pub burst: Option<Comparison>,
    /// The pairs' sustained loads compared.
    pub sustained: Option<Comparison>,
    /// Half the sustained rate.
    pub half: Option<Half>,
    /// The baseline `parse`.
    pub parse: Option<Theirs>,
    /// The baseline `commit`.
    pub commit: Option<Theirs>,
    /// The growth run.
    pub growth: Vec<Stage>,
}

/// A load and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Phase {
    /// Events answered as new, which is all that were sent.
    pub answered: u64,
    /// Further attempts after a 503.
    pub retried: u64,
    /// How long it took.
    pub seconds: f64,
    /// Events a second.
    pub per_second: f64,
    /// How long answers took.
    pub latency: Percentiles,
    /// Processor time of the server, in microseconds per event.
    pub server_micros: Option<f64>,
    /// Processor time of the load generator, in microseconds per event.
    pub client_micros: Option<f64>,
}

/// A load on a Hookline, until its view had folded everything.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sustained {
    /// From the first request until everything was folded.
    #[serde(flatten)]
    pub whole: Phase,
    /// Events a second until the last answer only.
    pub delivered_per_second: f64,
    /// The lag of the view meanwhile.
    pub lag: Lag,
}

/// Hookline's part of a pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ours {
    /// The burst.
    pub burst: Phase,
    /// The sustained load.
    pub sustained: Sustained,
    /// Peak resident memory in bytes.
    pub peak_bytes: Option<u64>,
}

/// A baseline's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Theirs {
    /// The burst; none where it was not asked for.
    pub burst: Option<Phase>,
    /// The sustained load.
    pub sustained: Phase,
    /// Peak resident memory in bytes.
    pub peak_bytes: Option<u64>,
}

/// A pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Hookline.
    pub hookline: Ours,
    /// The baseline `append`.
    pub append: Theirs,
}

/// The part at half rate, in the open loop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Half {
    /// Events a second, as scheduled.
    pub scheduled_per_second: f64,
    /// Hookline, with reads beside.
    pub hookline: Phase,
    /// The lag of its view.
    pub lag: Lag,
    /// The reads, by kind.
    pub reads: Vec<Read>,
    /// Peak resident memory of Hookline in bytes.
    pub peak_bytes: Option<u64>,
    /// The baseline `append`, without reads.
    pub append: Phase,
}

/// Reads of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Read {
    /// What was read.
    pub what: &'static str,
    /// How long answers took.
    pub latency: Percentiles,
}

/// The growth run at one number of stored events.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stage {
    /// Stored events.
    pub events: u64,
    /// Filling up to the slice; none if there was nothing to fill.
    pub fill: Option<Phase>,
    /// The last slice of events.
    pub grown: Sustained,
    /// As many events into an empty store, right after.
    pub fresh: Sustained,
    /// The grown store's rate as a part of the fresh one's.
    pub ratio: f64,
    /// Peak resident memory of the grown server since its start, in bytes. It starts anew at each stage.
    pub peak_bytes: Option<u64>,
    /// Mean size of the bodies that are stored.
    pub mean_body_bytes: f64,
    /// The two files, after the server was stopped.
    pub files: Vec<File>,
}

/// A database file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// Its size.
    #[serde(flatten)]
    pub size: Size,
    /// Bytes of pages that hold nothing now.
    pub free_bytes: u64,
    /// Its tables and indexes, largest first.
    pub parts: Vec<FilePart>,
}

/// A table or an index.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FilePart {
    /// Its name.
    pub name: String,
    /// Whether it is an index beside its table.
    pub is_index: bool,
    /// Its size.
    #[serde(flatten)]
    pub size: Size,
}

/// Bytes, and what they are to an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Size {
    /// Bytes on disk.
    pub bytes: u64,
    /// Bytes per stored event.
    pub per_event: f64,
    /// These in percent of the mean body.
    pub body_percent: f64,
}

impl Report {
    /// A report of a run that has not begun.
    pub(crate) fn new(options: &Options, bodies: Weight, in_memory: bool) -> Report {
        Report {
            version: env!("CARGO_PKG_VERSION"),
            processors: options.processors,
            in_memory,
            connections: options.connections,
            contacts: options.contacts,
            campaigns: options.campaigns,
            bodies,
            pairs: Vec::new(),
            burst: None,
            sustained: None,
            half: None,
            parse: None,
            commit: None,
            growth: Vec::new(),
        }
    }

    /// The report as JSON.
    ///
    /// # Errors
    /// When a figure is no number.
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string_pretty(self).map_err(|error| Error::failed("write the report", error))
    }
}

impl Phase {
    /// A load that took so long, with the processor time of server and client.
    pub(crate) fn new(outcome: &Outcome, elapsed: Duration, spent: Option<(Duration, Duration)>) -> Phase {
        let seconds = elapsed.as_secs_f64();
        let per_event = |time: Duration| time.as_secs_f64() * 1e6 / outcome.answered.max(1) as f64;
        Phase {
            answered: outcome.answered,
            retried: outcome.retried,
            seconds,
            per_second: outcome.answered as f64 / seconds.max(f64::MIN_POSITIVE),
            latency: outcome.latencies.first().map(Latencies::percentiles).unwrap_or_default(),
            server_micros: spent.map(|(server, _)| per_event(server)),
            client_micros: spent.map(|(_, client)| per_event(client)),
        }
    }
}

impl File {
    /// A file of a store with so many events, whose bodies have this mean size.
    pub(crate) fn new(sizes: FileSizes, events: u64, mean_body_bytes: f64) -> File {
        let size = |bytes: u64| {
            let per_event = bytes as f64 / events.max(1) as f64;
            Size { bytes, per_event, body_percent: per_event / mean_body_bytes * 100.0 }
        };
        let part = |part: PartSize| FilePart { name: part.name, is_index: part.is_index, size: size(part.bytes) };
        File {
            name: sizes.name,
            size: size(sizes.bytes),
            free_bytes: sizes.free_bytes,
            parts: sizes.parts.into_iter().map(part).collect(),
        }
    }
}
