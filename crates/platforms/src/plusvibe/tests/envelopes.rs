//! The shapes a body comes in.

use serde_json::{Value, json};

use hookline_model::{event::Change, kind::Kind};

use super::{
    contact_email, contact_id, event, fixtures,
    fixtures::{LEAD, LEAD_ID, WORKSPACE},
    inbound, parse, parse_bytes, parsed, refusal, with,
};
use crate::{ParseError, Parser, plusvibe::Plusvibe};

#[test]
fn what_is_not_json_is_refused() {
    for body in [&b""[..], b"nothing", b"{\"webhook_event\":", b"{} {}", b"\xff\xfe", b"webhook_event=EMAIL_SENT"] {
        assert!(matches!(parse_bytes(body), Err(ParseError::NotJson(_))), "{body:?}");
    }
}

#[test]
fn what_is_not_one_object_is_refused() {
    for (body, found) in [(json!([]), "an array of 0"), (json!("x"), "a text"), (json!(null), "null"), (json!([7]), "a number")] {
        assert_eq!(refusal(&body), format!("expected one JSON object, found {found}"));
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"body\":", "}"), ("{\"data\":", "}")] {
        let deep = format!("{{\"webhook_event\":\"EMAIL_SENT\",\"a\":{}1{}}}", open.repeat(10_000), close.repeat(10_000));
        assert!(matches!(parse_bytes(deep.as_bytes()), Err(ParseError::NotJson(_))));
    }
}

#[test]
fn an_array_of_one_is_that_event_and_of_several_is_split() {
    for (name, fixture) in fixtures::all() {
        assert_eq!(parsed(&json!([fixture])), parsed(&fixture), "{name}");
        assert_eq!(Plusvibe.split(json!([fixture]).to_string().as_bytes()), Ok(None), "{name}");
    }
    let (one, other) = (fixtures::sent().to_string(), fixtures::reply().to_string());
    let body = format!("[{one},{other}]");
    assert_eq!(Plusvibe.split(body.as_bytes()), Ok(Some(vec![one.as_bytes(), other.as_bytes()])));
}

#[test]
fn the_view_of_a_workflow_is_unwrapped() {
    for (name, fixture) in fixtures::all() {
        let view = json!({"headers": {"host": "h"}, "params": {}, "query": {}, "body": fixture});
        for view in [view.clone(), json!([view]), json!({"event": "webhook", "body": [fixture]}), json!({"body": view})] {
            assert_eq!(parsed(&view), parsed(&fixture), "{name}");
        }
    }
}

#[test]
fn the_body_of_a_message_is_no_wrapping() {
    for body in [json!("{\"webhook_event\":\"EMAIL_SENT\"}"), json!({"event": "EMAIL_SENT"}), json!(7)] {
        assert_eq!(event(&with(fixtures::reply(), &json!({"body": body}))).kind, Kind::EmailReplied, "{body}");
    }
}

#[test]
fn the_nested_form_of_portals_is_read() {
    let event = event(&fixtures::nested());
    assert_eq!((event.kind, contact_email(&event), contact_id(&event)), (Kind::ContactInterested, Some(LEAD), Some(LEAD_ID)));
    assert_eq!((event.account.as_deref(), event.occurred_at.0), (Some(WORKSPACE), 1_772_536_862_000));
    assert_eq!(event.facts.first_name, Some(Change::Set("Marek".to_owned())));
    assert_eq!(event.facts.custom_fields.keys().collect::<Vec<_>>(), ["Furnaces"]);
}

#[test]
fn fields_may_stand_under_data_payload_or_lead() {
    // The first two go by all that they say, the last is nested already.
    for (name, fixture) in fixtures::all().into_iter().filter(|(name, _)| !matches!(*name, "sample" | "unknown" | "nested")) {
        for key in ["data", "payload", "lead"] {
            let mut inner = fixture.clone();
            let object = inner.as_object_mut().expect("an object");
            let named = ["webhook_event", "event"].into_iter().find_map(|key| Some((key, object.remove(key)?)));
            let (at, event) = named.expect("a name");
            assert_eq!(parsed(&json!({at: event, key: inner})).event, parsed(&fixture).event, "{name} {key}");
            assert_eq!(parsed(&json!({key: fixture})).event, parsed(&fixture).event, "{name} {key}, named inside");
        }
    }
}

