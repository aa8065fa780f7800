//! The fixtures are of our own making: the structures of live captures and of SmartLead's help pages, with invented values.

mod alerts;
mod events;
mod fixtures;
mod identities;
mod names;
mod properties;
mod quirks;
mod relays;
mod samples;
mod shapes;
mod spellings;
mod traps;

use serde_json::{Value, json};

use hookline_model::{
    key::{EmailKey, ExternalId},
    platform::Platform,
    time::Millis,
};

use self::fixtures::FIXTURES;
use crate::{
    smartlead::Smartlead,
    testing::{contact_email, contact_id as lead_id, readers, some, with},
};

/// 2026-03-20T12:00:00Z.
const RECEIVED: Millis = Millis(1_774_008_000_000);

readers!(Smartlead, RECEIVED);

/// The sent email that most fixtures are about.
const STATS_ID: &str = "b84e19d3-27aa-4c6e-8f02-6d1f7a93c540";

/// Its Message-ID.
const SENT_ID: &str = "b84e19d3-27aa-4c6e-8f02-6d1f7a93c540@get-lumenroute.example";

/// The Message-ID of the reply to it.
const REPLY_ID: &str = "CALx9+q7Rw@mail.fjordpack.example";

/// Our mailbox.
const MAILBOX: &str = "pia@get-lumenroute.example";

/// The lead.
const LEAD: &str = "mara.lind@fjordpack.example";

/// A fixture as JSON.
fn fixture(name: &str) -> Value {
    let (_, text) = FIXTURES.iter().find(|(known, _)| *known == name).expect("a fixture of that name");
    serde_json::from_str(text).expect("fixtures are JSON")
}

/// A fixture with some fields set, or removed where the value is null.
fn changed(name: &str, fields: &Value) -> Value {
    with(fixture(name), fields)
}

/// An id of SmartLead's.
fn external(id: &str) -> ExternalId {
    ExternalId { platform: Platform::Smartlead, account: String::new(), id: id.to_owned() }
}

/// The key of the sent email.
fn sent_key() -> Option<EmailKey> {
    Some(EmailKey::Sent(external(STATS_ID)))
}

/// The fields that differ when another webhook, or a retry, tells of the same event.
fn another_webhook() -> Value {
    json!({
        "webhook_id": 1,
        "webhook_name": "second",
        "webhook_url": "https://elsewhere.example/",
        "secret_key": "00000000-1111-4222-8333-444444444444",
        "description": "told again",
        "metadata": {"webhook_created_at": "2026-03-01T00:00:00.000Z"},
    })
}

#[test]
fn the_seeds_are_the_fixtures() {
    crate::tests::hold_seeds(Platform::Smartlead, FIXTURES.iter().map(|(name, _)| (*name, fixture(name))));
}
