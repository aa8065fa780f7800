//! Trial deliveries: recognised only where no real event can be lost.

use serde_json::{Value, json};

use hookline_model::{identity::Claim, kind::Kind, time::TimeSource};

use super::{LEAD, RECEIVED, WORKSPACE, changed, event, fixture, parsed};

fn kind(body: &Value) -> Kind {
    event(body).kind
}

#[test]
fn a_trial_by_name_makes_no_records() {
    let parsed = parsed(&fixture("trial"));
    let event = &parsed.event;
    assert_eq!((event.kind, event.account.as_deref()), (Kind::WebhookTest, Some(WORKSPACE)));
    assert_eq!((event.contact.as_ref(), event.campaign.as_ref(), event.outbound.as_ref()), (None, None, None));
    assert_eq!(json!(event.facts.extra), json!({"event_name": "webhook_test"}));
    // Its time is made up, and the same one next week is another trial.
    assert_eq!((event.occurred_at, event.time_source), (RECEIVED, TimeSource::Received));
    assert!(matches!(parsed.claim, Some(Claim::Window(_))));
}

#[test]
fn names_of_trials_are_known() {
    for name in ["webhook_test", "TEST_WEBHOOK", "test_event", "webhook.test", "test", "Ping", "sample"] {
        assert_eq!(kind(&json!({"event_type": name})), Kind::WebhookTest, "{name}");
        assert_eq!(kind(&json!({"type": name, "workspace": WORKSPACE})), Kind::WebhookTest, "{name}");
    }
}

#[test]
fn a_label_called_test_is_a_label() {
    assert_eq!(kind(&changed("custom_label", &json!({"event_type": "Test"}))), Kind::ContactCategoryUpdated);
    let reserved = json!({"event_type": "Test", "lead_email": "jo@example.com", "email": null});
    assert_eq!(kind(&changed("custom_label", &reserved)), Kind::WebhookTest);
}

#[test]
fn a_marked_delivery_of_nobody_is_a_trial() {
    for flag in [json!(true), json!("true"), json!(1)] {
        assert_eq!(kind(&json!({"test": flag})), Kind::WebhookTest, "{flag}");
        let sample = changed("reply_received", &json!({"is_test": flag, "lead_email": "jane@example.com"}));
        let event = event(&sample);
        assert_eq!((event.kind, event.contact, event.campaign, event.inbound), (Kind::WebhookTest, None, None, None));
        assert_eq!(event.facts.extra.get("sample_of"), Some(&json!("email.replied")));
    }
}

#[test]
fn a_marked_delivery_of_a_real_lead_is_an_event() {
    let event = event(&changed("reply_received", &json!({"test": true, "lead_email": LEAD})));
    assert_eq!(event.kind, Kind::EmailReplied);
    assert!(event.facts.custom_fields.contains_key("test"));
}

#[test]
fn an_unmarked_delivery_is_an_event_whatever_its_address() {
    let body = changed("reply_received", &json!({"lead_email": "jane@example.com", "workspace": "test-workspace"}));
    assert_eq!(kind(&body), Kind::EmailReplied);
    assert_eq!(kind(&changed("reply_received", &json!({"test": false, "lead_email": "jane@example.com"}))), Kind::EmailReplied);
}
