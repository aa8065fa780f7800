//! Whatever comes in, the parser answers.

use std::sync::LazyLock;

use proptest::{prelude::*, sample};
use serde_json::{Value, json};

use super::{RECEIVED, fixtures};
use crate::{
    plusvibe::Plusvibe,
    testing::{Holds, Samples},
};

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

/// Fields that no fixture has.
const FURTHER: [&str; 4] = ["headers", "secret", "payload", "lead"];

/// What bodies are made of.
static SAMPLES: LazyLock<Samples> =
    LazyLock::new(|| Samples::new(fixtures::all().into_iter().map(|(_, body)| body), &TEXTS, &FURTHER));

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let holds = Holds { parser: &Plusvibe, received_at: RECEIVED, extra_max: 40 };
    holds.check(body);
}

crate::testing::properties!();

proptest! {
    #[test]
    fn arbitrary_fields_under_a_name_are_answered(
        name in sample::select(&TEXTS[..8]),
        fields in SAMPLES.fields(),
    ) {
        let mut object = fields;
        object.insert("webhook_event".to_owned(), json!(name));
        object.insert("email".to_owned(), json!("jo@x.example"));
        check(Value::Object(object).to_string().as_bytes());
    }
}
