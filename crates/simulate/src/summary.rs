//! What became of the deliveries.

use std::{fmt, time::Duration};

use crate::{latency::Latencies, ledger::Ledger, patience::Patience};

/// How often each answer was given. A delivery is counted once, by its last attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Deliveries sent, repetitions of the plan among them, further attempts not.
    pub sent: u64,
    /// New events.
    pub processed: u64,
    /// Events that were there already.
    pub duplicate: u64,
    /// Events of an agency that no rule places.
    pub unrouted: u64,
    /// Taken to be applied later.
    pub accepted: u64,
    /// Deliveries that could not be read.
    pub quarantined: u64,
    /// Deliveries that the server answered with a refusal, in the end.
    pub refused: u64,
    /// Deliveries that got no answer, in the end.
    pub failed: u64,
    /// Deliveries that were not sent, or not again, since the platform had switched the webhook off.
    pub not_sent: u64,
    /// Further attempts, counted in none of the others.
    pub retries: u64,
}

impl Tally {
    /// Deliveries whose end is known.
    #[must_use]
    pub fn settled(&self) -> u64 {
        self.kept() + self.quarantined + self.refused + self.failed + self.not_sent
    }

    /// Deliveries that the server has taken.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.processed + self.duplicate + self.unrouted + self.accepted
    }

    /// Whether every delivery was answered with 200 and read.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.sent == self.kept()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sent {} = processed {} + duplicate {}", self.sent, self.processed, self.duplicate)?;
        for (name, count) in [("unrouted", self.unrouted), ("accepted", self.accepted), ("quarantined", self.quarantined)] {
            if count > 0 {
                write!(f, " + {name} {count}")?;
            }
        }
        write!(f, " + refused {} + failed {}", self.refused, self.failed)?;
        if self.not_sent > 0 { write!(f, " + not sent {}", self.not_sent) } else { Ok(()) }
    }
}

/// Where a simulation stands.
#[derive(Clone, Debug)]
pub struct Progress {
    /// How many deliveries there will be.
    pub events: u64,
    /// What became of those so far.
    pub tally: Tally,
    /// Requests under way.
    pub in_flight: usize,
    /// Deliveries that wait for another attempt.
    pub waiting: usize,
    /// Since the first delivery.
    pub elapsed: Duration,
}

/// How a simulation ended.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What became of the deliveries.
    pub tally: Tally,
    /// How long answers with 200 took, from when a delivery was due: what a slow server makes wait counts.
    pub latencies: Latencies,
    /// From the first delivery to the last answer.
    pub elapsed: Duration,
    /// What the server must show of the deliveries that it has taken, if it showed nothing before. What no rule places makes no
    /// records and is not in it.
    pub ledger: Ledger,
    /// What platforms did about failures, if they did all that platforms do.
    pub patience: Option<Patience>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        let rate = if seconds > 0.0 { self.tally.settled() as f64 / seconds } else { 0.0 };
        writeln!(f, "{}", self.tally)?;
        writeln!(f, "latency {}", self.latencies)?;
        write!(f, "{seconds:.1} s, {rate:.0} deliveries a second, {} further attempts", self.tally.retries)?;
        self.patience.iter().try_for_each(|patience| write!(f, "\n{patience}"))
    }
}
