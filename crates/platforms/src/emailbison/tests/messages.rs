//! The messages of an event.

use serde_json::{Value, json};

use hookline_model::key::EmailKey;

use super::{ACCOUNT, changed, event, event_of, inbound, outbound, sent};

/// The message that a reply with some fields changed brings in.
fn reply(changes: &Value) -> hookline_model::event::MessageFacts {
    inbound(&event(&changed("LEAD_REPLIED", changes))).clone()
}

#[test]
fn the_subject_of_a_reply_has_fallbacks() {
    let subject = |changes: Value| reply(&changes).subject;
    assert_eq!(subject(json!({"/data/reply/subject": "other"})).as_deref(), Some("RE: Drill bits that last"));
    let rest = json!({"/data/reply/email_subject": null, "/data/reply/subject": "of the REST API"});
    assert_eq!(subject(rest).as_deref(), Some("of the REST API"));
    let none = json!({"/data/reply/email_subject": "", "/data/scheduled_email/email_subject": "Drill bits"});
    assert_eq!(subject(none).as_deref(), Some("Drill bits"));
}

#[test]
fn a_reply_prefers_its_text_and_keeps_the_quoted_thread() {
    assert_eq!(reply(&json!({})).body_text.as_deref(), Some("Llámame el jueves.\r\n> Hola Rafael,"));
}

#[test]
fn a_missing_text_is_that_of_the_html_and_then_of_the_raw_body() {
    for empty in [json!(null), json!(""), json!("  "), json!("null")] {
        let html = reply(&json!({"/data/reply/text_body": empty}));
        assert_eq!(html.body_text.as_deref(), Some("Llámame el jueves."), "{empty}");
        let raw =
            json!({"/data/reply/text_body": empty, "/data/reply/html_body": empty, "/data/reply/raw_body": "<p>S&iacute;.</p>"});
        assert_eq!((reply(&raw).body_text.as_deref(), reply(&raw).body_html), (Some("Sí."), None), "{empty}");
    }
}

#[test]
fn a_missing_html_is_missing() {
    let text = reply(&json!({"/data/reply/html_body": null}));
    assert_eq!((text.body_html, text.body_text.is_some()), (None, true));
}

#[test]
fn a_reply_without_any_text_is_a_reply() {
    let empty = reply(&json!({"/data/reply/text_body": null, "/data/reply/html_body": "<img src=x>"}));
    assert_eq!((empty.body_text, empty.key.is_some()), (None, true));
}

#[test]
fn a_message_that_came_in_goes_by_its_message_id_then_by_its_reply() {
    let key = |changes: Value| reply(&changes).key;
    assert_eq!(key(json!({})), Some(EmailKey::Inbound("b0a1.mv@minaverde.example".to_owned())));
    let by_id = Some(EmailKey::Inbound(format!("emailbison:{ACCOUNT}:640118")));
    for odd in [json!(null), json!("<>"), json!("unknown"), json!("<a b@c>"), json!(5)] {
        assert_eq!(key(json!({"/data/reply/raw_message_id": odd})), by_id, "{odd}");
    }
    let by_uuid = Some(EmailKey::Inbound(format!("emailbison:{ACCOUNT}:8e51c0aa-0000-4000-8000-00000000beef")));
    assert_eq!(key(json!({"/data/reply/raw_message_id": null, "/data/reply/id": null})), by_uuid);
}

#[test]
fn a_message_that_came_in_without_any_id_goes_by_its_event() {
    let bare = json!({"/data/reply/raw_message_id": null, "/data/reply/id": null, "/data/reply/uuid": null,
        "/data/campaign_event": null});
    let stated = event(&changed("LEAD_REPLIED", &bare));
    assert_eq!(stated.inbound_key(), Some(&EmailKey::InboundEvent(hex::encode(stated.id.0.as_bytes()))));
    let mut timeless = changed("LEAD_REPLIED", &bare);
    for key in ["date_received", "created_at"] {
        timeless["data"]["reply"][key] = json!(null);
    }
    let timeless = event(&timeless);
    assert_eq!(timeless.inbound_key(), Some(&EmailKey::InboundEvent(hex::encode(timeless.id.hash_part()))));
}

