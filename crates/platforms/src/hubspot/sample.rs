//! What the test buttons of HubSpot's pages send.

use crate::json::Fields;

/// The record that a test event is about (public captures).
const OBJECT_ID: &str = "123";

/// The ids that test events have (public captures).
const EVENT_IDS: [&str; 2] = ["1", "100"];

/// The source that a test event names (public captures).
const CHANGE_SOURCE: &str = "CRM";

/// Words that a workflow may call a trial.
const WORDS: [&str; 5] = ["test", "ping", "sample", "webhook_test", "test_event"];

/// Whether an app's event is the one that a test button sends. Real ones have ids of many digits, so all must fit.
pub(super) fn is_test_event(body: Fields<'_>) -> bool {
    // What real events differ in goes first.
    body.word("changeSource") == Some(CHANGE_SOURCE)
        && body.value("sourceId").is_none()
        && body.id("objectId").as_deref() == Some(OBJECT_ID)
        && body.id("eventId").is_some_and(|id| EVENT_IDS.contains(&id.as_str()))
}

/// Whether a word, in lower case with underscores, is that of a trial.
pub(super) fn is_test_word(word: &str) -> bool {
    WORDS.contains(&word)
}
