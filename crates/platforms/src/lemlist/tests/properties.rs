//! Whatever comes in, the parser answers.

use std::sync::LazyLock;

use proptest::{prelude::*, sample};
use serde_json::{Value, json};

use super::{RECEIVED, fixtures};
use crate::{
    lemlist::Lemlist,
    testing::{Holds, Samples},
};

/// Texts that some field gives a meaning.
const TEXTS: [&str; 20] = [
    "emailsSent",
    "emailsReplied",
    "emailsClicked",
    "connectionIssue",
    "interested",
    "entityUnsubscribed",
    "linkedinReplied",
    "annotated",
    "campaignComplete",
    "null",
    "",
    "<",
    "<div>a</div>",
    "a@b",
    "Jo <jo@x.example>",
    "<a@b>",
    "2026-03-03T09:41:52.330Z",
    "true",
    "-4",
    "unsubscribe",
];

/// Fields that no fixture has.
const FURTHER: [&str; 4] = ["body", "headers", "secret", "data"];

/// What bodies are made of.
static SAMPLES: LazyLock<Samples> =
    LazyLock::new(|| Samples::new(fixtures::all().into_iter().map(|(_, body)| body), &TEXTS, &FURTHER));

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let holds = Holds { parser: &Lemlist, received_at: RECEIVED, extra_max: 40 };
    holds.check(body);
}

crate::testing::properties!();

proptest! {
    #[test]
    fn arbitrary_fields_under_a_name_are_answered(
        name in sample::select(&TEXTS[..9]),
        fields in SAMPLES.fields(),
    ) {
        let mut object = fields;
        object.insert("type".to_owned(), json!(name));
        object.insert("leadEmail".to_owned(), json!("jo@x.example"));
        check(Value::Object(object).to_string().as_bytes());
    }
}
