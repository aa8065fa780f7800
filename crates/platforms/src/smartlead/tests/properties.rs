//! Whatever comes in, the parser answers.

use hookline_model::event::Event;
use proptest::{collection, prelude::*, sample};
use serde_json::{Map, Value, json};

use super::{FIXTURES, RECEIVED, fixture};
use crate::{Delivery, Parser, smartlead::Smartlead};

/// Texts that some field gives a meaning.
const TEXTS: [&str; 14] = [
    "EMAIL_SENT",
    "EMAIL_REPLY",
    "EMAIL_BOUNCE",
    "UNTRACKED_REPLIES",
    "null",
    "",
    "<",
    "\"",
    "a@b",
    "Jo <jo@x.example>",
    "<a@b>",
    "2026-03-04T09:15:22.4+00:00",
    "5.1.1",
    "&#39;",
];

/// Names of events, one per way of reading.
const NAMES: [&str; 11] = [
    "EMAIL_SENT",
    "EMAIL_OPENED",
    "EMAIL_CLICKED",
    "EMAIL_REPLY",
    "EMAIL_BOUNCE",
    "UNTRACKED_REPLIES",
    "LEAD_CATEGORY_UPDATED",
    "CAMPAIGN_STATUS_CHANGED",
    "EMAIL_ACCOUNT_DISCONNECTED",
    "campaign.bounce.breach",
    "LEAD_WAVED",
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

/// A key: one that some fixture has, at the top or below, or any.
fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![3 => sample::select(known_keys()), 1 => any::<String>()]
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
    let delivery = Delivery::new(body, RECEIVED);
    let parsed = Smartlead.parse(&delivery);
    if let Ok(parsed) = &parsed {
        let stored = parsed.event.to_stored().expect("an event can be stored");
        let read = Event::from_stored(&stored, parsed.event.id, parsed.event.occurred_at).expect("a stored event can be read");
        assert_eq!(parsed.event, read);
    }
    let mut redacted = body.to_vec();
    Smartlead.redact(&mut redacted);
    assert_eq!(redacted.len(), body.len());
    assert_eq!(Smartlead.parse(&Delivery::new(&redacted, RECEIVED)).is_ok(), parsed.is_ok());
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
        name in sample::select(&NAMES[..]),
        key in sample::select(&["event_type", "event", "eventType", "type"][..]),
        wrapper in sample::select(&[None, Some("body"), Some("data")][..]),
        fields in collection::vec((any_key(), any_json()), 0..12),
    ) {
        let mut object = Map::from_iter(fields);
        object.insert(key.to_owned(), json!(name));
        let body = Value::Object(object);
        let body = wrapper.map(|wrapper| json!({wrapper: body})).unwrap_or(body);
        check(body.to_string().as_bytes());
    }

    #[test]
    fn mutated_fixtures_are_answered(
        (name, _) in sample::select(FIXTURES),
        changes in collection::vec((any::<sample::Index>(), any_json()), 1..4),
    ) {
        let mut body = fixture(name);
        let object = body.as_object_mut().expect("fixtures are objects");
        for (index, value) in changes {
            let keys: Vec<String> = object.keys().cloned().collect();
            object.insert(index.get(&keys).clone(), value);
        }
        check(body.to_string().as_bytes());
    }

    #[test]
    fn custom_fields_are_stored_exactly(values in collection::vec(any_json(), 1..8), number in -1e6..1e6) {
        let fields = values.into_iter().chain([json!(number)]).enumerate();
        let fields = Map::from_iter(fields.map(|(index, value)| (format!("field {index}"), value)));
        let mut body = fixture("lead_category_updated");
        body["lead_data"]["custom_fields"] = Value::Object(fields);
        check(body.to_string().as_bytes());
    }

    #[test]
    fn cut_fixtures_are_answered((_, text) in sample::select(FIXTURES), end in any::<sample::Index>()) {
        check(&text.as_bytes()[..end.index(text.len())]);
    }
}
