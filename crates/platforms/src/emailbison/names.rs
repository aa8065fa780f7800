//! The names of EmailBison's events.

use hookline_model::kind::Kind;

use crate::{Settings, json::Fields};

/// What sort of event a name is of: what must be named in it, and where its time stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A campaign's email left.
    Sent,
    /// An email written by hand left.
    Manual,
    /// Something became of a campaign's email.
    Tracked,
    /// An answer to a campaign's email came in.
    Reply,
    /// A message came in that answers no campaign's email.
    Untracked,
    /// An answer was marked as interested.
    Interest,
    /// A campaign's email came back.
    Bounce,
    /// Something about a mailbox.
    Mailbox,
    /// A tag was put on something, or taken off.
    Tag,
    /// A name that nobody has heard of.
    Unknown,
    /// A trial.
    Test,
}

/// Names as they arrive, in upper case; a webhook subscribes to them in lower case (the vendor's pages).
const NAMES: &[(&str, Kind, Sort)] = &[
    ("EMAIL_SENT", Kind::EmailSent, Sort::Sent),
    // The first email of all to this contact, which has its EMAIL_SENT as well.
    ("LEAD_FIRST_CONTACTED", Kind::EmailSent, Sort::Sent),
    ("MANUAL_EMAIL_SENT", Kind::EmailSent, Sort::Manual),
    ("EMAIL_OPENED", Kind::EmailOpened, Sort::Tracked),
    ("LEAD_REPLIED", Kind::EmailReplied, Sort::Reply),
    ("LEAD_INTERESTED", Kind::ContactInterested, Sort::Interest),
    ("LEAD_UNSUBSCRIBED", Kind::ContactUnsubscribed, Sort::Tracked),
    ("EMAIL_BOUNCED", Kind::EmailBounced, Sort::Bounce),
    ("UNTRACKED_REPLY_RECEIVED", Kind::EmailReplyUntracked, Sort::Untracked),
    // Nobody can subscribe to it; it is among the rows of the list of events (an operator's captures).
    ("EMAIL_SEND_FAILED", Kind::EmailFailed, Sort::Tracked),
    ("EMAIL_ACCOUNT_DISCONNECTED", Kind::AccountError, Sort::Mailbox),
    ("WARMUP_DISABLED_RECEIVING_BOUNCES", Kind::AccountError, Sort::Mailbox),
    ("WARMUP_DISABLED_CAUSING_BOUNCES", Kind::AccountError, Sort::Mailbox),
    ("EMAIL_ACCOUNT_ADDED", Kind::AccountConnected, Sort::Mailbox),
    ("EMAIL_ACCOUNT_RECONNECTED", Kind::AccountConnected, Sort::Mailbox),
    ("EMAIL_ACCOUNT_REMOVED", Kind::AccountDisconnected, Sort::Mailbox),
    ("TAG_ATTACHED", Kind::Other, Sort::Tag),
    ("TAG_REMOVED", Kind::Other, Sort::Tag),
    // Only older integrations and relays say this.
    ("EMAIL_CLICKED", Kind::EmailClicked, Sort::Tracked),
];

/// Other names for the same (relays, older integrations, the labels of the vendor's app).
const ALIASES: [(&str, &str); 6] = [
    ("REPLY_RECEIVED", "LEAD_REPLIED"),
    ("EMAIL_REPLIED", "LEAD_REPLIED"),
    ("INTERESTED", "LEAD_INTERESTED"),
    ("UNSUBSCRIBED", "LEAD_UNSUBSCRIBED"),
    ("EMAIL_LINK_CLICKED", "EMAIL_CLICKED"),
    ("LEAD_FIRST_EMAILED", "LEAD_FIRST_CONTACTED"),
];

/// Names of a trial.
const TEST_NAMES: [&str; 6] = ["TEST", "PING", "TEST_EVENT", "TEST_WEBHOOK", "WEBHOOK_TEST", "SAMPLE"];

