//! When an event happened.

use hookline_model::time::TimeSource;
use serde_json::{Value, json};

use super::{FIXTURES, RECEIVED, changed, event, fixture};

/// The effective time of a body; none if it is that of receipt.
fn time(body: &Value) -> Option<String> {
    let read = event(body);
    assert!(read.time_source == TimeSource::Stated || read.occurred_at == RECEIVED);
    (read.time_source == TimeSource::Stated).then(|| read.occurred_at.to_string())
}

const CREATED: &str = "2026-06-01T00:00:00.001Z";
const UPDATED: &str = "2026-06-02T00:00:00.002Z";
const DELETED: &str = "2026-06-03T00:00:00.003Z";

/// A classic event with all published times.
fn with_times(name: &str) -> Value {
    let times = json!({"created_at": CREATED, "updated_at": UPDATED, "is_deleted_at": DELETED});
    let own = ["sent_at", "replied_at", "opened_at", "clicked_at", "bounced_at", "unsubscribed_at", "event_at"];
    let mut body = changed(name, &times);
    body["payload"].as_object_mut().expect("an object").retain(|key, _| !own.contains(&key.as_str()));
    body
}

#[test]
fn the_time_of_a_classic_event_is_that_of_its_change() {
    for name in FIXTURES.iter().take(34) {
        let expected = match name.rsplit_once('.').expect("a verb").1 {
            "create" | "new" => Some(CREATED),
            "update" | "track" => Some(UPDATED),
            "delete" => Some(DELETED),
            // An email was sent or opened at neither.
            _ => None,
        };
        assert_eq!(time(&with_times(name)).as_deref(), expected, "{name}");
    }
}

#[test]
fn a_change_that_is_not_dated_happened_when_it_was_received() {
    for (name, key) in [("lead.update", "updated_at"), ("lead.delete", "is_deleted_at"), ("lead.create", "created_at")] {
        for nothing in
            [json!(null), json!(""), json!("soon"), json!({}), json!("1999-12-31T23:59:59Z"), json!("9999-01-01T00:00:00Z")]
        {
            let mut body = with_times(name);
            body["payload"][key] = nothing.clone();
            assert_eq!(time(&body), None, "{name} {nothing}");
        }
    }
}

#[test]
fn an_email_happened_at_the_time_that_is_named_after_it() {
    for (name, key) in [
        ("campaign.email.sent", "sent_at"),
        ("campaign.email.reply", "replied_at"),
        ("campaign.email.reply", "received_at"),
        ("campaign.email.open", "opened_at"),
        ("campaign.email.click", "clicked_at"),
        ("campaign.email.bounce", "bounced_at"),
        ("campaign.email.unsubscribe", "unsubscribed_at"),
        ("lead.linkedin.new", "sent_at"),
        ("lead.track", "tracked_at"),
    ] {
        let mut body = with_times(name);
        body["payload"][key] = json!("2026-06-04T00:00:00.004Z");
        assert_eq!(time(&body).as_deref(), Some("2026-06-04T00:00:00.004Z"), "{name} {key}");
    }
    let mut open = with_times("campaign.email.open");
    open["payload"]["sent_at"] = json!("2026-06-04T00:00:00.004Z");
    assert_eq!(time(&open), None, "an open is not when its email was sent");
}

#[test]
fn a_time_of_the_event_goes_before_that_of_the_thing() {
    for name in ["lead.create", "lead.update", "lead.delete", "campaign.email.open", "tag.update"] {
        let mut body = with_times(name);
        body["payload"]["event_at"] = json!(1_780_000_000);
        assert_eq!(time(&body).as_deref(), Some("2026-05-28T20:26:40.000Z"), "{name}");
    }
}

#[test]
fn the_new_envelope_states_the_time_and_goes_before_its_content() {
    for name in FIXTURES.iter().skip(34) {
        assert_eq!(time(&fixture(name)).as_deref(), Some("2026-06-11T08:20:31.115Z"), "{name}");
    }
}

#[test]
fn a_new_envelope_without_a_time_leaves_it_to_the_content() {
    for (name, expected) in [
        ("record.created", Some("2026-06-01T08:00:00.000Z")),
        ("record.updated", Some("2026-06-11T08:20:31.900Z")),
        ("note.updated", Some("2026-06-11T08:20:31.900Z")),
        ("record.deleted", None),
        ("call.linked", None),
        ("file.deleted", None),
    ] {
        let mut body = fixture(name);
        body["timestamp"] = json!("9999-01-01T00:00:00Z");
        assert_eq!(time(&body).as_deref(), expected, "{name}");
    }
}

#[test]
fn a_classic_envelope_has_no_time() {
    let mut body = with_times("lead.update");
    body["timestamp"] = json!("2026-06-07T00:00:00Z");
    assert_eq!(time(&body).as_deref(), Some(UPDATED));
}
