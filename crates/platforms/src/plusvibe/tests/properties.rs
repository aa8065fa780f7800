//! Whatever comes in, the parser answers.

use hookline_model::event::Event;
use proptest::{collection, prelude::*, sample};
use serde_json::{Map, Value, json};

use super::{RECEIVED, fixtures};
use crate::{Delivery, Parser, plusvibe::Plusvibe};

/// Texts that some field gives a meaning.
const TEXTS: [&str; 20] = [
    "ALL_EMAIL_REPLIES",
    "EMAIL_SENT",
    "BOUNCED_EMAIL",
    "SYSTEM_ALERT",
    "LEAD_MARKED_AS_INTERESTED",
    "LEAD_MARKED_AS_Hot lead",
    "UNIBOX_EMAIL_SENT",
    "replied",
    "EMAIL_ACCOUNT_DISCONNECTED",
    "BILLING_X",
    "null",
    "",
    "<img src='data:x'>",
    "<div>a</div>",
    "a@b",
    "Jo <jo@nonexistent-domain.com>",
    "<a@b>",
    "2026-03-03T09:41:52.330Z",
    "a\\nb",
    "OUT_OF_OFFICE",
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

/// A key: one that some fixture has, or any.
fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => sample::select(known_keys()),
        1 => sample::select(vec!["headers", "secret", "payload", "lead"]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// Every key of the fixtures.
fn known_keys() -> Vec<String> {
    fn collect(value: &Value, keys: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                keys.extend(object.keys().cloned());
                object.values().for_each(|value| collect(value, keys));
            }
            Value::Array(values) => values.iter().for_each(|value| collect(value, keys)),
            _ => {}
        }
    }
    let mut keys = Vec::new();
    fixtures::all().iter().for_each(|(_, fixture)| collect(fixture, &mut keys));
    keys.sort();
    keys.dedup();
    keys
}

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let parsed = Plusvibe.parse(&Delivery::new(body, RECEIVED));
    if let Ok(parsed) = &parsed {
        let event = &parsed.event;
        let stored = event.to_stored().expect("an event can be stored");
        assert_eq!(&Event::from_stored(&stored, event.id, event.occurred_at).expect("a stored event can be read"), event);
        assert!(event.facts.custom_fields.len() <= 200 && event.facts.extra.len() <= 40);
        let again = Plusvibe.parse(&Delivery::new(body, RECEIVED)).expect("it was read before");
        assert_eq!((again.event.id, again.event.content_digest(), again.claim), (event.id, event.content_digest(), parsed.claim));
    }
    let mut redacted = body.to_vec();
    Plusvibe.redact(&mut redacted);
    assert_eq!(redacted.len(), body.len());
    assert_eq!(Plusvibe.parse(&Delivery::new(&redacted, RECEIVED)), parsed);
    if let Ok(Some(elements)) = Plusvibe.split(body) {
        assert!(elements.len() > 1);
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
        name in sample::select(&TEXTS[..8]),
        fields in collection::vec((any_key(), any_json()), 0..12),
    ) {
        let mut object = Map::from_iter(fields);
        object.insert("webhook_event".to_owned(), json!(name));
        object.insert("email".to_owned(), json!("jo@x.example"));
        check(Value::Object(object).to_string().as_bytes());
    }

    #[test]
    fn mutated_fixtures_are_answered(
        (_, mut body) in sample::select(fixtures::all()),
        changes in collection::vec((any::<sample::Index>(), any_json()), 1..4),
    ) {
        if let Some(object) = body.as_object_mut() {
            for (index, value) in changes {
                let keys: Vec<String> = object.keys().cloned().collect();
                object.insert(index.get(&keys).clone(), value);
            }
        }
        check(body.to_string().as_bytes());
    }

    #[test]
    fn cut_fixtures_are_answered((_, body) in sample::select(fixtures::all()), end in any::<sample::Index>()) {
        let text = body.to_string();
        check(&text.as_bytes()[..end.index(text.len())]);
    }
}
