//! What may go wrong in a store, by what the caller can do about it.

/// What a read has too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMuch {
    /// Rows to walk, [`crate::stats::STATS_ROWS_WALKED_MAX`] at most.
    Walked,
    /// Rows to answer, [`crate::stats::STATS_ROWS_MAX`] at most.
    Answered,
}

/// Why a store did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The queue is full, of the workspace or in all: try again in a moment.
    #[error("the queue of {0} is full")]
    Overloaded(&'static str),
    /// The disk is full, or nearly: somebody must make room.
    #[error("the disk is full: {0}")]
    DiskFull(String),
    /// The records are behind the log and did not catch up in time: try again.
    #[error("the records are catching up: {folded} of {committed} entries are folded")]
    Behind {
        /// Entries folded.
        folded: u64,
        /// Entries in the log.
        committed: u64,
    },
    /// The store is closing or closed.
    #[error("the store is closed")]
    Closed,
    /// What was asked conflicts with what is there.
    #[error("{0}")]
    Conflict(String),
    /// One read does not do so much: ask for less.
    #[error("too many rows for one read: {0:?}")]
    TooMuch(TooMuch),
    /// Texts cannot be searched for: the store was opened without.
    #[error("search is off")]
    SearchOff,
    /// Anything else that the disk or the database did.
    #[error("{attempted}: {cause}")]
    Storage {
        /// What was attempted.
        attempted: &'static str,
        /// What came of it.
        cause: String,
    },
}

impl Error {
    /// Whether the same call may succeed a moment later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Error::Overloaded(_) | Error::DiskFull(_) | Error::Behind { .. } | Error::Closed)
    }
}
