//! Sending platforms, simulated: whole campaigns are played out over simulated days and sent to a running server, in the
//! platforms' own shapes.
//!
//! The parts, from the seed to the wire:
//!
//! - `chance`, [`rates`], `languages`, `words`: what everything is drawn from;
//! - `world`: who the contacts are and what the campaigns are; `story` and `telling`: one contact's way through one campaign;
//!   `records`: what is done to the contact's record in a CRM; `subscribed`: what each platform tells of all that;
//! - `source`: all that happens, in the order of time; `order`: the order of sending, repetitions and delays included;
//! - a file or folder per platform: the bodies; [`plan`]: what is sent and what it must come to; [`batch`]: what travels together;
//! - [`ledger`]: what a server must show afterwards; `people`: who is who;
//! - [`patience`]: when platforms try again and when they switch off; [`rehearsal`]: what they would do if a server failed;
//! - [`runner`]: sending, at a rate, with the platforms' own retries (`sending`, `answer`); [`summary`]: what came of it.
//!
//! All but sending is pure: no I/O, no clock, chance from a seed only. All domains end in `.example`.
//!
//! # What is played of each platform
//!
//! Every sender plays whole lives: mails in up to four steps, openings, clicks, replies of the contact or a colleague, absence
//! notes, bounces of three sorts, unsubscriptions, and labels with their corrections up to a deal; each tells what its platform
//! has a webhook for. A repetition is the same bytes, or the event through another webhook.
//!
//! - **SmartLead**: all of it, in the flat shape of live captures; a first mail under both of its names, steps that a person has
//!   to do, answers that no campaign is found for, campaigns that start, pause and end.
//! - **Instantly**: all of it, the lead's fields beside the event's; status events, labels of an agency's own, contacts who never
//!   answered, mailboxes that break. A repetition through another webhook has its fields in another order.
//! - **Lemlist**: activities with the lead's variables among them and the hook's secret in the body. Labels are `emailsInterested`
//!   and `emailsNotInterested`, and in some campaigns come under the channel-less name as well, as unsubscriptions by the link
//!   come as `entityUnsubscribed`. An absence note is a reply like any other. Other channels are not played.
//! - **EmailBison**: envelope and objects, ids of each instance, a first mail as `LEAD_FIRST_CONTACTED` too, bounces as the reply
//!   of a mail daemon, untracked replies, the one interest that it tells of, mailboxes that break. There are no clicks. Tags,
//!   warm-up and mails written by hand are not played.
//! - **PlusVibe**: sends, replies (a first one under two names), labels and bounces. There are no openings, clicks or
//!   unsubscriptions. Alerts are not played.
//! - **HubSpot**: an app's events, by the classic names, the generic ones or both: records made, filled in property by property,
//!   changed, doubled and merged into a new one, deleted; notes written and put to a person, tasks, messages; replies, hard
//!   bounces, opt-outs and lead statuses as properties. Workflows, other sorts of record, restoring and erasing are not played.
//! - **Breakcold**: the classic generation with leads, lists, tags, statuses, notes, tasks, other channels, definitions, and
//!   campaign mails whose payloads nobody has published; the new one with records, notes, tasks and calls. Campaigns take turns.

mod answer;
pub mod batch;
mod body;
mod breakcold;
mod chance;
mod emailbison;
mod hubspot;
mod instantly;
mod label;
mod languages;
pub mod latency;
pub mod ledger;
mod lemlist;
mod mail;
mod order;
pub mod patience;
mod people;
pub mod plan;
mod plusvibe;
pub mod rates;
mod records;
pub mod rehearsal;
pub mod runner;
mod sending;
mod smartlead;
mod source;
mod story;
mod subscribed;
pub mod summary;
pub mod target;
mod telling;
mod words;
mod world;

pub use ledger::Ledger;
pub use order::{HELD_BACK_MAX, REPEATED_AFTER_MAX};
pub use patience::Patience;
pub use plan::{Plan, PlanOptions, Planned};
pub use rehearsal::rehearse;
pub use runner::{Pace, Retries, Schedule, SimulateOptions, simulate};
pub use summary::{Progress, Summary, Tally};
pub use target::Target;

/// Why a simulation cannot be run. What goes wrong with single deliveries is counted instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Options that contradict each other.
    #[error("{0}")]
    Options(&'static str),
    /// A platform whose traffic cannot be simulated.
    #[error("the traffic of {0} cannot be simulated: choose a platform that sends webhooks, such as smartlead")]
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
