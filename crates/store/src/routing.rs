//! Placing what came to an agency's addresses: at the door, and later what waits in the agency's reserved workspace.

use std::sync::Arc;

use hookline_model::{
    id::{EventId, WorkspaceId},
    route::{Decision, Waiting, WaitingCode},
};

use crate::{Append, Appended, StoredEvent, answers::KeptAnswer};

/// What became of a delivery to an agency's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The event.
    pub appended: Appended,
    /// The workspace that has it; `None`: it waits.
    pub workspace: Option<WorkspaceId>,
}

/// An event that waits.
#[derive(Clone, Debug)]
pub struct Unplaced {
    /// The event.
    pub stored: StoredEvent,
    /// Why it waits.
    pub waiting: Waiting,
}

/// An entry that waits, and what is said of it today.
#[derive(Clone, Debug)]
pub struct Placement {
    /// The entry's place in the log.
    pub position: u64,
    /// What it says and came with, with the claim that it has in the workspace it is placed in. The workspace is the reserved
    /// one.
    pub append: Append,
    /// Where it belongs.
    pub decision: Decision,
}

/// What became of an entry that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It is in a workspace.
    In {
        /// Which.
        workspace: WorkspaceId,
        /// The id that it has there.
        event_id: EventId,
        /// Whether the workspace had it already.
        duplicate: bool,
    },
    /// It waits, for this reason.
    Waits(WaitingCode),
    /// There is no such entry in the reserved workspace, or no longer: nothing was done.
    NotThere,
}

/// Makes the answer to keep of what became of the entries, in their order; `None` keeps none. It runs inside the store's
/// transaction: it neither waits nor panics.
pub type MakePlacingAnswer = Arc<dyn Fn(&[Placed]) -> Option<KeptAnswer> + Send + Sync>;

/// Entries to place.
#[derive(Clone)]
pub struct Placing {
    /// The entries, all of one reserved workspace; at most [`crate::query::PAGE_ROWS_MAX`].
    pub placements: Vec<Placement>,
    /// Only to find out what would become of them: everything is taken back, but for the answer.
    pub is_dry: bool,
    /// The answer that is kept with the change.
    pub answer: Option<MakePlacingAnswer>,
}
