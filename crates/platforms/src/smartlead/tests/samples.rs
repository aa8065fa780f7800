//! What is a sample, and what is not.

use serde_json::{Value, json};

use hookline_model::{identity::Claim, kind::Kind, time::Millis};

use super::{FIXTURES, RECEIVED, changed, event, fixture, fixtures::SAMPLE, parsed};
use crate::{Delivery, Parser, smartlead::Smartlead};

/// The sample with some fields set, or removed where the value is null.
fn sample(fields: &Value) -> Value {
    let mut body: Value = serde_json::from_str(SAMPLE).expect("fixtures are JSON");
    let object = body.as_object_mut().expect("an object");
    object.extend(fields.as_object().expect("an object").clone());
    object.retain(|_, value| !value.is_null());
    body
}

fn is_sample(body: &Value) -> bool {
    event(body).kind == Kind::WebhookTest
}

#[test]
fn a_name_that_says_test_is_a_test() {
    for name in ["webhook.test", "WEBHOOK_TEST", "webhook-test", "Test Webhook", "test_event", "TEST", "ping", "WEBHOOK_PING"] {
        for key in ["event_type", "event", "eventType", "type"] {
            assert!(is_sample(&json!({key: name})), "{key} {name}");
        }
    }
    for name in ["TEST_EMAIL_SENT", "tested", "EMAIL_TEST", "PINGED"] {
        assert_eq!(event(&json!({"event_type": name})).kind, Kind::Other, "{name}");
    }
}

#[test]
fn a_marker_takes_a_placeholder_beside_it() {
    for marker in ["is_test", "isTest", "test", "is_sample", "isSample", "sample"] {
        for flag in [json!(true), json!("true"), json!(1)] {
            let marked = json!({marker: flag, "campaign_id": 77, "campaign_name": "Spring"});
            assert!(is_sample(&sample(&marked)), "{marker} {flag}");
        }
    }
    let nobody = json!({"event": "EMAIL_OPENED", "lead_id": 1, "campaign_id": 1, "campaign_name": "Sample Campaign"});
    assert!(!is_sample(&nobody));
    let mut marked = nobody;
    marked["is_test"] = json!(true);
    assert!(is_sample(&marked));
    marked["campaign_name"] = json!("Spring");
    assert!(!is_sample(&marked));
    assert!(!is_sample(&sample(&json!({"is_test": false, "campaign_id": 77}))));
}

#[test]
fn a_placeholder_person_takes_a_placeholder_campaign() {
    assert!(is_sample(&sample(&json!({}))));
    for address in ["jo@example.com", "jo@example.net", "JO@Example.Org", "test@fjordpack.example", "sample@fjordpack.example"] {
        assert!(is_sample(&sample(&json!({"to_email": address}))), "{address}");
        assert!(!is_sample(&sample(&json!({"to_email": address, "campaign_id": 3_158_824}))), "{address}, campaign id");
        assert!(!is_sample(&sample(&json!({"to_email": address, "campaign_name": "Nordic ports Q1"}))), "{address}, title");
    }
    for id in [json!(0), json!("1"), json!(123)] {
        assert!(is_sample(&sample(&json!({"campaign_id": id}))), "{id}");
    }
    for id in [json!(12), json!(1234), json!(null)] {
        assert!(!is_sample(&sample(&json!({"campaign_id": id}))), "{id}");
    }
    for address in
        ["jo@example.com.evil.example", "jo@notexample.com", "tester@fjordpack.example", "test.weber@fjordpack.example"]
    {
        assert!(!is_sample(&sample(&json!({"to_email": address}))), "{address}");
    }
}

#[test]
fn whoever_is_real_is_no_sample() {
    let real = "mara.lind@fjordpack.example";
    for fields in [
        json!({"lead_email": real}),
        json!({"sl_lead_email": real}),
        json!({"to": real}),
        json!({"lead_data": {"email": real}}),
        json!({"lead": {"email": real}}),
        json!({"leadCorrespondence": {"targetLeadEmail": real}}),
        json!({"lead_correspondence": {"reply_received_from": real}}),
    ] {
        let mut body = sample(&fields);
        assert!(!is_sample(&body), "{fields}");
        body["is_test"] = json!(true);
        assert!(!is_sample(&body), "{fields} with a marker");
    }
}

#[test]
fn a_message_that_was_sent_is_no_sample() {
    for fields in [
        json!({"stats_id": "b84e19d3-27aa-4c6e-8f02-6d1f7a93c540"}),
        json!({"message_id": "<x1@get-lumenroute.example>"}),
        json!({"message_id": "<x1>"}),
        json!({"sent_message": {"message_id": "<x1@get-lumenroute.example>"}}),
        json!({"event_type": "EMAIL_REPLY", "reply_message": {"message_id": "<x1@mail.fjordpack.example>"}}),
        json!({"event_type": "EMAIL_BOUNCE", "bounce_message": {"message_id": "<x1@mx.fjordpack.example>"}}),
    ] {
        assert!(!is_sample(&sample(&fields)), "{fields}");
    }
    assert!(is_sample(&sample(&json!({"message_id": "<x1@example.com>"}))));
}

#[test]
fn no_other_fixture_is_a_sample_for_one_mark() {
    for (name, _) in FIXTURES.iter().copied() {
        for fields in [json!({"is_test": true}), json!({"campaign_id": 123}), json!({"campaign_name": "Test Campaign"})] {
            assert!(!is_sample(&changed(name, &fields)), "{name} {fields}");
        }
    }
    let reply = changed("email_reply", &json!({"campaign_id": 1, "campaign_name": "Test Campaign", "is_test": true}));
    assert_eq!(event(&reply).kind, Kind::EmailReplied);
    assert_eq!(event(&fixture("email_reply")).kind, Kind::EmailReplied);
}

#[test]
fn a_sample_says_that_it_came_and_what_of() {
    let parsed = parsed(&sample(&json!({})));
    assert_eq!((parsed.event.contact.as_ref(), parsed.event.campaign.as_ref()), (None, None));
    assert_eq!((parsed.event.outbound.as_ref(), parsed.event.inbound.as_ref()), (None, None));
    assert_eq!(parsed.event.occurred_at, RECEIVED, "its time is made up as well");
    assert_eq!(json!(parsed.event.facts.extra), json!({"event_name": "EMAIL_SENT", "sample_of": "email.sent"}));
    assert!(matches!(parsed.claim, Some(Claim::Window(_))));
}

#[test]
fn a_sample_sent_later_is_another_test() {
    let body = sample(&json!({})).to_string();
    let at = |received_at| Smartlead.parse(&Delivery::new(body.as_bytes(), received_at)).expect("an event");
    let (first, second) = (at(RECEIVED), at(Millis(RECEIVED.0 + 1)));
    assert_ne!(first.event.id, second.event.id);
    assert_eq!(first.claim, second.claim, "within the window of a retry it is the same");
}
