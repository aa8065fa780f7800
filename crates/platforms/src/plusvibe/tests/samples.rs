//! Samples and trials.

use serde_json::{Value, json};

use hookline_model::{identity::Claim, kind::Kind, time::TimeSource};

use super::{RECEIVED, event, fixtures, parsed, with};

fn kind(fields: &Value) -> Kind {
    event(&with(fixtures::bounce(), fields)).kind
}

#[test]
fn a_sample_makes_no_records() {
    let sample = parsed(&fixtures::sample());
    let event = &sample.event;
    assert_eq!((event.kind, &event.contact, &event.campaign), (Kind::WebhookTest, &None, &None));
    assert_eq!((&event.inbound, &event.outbound, &event.facts.bounce), (&None, &None, &None));
    assert_eq!((event.occurred_at, event.time_source), (RECEIVED, TimeSource::Received));
    let extra = json!(event.facts.extra);
    assert_eq!((&extra["event_name"], &extra["sample_of"]), (&json!("BOUNCED_EMAIL"), &json!("email.bounced")));
    assert!(matches!(sample.claim, Some(Claim::Window(_))));
}

#[test]
fn one_mark_of_three_is_enough() {
    assert_eq!(kind(&json!({})), Kind::EmailBounced);
    for mark in [
        json!({"workspace_name": "John Doe Workspace"}),
        json!({"workspace_name": " john doe  workspace"}),
        json!({"sender_email": "anna@yourcompany.com"}),
        json!({"lead_email": "anna@NONEXISTENT-domain.com"}),
    ] {
        assert_eq!(kind(&mark), Kind::WebhookTest, "{mark}");
    }
    for near in [json!({"workspace_name": "John Doe"}), json!({"lead_email": "anna@my-nonexistent-domain.com"})] {
        assert_eq!(kind(&near), Kind::EmailBounced, "{near}");
    }
}

#[test]
fn a_sample_of_any_event_is_known() {
    for fixture in [fixtures::reply(), fixtures::interested(), fixtures::sent(), fixtures::alert(), fixtures::unknown()] {
        let sample = with(fixture, &json!({"workspace_name": "John Doe Workspace"}));
        assert_eq!(event(&sample).kind, Kind::WebhookTest, "{sample}");
    }
}

#[test]
fn names_of_trials_are_known() {
    for name in ["test", "WEBHOOK_TEST", "test_webhook", "test_event", "webhook.test", "ping", "sample"] {
        let event = event(&with(fixtures::reply(), &json!({"webhook_event": name})));
        assert_eq!((event.kind, &event.contact, &event.campaign), (Kind::WebhookTest, &None, &None), "{name}");
    }
}
