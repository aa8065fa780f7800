//! Whatever comes in, the parser answers.

use std::sync::LazyLock;

use proptest::{prelude::*, sample};
use serde_json::{Value, json};

use super::{RECEIVED, fixtures};
use crate::{
    Parser,
    hubspot::Hubspot,
    testing::{Holds, Samples},
};

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

/// What bodies are made of.
static SAMPLES: LazyLock<Samples> =
    LazyLock::new(|| Samples::new(fixtures::all().into_iter().map(|(_, body)| body), &TEXTS, &RARE));

/// Reads a body, alone and in a batch with something else, and checks what holds of every answer.
fn check(body: &[u8]) {
    let holds = Holds { parser: &Hubspot, received_at: RECEIVED, extra_max: 30 };
    holds.check(body);
    holds.check(&[b"[", body, b",1]"].concat());
}

crate::testing::properties!();

proptest! {
    #[test]
    fn arbitrary_fields_under_a_name_are_answered(
        name in sample::select(&TEXTS[..6]),
        fields in SAMPLES.fields(),
    ) {
        let mut object = fields;
        object.insert("subscriptionType".to_owned(), json!(name));
        object.insert("objectId".to_owned(), json!(5));
        check(Value::Object(object).to_string().as_bytes());
    }

    #[test]
    fn properties_of_any_value_are_answered(name in sample::select(&TEXTS[..]), value in SAMPLES.json(), mark in SAMPLES.json()) {
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
}
