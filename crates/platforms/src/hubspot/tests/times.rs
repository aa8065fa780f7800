//! When an app's event happened.

use serde_json::json;

use hookline_model::time::{Millis, TimeSource};

use super::{AT, RECEIVED, event, fixtures::app};

#[test]
fn the_stated_time_is_in_milliseconds() {
    for value in [json!(AT), json!(AT.to_string()), json!(" 1774431207418 "), json!("2026-03-25T09:33:27.418Z")] {
        let event = event(&app("contact.creation", &json!({"occurredAt": value})));
        assert_eq!((event.occurred_at, event.time_source), (Millis(AT), TimeSource::Stated), "{value}");
    }
}

#[test]
fn a_time_that_cannot_be_is_not_believed() {
    for value in [json!("-"), json!(null), json!(0), json!(-1), json!(i64::MAX), json!("soon"), json!(AT * 10), json!({})] {
        let event = event(&app("contact.creation", &json!({"occurredAt": value})));
        assert_eq!((event.occurred_at, event.time_source), (RECEIVED, TimeSource::Received), "{value}");
    }
}

#[test]
fn a_time_before_the_last_attempt_is_kept() {
    let event = event(&app("contact.creation", &json!({"occurredAt": RECEIVED.0 - 86_400_000, "attemptNumber": 9})));
    assert_eq!(event.occurred_at, Millis(RECEIVED.0 - 86_400_000));
}
