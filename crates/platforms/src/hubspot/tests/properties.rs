//! Whatever comes in, the parser answers.

use hookline_model::event::Event;
use proptest::{collection, prelude::*, sample};
use serde_json::{Map, Value, json};

use super::{Hubspot, RECEIVED, fixtures};
use crate::{Delivery, Parser};

/// Texts that some field gives a meaning; the first are names.
const TEXTS: [&str; 22] = [
    "contact.creation",
    "contact.propertyChange",
    "object.propertyChange",
    "contact.merge",
    "object.associationChange",
    "conversation.newMessage",
    "email_replied",
    "test",
    "0-1",
    "0-46",
    "hs_sales_email_last_replied",
    "hs_email_optout",
    "hs_email_hard_bounce_reason_enum",
    "email",
    "hubspotscore",
    "REDACTED",
    "true",
    "null",
    "",
    "a@b.example",
    "1774431200000",
    "CONTACT_TO_COMPANY",
];

/// Keys that only some bodies have.
const RARE: [&str; 8] = ["body", "headers", "query", "isSensitive", "objectTypeId", "event", "secret_key", "contact"];

/// Any JSON, with meaningful texts and the fields of a fixture among its own.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        sample::select(&TEXTS[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let entry = (any_key(), inner.clone());
        prop_oneof![
            collection::vec(inner, 0..6).prop_map(Value::from),
            collection::vec(entry, 0..6).prop_map(|entries| Value::Object(Map::from_iter(entries))),
        ]
    })
}

/// A key: one that some fixture has, or only some bodies, or any.
fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => sample::select(known_keys()),
        2 => sample::select(&RARE[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// Every key of the fixtures.
fn known_keys() -> Vec<String> {
    fn collect(value: &Value, keys: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    keys.push(key.clone());
                    collect(value, keys);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| collect(value, keys)),
            _ => {}
        }
    }
    let mut keys = Vec::new();
    fixtures::all().iter().for_each(|(_, body)| collect(body, &mut keys));
    keys.sort();
    keys.dedup();
    keys
}

/// Reads a body, and what it holds if it is a batch, and checks what holds of every answer.
fn check(body: &[u8]) {
    if let Ok(Some(events)) = Hubspot.split(body) {
        assert!((1..=1_000).contains(&events.len()));
        events.into_iter().for_each(check_one);
    }
    check_one(body);
}

fn check_one(body: &[u8]) {
    let parsed = Hubspot.parse(&Delivery::new(body, RECEIVED));
    if let Ok(parsed) = &parsed {
        let stored = parsed.event.to_stored().expect("an event can be stored");
        let read = Event::from_stored(&stored, parsed.event.id, parsed.event.occurred_at).expect("a stored event can be read");
        assert_eq!(parsed.event, read);
        let facts = &parsed.event.facts;
        assert!(facts.custom_fields.len() <= 200 && facts.extra.len() <= 30 && facts.links.len() <= 1_001);
    }
    let mut redacted = body.to_vec();
    Hubspot.redact(&mut redacted);
    assert_eq!(redacted.len(), body.len());
    let again = Hubspot.parse(&Delivery::new(&redacted, RECEIVED));
    match (&parsed, again) {
        (Ok(parsed), Ok(again)) => assert_eq!(parsed.event.id, again.event.id),
        (parsed, again) => assert_eq!(parsed.is_ok(), again.is_ok()),
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_answered(body in collection::vec(any::<u8>(), 0..200)) {
        check(&body);
    }

    #[test]
    fn arbitrary_json_is_answered(value in any_json()) {
        check(value.to_string().as_bytes());
    }

    #[test]
    fn arbitrary_fields_under_a_name_are_answered(
        name in sample::select(&TEXTS[..6]),
        fields in collection::vec((any_key(), any_json()), 0..12),
    ) {
        let mut object = Map::from_iter(fields);
        object.insert("subscriptionType".to_owned(), json!(name));
        object.insert("objectId".to_owned(), json!(5));
        check(Value::Object(object).to_string().as_bytes());
    }

    #[test]
    fn mutated_fixtures_are_answered(
        fixture in any::<sample::Index>(),
        changes in collection::vec((any::<sample::Index>(), any_json()), 1..4),
    ) {
        let fixtures = fixtures::all();
        let mut body = fixture.get(&fixtures).1.clone();
        if let Some(object) = body.as_object_mut() {
            for (index, value) in changes {
                let keys: Vec<String> = object.keys().cloned().collect();
                object.insert(index.get(&keys).clone(), value);
            }
        }
        check(body.to_string().as_bytes());
        check(json!([body, 1]).to_string().as_bytes());
    }

    #[test]
    fn properties_of_any_value_are_answered(name in sample::select(&TEXTS[..]), value in any_json(), mark in any_json()) {
        check(super::with(fixtures::change(name, &value), &json!({"isSensitive": mark})).to_string().as_bytes());
        let mut record = fixtures::contact_record();
        record["properties"][name] = json!({"value": value});
        check(record.to_string().as_bytes());
        check(super::with(fixtures::picked(), &json!({name: value, "event": mark})).to_string().as_bytes());
    }

    #[test]
    fn a_sensitive_value_is_nowhere(name in sample::select(&TEXTS[..]), object in sample::select(&["0-1", "0-3", "0-27"][..])) {
        let fields = json!({"propertyName": name, "propertyValue": "hush@hush.example", "isSensitive": true});
        let body = fixtures::generic("propertyChange", object, &fields);
        let stored = super::event(&body).to_stored().expect("an event can be stored");
        prop_assert!(!String::from_utf8_lossy(&stored).contains("hush"));
        let mut raw = json!([body]).to_string().into_bytes();
        Hubspot.redact(&mut raw);
        prop_assert!(!String::from_utf8_lossy(&raw).contains("hush"));
    }

    #[test]
    fn cut_fixtures_are_answered(fixture in any::<sample::Index>(), end in any::<sample::Index>()) {
        let text = fixture.get(&fixtures::all()).1.to_string();
        check(&text.as_bytes()[..end.index(text.len())]);
        check(format!("[{text},{}", &text.chars().take(end.index(text.len())).collect::<String>()).as_bytes());
    }
}
