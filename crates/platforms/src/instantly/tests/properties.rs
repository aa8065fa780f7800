//! Whatever comes in, the parser answers.

use std::sync::LazyLock;

use proptest::{collection, prelude::*, sample};
use serde_json::{Value, json};

use super::{FIXTURES, RECEIVED, fixture};
use crate::{
    instantly::Instantly,
    testing::{Holds, Samples},
};

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

/// What bodies are made of.
static SAMPLES: LazyLock<Samples> = LazyLock::new(|| Samples::new(FIXTURES.map(|(name, _)| fixture(name)), &TEXTS, &RELAYS));

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let holds = Holds { parser: &Instantly, received_at: RECEIVED, extra_max: 40 };
    holds.check(body);
}

crate::testing::properties!();

proptest! {
    #[test]
    fn arbitrary_fields_under_a_name_are_answered(
        name in sample::select(&TEXTS[..6]),
        fields in SAMPLES.fields(),
    ) {
        let mut object = fields;
        object.insert("event_type".to_owned(), json!(name));
        object.insert("lead_email".to_owned(), json!("jo@x.example"));
        check(Value::Object(object).to_string().as_bytes());
    }

    #[test]
    fn custom_fields_are_stored_exactly(values in collection::vec(SAMPLES.json(), 1..8), number in -1e6..1e6) {
        let mut body = fixture("email_opened");
        for (index, value) in values.into_iter().chain([json!(number)]).enumerate() {
            body[format!("field {index}")] = value;
        }
        check(body.to_string().as_bytes());
    }
}
