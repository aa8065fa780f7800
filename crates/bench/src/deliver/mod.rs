//! The deliveries benchmark: what passing events on costs, with the real server, and receivers in this process.
//!
//! - `receiver`: a thousand receivers on one listener, well or dead;
//! - [`client`]: the frozen program to compare with;
//! - `rate`, `memory`, `dead`: the three figures;
//! - [`report`]: what is found.
//!
//! `docs/benchmarks.md` says what each figure means.

mod api;
pub mod client;
mod dead;
mod memory;
mod rate;
mod receiver;
pub mod report;
mod table;

use std::{
    cell::Cell,
    path::{Path, PathBuf},
    sync::Arc,
};

use self::{api::Api, receiver::Receivers, report::DeliverReport};
use crate::{
    Error,
    corpus::{Contacts, Corpus},
    gauges::Gauges,
    load::{Deliveries, Load, Outcome, Pace, Requests, Until},
    process::Program,
};

/// The most deliveries of anything.
const DELIVERIES_MAX: u64 = 1_000_000_000;
/// The most webhooks: an agency has no more.
const WEBHOOKS_MAX: u32 = 10_000;
/// The most pairs.
const PAIRS_MAX: u32 = 100;
/// Connections that post events.
const CONNECTIONS: usize = 64;
/// Contacts of the corpus.
const CONTACTS: u64 = 100_000;

/// Which figure.
#[derive(Clone, Debug)]
pub enum Figure {
    /// Deliveries a second, against the no-op client.
    Rate {
        /// How often the two are measured in turn, 1 to 100.
        pairs: u32,
        /// Deliveries of each part.
        deliveries: u64,
        /// Numbers of webhooks that are told of every event.
        webhooks: Vec<u32>,
    },
    /// Resident memory after few deliveries and after many.
    Memory {
        /// Few and many.
        deliveries: (u64, u64),
        /// Webhooks that are told of every event.
        webhooks: u32,
    },
    /// What dead receivers cost the others.
    Dead {
        /// How often with and without them is measured in turn, 1 to 100.
        pairs: u32,
        /// All webhooks.
        webhooks: u32,
        /// Those of them that are dead.
        dead: u32,
        /// Campaigns, each of which is told to as many webhooks.
        campaigns: u32,
        /// Events a second.
        per_second: f64,
        /// Seconds at that rate.
        seconds: f64,
        /// Seconds at which as many are taken in as can be.
        burst_seconds: f64,
    },
}

/// The options of a run.
#[derive(Clone, Debug)]
pub struct DeliverOptions {
    /// The binary under test, which is also that of the no-op client.
    pub binary: PathBuf,
    /// The admin key that the servers under test are given.
    pub admin_key: String,
    /// Where the run makes its folder; it goes with the run.
    pub folder: PathBuf,
    /// Whether everything stays on disk instead.
    pub keep: bool,
    /// What is measured.
    pub figure: Figure,
    /// Processors of this machine, for the report.
    pub processors: Option<usize>,
}

