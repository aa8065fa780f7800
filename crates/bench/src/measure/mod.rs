//! The measurements: which program gets which load, and what is noted.

mod grow;
mod half;
mod pair;

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

pub(crate) use self::{
    grow::grow,
    half::half,
    pair::{pair, single},
};
use crate::{
    Error, Length, Options,
    baseline::Baseline,
    corpus::Corpus,
    gauges::Gauges,
    load::{Deliveries, Load, Outcome, Pace, Requests, Until},
    process::{Place, Program, own_processor_time},
    report::{Phase, Sustained},
    summary,
};

/// How often a long load tells where it is, in seconds.
const TELL_EVERY: u64 = 10;

/// What all measurements share.
pub(crate) struct Bench<'a> {
    pub(crate) options: &'a Options,
    /// Told of every step.
    pub(crate) say: &'a dyn Fn(&str),
    /// Where the folders of the programs are.
    root: PathBuf,
    folders: Cell<u32>,
}

/// A part of a load on one program.
pub(crate) struct Part<'a> {
    pub(crate) program: &'a Program,
    pub(crate) corpus: &'a Corpus,
    /// The first event.
    pub(crate) first: u64,
    pub(crate) pace: Pace,
    pub(crate) until: Until,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(options: &'a Options, say: &'a dyn Fn(&str), root: &Path) -> Bench<'a> {
        Bench { options, say, root: root.to_path_buf(), folders: Cell::new(0) }
    }

    /// A new folder for a program.
    fn folder(&self, name: &str) -> Result<PathBuf, Error> {
        let number = self.folders.get() + 1;
        self.folders.set(number);
        let folder = self.root.join(format!("{number:03}-{name}"));
        std::fs::create_dir(&folder).map_err(|error| Error::failed("make a folder", error))?;
        Ok(folder)
    }

    /// Removes a folder that is done with, unless it is to be kept.
    fn remove(&self, folder: &Path) -> Result<(), Error> {
        if self.options.keep {
            return Ok(());
        }
        std::fs::remove_dir_all(folder).map_err(|error| Error::failed("remove a folder", error))
    }

    async fn hookline(&self, folder: &Path, known: Option<&Place>) -> Result<Program, Error> {
        Program::hookline(&self.options.binary, &self.options.admin_key, folder, known).await
    }

    async fn baseline(&self, baseline: Baseline, folder: &Path) -> Result<Program, Error> {
        Program::baseline(&self.options.binary, baseline, folder).await
    }

    /// The end of the short part.
    fn burst(&self) -> Until {
        match self.options.length {
            Length::Time { burst, .. } => Until::Elapsed(burst),
            Length::Events(events) => Until::Count(events),
        }
    }

    /// The end of every other part.
    fn long(&self) -> Until {
        match self.options.length {
            Length::Time { sustained, .. } => Until::Elapsed(sustained),
            Length::Events(events) => Until::Count(events),
        }
    }

    /// Puts a load on a program, and nothing else.
    async fn deliver(&self, part: Part<'_>) -> Result<(Outcome, Phase), Error> {
        let Part { program, corpus, first, pace, until } = part;
        let deliveries = Deliveries::new(corpus.clone(), first, program.target, &program.place.path);
        let requests: Arc<dyn Requests> = Arc::new(deliveries);
        let load = Load { target: program.target, requests, connections: self.options.connections, pace, until };
        let processor = || program.processor_time().zip(own_processor_time());
        let before = processor();
        let seconds = Cell::new(0u64);
        let tell = |answered: u64| {
            seconds.set(seconds.get() + 1);
            if seconds.get().is_multiple_of(TELL_EVERY) {
                (self.say)(&format!("  {answered} answered"));
            }
        };
        let outcome = load.run(&tell).await?;
        let spent =
            before.zip(processor()).map(|(before, after)| (after.0.saturating_sub(before.0), after.1.saturating_sub(before.1)));
        let phase = Phase::new(&outcome, outcome.elapsed, spent);
        Ok((outcome, phase))
    }

    /// Puts a load on a Hookline that has folded everything, and waits until it has again.
    async fn sustain(&self, part: Part<'_>) -> Result<Sustained, Error> {
        let program = part.program;
        let mut gauges = Gauges::new(program.target, &self.options.admin_key);
        let before = gauges.read().await?;
        let (started, processor) = (Instant::now(), program.processor_time());
        let mut lags = Vec::new();
        let (outcome, delivered) = tokio::select! {
            delivered = self.deliver(part) => delivered?,
            watched = gauges.watch(&mut lags) => return Err(watched.err().unwrap_or_else(|| Error::Failed("the watch ended".to_owned()))),
        };
        let after = gauges.caught_up().await?;
        let elapsed = started.elapsed();
        check_ledger(outcome.answered, after.committed.saturating_sub(before.committed))?;
        let spent = processor.zip(program.processor_time()).map(|(before, after)| (after.saturating_sub(before), Duration::ZERO));
        let mut whole = Phase::new(&outcome, elapsed, spent);
        whole.client_micros = delivered.client_micros;
        let lag = crate::gauges::Lag { max: lags.iter().copied().max().unwrap_or(0), grew: summary::lag_grew(&lags) };
        Ok(Sustained { whole, delivered_per_second: delivered.per_second, lag })
    }

    /// Waits until a Hookline has folded everything, which must be so many entries.
    async fn settle(&self, program: &Program, expected: u64) -> Result<(), Error> {
        let at = Gauges::new(program.target, &self.options.admin_key).caught_up().await?;
        check_ledger(expected, at.committed)
    }
}

/// What was answered as new and what the log has must be the same number.
fn check_ledger(answered: u64, committed: u64) -> Result<(), Error> {
    if answered == committed {
        return Ok(());
    }
    Err(Error::Failed(format!("{answered} events were answered as new, but the log has {committed} more entries")))
}
