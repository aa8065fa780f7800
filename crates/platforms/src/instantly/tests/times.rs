//! When an event happened.

use serde_json::json;

use hookline_model::time::{Millis, TimeSource};

use super::{FIXTURES, RECEIVED, changed, event, fixture, inbound, outbound, parse_bytes, parsed};
use crate::{Delivery, Parser, instantly::Instantly};

/// When the email was opened.
const OPENED: Millis = Millis(1_772_530_912_330);

#[test]
fn a_time_is_read_in_every_form() {
    for time in [
        json!("2026-03-03T09:41:52.330Z"),
        json!("2026-03-03T11:41:52.330+02:00"),
        json!("2026-03-03 09:41:52.33"),
        json!(1_772_530_912_330_i64),
        json!("1772530912330"),
        json!(1_772_530_912.33),
    ] {
        assert_eq!(event(&changed("email_opened", &json!({"timestamp": time}))), event(&fixture("email_opened")), "{time}");
    }
    assert_eq!(event(&fixture("email_opened")).occurred_at, OPENED);
}

#[test]
fn epoch_seconds_are_read() {
    for time in [json!(1_772_530_912), json!("1772530912")] {
        let event = event(&changed("email_opened", &json!({"timestamp": time})));
        assert_eq!((event.occurred_at, event.time_source), (Millis(1_772_530_912_000), TimeSource::Stated), "{time}");
    }
}

#[test]
fn a_time_may_stand_under_timestamp_created() {
    let moved = json!({"timestamp": null, "timestamp_created": "2026-03-03T09:41:52.330Z"});
    assert_eq!(parsed(&changed("email_opened", &moved)), parsed(&fixture("email_opened")));
    let both = json!({"timestamp_created": "2026-01-01T00:00:00.000Z"});
    assert_eq!(event(&changed("email_opened", &both)).occurred_at, OPENED);
}

#[test]
fn a_timestamp_that_is_no_time_is_none() {
    for odd in [json!("soon"), json!(""), json!("null"), json!(true), json!({}), json!("2026-03-03")] {
        let parsed = parsed(&changed("email_opened", &json!({"timestamp": odd})));
        assert_eq!((parsed.event.occurred_at, parsed.event.time_source), (RECEIVED, TimeSource::Received), "{odd}");
    }
}

#[test]
fn years_out_of_reason_are_not_believed() {
    for year in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-03-26T12:00:00.001Z"] {
        let parsed = parsed(&changed("reply_received", &json!({"timestamp": year})));
        assert_eq!((parsed.event.occurred_at, parsed.event.time_source), (RECEIVED, TimeSource::Received), "{year}");
        assert_eq!(inbound(&parsed.event).at, None, "{year}");
        assert!(parsed.claim.is_some(), "{year}");
    }
}

#[test]
fn a_time_is_not_taken_out_of_an_id() {
    let event = event(&changed("email_sent", &json!({"timestamp": null})));
    assert_eq!((event.occurred_at, event.time_source), (RECEIVED, TimeSource::Received));
    assert_eq!(outbound(&event).at, None);
}

#[test]
fn the_time_of_a_nested_event_may_be_inside() {
    let body =
        json!({"event_type": "lead_closed", "data": {"lead_email": "a@b.example", "timestamp": "2026-03-03T09:41:52.330Z"}});
    assert_eq!(event(&body).occurred_at, OPENED);
}

#[test]
fn the_time_of_receipt_is_nothing_of_an_event_with_a_time() {
    for (name, text) in FIXTURES.iter().filter(|(name, _)| *name != "trial") {
        let late = Instantly.parse(&Delivery::new(text.as_bytes(), Millis(RECEIVED.0 + 5)));
        assert_eq!(late, parse_bytes(text.as_bytes()), "{name}");
    }
}
