//! The sorts of record that HubSpot keeps.

use std::borrow::Cow;

use crate::json::trimmed;

/// The ids of sorts of record (public code), with the words that the classic names use for them. All others, an account's own
/// among them, go by their id.
const TYPES: [(&str, &str); 13] = [
    ("0-1", CONTACT),
    ("0-2", "company"),
    ("0-3", "deal"),
    ("0-5", "ticket"),
    ("0-7", "product"),
    ("0-8", "line_item"),
    ("0-18", "communication"),
    ("0-27", TASK),
    ("0-46", NOTE),
    ("0-47", "meeting"),
    ("0-48", "call"),
    ("0-49", "email"),
    ("0-136", "lead"),
];

/// The word for a person.
pub(super) const CONTACT: &str = "contact";

/// The word for a note.
pub(super) const NOTE: &str = "note";

/// The word for a task.
pub(super) const TASK: &str = "task";

/// The word for a sort of record: of the id of one, else the text in lower case.
pub(super) fn word(text: &str) -> Cow<'static, str> {
    let text = trimmed(text);
    match TYPES.iter().find(|(id, word)| id.eq_ignore_ascii_case(text) || word.eq_ignore_ascii_case(text)) {
        Some((_, word)) => Cow::Borrowed(*word),
        None => Cow::Owned(text.to_ascii_lowercase()),
    }
}
