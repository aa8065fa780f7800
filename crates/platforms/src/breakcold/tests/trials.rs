//! Trial deliveries.

use hookline_model::{identity::Claim, kind::Kind, time::TimeSource};
use serde_json::json;

use super::{LEAD, LEAD_ID, classic, event, extra, fixture, new, parsed};

#[test]
fn names_of_trials_are_known_in_both_generations() {
    for name in ["test", "PING", "webhook.test", "webhook_test", "test.event", "webhook.ping"] {
        let payload = json!({"id": LEAD_ID, "email": LEAD, "id_campaign": LEAD_ID, "created_at": "2026-06-01T00:00:00Z"});
        for body in [classic(name, &payload), new(name, &payload)] {
            let read = event(&body);
            assert_eq!((read.kind, read.time_source), (Kind::WebhookTest, TimeSource::Received), "{name}");
            assert_eq!((read.contact, read.campaign, read.facts.item), (None, None, None), "{name}");
            assert_eq!(read.facts.extra["event_name"], json!(name));
        }
    }
}

#[test]
fn a_marked_delivery_is_a_trial_of_its_kind() {
    for mark in ["test", "is_test", "isTest"] {
        let mut body = fixture("campaign.email.reply");
        body[mark] = json!(true);
        let read = event(&body);
        assert_eq!(
            (read.kind, read.contact.as_ref(), read.inbound.as_ref(), read.outbound.as_ref()),
            (Kind::WebhookTest, None, None, None)
        );
        assert_eq!(extra(&read), json!({"event_name": "campaign.email.reply", "sample_of": "email.replied"}), "{mark}");
    }
}

#[test]
fn a_mark_inside_of_the_content_is_the_workspaces() {
    let mut body = fixture("lead.create");
    body["payload"]["test"] = json!(true);
    body["test"] = json!(false);
    assert_eq!(event(&body).kind, Kind::ContactCreated);
}

#[test]
fn the_same_trial_twice_is_one_for_a_while() {
    let body = new("test", &json!({"id": "rec_1"}));
    let mut again = body.clone();
    again["eventId"] = json!("evt_other");
    again["timestamp"] = json!("2026-06-12T00:00:00Z");
    let (one, other) = (parsed(&body), parsed(&again));
    assert!(matches!(one.claim, Some(Claim::Window(_))));
    assert_eq!((one.event.id, one.claim), (other.event.id, other.claim));
    assert_ne!(event(&new("ping", &json!({"id": "rec_1"}))).id, one.event.id);
}
