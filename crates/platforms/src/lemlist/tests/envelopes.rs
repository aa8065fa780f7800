//! The shapes a body comes in.

use serde_json::{Value, json};

use hookline_model::kind::Kind;

use super::{contact_email, event, fixtures, fixtures::LEAD, parse, parse_bytes, parsed, refusal, with};
use crate::{ParseError, Parser, lemlist::Lemlist};

#[test]
fn what_is_not_json_is_refused() {
    for body in [&b""[..], b"nothing", b"{\"type\":", b"{} {}", b"\xff\xfe", b"{\"type\":\"emailsSent\xff\"}", b"type=emailsSent"]
    {
        assert!(matches!(parse_bytes(body), Err(ParseError::NotJson(_))), "{body:?}");
    }
}

#[test]
fn what_is_not_one_object_is_refused() {
    for (body, found) in
        [(json!([]), "an array of 0"), (json!("emailsSent"), "a text"), (json!(null), "null"), (json!([7]), "a number")]
    {
        assert_eq!(refusal(&body), format!("expected one JSON object, found {found}"));
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"body\":", "}"), ("{\"lead\":", "}")] {
        let deep = format!("{{\"type\":\"emailsSent\",\"a\":{}1{}}}", open.repeat(10_000), close.repeat(10_000));
        assert!(matches!(parse_bytes(deep.as_bytes()), Err(ParseError::NotJson(_))));
    }
}

#[test]
fn an_array_of_one_is_that_activity() {
    for (name, fixture) in fixtures::all() {
        assert_eq!(parsed(&json!([fixture])), parsed(&fixture), "{name}");
        assert_eq!(Lemlist.split(json!([fixture]).to_string().as_bytes()), Ok(None), "{name}");
    }
}

#[test]
fn an_array_of_several_is_split() {
    let (one, other) = (fixtures::email_sent().to_string(), fixtures::email_replied().to_string());
    let body = format!("[{one} , {other},7]");
    let split = Lemlist.split(body.as_bytes()).expect("sound").expect("several");
    assert_eq!(split, [one.as_bytes(), other.as_bytes(), b"7"]);
    assert_eq!(refusal(&json!([fixtures::email_sent(), 7])), "expected one JSON object, found an array of 2");
    assert_eq!(Lemlist.split(one.as_bytes()), Ok(None));
}

#[test]
fn the_view_of_a_workflow_is_unwrapped() {
    for (name, fixture) in fixtures::all() {
        let view = json!({"headers": {"host": "h"}, "params": {}, "query": {}, "body": fixture});
        assert_eq!(parsed(&view), parsed(&fixture), "{name}");
        assert_eq!(parsed(&json!([view])), parsed(&fixture), "{name}");
        assert_eq!(parsed(&json!({"type": "webhook", "body": [fixture]})), parsed(&fixture), "{name}");
    }
}

#[test]
fn a_variable_called_body_is_no_wrapping() {
    for value in [json!("carbon"), json!({"type": "A"}), json!([{"type": "A"}])] {
        let event = event(&with(fixtures::email_sent(), &json!({"body": value})));
        assert_eq!((event.kind, contact_email(&event)), (Kind::EmailSent, Some(LEAD)), "{value}");
    }
    assert_eq!(refusal(&json!({"body": {"a": 1}})), "no name of an activity: expected text under type");
}

#[test]
fn variables_may_stand_flat_or_under_the_lead() {
    let nested = event(&fixtures::email_opened());
    let mut flat = fixtures::email_opened();
    let lead = flat.as_object_mut().and_then(|object| object.remove("lead")).expect("a lead");
    let flat = event(&with(flat, &lead["variables"]));
    assert_eq!(nested, flat);
    assert_eq!(nested.facts.custom_fields.keys().collect::<Vec<_>>(), ["Pedreiras activas"]);
}