#[test]
fn fields_inside_go_before_those_at_the_top() {
    let mut body = fixtures::nested();
    body["email"] = json!("other@sklarna.example");
    body["Region"] = json!("a relay's");
    assert_eq!(parsed(&body), parsed(&fixtures::nested()));
}

#[test]
fn a_variable_called_data_is_no_nesting() {
    for value in [json!("gold"), json!(7), json!([1])] {
        let event = event(&with(fixtures::reply(), &json!({"data": value})));
        assert_eq!((event.kind, contact_email(&event)), (Kind::EmailReplied, Some(LEAD)), "{value}");
        assert_eq!(event.facts.custom_fields.contains_key("data"), !value.is_array(), "{value}");
    }
}

#[test]
fn the_middle_layers_form_is_a_reply() {
    let event = event(&fixtures::middle_layer());
    assert_eq!((event.kind, contact_email(&event)), (Kind::EmailReplied, Some(LEAD)));
    assert_eq!(inbound(&event).body_text.as_deref(), Some("Ano."));
    assert_eq!(event.occurred_at.to_string(), "2026-03-03T11:20:49.000Z");
}

#[test]
fn nothing_in_any_spelling_is_nothing() {
    let keys =
        ["campaign_name", "email_account_name", "step", "variation", "first_name", "subject", "text_body", "label", "cc_email"];
    let cleared = |value: &Value| {
        let mut body = fixtures::reply();
        keys.iter().for_each(|key| body[key] = value.clone());
        parsed(&body)
    };
    for nothing in [json!("null"), json!(""), json!("  "), json!([]), json!({})] {
        assert_eq!(cleared(&nothing), cleared(&Value::Null), "{nothing}");
    }
}

#[test]
fn scalars_as_texts_make_the_same_event() {
    for (name, fixture) in fixtures::all().into_iter().filter(|(name, _)| *name != "unknown") {
        let mut body = fixture.clone();
        for (_, value) in body.as_object_mut().expect("an object").iter_mut() {
            if value.is_number() || value.is_boolean() {
                *value = json!(value.to_string());
            } else if value.is_null() {
                *value = json!("null");
            }
        }
        assert_eq!(parsed(&body).event.facts, parsed(&fixture).event.facts, "{name}");
        assert_eq!(parsed(&body).event.outbound, parsed(&fixture).event.outbound, "{name}");
    }
}

#[test]
fn any_order_of_keys_is_the_same_event() {
    for (name, fixture) in fixtures::all() {
        let object = fixture.as_object().expect("an object");
        let mut fields: Vec<_> = object.iter().collect();
        fields.sort_by_key(|(key, _)| (key.len(), (*key).clone()));
        let fields: Vec<String> = fields.into_iter().rev().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
        assert_eq!(parse_bytes(format!("{{{}}}", fields.join(",")).as_bytes()), parse(&fixture), "{name}");
    }
}

#[test]
fn a_secret_is_blanked_and_nowhere_in_the_event() {
    for (name, fixture) in fixtures::all() {
        let secret = with(fixture, &json!({"secret": "whsec-1"}));
        let views = [
            secret.clone(),
            json!([secret]),
            json!({"headers": {"X-Webhook-Token": "whsec-1"}, "body": secret}),
            json!({"webhook_event": "EMAIL_SENT", "data": secret}),
        ];
        for view in views {
            let mut body = view.to_string().into_bytes();
            let length = body.len();
            Plusvibe.redact(&mut body);
            let left = String::from_utf8(body.clone()).expect("UTF-8");
            assert!(left.len() == length && !left.contains("whsec-1"), "{name}");
            assert_eq!(parse_bytes(&body), parse(&view), "{name}");
        }
        assert!(!serde_json::to_string(&event(&secret)).expect("events are JSON").contains("whsec"), "{name}");
    }
    assert_eq!(Plusvibe.secret_fields(), ["secret"]);
}