impl DeliverOptions {
    /// Whether the options make sense.
    ///
    /// # Errors
    /// Naming the flag that does not.
    pub fn check(&self) -> Result<(), Error> {
        let within = |flag: &str, value: u64, least: u64, most: u64| {
            let right = (least..=most).contains(&value);
            right.then_some(()).ok_or_else(|| Error::Options(format!("{flag} is {value}: give {least} to {most}")))
        };
        match &self.figure {
            Figure::Rate { pairs, deliveries, webhooks } => {
                within("--pairs", (*pairs).into(), 1, PAIRS_MAX.into())?;
                within("--webhooks", webhooks.len() as u64, 1, 10)?;
                for number in webhooks {
                    within("--webhooks", (*number).into(), 1, WEBHOOKS_MAX.into())?;
                    within("--deliveries", *deliveries, (*number).into(), DELIVERIES_MAX)?;
                }
            }
            Figure::Memory { deliveries: (few, many), webhooks } => {
                within("--webhooks", (*webhooks).into(), 1, WEBHOOKS_MAX.into())?;
                within("--few", *few, (*webhooks).into(), DELIVERIES_MAX)?;
                within("--many", *many, few + u64::from(*webhooks), DELIVERIES_MAX)?;
            }
            Figure::Dead { pairs, webhooks, dead, campaigns, per_second, seconds, burst_seconds } => {
                within("--pairs", (*pairs).into(), 1, PAIRS_MAX.into())?;
                within("--webhooks", (*webhooks).into(), 2, WEBHOOKS_MAX.into())?;
                within("--dead", (*dead).into(), 1, u64::from(webhooks - 1))?;
                within("--campaigns", (*campaigns).into(), 1, (*webhooks).into())?;
                crate::load::Schedule::new(*per_second)?;
                for (flag, seconds) in [("--seconds", seconds), ("--burst-seconds", burst_seconds)] {
                    if !(0.01..=86_400.0).contains(seconds) {
                        return Err(Error::Options(format!("{flag} is {seconds}: give 0.01 to 86400")));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Measures a figure. `say` is told of every step.
///
/// Dropped before its end it kills its child processes and removes its folder.
///
/// # Errors
/// When the options make no sense, a program fails, or a webhook is missing or comes too often.
pub async fn deliver(options: &DeliverOptions, say: &dyn Fn(&str)) -> Result<DeliverReport, Error> {
    options.check()?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("hookline-bench-").disable_cleanup(options.keep);
    let root = builder.tempdir_in(&options.folder);
    let root = root.map_err(|error| Error::failed(format_args!("make a folder in {}", options.folder.display()), error))?;
    if options.keep {
        say(&format!("everything stays in {}", root.path().display()));
    }
    let bench = Bench { options, say, root: root.path().to_path_buf(), folders: Cell::new(0) };
    let mut report = DeliverReport::new(options.processors, crate::is_in_memory(root.path()));
    match &options.figure {
        Figure::Rate { pairs, deliveries, webhooks } => {
            for number in webhooks.iter().copied() {
                report.rates.push(rate::rate(&bench, *pairs, *deliveries, number).await?);
            }
        }
        Figure::Memory { deliveries, webhooks } => report.memory = Some(memory::memory(&bench, *deliveries, *webhooks).await?),
        Figure::Dead { pairs, .. } => report.dead = Some(dead::dead(&bench, *pairs).await?),
    }
    Ok(report)
}

/// What all figures share.
struct Bench<'a> {
    options: &'a DeliverOptions,
    /// Told of every step.
    say: &'a dyn Fn(&str),
    root: PathBuf,
    folders: Cell<u32>,
}

impl Bench<'_> {
    /// A new folder for a program.
    fn folder(&self, name: &str) -> Result<PathBuf, Error> {
        let number = self.folders.get() + 1;
        self.folders.set(number);
        let folder = self.root.join(format!("{number:03}-{name}"));
        std::fs::create_dir(&folder).map_err(|error| Error::failed("make a folder", error))?;
        Ok(folder)
    }

    /// A fresh server, that may send to this machine.
    async fn hookline(&self) -> Result<Server<'_>, Error> {
        let folder = self.folder("hookline")?;
        let (binary, key) = (&self.options.binary, &self.options.admin_key);
        let flags = ["--allow-destinations", "127.0.0.0/8"];
        let program = Program::hookline_with(binary, key, &folder, None, &flags).await?;
        Ok(Server { bench: self, folder, api: Api::new(&program, key), program, posted: 0 })
    }

    /// Removes a folder that is done with, unless it is to be kept.
    fn remove(&self, folder: &Path) -> Result<(), Error> {
        if self.options.keep {
            return Ok(());
        }
        std::fs::remove_dir_all(folder).map_err(|error| Error::failed("remove a folder", error))
    }
}

/// A server under test.
struct Server<'a> {
    bench: &'a Bench<'a>,
    folder: PathBuf,
    program: Program,
    api: Api,
    /// Events that were posted so far.
    posted: u64,
}

impl Server<'_> {
    /// Posts events of the corpus, the next ones, and waits for the answers.
    async fn post(&mut self, campaigns: u64, pace: Pace, until: Until) -> Result<Outcome, Error> {
        let corpus = Corpus::new(Contacts::Fixed(CONTACTS), campaigns);
        let place = &self.program.place;
        let deliveries = Deliveries::new(corpus, self.posted, self.program.target, &place.path);
        self.post_these(Arc::new(deliveries), pace, until).await
    }

    async fn post_these(&mut self, requests: Arc<dyn Requests>, pace: Pace, until: Until) -> Result<Outcome, Error> {
        let load = Load { target: self.program.target, requests, connections: CONNECTIONS, pace, until };
        let outcome = load.run(&|_| ()).await?;
        self.posted += outcome.answered;
        Ok(outcome)
    }

    /// Waits until the records have everything.
    async fn caught_up(&self) -> Result<(), Error> {
        Gauges::new(self.program.target, &self.bench.options.admin_key).caught_up().await.map(|_| ())
    }

    /// Makes webhooks that are told of everything; answers their ids.
    async fn subscribe(&mut self, receivers: &Receivers, webhooks: u32) -> Result<Vec<String>, Error> {
        let mut ids = Vec::new();
        for number in 1..=webhooks {
            ids.push(self.api.make(&receivers.url(receiver::Manner::Well, number), None).await?);
        }
        Ok(ids)
    }

    /// Stops it, and removes its data.
    async fn stop(self) -> Result<(), Error> {
        self.program.stop().await?;
        self.bench.remove(&self.folder)
    }

    /// Kills it, whatever it is about to do, and removes its data.
    fn kill(self) -> Result<(), Error> {
        let (bench, folder) = (self.bench, self.folder.clone());
        drop(self);
        bench.remove(&folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_held_to_their_bounds() {
        let options = |figure| DeliverOptions {
            binary: PathBuf::new(),
            admin_key: String::new(),
            folder: PathBuf::new(),
            keep: false,
            figure,
            processors: None,
        };
        let rate = |pairs, deliveries, webhooks: &[u32]| Figure::Rate { pairs, deliveries, webhooks: webhooks.to_vec() };
        let dead = |webhooks, dead, campaigns, per_second, seconds| Figure::Dead {
            pairs: 1,
            webhooks,
            dead,
            campaigns,
            per_second,
            seconds,
            burst_seconds: 1.0,
        };
        for right in
            [rate(1, 10, &[1, 10]), Figure::Memory { deliveries: (10, 20), webhooks: 10 }, dead(1_000, 100, 100, 50.0, 20.0)]
        {
            options(right.clone()).check().unwrap_or_else(|error| panic!("{right:?}: {error}"));
        }
        for (named, wrong) in [
            ("--pairs", rate(0, 10, &[1])),
            ("--webhooks", rate(1, 10, &[])),
            ("--webhooks", rate(1, 10, &[0])),
            ("--deliveries", rate(1, 10, &[11])),
            ("--few", Figure::Memory { deliveries: (9, 20), webhooks: 10 }),
            ("--many", Figure::Memory { deliveries: (10, 19), webhooks: 10 }),
            ("--dead", dead(10, 10, 1, 1.0, 1.0)),
            ("--campaigns", dead(10, 1, 11, 1.0, 1.0)),
            ("a rate of 0", dead(10, 1, 1, 0.0, 1.0)),
            ("--seconds", dead(10, 1, 1, 1.0, 0.0)),
        ] {
            let error = options(wrong).check().expect_err(named);
            assert!(matches!(error, Error::Options(_)) && error.to_string().contains(named), "{named}: {error}");
        }
    }
}
