//! Batches, and what relays wrap around bodies.

use serde_json::{Value, json};

use super::{
    Hubspot, event, fixtures,
    fixtures::{app, change},
    parse, parse_bytes, refusal,
};
use crate::{ParseError, Parser};

fn split(body: &[u8]) -> Option<Vec<&[u8]>> {
    Hubspot.split(body).expect("it can be taken apart")
}

fn unsplit(body: &str) -> ParseError {
    Hubspot.split(body.as_bytes()).expect_err("an error")
}

#[test]
fn each_event_of_a_batch_keeps_its_own_bytes() {
    let (one, other) = (app("contact.creation", &json!({})), change("city", &json!("Bergen")));
    let body = format!("[ {one},\n  {other} ]");
    let events = split(body.as_bytes()).expect("a batch");
    assert_eq!(events, [one.to_string().as_bytes(), other.to_string().as_bytes()]);
    assert_eq!(parse_bytes(events[0]), parse(&one));
    assert_eq!(parse_bytes(events[1]), parse(&other));
}

#[test]
fn a_batch_of_one_is_taken_apart_too() {
    let one = app("contact.creation", &json!({}));
    let body = json!([one]).to_string();
    assert_eq!(split(body.as_bytes()), Some(vec![one.to_string().as_bytes()]));
    assert_eq!(parse_bytes(body.as_bytes()), parse(&one));
}

#[test]
fn one_object_is_no_batch() {
    for body in [app("contact.creation", &json!({})), fixtures::contact_record(), json!({}), json!("x"), json!(null)] {
        assert_eq!(split(body.to_string().as_bytes()), None, "{body}");
    }
    assert_eq!(split(b"{\"subscriptionType\":"), None);
}

#[test]
fn an_element_that_cannot_be_read_spoils_no_other() {
    let body = json!([7, app("contact.creation", &json!({})), {"portalId": 5}, null]).to_string();
    let read: Vec<bool> = split(body.as_bytes()).expect("a batch").into_iter().map(|it| parse_bytes(it).is_ok()).collect();
    assert_eq!(read, [false, true, false, false]);
}

#[test]
fn a_batch_has_at_most_a_thousand_events() {
    let batch = |length: usize| Value::from(vec![json!({"a": 1}); length]).to_string();
    assert_eq!(split(batch(1_000).as_bytes()).map(|events| events.len()), Some(1_000));
    let expected = ParseError::Shape("expected at most 1000 events, found 1001".to_owned());
    assert_eq!(unsplit(&batch(1_001)), expected);
}

#[test]
fn an_empty_batch_names_nothing() {
    assert!(matches!(unsplit(" [ ] "), ParseError::NamesNothing(text) if text.contains("at least one event")));
}

#[test]
fn a_batch_that_breaks_off_is_not_json() {
    assert!(matches!(unsplit("[{\"a\":1},{\"b\""), ParseError::NotJson(_)));
    assert!(matches!(unsplit("[{\"a\":1}]]"), ParseError::NotJson(_)));
}

#[test]
fn a_batch_that_a_relay_wrapped_is_taken_apart() {
    let (one, other) = (app("contact.creation", &json!({})), change("city", &json!("Bergen")));
    let expected = vec![one.to_string().into_bytes(), other.to_string().into_bytes()];
    let view = json!({"headers": {"host": "h"}, "params": {}, "query": {}, "body": [one, other]});
    for body in [view.clone(), json!([view]), json!({"body": view})] {
        let body = body.to_string();
        assert_eq!(split(body.as_bytes()).expect("a batch"), expected, "{body}");
    }
}

#[test]
fn an_object_that_a_relay_wrapped_is_unwrapped() {
    for inner in [app("contact.creation", &json!({})), fixtures::contact_record(), fixtures::picked()] {
        let view = json!({"headers": {"host": "h"}, "body": inner});
        assert_eq!(split(view.to_string().as_bytes()), None);
        for body in [view.clone(), json!([view]), json!({"body": [inner]})] {
            assert_eq!(parse(&body), parse(&inner), "{body}");
        }
    }
}

#[test]
fn a_body_beside_a_name_is_no_wrapper() {
    let body = app("contact.creation", &json!({"body": {"subscriptionType": "deal.creation"}}));
    assert_eq!(event(&body), event(&app("contact.creation", &json!({}))));
    let record = super::with(fixtures::picked(), &json!({"body": "a text of a custom property"}));
    assert!(event(&record).facts.custom_fields.contains_key("body"));
}

#[test]
fn wrappers_without_end_are_an_error() {
    for (open, close) in [("[", "]"), ("{\"body\":", "}"), ("{\"body\":[", "]}")] {
        let body = format!("{}1{}", open.repeat(20_000), close.repeat(20_000));
        assert!(!matches!(Hubspot.split(body.as_bytes()), Ok(Some(events)) if events.iter().any(|it| parse_bytes(it).is_ok())));
        assert!(matches!(parse_bytes(body.as_bytes()), Err(ParseError::NotJson(_))), "{open}");
        let mut redacted = body.clone().into_bytes();
        Hubspot.redact(&mut redacted);
        assert_eq!(redacted, body.into_bytes());
    }
}

#[test]
fn what_is_not_one_object_is_refused() {
    for (body, found) in
        [(json!([]), "an array of 0"), (json!([1, 2]), "an array of 2"), (json!("x"), "a text"), (json!(5), "a number")]
    {
        assert_eq!(refusal(&body), format!("expected one JSON object, or an array of them, found {found}"));
    }
    assert_eq!(refusal(&json!(true)), "expected one JSON object, or an array of them, found a truth value");
    assert_eq!(refusal(&json!(null)), "expected one JSON object, or an array of them, found null");
    assert!(matches!(parse_bytes(b"\xff"), Err(ParseError::NotJson(_))));
}
