//! Reruns: stored bodies are read again with the parser of today, and entries that came out otherwise are superseded.

use std::sync::Arc;

use hookline_model::{entry::Origin, event::Event, id::EventId, platform::Platform, time::Millis};

use crate::{Append, answers::KeptAnswer};

/// The most bytes, of bodies and events together, that a page of [`Received`] carries; a single larger one still goes.
pub const RERUN_PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How many entries of the workspace one page looks at. A page of which few were wanted has few rows, and a cursor.
pub const RERUN_WALK_ROWS_MAX: usize = 20_000;

/// Which entries are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RerunFilter {
    /// Received at or after.
    pub since: Millis,
    /// Received before.
    pub until: Millis,
    /// From this platform.
    pub platform: Option<Platform>,
}

/// An entry with the delivery that it was read from.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its place in the log.
    pub position: u64,
    /// What it says.
    pub event: Event,
    /// How it came.
    pub origin: Origin,
    /// When it came.
    pub received_at: Millis,
    /// The body as received, but for blanked secrets.
    pub raw: Vec<u8>,
}

/// An entry, read again.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The entry's place in the log.
    pub position: u64,
    /// What its body is read as now.
    pub append: Append,
}

/// What became of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reread {
    /// The entry says that already.
    Same,
    /// The entry is superseded.
    Superseded {
        /// The id that the event goes by now.
        event_id: EventId,
        /// Whether another entry said the same, so that none was appended.
        duplicate: bool,
    },
    /// There is no such entry in this workspace, or no longer: nothing was done.
    NotThere,
}

/// Makes the answer to keep of what became of the readings, in their order; `None` keeps none. It runs inside the store's
/// transaction: it neither waits nor panics.
pub type MakeRerunAnswer = Arc<dyn Fn(&[Reread]) -> Option<KeptAnswer> + Send + Sync>;

/// Readings to supersede entries by.
#[derive(Clone)]
pub struct Rerun {
    /// The readings, of one workspace; at most [`crate::query::PAGE_ROWS_MAX`].
    pub readings: Vec<Reading>,
    /// Only to find out what would become of them: everything is taken back, but for the answer.
    pub is_dry: bool,
    /// The answer that is kept with the change.
    pub answer: Option<MakeRerunAnswer>,
}
