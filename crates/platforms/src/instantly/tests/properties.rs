//! Whatever comes in, the parser answers.

use hookline_model::event::Event;
use proptest::{collection, prelude::*, sample};
use serde_json::{Map, Value, json};

use super::{FIXTURES, RECEIVED, fixture};
use crate::{Delivery, Parser, instantly::Instantly};

/// Texts that some field gives a meaning; the first are names.
const TEXTS: [&str; 18] = [
    "email_sent",
    "reply_received",
    "link_clicked",
    "account_error",
    "lead_interested",
    "Hot Lead",
    "null",
    "",
    "<",
    "<div>a</div>",
    "a@b",
    "Jo <jo@x.example>",
    "<a@b>",
    "2026-03-03T09:41:52.330Z",
    "019cb376-a7c0-7d52-b0f3-48e19c6d2a77",
    "?selected_wks=a&thread_search=thread:b",
    "true",
    "-4",
];

/// Fields that relays add.
const RELAYS: [&str; 10] =
    ["data", "lead", "lead_data", "payload", "custom_variables", "body", "type", "label", "custom_interest_value", "test"];

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

/// A key: one that some fixture has, or a relay, or any.
fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => sample::select(known_keys()),
        2 => sample::select(&RELAYS[..]).prop_map(str::to_owned),
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
    FIXTURES.iter().for_each(|(name, _)| collect(&fixture(name), &mut keys));
    keys.sort();
    keys.dedup();
    keys
}

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let parsed = Instantly.parse(&Delivery::new(body, RECEIVED));
    if let Ok(parsed) = &parsed {
        let stored = parsed.event.to_stored().expect("an event can be stored");
        let read = Event::from_stored(&stored, parsed.event.id, parsed.event.occurred_at).expect("a stored event can be read");
        assert_eq!(parsed.event, read);
        assert!(parsed.event.facts.custom_fields.len() <= 200);
    }
    let mut redacted = body.to_vec();
    Instantly.redact(&mut redacted);
    assert_eq!(redacted.len(), body.len());
    assert_eq!(Instantly.parse(&Delivery::new(&redacted, RECEIVED)).is_ok(), parsed.is_ok());
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
        object.insert("event_type".to_owned(), json!(name));
        object.insert("lead_email".to_owned(), json!("jo@x.example"));
        check(Value::Object(object).to_string().as_bytes());
    }

    #[test]
    fn mutated_fixtures_are_answered(
        (name, _) in sample::select(&FIXTURES[..]),
        changes in collection::vec((any::<sample::Index>(), any_json()), 1..4),
    ) {
        let mut body = fixture(name);
        if let Some(object) = body.as_object_mut() {
            for (index, value) in changes {
                let keys: Vec<String> = object.keys().cloned().collect();
                object.insert(index.get(&keys).clone(), value);
            }
        }
        check(body.to_string().as_bytes());
    }

    #[test]
    fn custom_fields_are_stored_exactly(values in collection::vec(any_json(), 1..8), number in -1e6..1e6) {
        let mut body = fixture("email_opened");
        for (index, value) in values.into_iter().chain([json!(number)]).enumerate() {
            body[format!("field {index}")] = value;
        }
        check(body.to_string().as_bytes());
    }

    #[test]
    fn cut_fixtures_are_answered((_, text) in sample::select(&FIXTURES[..]), end in any::<sample::Index>()) {
        check(&text.as_bytes()[..end.index(text.len())]);
    }
}
