//! Names and labels of this crate's metrics. Label values come from closed sets only: dialects, how attempts and deliveries
//! end, and the parts of a limit that are warned of.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Counter: deliveries that ended, by dialect and by how: `delivered`, `failed`, `skipped` or `not_expressible`.
pub const DELIVERIES_TOTAL: &str = "hookline_deliveries_total";
/// Histogram: how long attempts took, the answer's body included, by dialect.
pub const ATTEMPT_SECONDS: &str = "hookline_attempt_seconds";
/// Counter: attempts, by dialect and by how they ended: `2xx` to `5xx`, or a code of [`crate::client::AttemptError`].
pub const ATTEMPTS_TOTAL: &str = "hookline_attempts_total";
/// Counter: warnings that came into the log, by the part of the limit that they tell of, in percent.
pub const WARNINGS_TOTAL: &str = "hookline_webhook_warnings_total";
/// Gauge: requests to receivers that are on the wire.
pub const IN_FLIGHT: &str = "hookline_deliveries_in_flight";

/// Label: the dialect.
pub(super) const LABEL_DIALECT: &str = "dialect";
/// Label: how it ended.
pub(super) const LABEL_OUTCOME: &str = "outcome";
/// Label: 50, 80 or 100.
pub(super) const LABEL_PERCENT: &str = "percent";

/// Describes every metric of this crate to the installed recorder; call it once, after installing one.
pub fn describe() {
    describe_counter!(DELIVERIES_TOTAL, Unit::Count, "Deliveries that ended");
    describe_counter!(ATTEMPTS_TOTAL, Unit::Count, "Attempts to deliver");
    describe_histogram!(ATTEMPT_SECONDS, Unit::Seconds, "From the start of an attempt to the end of its answer");
    describe_counter!(WARNINGS_TOTAL, Unit::Count, "Warnings of webhooks whose deliveries fail in a row");
    describe_gauge!(IN_FLIGHT, Unit::Count, "Requests to receivers that are on the wire");
}

/// How an attempt ended, from a closed set.
pub(super) fn attempt_outcome(status: Option<u16>, error: Option<&str>) -> String {
    match (status, error) {
        (Some(status), _) => format!("{}xx", status / 100),
        (None, Some(code)) => code.to_owned(),
        (None, None) => "none".to_owned(),
    }
}

/// A request that is on the wire for as long as this lives, also if its task is dropped.
pub(super) struct OnTheWire;

impl OnTheWire {
    pub(super) fn new() -> OnTheWire {
        metrics::gauge!(IN_FLIGHT).increment(1.0);
        OnTheWire
    }
}

impl Drop for OnTheWire {
    fn drop(&mut self) {
        metrics::gauge!(IN_FLIGHT).decrement(1.0);
    }
}
