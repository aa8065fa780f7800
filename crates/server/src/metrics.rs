//! Names and labels of this crate's metrics. Label values come from closed sets only: platforms, [`crate::ProblemType`]s and what
//! [`hookline_platforms::verify::Unproven`] names.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Counter: requests to receiving addresses, by platform and by what became of them.
pub(crate) const RECEIVED_TOTAL: &str = "hookline_received_total";
/// Counter: deliveries that did not prove where they come from, by platform and by what was wrong.
pub(crate) const UNPROVEN_TOTAL: &str = "hookline_unproven_total";
/// Counter: what platforms sent otherwise than before, once per difference, by platform and by what differs.
pub(crate) const DRIFT_TOTAL: &str = "hookline_drift_total";
/// Histogram: from the end of the head to the answer, for what was kept.
pub(crate) const INGEST_SECONDS: &str = "hookline_ingest_seconds";
/// Gauge: bytes of the deliveries that wait for the log's writer.
pub(crate) const QUEUE_BYTES: &str = "hookline_queue_bytes";
/// Gauge: bytes reserved for bodies being received or processed.
pub(crate) const BODIES_BYTES: &str = "hookline_bodies_bytes";
/// Gauge: entries in the log.
pub(crate) const LOG_ENTRIES: &str = "hookline_log_entries";
/// Gauge: entries folded into the records.
pub(crate) const FOLDED_ENTRIES: &str = "hookline_folded_entries";
/// Gauge: bytes the log takes on disk.
pub(crate) const LOG_BYTES: &str = "hookline_log_bytes";
/// Gauge: bytes the records take on disk.
pub(crate) const RECORDS_BYTES: &str = "hookline_records_bytes";
/// Gauge: bytes the search index takes on disk.
pub(crate) const SEARCH_BYTES: &str = "hookline_search_bytes";
/// Gauge: entries in the log that search does not find yet; absent when search is off.
pub(crate) const SEARCH_LAG_ENTRIES: &str = "hookline_search_lag_entries";
/// Gauge: webhooks, by how they stand.
pub(crate) const WEBHOOKS: &str = "hookline_webhooks";
/// Gauge: how many positions of the log the active webhook that is furthest behind is behind.
pub(crate) const WEBHOOKS_BACKLOG: &str = "hookline_webhooks_backlog_entries";
/// Gauge: open connections.
pub(crate) const OPEN_CONNECTIONS: &str = "hookline_open_connections";

/// Label: the platform of the address, or [`PLATFORM_UNKNOWN`].
pub(crate) const LABEL_PLATFORM: &str = "platform";
/// Label: `processed`, `duplicate`, `unrouted`, `quarantined`, or the problem's name; of webhooks `active`, `paused` or
/// `disabled`.
pub(crate) const LABEL_STATUS: &str = "status";
/// Label: `missing`, `stale` or `wrong`.
pub(crate) const LABEL_WHY: &str = "why";
/// Label: `new_name`, `new_field`, `missing_field` or `changed_type`.
pub(crate) const LABEL_WHAT: &str = "what";
/// The platform of an address whose path names none.
pub(crate) const PLATFORM_UNKNOWN: &str = "unknown";

/// Describes every metric of this crate, and of the one that passes events on, to the installed recorder; call it once, after
/// installing one.
pub fn describe() {
    describe_counter!(RECEIVED_TOTAL, Unit::Count, "Requests to receiving addresses");
    describe_counter!(UNPROVEN_TOTAL, Unit::Count, "Deliveries that did not prove where they come from");
    describe_counter!(DRIFT_TOTAL, Unit::Count, "What platforms sent otherwise than before, each difference once");
    describe_histogram!(INGEST_SECONDS, Unit::Seconds, "From the head of a delivery to its answer, for what was kept");
    describe_gauge!(QUEUE_BYTES, Unit::Bytes, "Deliveries waiting for the log's writer");
    describe_gauge!(BODIES_BYTES, Unit::Bytes, "Reserved for bodies being received or processed");
    describe_gauge!(LOG_ENTRIES, Unit::Count, "Entries in the log");
    describe_gauge!(FOLDED_ENTRIES, Unit::Count, "Entries folded into the records");
    describe_gauge!(LOG_BYTES, Unit::Bytes, "Disk space of the log");
    describe_gauge!(RECORDS_BYTES, Unit::Bytes, "Disk space of the records");
    describe_gauge!(SEARCH_BYTES, Unit::Bytes, "Disk space of the search index");
    describe_gauge!(SEARCH_LAG_ENTRIES, Unit::Count, "Entries in the log that search does not find yet");
    describe_gauge!(WEBHOOKS, Unit::Count, "Webhooks");
    describe_gauge!(WEBHOOKS_BACKLOG, Unit::Count, "Positions of the log that the active webhook furthest behind is behind");
    hookline_delivery::dispatch::metrics::describe();
    describe_gauge!(OPEN_CONNECTIONS, Unit::Count, "Open connections");
}
