//! What is wrapped around an event.

use serde_json::{Value, json};

use hookline_model::kind::Kind;

use super::{LEAD, contact_email, event, event_of, extra, fixtures::fixture, inbound, parse_bytes, refusal};
use crate::{ParseError, Parser, emailbison::Emailbison};

/// Whether a body is the same event as the fixture of a reply, and says the same.
fn is_the_reply(body: &Value) -> bool {
    event(body) == event_of("LEAD_REPLIED")
}

#[test]
fn what_is_not_json_is_refused() {
    for body in [&b""[..], b"event=LEAD_REPLIED", b"{\"event\":", b"\xff\xfe"] {
        assert!(matches!(parse_bytes(body), Err(ParseError::NotJson(_))), "{body:?}");
    }
}

#[test]
fn what_is_not_one_object_is_refused() {
    for (body, found) in [
        (json!([]), "an array of 0"),
        (json!([{}, {}]), "an array of 2"),
        (json!("LEAD_REPLIED"), "a text"),
        (json!(5), "a number"),
        (json!(true), "a truth value"),
        (json!(null), "null"),
    ] {
        assert_eq!(refusal(&body), format!("expected one JSON object, found {found}"));
    }
}

#[test]
fn a_batch_of_several_is_refused_whole() {
    let two = json!([fixture("LEAD_REPLIED"), fixture("EMAIL_OPENED")]);
    assert_eq!(refusal(&two), "expected one JSON object, found an array of 2");
}

#[test]
fn deep_nesting_is_an_error() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(matches!(parse_bytes(deep.as_bytes()), Err(ParseError::NotJson(_))));
    let mut wrapped = fixture("LEAD_REPLIED");
    for _ in 0..9 {
        wrapped = json!({"body": wrapped});
    }
    // What is deeper than the wrappings that are looked into names nothing.
    assert!(refusal(&wrapped).contains("event.type"));
    let mut arrays = fixture("LEAD_REPLIED");
    for _ in 0..7 {
        arrays = json!([arrays]);
    }
    assert!(refusal(&arrays).contains("at most 6 wrappings"));
}

#[test]
fn the_answer_with_a_sample_is_unwrapped() {
    assert!(is_the_reply(&json!({"data": fixture("LEAD_REPLIED")})));
}

#[test]
fn a_sample_that_is_a_text_is_unwrapped() {
    assert!(is_the_reply(&json!({"data": fixture("LEAD_REPLIED").to_string()})));
    assert!(is_the_reply(&json!(fixture("LEAD_REPLIED").to_string())));
}

#[test]
fn the_answer_to_a_trial_is_unwrapped() {
    let payload = fixture("LEAD_REPLIED");
    assert!(is_the_reply(&json!({"data": {"success": true, "message": "Sent", "payload": payload}})));
    assert!(is_the_reply(&json!({"payload": payload})));
}

#[test]
fn a_row_of_the_list_of_events_is_unwrapped() {
    let row = json!({"id": 18, "uuid": "8e51c0aa-0000-4000-8000-000000000018", "payload": fixture("LEAD_REPLIED"), "type": "webhook",
        "webhook_deliveries": [], "created_at": "2026-04-18T00:00:00.000000Z", "updated_at": "2026-04-18T00:00:00.000000Z"});
    assert!(is_the_reply(&row));
    assert!(is_the_reply(&json!([row])));
    assert!(is_the_reply(&json!({"data": [row], "meta": {}})));
}

#[test]
fn the_time_of_a_row_is_not_the_events() {
    let row = json!({"payload": fixture("TAG_ATTACHED"), "created_at": "2026-04-18T00:00:00.000000Z"});
    assert_eq!(event(&row), event_of("TAG_ATTACHED"));
}

#[test]
fn the_view_of_a_workflow_is_unwrapped() {
    let view =
        json!({"headers": {"host": "n8n.example"}, "params": {}, "query": {"token": "x"}, "body": fixture("LEAD_REPLIED")});
    assert!(is_the_reply(&view));
    assert!(is_the_reply(&json!([view])));
}

#[test]
fn an_array_of_one_is_tolerated() {
    assert!(is_the_reply(&json!([fixture("LEAD_REPLIED")])));
}

#[test]
fn a_body_under_a_relays_own_name_is_unwrapped() {
    assert!(is_the_reply(&json!({"type": "webhook", "event": "received", "body": fixture("LEAD_REPLIED")})));
    let flat = json!({"type": "webhook", "payload": {"event": "LEAD_REPLIED", "lead_email": LEAD}});
    assert_eq!(event(&flat).kind, Kind::EmailReplied);
}

