//! Trial deliveries: recognised only where no real event can be lost.

use serde_json::json;

use hookline_model::{identity::Claim, kind::Kind, time::TimeSource};

use super::{
    event, extra,
    fixtures::{app, picked},
    kind, parsed, with,
};

fn trial() -> serde_json::Value {
    app(
        "contact.creation",
        &json!({"eventId": 100, "objectId": 123, "changeSource": "CRM", "sourceId": "-", "changeFlag": "NEW"}),
    )
}

#[test]
fn the_event_of_a_test_button_makes_no_records() {
    let parsed = parsed(&trial());
    let event = &parsed.event;
    assert_eq!((event.kind, event.contact.as_ref(), event.time_source), (Kind::WebhookTest, None, TimeSource::Received));
    assert_eq!(event.account.as_deref(), Some(super::PORTAL));
    assert_eq!(json!(event.facts.extra), json!({"event_name": "contact.creation", "sample_of": "contact.created"}));
    assert!(matches!(parsed.claim, Some(Claim::Window(_))));
    assert_eq!(kind(&with(trial(), &json!({"eventId": 1}))), Kind::WebhookTest);
    let change =
        json!({"subscriptionType": "contact.propertyChange", "propertyName": "message", "propertyValue": "sample-value"});
    assert_eq!(super::event(&with(trial(), &change)).facts.custom_fields.len(), 0);
}

#[test]
fn an_event_that_only_resembles_a_trial_is_real() {
    for fields in
        [json!({"objectId": 124}), json!({"eventId": 101}), json!({"changeSource": "CRM_UI"}), json!({"sourceId": "userId:5"})]
    {
        assert_eq!(kind(&with(trial(), &fields)), Kind::ContactCreated, "{fields}");
    }
}

#[test]
fn a_workflow_may_say_that_it_is_a_trial() {
    for word in ["test", "Webhook.test", "PING", "sample", "test_event"] {
        let event = event(&with(picked(), &json!({"event": word})));
        assert_eq!((event.kind, event.contact.as_ref(), event.facts.custom_fields.len()), (Kind::WebhookTest, None, 0), "{word}");
        assert_eq!(extra(&event, "event_name"), Some(&json!(word)));
    }
    assert_eq!(kind(&json!({"test": true})), Kind::WebhookTest);
    // A property called like that says nothing of a contact that is named.
    assert_eq!(kind(&with(picked(), &json!({"test": true}))), Kind::EmailReplied);
}
