//! When an activity happened.

use serde_json::{Value, json};

use hookline_model::time::{Millis, TimeSource};

use super::{RECEIVED, event, fixtures, outbound, with};

/// The effective time of an open created at this time.
fn at(created: &Value) -> (Millis, TimeSource) {
    let mut body = fixtures::email_opened();
    body["createdAt"] = created.clone();
    let event = event(&body);
    (event.occurred_at, event.time_source)
}

#[test]
fn a_time_is_read_with_any_offset_and_as_an_epoch() {
    for created in [
        json!("2026-03-03T09:02:11.048Z"),
        json!("2026-03-03T10:02:11.048+01:00"),
        json!("2026-03-03T04:02:11.048-0500"),
        json!(1_772_528_531_048_i64),
        json!("1772528531048"),
    ] {
        assert_eq!(at(&created), (Millis(1_772_528_531_048), TimeSource::Stated), "{created}");
    }
}

#[test]
fn what_is_no_time_is_the_time_of_receipt() {
    for created in
        [json!(null), json!(""), json!("2026-03-03"), json!("soon"), json!("9999-01-01T00:00:00Z"), json!(true), json!([])]
    {
        assert_eq!(at(&created), (RECEIVED, TimeSource::Received), "{created}");
    }
}

#[test]
fn when_the_message_was_sent_is_not_when_it_was_opened() {
    let old = event(&with(fixtures::email_opened(), &json!({"relatedSentAt": "2020-05-04T08:00:00.000Z"})));
    assert_eq!(old.occurred_at.to_string(), "2026-03-03T09:02:11.048Z");
    assert_eq!(outbound(&old).at.map(|at| at.to_string()).as_deref(), Some("2020-05-04T08:00:00.000Z"));
    let timeless = event(&with(fixtures::email_opened(), &json!({"createdAt": null})));
    assert_eq!((timeless.occurred_at, timeless.time_source), (RECEIVED, TimeSource::Received));
    let absurd = event(&with(fixtures::email_opened(), &json!({"relatedSentAt": "1971-01-01T00:00:00Z"})));
    assert_eq!(outbound(&absurd).at, None);
}
