//! When an event happened.

use serde_json::{Value, json};

use hookline_model::time::TimeSource;

use super::{RECEIVED, event, fixtures, with};

/// The time of an event that has these times alone.
fn at(fields: &Value) -> String {
    let none = json!({"date": null, "modified_at": null, "created_at": null, "replied_at": null, "timestamp": null});
    let event = event(&with(with(fixtures::reply(), &none), fields));
    assert_eq!(event.time_source == TimeSource::Received, event.occurred_at == RECEIVED);
    event.occurred_at.to_string()
}

#[test]
fn the_later_time_of_the_record_counts() {
    let (early, late) = ("2026-01-12T07:00:00.000Z", "2026-03-03T11:20:49.877Z");
    assert_eq!(at(&json!({"created_at": early, "modified_at": late})), late);
    assert_eq!(at(&json!({"created_at": late, "modified_at": early})), late);
    assert_eq!(at(&json!({"created_at": early})), early);
    assert_eq!(at(&json!({"created_at": early, "modified_at": "9999-01-01T00:00:00Z"})), early, "what is absurd is not later");
}

#[test]
fn a_date_goes_first_and_relays_times_last() {
    let date = "2026-03-02T08:06:40.120+00:00";
    let all = json!({"date": date, "modified_at": "2026-03-03T11:20:49.877Z", "timestamp": 1_772_000_000});
    assert_eq!(at(&all), "2026-03-02T08:06:40.120Z");
    assert_eq!(at(&json!({"replied_at": "2026-03-03T11:20:49Z", "timestamp": 1_772_000_000})), "2026-03-03T11:20:49.000Z");
    for timestamp in [json!(1_772_000_000), json!("1772000000"), json!(1_772_000_000_000_i64), json!("2026-02-25T06:13:20Z")] {
        assert_eq!(at(&json!({"timestamp": timestamp})), "2026-02-25T06:13:20.000Z", "{timestamp}");
    }
}

#[test]
fn what_is_no_time_is_the_time_of_receipt() {
    for nothing in [json!(null), json!(""), json!("2026-03-03"), json!("9999-01-01T00:00:00Z"), json!(true)] {
        assert_eq!(at(&json!({"modified_at": nothing, "date": nothing})), RECEIVED.to_string(), "{nothing}");
    }
}
