//! The HTTP surfaces: the receiving addresses, the native API and those that are compatible with platforms'.
//!
//! - `receive`: platforms post here. Address, then body, then parser, then the log, then the answer.
//! - `api`: everything under `/v1`. To add an endpoint, write its file, a handler and beside it what it takes and answers, and put
//!   one line into `api::endpoints`; the test that tries every route with the wrong keys fails until it lists the new one.
//! - `compat`: the management APIs of platforms, for clients that were written for them: a folder per platform, and a file per
//!   endpoint, in the platform's own words, errors too.
//! - `openapi`: what all surfaces take and answer, as one document, put together from what stands beside the handlers. `docs`
//!   shows it to people, with a page for every type of problem. Tests hold every answer they get against the document.
//! - `listen`: the accept loop with its time-outs, apart from what is served.
//!
//! - `secrets`: what sources are verified by and subscriptions sign with, sealed with the master key.
//! - `passing_on`: what the dispatcher is given: the words of every dialect, and opened secrets.
//!
//! The surfaces share `service` (what they are given), `limits` (every bound), `caller` (whose key it is), `edge` (what every
//! answer of an API has), `body` (how bodies are read), `problem` (every answer that is not a success), `reading` (how a parser
//! is asked), `routing` (where an agency's deliveries belong), `subscriptions` (what may be subscribed to, and how it is
//! stored), `blocking` (who is not to be written to), `stated` (when a change of our own happened), `rejections` (who was
//! refused at the door), `metrics` and `drift` (what platforms send otherwise than before), and do not call each other. No SQL,
//! no wall clock and no entropy in here: the store, the clock and the source of chance are handed in.

mod api;
mod blocking;
mod body;
mod caller;
mod catch;
mod chance;
mod compat;
mod docs;
mod drift;
mod edge;
mod health;
mod limits;
mod listen;
mod mend;
mod metrics;
mod openapi;
mod passing_on;
mod problem;
mod reading;
mod receive;
mod rejections;
mod remote;
mod routing;
mod secrets;
mod service;
mod stated;
mod subscriptions;
#[cfg(test)]
mod testing;

pub use chance::Entropy;
pub use limits::Limits;
pub use listen::serve;
pub use metrics::describe as describe_metrics;
pub use passing_on::PassingOn;
pub use problem::{Problem, ProblemType};
pub use secrets::{MasterKey, MasterKeyError, check_master_key, holds_secrets};
pub use service::{Clock, FindParser, RenderMetrics, Service, ServiceOptions, router};
