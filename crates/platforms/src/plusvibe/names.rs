//! The names of PlusVibe's events.

use hookline_model::{interest::Interest, kind::Kind};

use crate::{
    Settings,
    json::{Fields, cut, fold},
    plusvibe::{alert, sample},
};

/// Where the name stands: PlusVibe's own key (a capture), and what receivers expected before.
pub(crate) const KEYS: [&str; 4] = ["webhook_event", "event", "event_type", "type"];

/// How the names of label events begin. Every label of an agency's own makes one.
const MARKED_AS: &str = "LEAD_MARKED_AS_";

/// The longest label kept, in characters.
const LABEL_CHARS_MAX: usize = 200;

/// Labels of answers that nobody wrote.
const AUTOMATIC: [&str; 2] = ["OUT_OF_OFFICE", "AUTOMATIC_REPLY"];

/// Whom an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A lead, who must be named.
    Lead,
    /// A message to or from a lead: one of the two must be named.
    Message,
    /// A lead, if one is named.
    AnyLead,
    /// No lead, whatever stands under `email`.
    Nobody,
}

/// Names, upper case, from PlusVibe's developer pages but for those marked otherwise.
const NAMES: &[(&str, Kind, About)] = &[
    ("ALL_EMAIL_REPLIES", Kind::EmailReplied, About::Message),
    ("FIRST_EMAIL_REPLIES", Kind::EmailReplied, About::Message),
    ("ALL_POSITIVE_REPLIES", Kind::EmailReplied, About::Message),
    // A middle layer's (public).
    ("REPLIED", Kind::EmailReplied, About::Message),
    ("EMAIL_SENT", Kind::EmailSent, About::Message),
    // An answer written by hand: PlusVibe's pages have its body, not its name.
    ("UNIBOX_EMAIL_SENT", Kind::EmailSent, About::Message),
    ("BOUNCED_EMAIL", Kind::EmailBounced, About::Lead),
    ("LEAD_MARKED_AS_INTERESTED", Kind::ContactInterested, About::Lead),
    ("LEAD_MARKED_AS_NOT_INTERESTED", Kind::ContactNotInterested, About::Lead),
    ("LEAD_MARKED_AS_MEETING_BOOKED", Kind::ContactMeetingBooked, About::Lead),
    ("LEAD_MARKED_AS_MEETING_COMPLETED", Kind::ContactMeetingCompleted, About::Lead),
    ("LEAD_MARKED_AS_CLOSED", Kind::ContactClosed, About::Lead),
    ("LEAD_MARKED_AS_WRONG_PERSON", Kind::ContactWrongPerson, About::Lead),
    ("LEAD_MARKED_AS_OUT_OF_OFFICE", Kind::ContactOutOfOffice, About::Lead),
    ("LEAD_MARKED_AS_AUTOMATIC_REPLY", Kind::ContactCategoryUpdated, About::Lead),
    // Labels that an agency may have made up.
    ("LEAD_MARKED_AS_UNSUBSCRIBED", Kind::ContactUnsubscribed, About::Lead),
    ("LEAD_MARKED_AS_DO_NOT_CONTACT", Kind::ContactUnsubscribed, About::Lead),
    (alert::SYSTEM_ALERT, Kind::Other, About::Nobody),
];

/// Names that a trial delivery may have. PlusVibe's own sample has a real name, see [`sample`].
const TRIALS: [&str; 7] = ["WEBHOOK_TEST", "TEST_WEBHOOK", "TEST_EVENT", "WEBHOOK.TEST", "TEST", "PING", "SAMPLE"];

/// What a body calls its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The kind it stands for.
    pub(super) kind: Kind,
    /// Whom it is about.
    pub(super) about: About,
    /// What it is read as, upper case.
    pub(super) known: String,
    /// The name as it was written.
    pub(super) text: String,
    /// The label that the event says is now the lead's, in upper case.
    pub(super) label: Option<String>,
    /// Of a sample, the kind of the event it plays.
    pub(super) sample_of: Option<Kind>,
}

impl Name {
    /// The interest that the label means, also if an agency has made it up.
    pub(super) fn interest(&self) -> Option<Interest> {
        let of_label =
            || Interest::ALL.into_iter().find(|interest| Some(interest.name()) == self.label.as_deref().map(plain).as_deref());
        Interest::of_kind(self.kind).or_else(of_label)
    }
}

/// A label in lower case, with underscores between its words.
fn plain(label: &str) -> String {
    label.to_lowercase().replace([' ', '-'], "_")
}

/// All names.
pub(super) fn all() -> Vec<(&'static str, Kind)> {
    NAMES.iter().map(|(name, kind, _)| (*name, *kind)).collect()
}

/// Whether a body says what happened.
pub(super) fn is_stated(body: Fields<'_>) -> bool {
    KEYS.iter().any(|key| body.word(key).is_some())
}

/// The name of the event, none if there is none.
pub(super) fn of(body: Fields<'_>, settings: &Settings) -> Option<Name> {
    let text = stated(body, settings)?;
    let known = read_as(text, settings);
    let label = known.strip_prefix(MARKED_AS).map(fold).filter(|label| !label.is_empty());
    let label = label.map(|label| cut(&label, LABEL_CHARS_MAX));
    let (kind, about) = match find(&known) {
        Some((kind, about)) => (of_body(kind, &known, body), about),
        None if label.is_some() => (Kind::ContactCategoryUpdated, About::Lead),
        None if TRIALS.contains(&known.as_str()) => (Kind::WebhookTest, About::Nobody),
        None => (Kind::Other, About::AnyLead),
    };
    let name = Name { kind, about, known, text: text.to_owned(), label, sample_of: None };
    if sample::is_sample(&name, body) {
        return Some(Name { kind: Kind::WebhookTest, about: About::Nobody, label: None, sample_of: Some(kind), ..name });
    }
    Some(name)
}

/// The kind of a known name, where the body has a say in it.
fn of_body(kind: Kind, known: &str, body: Fields<'_>) -> Kind {
    let label = || body.text("label").map(|label| plain(&label).to_uppercase());
    match kind {
        Kind::EmailReplied if label().is_some_and(|label| AUTOMATIC.contains(&label.as_str())) => Kind::EmailAutoReplied,
        Kind::Other if known == alert::SYSTEM_ALERT && alert::is_about_a_mailbox(body) => Kind::AccountError,
        kind => kind,
    }
}

/// The name: PlusVibe's own key goes first. Of the other keys, which a variable may have too, one with a known name does.
fn stated<'a>(body: Fields<'a>, settings: &Settings) -> Option<&'a str> {
    let candidates =
        || KEYS.into_iter().filter_map(|key| body.top().word(key)).chain(KEYS.into_iter().filter_map(|key| body.word(key)));
    let is_known = |name: &&str| find(&read_as(name, settings)).is_some();
    body.top().word(KEYS[0]).or_else(|| candidates().find(is_known)).or_else(|| candidates().next())
}

/// What a name is read as. Relays store names in lower case.
fn read_as(text: &str, settings: &Settings) -> String {
    settings.name(text).trim().to_uppercase()
}

fn find(known: &str) -> Option<(Kind, About)> {
    NAMES.iter().find(|(name, ..)| *name == known).map(|(_, kind, about)| (*kind, *about))
}
