//! Names of the store's metrics.

/// Histogram: deliveries per commit.
pub(super) const BATCH_ITEMS: &str = "hookline_log_batch_items";
/// Histogram: entries per fold.
pub(super) const FOLD_ENTRIES: &str = "hookline_fold_entries";
/// Counter: deliveries refused because the queue was full.
pub(super) const QUEUE_REFUSED: &str = "hookline_queue_refused_total";
/// Counter: quarantined deliveries that made room for newer ones.
pub(super) const QUARANTINE_EVICTED: &str = "hookline_quarantine_evicted_total";
