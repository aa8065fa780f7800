//! Whatever comes in, the parser answers.

use hookline_model::event::Event;
use proptest::{collection, prelude::*, sample};
use serde_json::{Map, Value, json};

use super::{RECEIVED, fixtures};
use crate::{Delivery, Parser, emailbison::Emailbison};

/// Texts that some field gives a meaning; the first are names.
const TEXTS: [&str; 18] = [
    "EMAIL_SENT",
    "LEAD_REPLIED",
    "LEAD_INTERESTED",
    "MANUAL_EMAIL_SENT",
    "TAG_ATTACHED",
    "EMAIL_ACCOUNT_ADDED",
    "null",
    "",
    "-",
    "<div>a</div>",
    "a@b",
    "Jo <jo@x.example>, b@x.example",
    "<a@b>",
    "2026-03-03T09:41:52.330000Z",
    "8e51c0aa-0000-4000-8000-00000000beef",
    "https://m.example/x",
    "{\"event\":{\"type\":\"EMAIL_SENT\"}}",
    "Bounced",
];

/// Fields that relays add.
const RELAYS: [&str; 9] = ["body", "payload", "success", "bounce", "lead_email", "campaign_id", "reply_text", "link_url", "test"];

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
        4 => sample::select(known_keys()),
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
    fixtures::NAMES.iter().for_each(|name| collect(&fixtures::fixture(name), &mut keys));
    keys.sort();
    keys.dedup();
    keys
}

/// The paths of all objects of a body.
fn objects(value: &Value, at: &str, paths: &mut Vec<String>) {
    if let Some(object) = value.as_object() {
        paths.push(at.to_owned());
        let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
        object.iter().for_each(|(key, value)| objects(value, &format!("{at}/{}", escaped(key)), paths));
    }
}

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let parsed = Emailbison.parse(&Delivery::new(body, RECEIVED));
    if let Ok(parsed) = &parsed {
        let stored = parsed.event.to_stored().expect("an event can be stored");
        let read = Event::from_stored(&stored, parsed.event.id, parsed.event.occurred_at).expect("a stored event can be read");
        assert_eq!(parsed.event, read);
        assert!(parsed.event.facts.custom_fields.len() <= 200);
        let extra = json!(parsed.event.facts.extra).to_string();
        assert!(parsed.event.facts.extra.len() <= 30 && extra.len() <= 250_000, "{extra}");
    }
    assert_eq!(Emailbison.parse(&Delivery::new(body, RECEIVED)), parsed, "a repetition is the same event and says the same");
    let mut redacted = body.to_vec();
    Emailbison.redact(&mut redacted);
    assert_eq!(redacted.len(), body.len());
    assert_eq!(Emailbison.parse(&Delivery::new(&redacted, RECEIVED)).is_ok(), parsed.is_ok());
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
    fn arbitrary_data_under_a_name_is_answered(name in sample::select(&TEXTS[..6]), data in any_json()) {
        check(json!({"event": {"type": name}, "data": data}).to_string().as_bytes());
    }

    #[test]
    fn arbitrary_flat_fields_are_answered(
        name in sample::select(&TEXTS[..6]),
        fields in collection::vec((any_key(), any_json()), 0..12),
    ) {
        let mut object = Map::from_iter(fields);
        object.insert("type".to_owned(), json!(name));
        object.insert("lead_email".to_owned(), json!("jo@x.example"));
        check(Value::Object(object).to_string().as_bytes());
    }

    #[test]
    fn mutated_fixtures_are_answered(
        name in sample::select(&fixtures::NAMES[..]),
        changes in collection::vec((any::<sample::Index>(), any::<sample::Index>(), any_json()), 1..5),
    ) {
        let mut body = fixtures::fixture(name);
        for (object, key, value) in changes {
            let mut paths = Vec::new();
            objects(&body, "", &mut paths);
            let path: &String = object.get(&paths);
            let object = body.pointer_mut(path).and_then(Value::as_object_mut).expect("an object");
            let keys: Vec<String> = object.keys().cloned().collect();
            if !keys.is_empty() {
                object.insert(key.get(&keys).clone(), value);
            }
        }
        check(body.to_string().as_bytes());
    }

    #[test]
    fn custom_variables_are_stored_exactly(values in collection::vec(any_json(), 1..8), number in -1e6..1e6) {
        let variable = |(index, value)| json!({"name": format!("field {index}"), "value": value});
        let variables: Vec<Value> = values.into_iter().chain([json!(number)]).enumerate().map(variable).collect();
        let mut body = fixtures::fixture("EMAIL_OPENED");
        body["data"]["lead"]["custom_variables"] = json!(variables);
        check(body.to_string().as_bytes());
    }

    #[test]
    fn cut_fixtures_are_answered(name in sample::select(&fixtures::NAMES[..]), end in any::<sample::Index>()) {
        let text = fixtures::fixture(name).to_string();
        check(&text.as_bytes()[..end.index(text.len())]);
    }

    #[test]
    fn secrets_a_relay_carries_along_are_gone(secret in "[a-z0-9\"\\\\é]{8,40}") {
        let body = json!({"headers": {"x-webhook-secret": secret}, "query": {"token": secret}, "body": fixtures::fixture("EMAIL_SENT")});
        let mut redacted = body.to_string().into_bytes();
        Emailbison.redact(&mut redacted);
        let read: Value = serde_json::from_slice(&redacted).expect("JSON stays JSON");
        let blank = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte == b'*'));
        prop_assert!(blank(&read["headers"]["x-webhook-secret"]) && blank(&read["query"]["token"]));
        prop_assert_eq!(&read["body"], &body["body"]);
    }
}
