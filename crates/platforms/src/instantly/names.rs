//! The names of Instantly's events, and what becomes of names that nobody has heard of.

use hookline_model::kind::Kind;

use crate::instantly::{
    label::Label,
    who::{self, Addresses},
};
use crate::{
    Settings,
    json::{Fields, Keys, keys_of},
};

/// Where Instantly puts the name (captures).
pub(crate) const EVENT_TYPE: &str = "event_type";

/// Where relays and Instantly's own sample reader have it, first found first (Instantly's starter kit).
pub(crate) const FALLBACKS: [&str; 2] = ["type", "event"];

/// Whom an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A lead, who must be named.
    Lead,
    /// A lead, if one is named.
    AnyLead,
    /// No lead, whatever stands under `email`.
    Nobody,
}

/// Names, lower case. From Instantly's developer pages but for those marked otherwise; what arrives counts, not what a webhook
/// subscribes to, but the one name that differs is read in both spellings.
const NAMES: &[(&str, Kind, About)] = &[
    ("email_sent", Kind::EmailSent, About::Lead),
    ("email_opened", Kind::EmailOpened, About::Lead),
    ("link_clicked", Kind::EmailClicked, About::Lead),
    // What a webhook subscribes to for `link_clicked`.
    ("email_link_clicked", Kind::EmailClicked, About::Lead),
    ("reply_received", Kind::EmailReplied, About::Lead),
    // Sent to subscribers of everything only.
    ("auto_reply_received", Kind::EmailAutoReplied, About::Lead),
    ("email_bounced", Kind::EmailBounced, About::Lead),
    ("lead_unsubscribed", Kind::ContactUnsubscribed, About::Lead),
    ("lead_interested", Kind::ContactInterested, About::Lead),
    ("lead_not_interested", Kind::ContactNotInterested, About::Lead),
    ("lead_neutral", Kind::ContactNeutral, About::Lead),
    ("lead_meeting_booked", Kind::ContactMeetingBooked, About::Lead),
    ("lead_meeting_completed", Kind::ContactMeetingCompleted, About::Lead),
    ("lead_closed", Kind::ContactClosed, About::Lead),
    ("lead_out_of_office", Kind::ContactOutOfOffice, About::Lead),
    ("lead_wrong_person", Kind::ContactWrongPerson, About::Lead),
    ("lead_no_show", Kind::ContactNoShow, About::Lead),
    ("campaign_completed", Kind::CampaignCompleted, About::AnyLead),
    // The sequence ran out for one lead (public receivers; not on the developer pages).
    ("campaign_completed_for_lead_without_reply", Kind::CampaignCompleted, About::Lead),
    // Under `email` is the mailbox.
    ("account_error", Kind::AccountError, About::Nobody),
    ("supersearch_enrichment_completed", Kind::Other, About::Nobody),
];

/// The names alone, to be looked for.
static KNOWN: Keys<{ NAMES.len() }> = keys_of!(NAMES);

/// All names.
pub(super) fn all() -> Vec<(&'static str, Kind)> {
    NAMES.iter().map(|(name, kind, _)| (*name, *kind)).collect()
}

/// Names of a trial delivery that no label would have.
const TEST_NAMES: [&str; 4] = ["webhook_test", "test_webhook", "test_event", "webhook.test"];

/// Names of a trial delivery that a label might have as well.
const TEST_WORDS: [&str; 3] = ["test", "ping", "sample"];

/// Fields by which a delivery says of itself that it is a trial; a custom variable may be called that too.
const TEST_FLAGS: [&str; 2] = ["test", "is_test"];

/// Domains that nobody can have a mailbox at (RFC 2606).
const RESERVED_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];

/// How the names of Instantly's own events begin.
const FAMILIES: [&str; 8] = ["email_", "lead_", "link_", "reply_", "auto_reply_", "campaign_", "account_", "supersearch_"];

/// What a body calls its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The kind it stands for.
    pub(super) kind: Kind,
    /// Whom it is about.
    pub(super) about: About,
    /// The name as it was written; none if only a label says what happened.
    pub(super) text: Option<String>,
    /// The label, if that is what the event sets.
    pub(super) label: Option<Label>,
    /// The key where the name stands.
    pub(super) key: Option<&'static str>,
}

impl Name {
    /// Of a trial, the kind of the event it plays.
    pub(super) fn sample_of(&self) -> Option<Kind> {
        if self.kind != Kind::WebhookTest {
            return None;
        }
        known(self.text.as_deref()?).map(|(kind, _)| kind).filter(|kind| *kind != Kind::Other)
    }
}