#[test]
fn an_untracked_reply_that_is_attached_later_is_the_same_message() {
    let attached = changed("UNTRACKED_REPLY_RECEIVED", &json!({"/event/type": "LEAD_REPLIED"}));
    let (attached, untracked) = (event(&attached), event_of("UNTRACKED_REPLY_RECEIVED"));
    assert_eq!(attached.inbound_key(), untracked.inbound_key());
    assert_ne!(attached.id, untracked.id);
}

#[test]
fn an_email_by_hand_is_not_the_email_it_answers() {
    let thread = json!({"/data/scheduled_email": {"id": 641_200, "sequence_step_order": 2, "email_subject": "x"}});
    let event = event(&changed("MANUAL_EMAIL_SENT", &thread));
    assert_eq!((event.outbound_key(), event.sequence_number()), (sent("reply:641200").as_ref(), None));
    assert_ne!(event.outbound_key(), sent("641200").as_ref());
}

#[test]
fn an_email_by_hand_has_other_names() {
    let key = |changes: Value| event(&changed("MANUAL_EMAIL_SENT", &changes)).outbound_key().cloned();
    let by_uuid = json!({"/data/reply/id": null, "/data/reply/uuid": "8E51C0AA-0000-4000-8000-00000000BEEF"});
    assert_eq!(key(by_uuid), sent("reply:8e51c0aa-0000-4000-8000-00000000beef"));
    assert_eq!(key(json!({"/data/reply/id": null})), sent("reply:77ab.m1@hey-tallgrove.example"));
}

#[test]
fn steps_and_variants_are_numbers_in_any_type() {
    let step = |value: Value| {
        event(&changed("EMAIL_SENT", &json!({"/data/scheduled_email/sequence_step_order": value}))).sequence_number()
    };
    assert_eq!(
        (step(json!("3")), step(json!(3.0)), step(json!(null)), step(json!(0)), step(json!(-1))),
        (Some(3), Some(3), None, None, None)
    );
}

#[test]
fn a_body_of_2024_lacks_step_and_message_id() {
    let early = json!({"/data/scheduled_email/sequence_step_order": null, "/data/scheduled_email/sequence_step_variant": null,
        "/data/scheduled_email/raw_message_id": null, "/event/instance_url": null});
    let event = event(&changed("EMAIL_SENT", &early));
    assert_eq!((outbound(&event).message_id.as_ref(), event.sequence_number()), (None, None));
    assert!(event.outbound_key().is_some());
}

#[test]
fn a_count_of_opens_is_read_on_an_open_alone() {
    assert_eq!(outbound(&event_of("EMAIL_OPENED")).opened_total, Some(4));
    assert_eq!(outbound(&event(&changed("EMAIL_OPENED", &json!({"/data/scheduled_email/opens": "7"})))).opened_total, Some(7));
    assert_eq!(outbound(&event_of("EMAIL_SENT")).opened_total, None);
}

#[test]
fn an_event_without_its_email_tells_of_none() {
    let event = event(&changed("LEAD_REPLIED", &json!({"/data/scheduled_email": null})));
    assert_eq!(event.outbound, None);
}

#[test]
fn what_an_email_has_come_to_is_left_to_its_own_events() {
    // A bounce does not change the status; nobody has said what `campaign_event.type` is of an open.
    let changes = json!({"/data/scheduled_email/status": "bounced", "/data/scheduled_email/interested": true,
        "/data/scheduled_email/replies": 3, "/data/campaign_event/type": "bounce", "/data/lead/bounces": 1});
    for name in ["EMAIL_SENT", "EMAIL_OPENED", "LEAD_REPLIED", "LEAD_INTERESTED", "EMAIL_BOUNCED", "LEAD_UNSUBSCRIBED"] {
        assert_eq!(event(&changed(name, &changes)), event_of(name), "{name}");
    }
}
