//! Trial deliveries: recognised only where no real event can be lost.

use serde_json::{Value, json};

use hookline_model::{kind::Kind, time::TimeSource};

use super::{RECEIVED, changed, claim, event, event_of};

/// A reply as a trial has it: all ids are small.
fn small() -> Value {
    changed(
        "LEAD_REPLIED",
        &json!({"/data/reply/id": 1, "/data/campaign_event/id": "6", "/data/lead/id": 1, "/data/campaign/id": 2,
            "/data/scheduled_email/id": 4, "/data/sender_email/id": 3}),
    )
}

#[test]
fn small_ids_and_a_placeholder_are_a_sample() {
    for changes in [
        json!({"/data/lead/email": "jane@example.com"}),
        json!({"/data/lead/email": "test@x.example"}),
        json!({"/data/campaign/name": " Test "}),
        json!({"/data/scheduled_email/email_subject": "Test subject"}),
        json!({"/data/reply/email_subject": "sample"}),
        json!({"/event/test": true}),
        json!({"/is_test": "true"}),
    ] {
        let event = event(&super::with(small(), &changes));
        assert_eq!(event.kind, Kind::WebhookTest, "{changes}");
        assert_eq!((event.contact.as_ref(), event.campaign.as_ref(), event.sending_account.as_ref()), (None, None, None));
        assert_eq!((event.inbound.as_ref(), event.outbound.as_ref()), (None, None));
        assert_eq!((event.occurred_at, event.time_source), (RECEIVED, TimeSource::Received));
        assert_eq!(json!(event.facts.extra), json!({"event_name": "LEAD_REPLIED", "sample_of": "email.replied"}));
    }
}

#[test]
fn small_ids_in_an_answer_of_the_api_are_a_sample() {
    for body in [
        json!({"data": small()}),
        json!({"data": {"success": true, "payload": small()}}),
        json!({"success": true, "payload": small()}),
    ] {
        assert_eq!(event(&body).kind, Kind::WebhookTest);
    }
    // A row of the list of events is no answer to a trial.
    assert_eq!(event(&json!({"id": 1, "payload": small()})).kind, Kind::EmailReplied);
}

#[test]
fn small_ids_alone_are_the_first_events_of_an_instance() {
    let event = event(&small());
    assert_eq!((event.kind, event.contact.is_some()), (Kind::EmailReplied, true));
}

#[test]
fn one_real_id_is_no_sample() {
    let placeholder = json!({"/data/lead/email": "jane@example.com", "/data/reply/id": 640_118});
    assert_eq!(event(&super::with(small(), &placeholder)).kind, Kind::EmailReplied);
    for name in ["LEAD_REPLIED", "EMAIL_SENT"] {
        let marked = json!({"/event/test": true, "/data/campaign/name": "Test", "/data/lead/email": "test@example.com"});
        assert_ne!(event(&changed(name, &marked)).kind, Kind::WebhookTest, "{name}");
    }
    assert_eq!(event(&json!({"data": changed("LEAD_REPLIED", &json!({}))})), event_of("LEAD_REPLIED"));
}

#[test]
fn few_ids_are_no_sample() {
    let body =
        json!({"event": {"type": "EMAIL_OPENED"}, "data": {"lead": {"id": 1, "email": "a@example.com"}, "campaign": {"id": 1}}});
    assert_eq!(event(&body).kind, Kind::EmailOpened);
}

#[test]
fn names_of_trials_are_known() {
    for name in ["test", "Test Event", "webhook.test", "ping", "sample", "test_webhook"] {
        let event = event(&json!({"event": {"type": name, "workspace_id": 31}}));
        assert_eq!((event.kind, event.account.as_deref()), (Kind::WebhookTest, Some("31")), "{name}");
    }
}

#[test]
fn a_trial_that_is_repeated_is_one_for_a_while() {
    let sample = |changes: Value| claim(&json!({"data": super::with(small(), &changes)}));
    assert_eq!((sample(json!({})).0, sample(json!({}))), ("window", sample(json!({}))));
    assert_ne!(sample(json!({})).1, sample(json!({"/event/type": "EMAIL_OPENED"})).1);
}