#[test]
fn results_of_an_enrichment_are_about_nobody() {
    let event = event(&fixtures::enrichment_done());
    assert_eq!((event.kind, &event.contact, &event.account), (Kind::Other, &None, &None));
    assert_eq!(json!(event.facts.extra)["event_name"], json!("enrichmentDone"));
    assert_eq!(json!(event.facts.extra)["result_ids"], json!(["enr_Xc2vBn4mQw6eRt8yU", "enr_Cv3bNm5qWe7rTy9uI"]));
    let many: Vec<Value> = (0..500).map(|number| json!({"id": number})).collect();
    let event = super::event(&json!({"type": "enrichmentDone", "data": many}));
    assert_eq!(json!(event.facts.extra)["result_ids"].as_array().map(Vec::len), Some(50));
}

#[test]
fn nothing_in_any_spelling_is_nothing() {
    let keys =
        ["campaignName", "name", "sendUserEmail", "sequenceStep", "isFirst", "leadFirstName", "subject", "userName", "bot"];
    let cleared = |value: &Value| {
        let mut body = fixtures::email_replied();
        keys.iter().for_each(|key| body[key] = value.clone());
        parsed(&body)
    };
    for nothing in [json!("null"), json!(""), json!("  "), json!([]), json!({})] {
        assert_eq!(cleared(&nothing), cleared(&Value::Null), "{nothing}");
    }
}

#[test]
fn scalars_as_texts_make_the_same_event() {
    for (name, fixture) in fixtures::all().into_iter().filter(|(name, _)| *name != "email_replied") {
        let mut body = fixture.clone();
        for (_, value) in body.as_object_mut().expect("an object").iter_mut() {
            if value.is_number() || value.is_boolean() {
                *value = json!(value.to_string());
            } else if value.is_null() {
                *value = json!("null");
            }
        }
        assert_eq!(parsed(&body), parsed(&fixture), "{name}");
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
fn the_hooks_secret_is_blanked_and_nowhere_in_the_event() {
    for (name, fixture) in fixtures::all() {
        let views = [fixture.clone(), json!([fixture]), json!({"headers": {"X-Api-Key": "hook-secret-1"}, "body": fixture})];
        for view in views {
            let mut body = view.to_string().into_bytes();
            let length = body.len();
            Lemlist.redact(&mut body);
            let left = String::from_utf8(body.clone()).expect("UTF-8");
            assert!(left.len() == length && !left.contains("hook-secret-1"), "{name}");
            assert_eq!(parse_bytes(&body), parse(&view), "{name}");
        }
        let stored = serde_json::to_string(&event(&fixture)).expect("events are JSON");
        assert!(!stored.contains("secret"), "{name}: {stored}");
    }
    assert_eq!(Lemlist.secret_fields(), ["secret"]);
}

#[test]
fn a_secret_among_the_variables_is_no_custom_field() {
    let body = json!({"type": "emailsOpened", "leadEmail": LEAD, "lead": {"variables": {"secret": "a", "Region": "Alentejo"}}});
    assert_eq!(event(&body).facts.custom_fields.keys().collect::<Vec<_>>(), ["Region"]);
}

#[test]
fn what_is_blanked_is_nothing_of_an_identity() {
    for variable in [json!({"body": [{"secret": "a"}]}), json!({"headers": {"authorization": "a"}})] {
        let view = with(json!({"type": "annotated", "leadEmail": LEAD}), &variable);
        let mut body = view.to_string().into_bytes();
        Lemlist.redact(&mut body);
        assert_ne!(body, view.to_string().into_bytes());
        assert_eq!(parse_bytes(&body), parse(&view));
    }
}

#[test]
fn the_wrapper_says_nothing_of_the_event() {
    let view = json!({"headers": {"host": "flows.fjordwerk.example"}, "webhookUrl": "https://h.example", "body": fixtures::email_sent()});
    let stored = serde_json::to_string(&event(&view)).expect("events are JSON");
    assert!(!stored.contains("flows.") && !stored.contains("h.example"), "{stored}");
}
