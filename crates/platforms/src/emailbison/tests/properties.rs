//! Whatever comes in, the parser answers.

use std::sync::LazyLock;

use proptest::{collection, prelude::*, sample};
use serde_json::{Value, json};

use super::{RECEIVED, fixtures};
use crate::{
    Parser,
    emailbison::Emailbison,
    testing::{Holds, Samples},
};

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

/// What bodies are made of.
static SAMPLES: LazyLock<Samples> = LazyLock::new(|| Samples::new(fixtures::NAMES.map(fixtures::fixture), &TEXTS, &RELAYS));

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let holds = Holds { parser: &Emailbison, received_at: RECEIVED, extra_max: 30 };
    holds.check(body);
}

crate::testing::properties!();

proptest! {
    #[test]
    fn arbitrary_data_under_a_name_is_answered(name in sample::select(&TEXTS[..6]), data in SAMPLES.json()) {
        check(json!({"event": {"type": name}, "data": data}).to_string().as_bytes());
    }

    #[test]
    fn arbitrary_flat_fields_are_answered(
        name in sample::select(&TEXTS[..6]),
        fields in SAMPLES.fields(),
    ) {
        let mut object = fields;
        object.insert("type".to_owned(), json!(name));
        object.insert("lead_email".to_owned(), json!("jo@x.example"));
        check(Value::Object(object).to_string().as_bytes());
    }

    #[test]
    fn custom_variables_are_stored_exactly(values in collection::vec(SAMPLES.json(), 1..8), number in -1e6..1e6) {
        let variable = |(index, value)| json!({"name": format!("field {index}"), "value": value});
        let variables: Vec<Value> = values.into_iter().chain([json!(number)]).enumerate().map(variable).collect();
        let mut body = fixtures::fixture("EMAIL_OPENED");
        body["data"]["lead"]["custom_variables"] = json!(variables);
        check(body.to_string().as_bytes());
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
