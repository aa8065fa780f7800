//! The name of the event that a workflow posts, if somebody gave it one: a word of ours in a field called `event`.

use hookline_model::kind::Kind;

use crate::{Settings, hubspot::sample, json::fold};

/// Other words for our kinds.
const SYNONYMS: [(&str, Kind); 8] = [
    ("reply", Kind::EmailReplied),
    ("auto_reply", Kind::EmailAutoReplied),
    ("untracked_reply", Kind::EmailReplyUntracked),
    ("lead_unsubscribed", Kind::ContactUnsubscribed),
    ("unsubscribed", Kind::ContactUnsubscribed),
    ("lead_category_updated", Kind::ContactCategoryUpdated),
    ("meeting_booked", Kind::ContactMeetingBooked),
    ("contact_merged", Kind::ContactUpdated),
];

/// The kind that a word names, `other` if none: `email.replied`, `email_replied`, `Email replied`.
pub(super) fn kind(written: &str, settings: &Settings) -> Kind {
    let word = plain(settings.name(written));
    if sample::is_test_word(&word) {
        return Kind::WebhookTest;
    }
    let synonym = || SYNONYMS.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind);
    let own = Kind::ALL.iter().copied().find(|kind| is_sayable(*kind) && plain(kind.name()) == word);
    own.or_else(synonym).unwrap_or(Kind::Other)
}

/// A word in lower case, with underscores.
fn plain(word: &str) -> String {
    fold(&word.replace(['.', '-', '_'], " ")).to_lowercase().replace(' ', "_")
}

/// Whether a workflow can say that this happened: it is about a contact, and needs nothing that only we know.
fn is_sayable(kind: Kind) -> bool {
    let about_a_contact = ["email.", "contact."].iter().any(|family| kind.name().starts_with(family));
    let of_ours = matches!(kind, Kind::ContactLinked | Kind::ContactUnlinked);
    (about_a_contact && !of_ours) || matches!(kind, Kind::ActivityRecorded | Kind::WebhookTest)
}
