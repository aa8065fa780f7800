//! Settling: what becomes of deliveries in quarantine.

use std::sync::Arc;

use hookline_model::id::QuarantineId;

use crate::{Append, Appended, Quarantined, answers::KeptAnswer, query::Cursor};

/// What is to become of a delivery in quarantine.
#[derive(Clone, Debug)]
pub enum Settlement {
    /// It can be read now: into the log and out of quarantine.
    Release(QuarantineId, Box<Append>),
    /// It still cannot be read, for this reason.
    Stay(QuarantineId, String),
    /// Nobody wants it any more.
    Discard(QuarantineId),
}

impl Settlement {
    /// Which delivery.
    #[must_use]
    pub fn id(&self) -> QuarantineId {
        match self {
            Settlement::Release(id, _) | Settlement::Stay(id, _) | Settlement::Discard(id) => *id,
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// In the log, as any append.
    Released(Appended),
    /// In quarantine, with its new reason.
    Stayed,
    /// Gone.
    Discarded,
    /// It is not in this workspace's quarantine, or no longer: nothing was done.
    NotThere,
}

/// Makes the answer to keep of what became of the deliveries, in their order; `None` keeps none. It runs inside the store's
/// transaction: it neither waits nor panics.
pub type MakeAnswer = Arc<dyn Fn(&[Settled]) -> Option<KeptAnswer> + Send + Sync>;

impl Quarantined {
    /// The place behind this delivery in the listing of its workspace.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.received_at, key: self.id.0.as_bytes().to_vec() }
    }
}
