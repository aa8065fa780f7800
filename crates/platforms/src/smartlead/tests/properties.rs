//! Whatever comes in, the parser answers.

use std::sync::LazyLock;

use proptest::{collection, prelude::*, sample};
use serde_json::{Map, Value, json};

use super::{FIXTURES, RECEIVED, fixture};
use crate::{
    smartlead::Smartlead,
    testing::{Holds, Samples},
};

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

/// Fields that no fixture has.
const FURTHER: [&str; 4] = ["body", "data", "headers", "eventType"];

/// What bodies are made of.
static SAMPLES: LazyLock<Samples> =
    LazyLock::new(|| Samples::new(FIXTURES.iter().map(|(name, _)| fixture(name)), &TEXTS, &FURTHER));

/// Reads a body, and checks what holds of every answer.
fn check(body: &[u8]) {
    let holds = Holds { parser: &Smartlead, received_at: RECEIVED, extra_max: 40 };
    holds.check(body);
}

crate::testing::properties!();

proptest! {
    #[test]
    fn arbitrary_fields_under_a_name_are_answered(
        name in sample::select(&NAMES[..]),
        key in sample::select(&["event_type", "event", "eventType", "type"][..]),
        wrapper in sample::select(&[None, Some("body"), Some("data")][..]),
        fields in SAMPLES.fields(),
    ) {
        let mut object = fields;
        object.insert(key.to_owned(), json!(name));
        let body = Value::Object(object);
        let body = wrapper.map(|wrapper| json!({wrapper: body})).unwrap_or(body);
        check(body.to_string().as_bytes());
    }

    #[test]
    fn custom_fields_are_stored_exactly(values in collection::vec(SAMPLES.json(), 1..8), number in -1e6..1e6) {
        let fields = values.into_iter().chain([json!(number)]).enumerate();
        let fields = Map::from_iter(fields.map(|(index, value)| (format!("field {index}"), value)));
        let mut body = fixture("lead_category_updated");
        body["lead_data"]["custom_fields"] = Value::Object(fields);
        check(body.to_string().as_bytes());
    }
}
