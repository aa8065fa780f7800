//! Sending platforms, simulated: whole campaigns are played out over simulated days and sent to a running server, in the
//! platforms' own shapes.
//!
//! The parts, from the seed to the wire:
//!
//! - `chance`, [`rates`], `languages`, `words`: what everything is drawn from;
//! - `world`: who the contacts are and what the campaigns are; `story` and `telling`: one contact's way through one campaign;
//! - `source`: all that happens, in the order of time; `order`: the order of sending, repetitions and delays included;
//! - `smartlead`, `instantly`: the bodies; [`plan`]: what is sent and what it must come to;
//! - [`ledger`]: what a server must show afterwards;
//! - [`runner`]: sending, at a rate, with the platforms' own retries (`sending`, `answer`); [`summary`]: what came of it.
//!
//! All but sending is pure: no I/O, no clock, chance from a seed only. All domains end in `.example`.

mod answer;
mod body;
mod chance;
mod instantly;
mod label;
mod languages;
pub mod latency;
pub mod ledger;
mod mail;
mod order;
pub mod plan;
pub mod rates;
pub mod runner;
mod sending;
mod smartlead;
mod source;
mod story;
pub mod summary;
pub mod target;
mod telling;
mod words;
mod world;

pub use ledger::Ledger;
pub use order::{HELD_BACK_MAX, REPEATED_AFTER_MAX};
pub use plan::{Plan, PlanOptions, Planned};
pub use runner::{Pace, Retries, SimulateOptions, simulate};
pub use summary::{Progress, Summary, Tally};
pub use target::Target;

/// Why a simulation cannot be run. What goes wrong with single deliveries is counted instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Options that contradict each other.
    #[error("{0}")]
    Options(&'static str),
    /// A platform whose traffic cannot be simulated.
    #[error("the traffic of {0} cannot be simulated: choose smartlead or instantly")]
    Platform(String),
    /// An address that is not a webhook address.
    #[error("{0} is not a webhook address: copy it from Hookline, as http://HOST/public/smartlead-webhook/...")]
    Address(String),
    /// An address that nobody answers at.
    #[error("nobody answers at {url}: is the server running? ({cause})")]
    Unreachable {
        /// The address.
        url: String,
        /// What happened.
        cause: String,
    },
    /// An address that the server does not know.
    #[error("{url} answers {status}: is the address right, and can this server receive the platform's webhooks?")]
    NotReceived {
        /// The address.
        url: String,
        /// The answer.
        status: u16,
    },
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}