/// Whether a body says what happened.
pub(super) fn is_stated(body: Fields<'_>) -> bool {
    body.word(EVENT_TYPE).is_some() || FALLBACKS.iter().any(|key| body.word(key).is_some()) || Label::stated(body).is_some()
}

/// The name of the event, none if there is none.
///
/// A text under `event_type` is the name whatever else there is. Without one, a custom variable may be called `type`, so a
/// name from there goes before a label only if it is one of Instantly's.
pub(super) fn of(body: Fields<'_>, addresses: &Addresses, settings: &Settings) -> Option<Name> {
    let lead = Lead::of(body, addresses);
    let stated = stated(body, settings);
    if lead != Lead::Real && TEST_FLAGS.iter().any(|key| body.flag(key) == Some(true)) {
        return Some(test(stated));
    }
    if let Some((key, name)) = stated
        && (key == EVENT_TYPE || known(settings.name(name)).is_some() || is_test(name, lead))
    {
        return Some(classify(key, name, body, lead, settings));
    }
    if let Some(label) = Label::stated(body) {
        let (kind, about) = (Kind::ContactCategoryUpdated, About::Lead);
        return Some(Name { kind, about, text: None, label: Some(label), key: None });
    }
    stated.map(|(key, name)| classify(key, name, body, lead, settings))
}

/// Whether a body names a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lead {
    /// One that may be somebody.
    Real,
    /// An address that nobody has.
    Reserved,
    /// None.
    Unnamed,
}

impl Lead {
    fn of(body: Fields<'_>, addresses: &Addresses) -> Lead {
        match &addresses.lead {
            Ok(address) if RESERVED_DOMAINS.contains(&address.domain()) => Lead::Reserved,
            Ok(_) => Lead::Real,
            Err(_) if who::lead_id(body).is_some() => Lead::Real,
            Err(_) => Lead::Unnamed,
        }
    }
}

/// The name and where it stands. The nested form has it at the top; a relay may have put it inside, or have put a name of its own
/// beside it, so of the other keys one with a name of Instantly's goes first.
fn stated<'a>(body: Fields<'a>, settings: &Settings) -> Option<(&'static str, &'a str)> {
    let top = |key: &'static str| body.top().word(key).map(|name| (key, name));
    let inside = |key: &'static str| body.word(key).map(|name| (key, name));
    if let Some(stated) = top(EVENT_TYPE).or_else(|| inside(EVENT_TYPE)) {
        return Some(stated);
    }
    let fallbacks = || FALLBACKS.into_iter().filter_map(top).chain(FALLBACKS.into_iter().filter_map(inside));
    fallbacks().find(|(_, name)| known(settings.name(name)).is_some()).or_else(|| fallbacks().next())
}

/// What Instantly means by a name.
fn known(name: &str) -> Option<(Kind, About)> {
    // Nearly all are written as here.
    let otherwise = || NAMES.iter().position(|(known, ..)| known.eq_ignore_ascii_case(name));
    KNOWN.place(name).or_else(otherwise).map(|at| (NAMES[at].1, NAMES[at].2))
}

/// What a name stands for: an event, a trial, the label that was set on a lead, or something new.
fn classify(key: &'static str, name: &str, body: Fields<'_>, lead: Lead, settings: &Settings) -> Name {
    let of = |kind, about, label| Name { kind, about, text: Some(name.to_owned()), label, key: Some(key) };
    if let Some((kind, about)) = known(settings.name(name)) {
        of(kind, about, None)
    } else if is_test(name, lead) {
        test(Some((key, name)))
    } else if lead != Lead::Unnamed && !is_machine_made(name) {
        of(Kind::ContactCategoryUpdated, About::Lead, Some(Label::named(name, body)))
    } else {
        of(Kind::Other, About::AnyLead, None)
    }
}

/// A trial delivery.
fn test(stated: Option<(&'static str, &str)>) -> Name {
    let (key, text) = stated.map(|(key, name)| (key, name.to_owned())).unzip();
    Name { kind: Kind::WebhookTest, about: About::Nobody, text, label: None, key }
}

/// Whether a name is that of a trial. A plain word is one only where it cannot be the label of a real lead.
fn is_test(name: &str, lead: Lead) -> bool {
    let is_in = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    is_in(&TEST_NAMES) || is_in(&TEST_WORDS) && lead != Lead::Real
}

/// Whether a name was made by a programmer rather than by whoever names labels: `lead_skipped`, not `Hot lead`.
fn is_machine_made(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let sound = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && name.contains('_');
    sound && (lower == name || FAMILIES.iter().any(|family| lower.starts_with(family)))
}
