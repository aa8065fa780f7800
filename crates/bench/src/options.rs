//! What to measure, and how long.

use std::{path::PathBuf, time::Duration};

use crate::Error;

/// How long the parts of a run are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// So long.
    Time {
        /// The burst.
        burst: Duration,
        /// Every other part.
        sustained: Duration,
    },
    /// So many events in each part, however long they take.
    Events(u64),
}

/// The options of a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The binary under test, which is also that of the baselines.
    pub binary: PathBuf,
    /// The admin key that the servers under test are given.
    pub admin_key: String,
    /// Where the run makes its folder; it goes with the run.
    pub folder: PathBuf,
    /// Whether everything stays on disk instead.
    pub keep: bool,
    /// How often Hookline and `append` are measured in turn, 0 to 100.
    pub pairs: u32,
    /// How long each part is.
    pub length: Length,
    /// Connections that deliver, 1 to 4096.
    pub connections: usize,
    /// Contacts of the corpus, but for the growth run; 1 to a milliard.
    pub contacts: u64,
    /// Campaigns of the corpus, 1 to a million.
    pub campaigns: u64,
    /// Events a second of the part at half rate; half of the sustained rate of this run if not given.
    pub half_rate: Option<f64>,
    /// Reads a second beside it, all kinds together.
    pub reads_per_second: f64,
    /// How many events are stored before the part at half rate begins.
    pub preload: u64,
    /// At how many stored events the growth run measures, in rising order; empty for no such run.
    pub grow: Vec<u64>,
    /// Events that each measurement of the growth run takes.
    pub slice: u64,
    /// Processors of this machine, for the report.
    pub processors: Option<usize>,
}

/// The most connections: the server takes 10,000.
const CONNECTIONS_MAX: usize = 4_096;
/// The most pairs.
const PAIRS_MAX: u32 = 100;
/// The most events of anything, and contacts: numbers beyond do not fit the ids of the corpus.
const EVENTS_MAX: u64 = 1_000_000_000;
/// The most campaigns.
const CAMPAIGNS_MAX: u64 = 1_000_000;
/// Times that a part can take.
const TIMES: std::ops::RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_secs(24 * 60 * 60);

impl Options {
    /// Whether the options make sense.
    ///
    /// # Errors
    /// Naming the flag that does not.
    pub fn check(&self) -> Result<(), Error> {
        let within = |flag: &str, value: u64, least: u64, most: u64| {
            let right = (least..=most).contains(&value);
            right.then_some(()).ok_or_else(|| Error::Options(format!("{flag} is {value}: give {least} to {most}")))
        };
        within("--pairs", self.pairs.into(), 0, PAIRS_MAX.into())?;
        within("--connections", self.connections as u64, 1, CONNECTIONS_MAX as u64)?;
        within("--contacts", self.contacts, 1, EVENTS_MAX)?;
        within("--campaigns", self.campaigns, 1, CAMPAIGNS_MAX)?;
        within("--preload", self.preload, 1, EVENTS_MAX)?;
        match self.length {
            Length::Events(events) => within("--events", events, 1, EVENTS_MAX)?,
            Length::Time { burst, sustained } => {
                for (flag, time) in [("--burst-seconds", burst), ("--seconds", sustained)] {
                    if !TIMES.contains(&time) {
                        return Err(Error::Options(format!("{flag} is {}: give 0.01 to 86400", time.as_secs_f64())));
                    }
                }
            }
        }
        if !self.grow.is_sorted_by(|one, next| one < next) {
            return Err(Error::Options("--grow must rise from number to number".to_owned()));
        }
        let mut before = 0;
        for target in &self.grow {
            within("--grow", *target, 1, EVENTS_MAX)?;
            within("--slice", self.slice, 1, target - before)?;
            before = *target;
        }
        if self.pairs == 0 && self.half_rate.is_none() && self.grow.is_empty() {
            return Err(Error::Options("there is nothing to measure: give --pairs, --half-rate or --grow".to_owned()));
        }
        for rate in [self.half_rate, Some(self.reads_per_second)].into_iter().flatten() {
            crate::load::Schedule::new(rate)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Options {
        Options {
            binary: PathBuf::new(),
            admin_key: String::new(),
            folder: PathBuf::new(),
            keep: false,
            pairs: 5,
            length: Length::Events(10),
            connections: 64,
            contacts: 10,
            campaigns: 10,
            half_rate: None,
            reads_per_second: 20.0,
            preload: 10,
            grow: vec![100, 300],
            slice: 50,
            processors: None,
        }
    }

    #[test]
    fn options_are_held_to_their_bounds() {
        usual().check().expect("as usual");
        let time =
            |burst, sustained| Length::Time { burst: Duration::from_secs(burst), sustained: Duration::from_secs(sustained) };
        let wrong: [(&str, Options); 12] = [
            ("--pairs", Options { pairs: 101, ..usual() }),
            ("--connections", Options { connections: 0, ..usual() }),
            ("--contacts", Options { contacts: 0, ..usual() }),
            ("--campaigns", Options { campaigns: 2_000_000, ..usual() }),
            ("--preload", Options { preload: 0, ..usual() }),
            ("--events", Options { length: Length::Events(0), ..usual() }),
            ("--burst-seconds", Options { length: time(0, 1), ..usual() }),
            ("--seconds", Options { length: time(1, 100_000), ..usual() }),
            ("--grow", Options { grow: vec![100, 100], ..usual() }),
            ("--slice", Options { slice: 101, ..usual() }),
            ("a rate of 0", Options { half_rate: Some(0.0), ..usual() }),
            ("nothing to measure", Options { pairs: 0, grow: Vec::new(), ..usual() }),
        ];
        for (named, options) in wrong {
            let error = options.check().expect_err(named);
            assert!(matches!(error, Error::Options(_)) && error.to_string().contains(named), "{named}: {error}");
        }
    }
}
