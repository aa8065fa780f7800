//! Warnings: that too many of a subscription's deliveries failed in a row, on the way from where that is known to the log.
//!
//! What came of deliveries and the log need not be one file. So a warning is kept in the transaction that writes down the failure
//! which it tells of, goes from there into the log, and is then let go: over a crash in between it goes again, as the same event.

use hookline_model::{
    id::{SubscriptionId, WorkspaceId},
    time::Millis,
};

use crate::Answer;

/// How many warnings of one subscription wait for the log; while there are more, further ones are dropped.
pub const WARNINGS_WAITING_MAX: usize = 100;

/// A warning that comes with the failure it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWarning {
    /// Which part of the limit is reached, 1 to 100. Of a run of failures none is kept that is not above all before it.
    pub percent: u8,
    /// Whose log it goes into.
    pub workspace: WorkspaceId,
    /// What it says, as JSON; that is not the store's business.
    pub said: String,
}

/// A warning on its way to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is let go by.
    pub number: u64,
    /// Of which subscription it tells.
    pub subscription: SubscriptionId,
    /// Whose log it goes into.
    pub workspace: WorkspaceId,
    /// When the delivery failed.
    pub at: Millis,
    /// What it says, as JSON.
    pub said: String,
}

/// What warnings need of a store.
pub trait Warnings: Send + Sync {
    /// Warnings that wait for the log, oldest first, `limit` at most.
    fn warnings(&self, limit: usize) -> Answer<'_, Vec<Warning>>;

    /// These are in the log, or can never be: they wait no longer.
    fn warned(&self, numbers: Vec<u64>) -> Answer<'_, ()>;
}
