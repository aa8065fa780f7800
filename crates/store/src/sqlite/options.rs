//! What the embedded store can be set to.

use std::{path::PathBuf, sync::Arc};

use super::{
    checkpointer,
    queue::QueueLimits,
    search::SearchLimits,
    shared::{OnFatal, Probe},
};

/// Settings of the embedded store.
#[derive(Clone)]
pub struct SqliteOptions {
    /// The folder of the files; made if it does not exist.
    pub folder: PathBuf,
    /// Bounds of the queue in front of the writer.
    pub queue: QueueLimits,
    /// Intake stops when the file system has less than this left.
    pub disk_reserve_bytes: u64,
    /// How many pages a write-ahead log has before it is copied back on the side.
    pub checkpoint_pages: i32,
    /// Bounds of searches for texts. Without any, texts are not indexed and cannot be searched for; what was indexed before
    /// stays, and is gone on from.
    pub search: Option<SearchLimits>,
    /// Called when going on could break a promise. It must end the process; in tests it may note and park.
    pub on_fatal: OnFatal,
    /// Told of the steps an event takes.
    pub probe: Probe,
}

impl SqliteOptions {
    /// The usual settings for a folder. A fatal fault ends the process with status 70.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> SqliteOptions {
        SqliteOptions {
            folder: folder.into(),
            queue: QueueLimits::default(),
            disk_reserve_bytes: 64 * 1024 * 1024,
            checkpoint_pages: checkpointer::PAGES,
            search: Some(SearchLimits::default()),
            on_fatal: Arc::new(|reason| {
                tracing::error!(reason, "stopping at once: going on could break what was promised");
                std::process::exit(70);
            }),
            probe: Arc::new(|_| {}),
        }
    }
}
