//! Drift: what platforms send otherwise than they did, noticed and told, with nothing dropped for it.
//!
//! Every delivery that is kept is looked at once: [`hookline_platforms::shape`] says its name and its fingerprint, and one that
//! was met before is only counted. `known` says what is known of a name and what differs from it, `watch` who has seen what,
//! and `keep` brings it to the store and back. Nothing of a record depends on it.

mod keep;
mod known;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use known::What;
pub(crate) use watch::{BODY_BYTES_MAX, Noted, Seen, Watch};
