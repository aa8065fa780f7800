//! What relays do to a body on its way.

use serde_json::{Value, json};

use hookline_model::{event::Change, kind::Kind};

use super::{
    FIXTURES, LEAD, changed, contact_email, event, fixture,
    fixtures::{RELAYED, SAMPLE},
    parse, parse_bytes, parsed, refusal,
};
use crate::{Parser, smartlead::Smartlead};

#[test]
fn a_body_is_taken_out_of_its_wrapping() {
    for (name, _) in FIXTURES.iter().copied() {
        let (body, expected) = (fixture(name), parsed(&fixture(name)));
        let wrapped = [
            json!({"body": body}),
            json!({"data": body}),
            json!([{"body": body}]),
            json!({"body": [body]}),
            json!({"data": body, "received": "2026-03-20T11:59:59Z", "event_timestamp": "2026-01-01T00:00:00Z"}),
            json!({"headers": {"host": "x.example"}, "params": {}, "query": {}, "body": body, "webhookUrl": "https://x.example"}),
            json!({"event": "incoming", "body": body}),
            json!({"type": "webhook", "body": {"data": body}}),
        ];
        for wrapped in wrapped {
            // Of two names that nobody has heard of, the outer one is as good as the inner one.
            if name == "unknown_event" && wrapped.get("event").is_some() {
                continue;
            }
            assert_eq!(parsed(&wrapped), expected, "{name}");
        }
    }
}

#[test]
fn a_reply_through_n8n_is_the_reply() {
    assert_eq!(parse_bytes(RELAYED.as_bytes()), parse(&fixture("email_reply")));
}

#[test]
fn the_secret_is_blanked_in_a_wrapping_too() {
    let mut body = RELAYED.as_bytes().to_vec();
    Smartlead.redact(&mut body);
    let secret = fixture("email_reply")["secret_key"].as_str().map(str::to_owned).expect("a secret");
    assert!(RELAYED.contains(&secret));
    assert!(!String::from_utf8(body.clone()).expect("UTF-8").contains(&secret));
    assert_eq!(parse_bytes(&body), parse_bytes(RELAYED.as_bytes()));
}

#[test]
fn what_may_be_two_events_is_refused() {
    let both = json!({"body": fixture("email_reply"), "data": fixture("email_open")});
    let text = refusal(&both);
    assert_eq!(text, "expected one event, found one under \"body\" and another under \"data\"");
    let beside = json!({"body": fixture("email_reply"), "data": {"note": "Not an event"}});
    assert_eq!(parse(&beside), parse(&fixture("email_reply")));
    assert!(parse(&json!({"body": [fixture("email_reply"), fixture("email_open")]})).is_err());
}

#[test]
fn what_is_not_wrapped_stays() {
    // Text is not looked into, nor is any other key, nor a fourth wrapping.
    for wrapped in [
        json!({"body": fixture("email_reply").to_string()}),
        json!({"payload": fixture("email_reply")}),
        json!({"data": {"type": "gmail"}}),
        json!({"body": {"body": {"body": {"body": fixture("email_reply")}}}}),
    ] {
        assert!(refusal(&wrapped).starts_with("no event name"), "{wrapped}");
    }
    // An event of ours that has something under such a key is the event.
    let mut outer = fixture("email_open");
    outer["body"] = fixture("email_reply");
    assert_eq!(parse(&outer), parse(&fixture("email_open")));
    let mixed = event(&json!({"event_type": "EMAIL_OPEN", "to_email": LEAD, "data": fixture("email_reply")}));
    assert_eq!(mixed.campaign, None, "an event of another kind is not mixed in");
}