/// The object that says what happened.
pub(crate) const EVENT: &str = "event";

/// Where the name stands in it, first found first.
pub(crate) const EVENT_KEYS: [&str; 2] = ["type", "name"];

/// Where a flat body has the name, first found first.
pub(crate) const FLAT_KEYS: [&str; 3] = ["event", "event_type", "type"];

/// The longest name that is looked at, in characters.
const NAME_CHARS_MAX: usize = 200;

/// What a body calls its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The kind it stands for.
    pub(super) kind: Kind,
    /// The sort of event.
    pub(super) sort: Sort,
    /// The name as it was written.
    pub(super) written: String,
    /// The one name of all its spellings, to tell events apart.
    pub(super) canonical: String,
    /// Of a trial, the kind of the event it plays.
    pub(super) sample_of: Option<Kind>,
}

impl Name {
    /// The name of the event of a body, none if there is none.
    pub(super) fn of(body: Fields<'_>, settings: &Settings) -> Option<Name> {
        stated(body, settings).map(|written| Name::read(written, settings))
    }

    fn read(written: &str, settings: &Settings) -> Name {
        let canonical = canonical(settings.name(written));
        let known = NAMES.iter().find(|(name, ..)| *name == canonical).map(|(_, kind, sort)| (*kind, *sort));
        let test = || TEST_NAMES.contains(&canonical.as_str()).then_some((Kind::WebhookTest, Sort::Test));
        let (kind, sort) = known.or_else(test).unwrap_or((Kind::Other, Sort::Unknown));
        Name { kind, sort, written: written.to_owned(), canonical, sample_of: None }
    }

    /// The trial that plays this event.
    pub(super) fn played(self) -> Name {
        let sample_of = Some(self.kind).filter(|kind| !matches!(kind, Kind::Other | Kind::WebhookTest));
        Name { kind: Kind::WebhookTest, sort: Sort::Test, sample_of, ..self }
    }
}

/// All names.
pub(super) fn all() -> Vec<(&'static str, Kind)> {
    NAMES.iter().map(|(name, kind, _)| (*name, *kind)).collect()
}

/// Whether a name is one of EmailBison's, in any spelling.
pub(super) fn is_known(written: &str) -> bool {
    let canonical = canonical(written);
    NAMES.iter().any(|(name, ..)| *name == canonical)
}

/// Whether an object says what happened as EmailBison does: under `event`, in an object of its own.
pub(super) fn is_envelope(object: Fields<'_>) -> bool {
    in_event(object.object(EVENT)).is_some()
}

/// The name in a flat body, one of EmailBison's before any other.
pub(super) fn flat<'a>(body: Fields<'a>, is_known: impl Fn(&str) -> bool) -> Option<&'a str> {
    let words = || FLAT_KEYS.into_iter().filter_map(|key| body.top().word(key));
    words().find(|word| is_known(word)).or_else(|| words().next())
}

/// The name as it is written. The label under `event.name` changes between versions: it counts only where there is no type.
fn stated<'a>(body: Fields<'a>, settings: &Settings) -> Option<&'a str> {
    in_event(body.object(EVENT)).or_else(|| flat(body, |word| is_known(settings.name(word))))
}

fn in_event<'a>(event: Fields<'a>) -> Option<&'a str> {
    EVENT_KEYS.into_iter().find_map(|key| event.word(key))
}

/// A name in the spelling of [`NAMES`].
fn canonical(written: &str) -> String {
    let upper: String = written.trim().chars().take(NAME_CHARS_MAX).flat_map(char::to_uppercase).collect();
    let joined = upper.replace(|c: char| matches!(c, '.' | '-') || c.is_whitespace(), "_");
    let of_lead = match joined.strip_prefix("CONTACT_") {
        Some(rest) => format!("LEAD_{rest}"),
        None => joined,
    };
    match ALIASES.iter().find(|(alias, _)| *alias == of_lead) {
        Some((_, name)) => (*name).to_owned(),
        None => of_lead,
    }
}
