//! Whatever comes in, the parser answers.

use std::sync::LazyLock;

use hookline_model::{event::Event, item::ITEM_FIELDS_MAX, time::Millis};
use proptest::{collection, prelude::*, sample};
use serde_json::{Map, Value, json};

use super::{FIXTURES, RECEIVED, fixture, parse_bytes};
use crate::{Delivery, Parser, breakcold::Breakcold};

/// Texts that some field gives a meaning.
const TEXTS: [&str; 14] = [
    "person",
    "company",
    "Interested",
    "done",
    "inbound",
    "null",
    "",
    "<p>a</p>",
    "a@b",
    "Jo <jo@x.example>",
    "<a@b>",
    "2026-06-03T09:41:52.330Z",
    "7be2a9d4-51c0-4f83-b6e7-18d90c3f5a26",
    "true",
];

/// Fields that no fixture has.
const FURTHER: [&str; 22] = [
    "body",
    "headers",
    "test",
    "status_name",
    "tags",
    "lists",
    "owners",
    "note",
    "task",
    "message",
    "email_id",
    "id_email",
    "bounce_type",
    "event_at",
    "from",
    "to",
    "url",
    "due_date",
    "firstName",
    "custom_attributes",
    "attributes",
    "emails",
];

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

/// A key: one that some fixture has, or a further one, or any.
fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => sample::select(KNOWN_KEYS.as_slice()),
        2 => sample::select(&FURTHER[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// Every key of the fixtures.
static KNOWN_KEYS: LazyLock<Vec<String>> = LazyLock::new(known_keys);

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
    FIXTURES.iter().for_each(|name| collect(&fixture(name), &mut keys));
    keys.sort();
    keys.dedup();
    keys
}

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let parsed = parse_bytes(body);
    let mut redacted = body.to_vec();
    Breakcold.redact(&mut redacted);
    assert_eq!(redacted.len(), body.len());
    let is_json = |body: &[u8]| serde_json::from_slice::<Value>(body).is_ok();
    assert_eq!(is_json(&redacted), is_json(body));
    let Ok(parsed) = parsed else { return };
    assert_eq!(parse_bytes(&redacted).as_ref(), Ok(&parsed), "what is blanked is not read");
    let event = &parsed.event;
    let stored = event.to_stored().expect("an event can be stored");
    let read = Event::from_stored(&stored, event.id, event.occurred_at).expect("a stored event can be read");
    assert_eq!(event, &read);
    assert!(event.facts.custom_fields.len() <= 200);
    assert!(event.facts.item.as_ref().is_none_or(|item| item.fields.len() <= ITEM_FIELDS_MAX));
    assert!(event.facts.extra.len() <= 10, "{:?}", event.facts.extra);
    let later = Millis(RECEIVED.0 + 1_000);
    let again = Breakcold.parse(&Delivery::new(body, later)).expect("the same body");
    assert_eq!(again.event.id.hash_part(), event.id.hash_part());
    assert_eq!((again.claim, again.event.content_digest()), (parsed.claim, event.content_digest()));
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
    fn arbitrary_content_under_a_name_is_answered(
        name in sample::select(&FIXTURES[..]),
        content in sample::select(&["payload", "data"][..]),
        fields in collection::vec((any_key(), any_json()), 0..12),
        around in collection::vec((any_key(), any_json()), 0..3),
    ) {
        let mut body = Map::from_iter(around);
        body.insert("event".to_owned(), json!(name));
        body.insert(content.to_owned(), Value::Object(Map::from_iter(fields)));
        let body = Value::Object(body).to_string();
        prop_assert!(parse_bytes(body.as_bytes()).is_ok());
        check(body.as_bytes());
    }

    #[test]
    fn mutated_fixtures_are_answered(
        name in sample::select(&FIXTURES[..]),
        changes in collection::vec((any::<sample::Index>(), any_json()), 1..4),
    ) {
        let mut body = fixture(name);
        let key = if body.get("payload").is_some() { "payload" } else { "data" };
        let content = body[key].as_object_mut().expect("an object");
        for (index, value) in changes {
            let keys: Vec<String> = content.keys().cloned().collect();
            content.insert(index.get(&keys).clone(), value);
        }
        prop_assert!(parse_bytes(body.to_string().as_bytes()).is_ok(), "nothing in the content refuses an event");
        check(body.to_string().as_bytes());
    }

    #[test]
    fn any_value_of_any_field_around_the_content_is_answered(
        name in sample::select(&FIXTURES[..]),
        changes in collection::vec((any::<sample::Index>(), any_json()), 1..4),
    ) {
        let mut body = fixture(name);
        let object = body.as_object_mut().expect("an object");
        for (index, value) in changes {
            let keys: Vec<String> = object.keys().cloned().collect();
            object.insert(index.get(&keys).clone(), value);
        }
        check(body.to_string().as_bytes());
    }

    #[test]
    fn cut_fixtures_are_answered(name in sample::select(&FIXTURES[..]), end in any::<sample::Index>()) {
        let text = fixture(name).to_string();
        check(&text.as_bytes()[..end.index(text.len())]);
    }
}
