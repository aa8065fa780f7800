//! Whatever comes in, the parser answers.

use std::sync::LazyLock;

use proptest::{collection, prelude::*, sample};
use serde_json::{Map, Value, json};

use super::{FIXTURES, RECEIVED, fixture, parse_bytes};
use crate::{
    breakcold::Breakcold,
    testing::{Holds, Samples},
};

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

/// What bodies are made of.
static SAMPLES: LazyLock<Samples> = LazyLock::new(|| Samples::new(FIXTURES.map(fixture), &TEXTS, &FURTHER));

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let holds = Holds { parser: &Breakcold, received_at: RECEIVED, extra_max: 10 };
    holds.check(body);
}

crate::testing::properties!();

proptest! {
    #[test]
    fn arbitrary_content_under_a_name_is_answered(
        name in sample::select(&FIXTURES[..]),
        content in sample::select(&["payload", "data"][..]),
        fields in SAMPLES.fields(),
        around in collection::vec((SAMPLES.key(), SAMPLES.json()), 0..3),
    ) {
        let mut body = Map::from_iter(around);
        body.insert("event".to_owned(), json!(name));
        body.insert(content.to_owned(), Value::Object(Map::from_iter(fields)));
        let body = Value::Object(body).to_string();
        prop_assert!(parse_bytes(body.as_bytes()).is_ok());
        check(body.as_bytes());
    }

    #[test]
    fn nothing_in_the_content_refuses_an_event(
        name in sample::select(&FIXTURES[..]),
        changes in collection::vec((any::<sample::Index>(), SAMPLES.json()), 1..4),
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
        changes in collection::vec((any::<sample::Index>(), SAMPLES.json()), 1..4),
    ) {
        let mut body = fixture(name);
        let object = body.as_object_mut().expect("an object");
        for (index, value) in changes {
            let keys: Vec<String> = object.keys().cloned().collect();
            object.insert(index.get(&keys).clone(), value);
        }
        check(body.to_string().as_bytes());
    }
}