#[test]
fn two_events_in_one_body_are_refused() {
    let two = json!({"body": fixture("LEAD_REPLIED"), "payload": fixture("EMAIL_OPENED")});
    assert_eq!(refusal(&two), "expected one event, found one under \"payload\" and another under \"body\"");
}

#[test]
fn an_event_is_not_looked_for_inside_of_an_event() {
    let mut body = fixture("EMAIL_OPENED");
    body["data"]["payload"] = fixture("LEAD_REPLIED");
    body["payload"] = fixture("LEAD_REPLIED");
    assert_eq!(event(&body).kind, Kind::EmailOpened);
}

#[test]
fn a_flat_body_is_read() {
    for key in ["event", "event_type", "type"] {
        let body = json!({key: "lead_replied", "lead_email": "Iria@costa.example", "campaign_id": 12, "reply_text": "Sure."});
        let event = event(&body);
        assert_eq!((event.kind, contact_email(&event)), (Kind::EmailReplied, Some("iria@costa.example")), "{key}");
        assert_eq!(inbound(&event).body_text.as_deref(), Some("Sure."));
        assert_eq!(event.campaign_key().and_then(|key| key.platform_campaign_id()), Some("12"));
        assert!(event.inbound_key().is_some());
    }
}

#[test]
fn a_known_name_in_a_flat_body_goes_before_any_other() {
    let body = json!({"event": "incoming", "type": "EMAIL_OPENED", "lead_email": LEAD});
    assert_eq!(event(&body).kind, Kind::EmailOpened);
}

#[test]
fn a_name_as_a_text_beside_data_is_read() {
    let mut body = fixture("LEAD_REPLIED");
    body["instance_url"] = body["event"]["instance_url"].clone();
    body["workspace_id"] = json!("31");
    body["workspace_name"] = json!("Tallgrove North");
    body["event"] = json!("LEAD_REPLIED");
    assert!(is_the_reply(&body));
}

#[test]
fn keys_in_another_order_and_unknown_ones_change_nothing() {
    fn reversed(value: &Value) -> String {
        match value {
            Value::Object(object) => {
                let fields = object.iter().rev().map(|(key, value)| format!("{}:{}", json!(key), reversed(value)));
                format!("{{\"zz\":[1],{}}}", fields.collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }
    for name in super::fixtures::NAMES {
        let read = parse_bytes(reversed(&fixture(name)).as_bytes()).expect("an event").event;
        assert_eq!(read, event_of(name), "{name}");
    }
}

#[test]
fn numbers_as_texts_make_the_same_event() {
    fn as_texts(value: &Value) -> Value {
        match value {
            Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), as_texts(value))).collect(),
            Value::Array(values) => values.iter().map(as_texts).collect(),
            Value::Null => json!("null"),
            Value::String(_) => value.clone(),
            other => json!(other.to_string()),
        }
    }
    for name in super::fixtures::NAMES {
        assert_eq!(event(&as_texts(&fixture(name))), event_of(name), "{name}");
    }
}

#[test]
fn what_a_relay_carries_along_is_blanked() {
    let view = json!({"headers": {"authorization": "Basic abc"}, "query": {"secret": "s3"}, "body": fixture("LEAD_REPLIED")});
    let mut body = view.to_string().into_bytes();
    Emailbison.redact(&mut body);
    let redacted: Value = serde_json::from_slice(&body).expect("JSON stays JSON");
    assert_eq!(redacted["headers"]["authorization"], "*********");
    assert_eq!(redacted["query"]["secret"], "**");
    assert_eq!(redacted["body"], view["body"]);
}

#[test]
fn nothing_is_blanked_in_an_instances_own_body() {
    for name in super::fixtures::NAMES {
        let body = fixture(name).to_string().into_bytes();
        let mut redacted = body.clone();
        Emailbison.redact(&mut redacted);
        assert_eq!(redacted, body, "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_blanked_by_the_letter() {
    let mut body = br#"{"headers":{"authorization":"abc","x-webhook-secret":"de"},"query":{"token":"f"},"body":{"#.to_vec();
    crate::redact_text::redact_text(&mut body, Emailbison.secret_fields());
    let expected = r#"{"headers":{"authorization":"***","x-webhook-secret":"**"},"query":{"token":"*"},"body":{"#;
    assert_eq!(String::from_utf8_lossy(&body), expected);
}

#[test]
fn a_wrapping_says_nothing_of_the_event() {
    let view = json!({"workspace_name": "Wrong", "lead_email": "x@y.example", "body": fixture("LEAD_REPLIED")});
    let event = event(&view);
    assert_eq!((contact_email(&event), extra(&event, "workspace_name")), (Some(LEAD), json!("Tallgrove North")));
}
