//! Instantly's names. What is subscribed to is not always what is sent.

use hookline_model::{event::Event, interest::Interest, kind::Kind, platform::Platform};
use hookline_platforms::parser;

use crate::{
    dialect::Dialect,
    names::{Meaning, Only, Wording},
    view::{self, said, set},
};

/// Everything, custom labels and automatic replies included.
pub(crate) const ALL: &str = "all_events";

/// A click: subscribed to by the one name, sent by the other.
const CLICKED: &str = "email_link_clicked";
const CLICKED_SENT: &str = "link_clicked";

/// Sent to subscribers of everything only.
const AUTO_REPLIED: &str = "auto_reply_received";

const COMPLETED: &str = "campaign_completed";

/// A sequence that ran out for one lead.
const COMPLETED_FOR_LEAD: &str = "campaign_completed_for_lead_without_reply";

/// Told of Instantly's own accounts; no kind of ours.
const ENRICHED: &str = "supersearch_enrichment_completed";

/// The values that `event_type` of a webhook can have.
pub(crate) const SUBSCRIPTIONS: [&str; 19] = [
    ALL,
    "email_sent",
    "email_opened",
    CLICKED,
    "reply_received",
    "email_bounced",
    "lead_unsubscribed",
    COMPLETED,
    "account_error",
    "lead_neutral",
    "lead_interested",
    "lead_not_interested",
    "lead_meeting_booked",
    "lead_meeting_completed",
    "lead_closed",
    "lead_out_of_office",
    "lead_wrong_person",
    "lead_no_show",
    ENRICHED,
];

const INTERESTS: [(&str, Interest); 9] = [
    ("lead_interested", Interest::Interested),
    ("lead_not_interested", Interest::NotInterested),
    ("lead_neutral", Interest::Neutral),
    ("lead_meeting_booked", Interest::MeetingBooked),
    ("lead_meeting_completed", Interest::MeetingCompleted),
    ("lead_closed", Interest::Closed),
    ("lead_out_of_office", Interest::OutOfOffice),
    ("lead_wrong_person", Interest::WrongPerson),
    ("lead_no_show", Interest::NoShow),
];

/// All names of interests, for the table.
const INTEREST_NAMES: [&str; 9] = {
    let mut names = [""; 9];
    let mut place = 0;
    while place < 9 {
        names[place] = INTERESTS[place].0;
        place += 1;
    }
    names
};

fn of_interest(interest: Interest) -> Option<&'static str> {
    INTERESTS.iter().find(|(_, known)| *known == interest).map(|(name, _)| *name)
}

/// The name of a kind that has one name.
fn plain(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::EmailSent => Some("email_sent"),
        Kind::EmailOpened => Some("email_opened"),
        Kind::EmailClicked => Some(CLICKED_SENT),
        Kind::EmailReplied => Some("reply_received"),
        Kind::EmailAutoReplied => Some(AUTO_REPLIED),
        Kind::EmailBounced => Some("email_bounced"),
        Kind::ContactUnsubscribed => Some("lead_unsubscribed"),
        Kind::AccountError | Kind::AccountDisconnected => Some("account_error"),
        _ => None,
    }
}

pub(crate) fn wording(kind: Kind) -> Wording {
    match kind {
        Kind::ContactCategoryUpdated => Wording::ByContent(&INTEREST_NAMES, "by the interest, else the label's own text"),
        Kind::ContactStatusUpdated => Wording::ByContent(&INTEREST_NAMES, "if the status is an interest"),
        Kind::CampaignCompleted => Wording::ByContent(&[COMPLETED, COMPLETED_FOR_LEAD], "of a campaign, or of one contact"),
        Kind::CampaignStatusChanged => Wording::ByContent(&[COMPLETED], "if it is completed now"),
        Kind::Other => Wording::ByContent(&[ENRICHED], "if it is that of Instantly's"),
        _ => {
            let name = plain(kind).or_else(|| Interest::of_kind(kind).and_then(of_interest));
            name.map_or(Wording::None, |name| Wording::Name(name.into()))
        }
    }
}

pub(crate) fn sent_as(event: &Event) -> Option<&str> {
    known(event).or_else(|| label(event))
}

/// The name, unless it is a label.
fn known(event: &Event) -> Option<&'static str> {
    match event.kind {
        kind if view::is_category(kind) => view::category_interest(event).and_then(of_interest),
        Kind::CampaignCompleted if event.contact.is_some() => Some(COMPLETED_FOR_LEAD),
        Kind::CampaignCompleted => Some(COMPLETED),
        Kind::CampaignStatusChanged => {
            let status = event.facts.campaign_status.as_deref()?;
            status.eq_ignore_ascii_case("completed").then_some(COMPLETED)
        }
        Kind::Other => {
            let name = event.facts.extra.get("event_name")?.as_str()?;
            (event.platform == Platform::Instantly && name.eq_ignore_ascii_case(ENRICHED)).then_some(ENRICHED)
        }
        kind => plain(kind),
    }
}

/// The label that an event sets, if it is told by its text: one that is no interest. A label may not play an event: one that is
/// called like an event of Instantly's cannot be told.
pub(crate) fn label(event: &Event) -> Option<&str> {
    if event.kind != Kind::ContactCategoryUpdated || view::category_interest(event).is_some() {
        return None;
    }
    let text = set(event.facts.category.as_ref()).and_then(|text| said(text))?;
    let is_taken = |name: &str| name.eq_ignore_ascii_case(text.trim());
    let names = parser(Platform::Instantly).map(hookline_platforms::Parser::names).unwrap_or_default();
    (!names.iter().any(|(name, _)| is_taken(name)) && !SUBSCRIPTIONS.iter().any(|name| is_taken(name))).then_some(text)
}

pub(crate) fn subscribed_by(event: &Event) -> Option<&'static str> {
    match known(event)? {
        CLICKED_SENT => Some(CLICKED),
        COMPLETED_FOR_LEAD => Some(COMPLETED),
        AUTO_REPLIED => None,
        name => Some(name),
    }
}

pub(crate) fn meaning(name: &str) -> Option<Meaning> {
    let name = name.trim();
    let name = if name.eq_ignore_ascii_case(CLICKED_SENT) { CLICKED } else { name };
    let name = SUBSCRIPTIONS.into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
    let meant = |only, kinds| Some(Meaning::new(Dialect::Instantly, only, kinds));
    if name == ALL {
        let told = Kind::ALL.iter().copied().filter(|kind| wording(*kind) != Wording::None);
        return meant(Only::Told, told.collect());
    }
    let sent = if name == CLICKED { CLICKED_SENT } else { name };
    let may_be = |kind: &Kind| match wording(*kind) {
        // Automatic replies have no name to subscribe by.
        Wording::Name(known) => known == sent,
        Wording::ByContent(names, _) => names.contains(&sent),
        Wording::None => false,
    };
    meant(Only::Subscribed(name), Kind::ALL.iter().copied().filter(may_be).collect())
}
