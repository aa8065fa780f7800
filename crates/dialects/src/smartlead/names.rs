//! SmartLead's names.

use hookline_model::{event::Event, interest::Interest, kind::Kind, platform::Platform};
use hookline_platforms::parser;

use crate::{
    dialect::{Dialect, Variant},
    names::{Meaning, Only, Wording},
    smartlead::category::Category,
    view,
};

const CATEGORY: &str = "LEAD_CATEGORY_UPDATED";
const STATUS: &str = "CAMPAIGN_STATUS_CHANGED";

/// A mailbox that fell out: subscribed to by the one name, sent by the other.
const DISCONNECTED: &str = "EMAIL_ACCOUNT_DISCONNECTED";
pub(super) const DISCONNECTED_SENT: &str = "email.account.disconnected";

/// A step 1 goes by two names, of which a hook may have been made with one.
pub(super) const FIRST_SENT: &str = "FIRST_EMAIL_SENT";

/// The names that a webhook is made with, and what each means.
pub(crate) const SUBSCRIPTIONS: [(&str, &[Kind]); 12] = [
    ("EMAIL_SENT", &[Kind::EmailSent]),
    (FIRST_SENT, &[Kind::EmailSent]),
    ("EMAIL_OPEN", &[Kind::EmailOpened]),
    ("EMAIL_LINK_CLICK", &[Kind::EmailClicked]),
    ("EMAIL_REPLY", &[Kind::EmailReplied]),
    ("EMAIL_BOUNCE", &[Kind::EmailBounced]),
    ("LEAD_UNSUBSCRIBED", &[Kind::ContactUnsubscribed]),
    (
        CATEGORY,
        &[
            Kind::ContactCategoryUpdated,
            Kind::ContactStatusUpdated,
            Kind::ContactInterested,
            Kind::ContactNotInterested,
            Kind::ContactNeutral,
            Kind::ContactMeetingBooked,
            Kind::ContactMeetingCompleted,
            Kind::ContactNoShow,
            Kind::ContactClosed,
            Kind::ContactOutOfOffice,
            Kind::ContactWrongPerson,
        ],
    ),
    (STATUS, &[Kind::CampaignStatusChanged, Kind::CampaignCompleted]),
    ("UNTRACKED_REPLIES", &[Kind::EmailReplyUntracked]),
    ("MANUAL_STEP_REACHED", &[Kind::CampaignStepReached]),
    (DISCONNECTED, &[Kind::AccountError, Kind::AccountDisconnected]),
];

/// The names that the older documents have for what they have other names for.
const NESTED: [(&str, &str); 5] = [
    ("EMAIL_OPEN", "EMAIL_OPENED"),
    ("EMAIL_LINK_CLICK", "EMAIL_CLICKED"),
    ("EMAIL_REPLY", "EMAIL_REPLIED"),
    ("EMAIL_BOUNCE", "EMAIL_BOUNCED"),
    ("LEAD_UNSUBSCRIBED", "EMAIL_UNSUBSCRIBED"),
];

/// The name that a kind is subscribed by.
pub(crate) fn subscription(kind: Kind) -> Option<&'static str> {
    SUBSCRIPTIONS.iter().find(|(_, kinds)| kinds.contains(&kind)).map(|(name, _)| *name)
}

/// The name in the body of what is subscribed by this one.
fn sent(is_nested: bool, name: &'static str) -> &'static str {
    let nested = || NESTED.iter().find(|(flat, _)| *flat == name).map(|(_, nested)| *nested).filter(|_| is_nested);
    if name == DISCONNECTED { DISCONNECTED_SENT } else { nested().unwrap_or(name) }
}

pub(crate) fn wording(is_nested: bool, kind: Kind) -> Wording {
    let Some(name) = subscription(kind).map(|name| sent(is_nested, name)) else { return Wording::None };
    match kind {
        Kind::ContactCategoryUpdated => Wording::ByContent(&[CATEGORY], "if it names a category or clears it"),
        Kind::ContactStatusUpdated => Wording::ByContent(&[CATEGORY], "if the status is an interest"),
        Kind::CampaignCompleted => Wording::ByContent(&[STATUS], "of a campaign, not of one contact's sequence"),
        _ => Wording::Name(name.into()),
    }
}

pub(crate) fn sent_as(is_nested: bool, event: &Event) -> Option<&'static str> {
    subscribed_by(event).map(|name| sent(is_nested, name))
}

pub(crate) fn subscribed_by(event: &Event) -> Option<&'static str> {
    let is_told = match event.kind {
        Kind::ContactCategoryUpdated => Category::of(event).is_some(),
        Kind::ContactStatusUpdated => view::category_interest(event).is_some(),
        Kind::CampaignCompleted => event.contact.is_none(),
        kind if Interest::of_kind(kind).is_some() => Category::of(event).is_some(),
        _ => true,
    };
    subscription(event.kind).filter(|_| is_told)
}

/// Which generation of names a name belongs to, if to one only.
pub(crate) fn generation(name: &str) -> Option<Variant> {
    let is = |known: &str| known.eq_ignore_ascii_case(name.trim());
    let found = NESTED.iter().find(|(flat, nested)| is(flat) || is(nested));
    found.map(|(_, nested)| if is(nested) { Variant::Nested } else { Variant::Flat }).filter(|_| !is("LEAD_UNSUBSCRIBED"))
}

/// A name as SmartLead spells it today, in whichever of its spellings it is written, and the kinds that it can mean.
fn known(name: &str) -> Option<(&'static str, &'static [Kind])> {
    let name = name.trim();
    let own = || SUBSCRIPTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    // Every spelling that SmartLead has published: the ones that its deliveries are read by.
    let spelled = || {
        let names = parser(Platform::Smartlead)?.names();
        let (_, kind) = names.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let canonical = subscription(*kind)?;
        SUBSCRIPTIONS.iter().find(|(known, _)| *known == canonical)
    };
    own().or_else(spelled).copied()
}

pub(crate) fn canonical(name: &str) -> Option<&'static str> {
    known(name).map(|(canonical, _)| canonical)
}

/// The other name that a webhook can be subscribed by to get this event.
pub(crate) fn also_subscribed_by(event: &Event) -> Option<&'static str> {
    (event.kind == Kind::EmailSent && event.sequence_number() == Some(1)).then_some(FIRST_SENT)
}

pub(crate) fn meaning(name: &str) -> Option<Meaning> {
    let (canonical, kinds) = known(name)?;
    let only = if canonical == FIRST_SENT { Only::FirstSends } else { Only::Subscribed(canonical) };
    Some(Meaning::new(Dialect::Smartlead, only, kinds.to_vec()))
}