#[test]
fn fields_parted_from_their_name_come_back() {
    for name in ["email_reply", "nested_replied", "short_replied", "lead_category_updated"] {
        let mut data = fixture(name);
        let object = data.as_object_mut().expect("an object");
        let key = if object.contains_key("event") { "event" } else { "event_type" };
        let event_name = object.remove(key);
        assert_eq!(parsed(&json!({key: event_name, "data": data})), parsed(&fixture(name)), "{name}");
        assert_eq!(
            parsed(&json!({key: event_name, "data": fixture(name), "lead_email": null})),
            parsed(&fixture(name)),
            "{name}"
        );
    }
    let fields = json!({"to_email": LEAD, "campaign_id": 5});
    for key in ["data", "body"] {
        let own = event(&json!({"event_type": "EMAIL_OPEN", "campaign_id": 6, key: fields}));
        assert_eq!(contact_email(&own), Some(LEAD), "{key}");
        assert_eq!(own.campaign.map(|campaign| campaign.key.external().id.clone()), Some("6".to_owned()), "{key}");
    }
}

/// Every number as text, or every text of digits as a number, at any depth; an agency's own fields keep their type.
fn retyped(value: &Value, to_text: bool) -> Value {
    match value {
        Value::Number(number) if to_text => json!(number.to_string()),
        Value::String(text) if !to_text && !text.starts_with('0') => {
            text.parse::<u64>().map_or_else(|_| value.clone(), Value::from)
        }
        Value::Array(values) => values.iter().map(|value| retyped(value, to_text)).collect(),
        Value::Object(object) => {
            let field = |(key, value): (&String, &Value)| {
                let kept = key == "custom_fields";
                (key.clone(), if kept { value.clone() } else { retyped(value, to_text) })
            };
            object.iter().map(field).collect()
        }
        _ => value.clone(),
    }
}

#[test]
fn numbers_and_texts_of_digits_are_the_same_at_any_depth() {
    for (name, _) in FIXTURES.iter().copied().filter(|(name, _)| *name != "unknown_event") {
        let expected = parsed(&fixture(name));
        for to_text in [true, false] {
            assert_eq!(parsed(&retyped(&fixture(name), to_text)), expected, "{name}, numbers as texts: {to_text}");
        }
    }
    let digits =
        json!({"campaign_name": 2026, "subject": 7, "to_name": 1900, "reply_message": {"text": 42, "message_id": "<a@b>"}});
    let event = event(&changed("email_reply", &digits));
    assert_eq!(event.campaign.and_then(|campaign| campaign.name).as_deref(), Some("2026"));
    assert_eq!(event.facts.full_name, Some(Change::Set("1900".to_owned())));
    let inbound = event.inbound.expect("a message");
    assert_eq!((inbound.subject.as_deref(), inbound.body_text.as_deref()), (Some("7"), Some("42")));
}

/// Nothing, spelled as `nothing`, beside every field at any depth that an event can do without.
fn with_nothing(value: &Value, nothing: &Value) -> Value {
    let keys = ["stats_thread_id", "client_id", "reply_source", "message", "phone_number", "title", "campaign_status"];
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        for field in object.values_mut().filter(|field| field.is_object()) {
            *field = with_nothing(field, nothing);
        }
        for key in keys {
            object.remove(key);
            if !nothing.is_null() {
                object.insert(key.to_owned(), nothing.clone());
            }
        }
    }
    value
}

#[test]
fn nothing_is_nothing_in_every_shape() {
    for (name, _) in FIXTURES.iter().copied().filter(|(name, _)| *name != "unknown_event") {
        let expected = parsed(&with_nothing(&fixture(name), &json!(null)));
        for nothing in ["null", "", " null "] {
            assert_eq!(parsed(&with_nothing(&fixture(name), &json!(nothing))), expected, "{name} {nothing:?}");
        }
    }
    for object in ["lead", "reply", "email", "link"] {
        let body = changed("nested_replied", &json!({object: "null", "lead_email": LEAD}));
        assert_eq!(contact_email(&event(&body)), Some(LEAD), "{object}");
    }
}

#[test]
fn a_wrapped_sample_is_a_sample() {
    let sample: Value = serde_json::from_str(SAMPLE).expect("JSON");
    assert_eq!(event(&json!({"body": sample})).kind, Kind::WebhookTest);
}
