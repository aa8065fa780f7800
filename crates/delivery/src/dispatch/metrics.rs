//! Names and labels of this crate's metrics. Label values come from closed sets only: dialects, how attempts and deliveries
//! end, and the parts of a limit that are warned of.

use hookline_store::deliveries::{AttemptRow, DeliveryStatus};
use metrics::{Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

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
fn attempt_outcome(status: Option<u16>, error: Option<&str>) -> String {
    match (status, error) {
        (Some(status), _) => format!("{}xx", status / 100),
        (None, Some(code)) => code.to_owned(),
        (None, None) => "none".to_owned(),
    }
}

/// What one subscription's attempts are counted with. What happens with every one is looked up once.
pub(super) struct Meters {
    dialect: &'static str,
    in_flight: Gauge,
    seconds: Histogram,
    answered_2xx: Counter,
    delivered: Counter,
}

impl Meters {
    /// Of the installed recorder, for a subscription of this dialect.
    pub(super) fn new(dialect: &'static str) -> Meters {
        Meters {
            dialect,
            in_flight: gauge!(IN_FLIGHT),
            seconds: histogram!(ATTEMPT_SECONDS, LABEL_DIALECT => dialect),
            answered_2xx: counter!(ATTEMPTS_TOTAL, LABEL_DIALECT => dialect, LABEL_OUTCOME => "2xx"),
            delivered: counter!(DELIVERIES_TOTAL, LABEL_DIALECT => dialect, LABEL_OUTCOME => "delivered"),
        }
    }

    /// A request goes out.
    pub(super) fn on_the_wire(&self) -> OnTheWire {
        self.in_flight.increment(1.0);
        OnTheWire(self.in_flight.clone())
    }

    /// An attempt ended.
    pub(super) fn attempted(&self, row: &AttemptRow) {
        self.seconds.record(row.latency());
        if row.is_success() {
            self.answered_2xx.increment(1);
            return;
        }
        let outcome = attempt_outcome(row.status, row.error.as_ref().map(|(code, _)| code.as_str()));
        counter!(ATTEMPTS_TOTAL, LABEL_DIALECT => self.dialect, LABEL_OUTCOME => outcome).increment(1);
    }

    /// A delivery ended, delivered or failed.
    pub(super) fn ended(&self, status: DeliveryStatus) {
        match status {
            DeliveryStatus::Delivered => self.delivered.increment(1),
            _ => counter!(DELIVERIES_TOTAL, LABEL_DIALECT => self.dialect, LABEL_OUTCOME => "failed").increment(1),
        }
    }
}

/// A request that is on the wire for as long as this lives, also if its task is dropped.
pub(super) struct OnTheWire(Gauge);

impl Drop for OnTheWire {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}
