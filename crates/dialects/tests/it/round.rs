//! What leaves in a platform's dialect is read back by our own parser of that platform as the same kind, contact, campaign and
//! time. Where it cannot be, this says so, and why.

use hookline_dialects::{Dialect, Variant, names::sent_as};
use hookline_model::{
    event::{ContactRef, Event},
    interest::Interest,
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};
use hookline_platforms::{Delivery, Parser, parser};
use hookline_store::deliveries::Snapshot;

use crate::given::{ORIGINS, event, snapshot, tell};

/// The dialects that are a platform's, whose deliveries can be read.
pub(crate) fn readers() -> Vec<(Dialect, Platform, &'static dyn Parser)> {
    let dialects = [
        (Dialect::Smartlead, Platform::Smartlead),
        (Dialect::Instantly, Platform::Instantly),
        (Dialect::Breakcold, Platform::Breakcold),
    ];
    let readable = |(dialect, platform)| Some((dialect, platform, parser(platform)?));
    let readers: Vec<_> = dialects.into_iter().filter_map(readable).collect();
    assert!(readers.len() == dialects.len(), "all of them can be read");
    readers
}

/// The kind that an event is read as. Platforms have one name for what others tell apart.
pub(crate) fn kind_read(dialect: Dialect, event: &Event) -> Kind {
    let is_interest = Interest::of_kind(event.kind).is_some();
    let is_category = is_interest || matches!(event.kind, Kind::ContactCategoryUpdated | Kind::ContactStatusUpdated);
    let of_interest = |interest| Kind::ALL.iter().copied().find(|kind| Interest::of_kind(*kind) == Some(interest));
    match (dialect, event.kind) {
        // What a lead wants is a category there, and the interest is read from its name.
        (Dialect::Smartlead, _) if is_category => Kind::ContactCategoryUpdated,
        (Dialect::Smartlead, Kind::CampaignCompleted) => Kind::CampaignStatusChanged,
        (Dialect::Smartlead | Dialect::Instantly, Kind::AccountDisconnected) => Kind::AccountError,
        // A category that is an interest has the interest's name there.
        (Dialect::Instantly, kind) if is_category => event.interest_set().and_then(of_interest).unwrap_or(kind),
        (Dialect::Instantly, Kind::CampaignStatusChanged) => Kind::CampaignCompleted,
        // It is a status there.
        (Dialect::Breakcold, _) if is_category => Kind::ContactStatusUpdated,
        (Dialect::Breakcold, Kind::EmailAutoReplied | Kind::EmailReplyUntracked) => Kind::MessageEmail,
        (Dialect::Breakcold, Kind::CampaignStatusChanged) => Kind::CampaignUpdated,
        (_, kind) => kind,
    }
}

/// The time that an event is read with, if its body has one.
fn time_read(dialect: Dialect, variant: Option<Variant>, event: &Event) -> Option<Millis> {
    use Kind::{
        CampaignCompleted, CampaignStatusChanged, CampaignStepReached, ContactUnsubscribed, EmailBounced, EmailClicked,
        EmailOpened, EmailReplied, EmailSent,
    };
    let is_nested = variant == Some(Variant::Nested);
    match (dialect, event.kind) {
        // These bodies of SmartLead's have no time.
        (Dialect::Smartlead, CampaignStatusChanged | CampaignCompleted | CampaignStepReached) => None,
        // The nested shape has whole seconds.
        (_, EmailSent | EmailOpened | EmailClicked | EmailReplied | EmailBounced | ContactUnsubscribed) if is_nested => {
            Some(Millis(event.occurred_at.0.div_euclid(1000) * 1000))
        }
        _ => Some(event.occurred_at),
    }
}

/// The campaign's id that an event is read with.
fn campaign_read(dialect: Dialect, platform: Platform, snapshot: &Snapshot) -> Option<String> {
    let event = &snapshot.event.event;
    let campaign = snapshot.campaign.as_ref()?;
    match (dialect, event.kind) {
        // Alerts are of a mailbox, and changes of a lead are of no campaign.
        (Dialect::Smartlead, Kind::AccountError | Kind::AccountDisconnected) => None,
        (Dialect::Breakcold, kind) if kind.name().starts_with("contact.") && kind != Kind::ContactUnsubscribed => None,
        (Dialect::Breakcold, Kind::EmailAutoReplied) => None,
        (Dialect::Smartlead, _) => Some(campaign.number.to_string()),
        // Ours, in the form of theirs, where the campaign is another platform's.
        _ if campaign.platform != platform => Some(campaign.id.to_string()),
        _ => campaign.platform_campaign_id.clone(),
    }
}

/// Reads what leaves, and compares.
pub(crate) fn check(dialect: Dialect, variant: Option<Variant>, platform: Platform, reader: &dyn Parser, snapshot: &Snapshot) {
    let event = &snapshot.event.event;
    let case = format!("{} of {} in {dialect} {variant:?}", event.kind, event.platform);
    let Ok(rendered) = tell(dialect, variant, snapshot) else {
        return;
    };
    let received_at = Millis(event.occurred_at.0 + 60_000);
    let text = String::from_utf8(rendered.body.clone()).expect("UTF-8");
    let parsed = reader.parse(&Delivery::new(&rendered.body, received_at));
    let read = parsed.unwrap_or_else(|error| panic!("{case}: {error}\n{text}")).event;
    assert_eq!(read.kind, kind_read(dialect, event), "{case}\n{text}");
    if read.kind != event.kind && event.interest_set().is_some() {
        assert_eq!(read.interest_set(), event.interest_set(), "{case}\n{text}");
    }
    let email = |contact: Option<&ContactRef>| contact.and_then(|contact| contact.email.clone());
    assert_eq!(email(read.contact.as_ref()), email(event.contact.as_ref()), "{case}\n{text}");
    let campaign = read.campaign_key().map(|key| key.external().id.clone());
    assert_eq!(campaign, campaign_read(dialect, platform, snapshot), "{case}\n{text}");
    match time_read(dialect, variant, event) {
        Some(at) => assert_eq!((read.occurred_at, read.time_source), (at, TimeSource::Stated), "{case}\n{text}"),
        None => assert_eq!(read.time_source, TimeSource::Received, "{case}\n{text}"),
    }
}

#[test]
fn what_leaves_is_read_as_the_same() {
    for (dialect, platform, reader) in readers() {
        let variants = dialect.variants().iter().copied().map(Some).chain(dialect.variants().is_empty().then_some(None));
        for variant in variants {
            let mut told = 0;
            for (origin, kind) in ORIGINS.into_iter().flat_map(|origin| Kind::ALL.iter().map(move |kind| (origin, *kind))) {
                let snapshot = snapshot(event(kind, origin));
                told += usize::from(tell(dialect, variant, &snapshot).is_ok());
                check(dialect, variant, platform, reader, &snapshot);
                let has_name = sent_as(dialect, variant, &snapshot.event.event).is_some();
                assert_eq!(tell(dialect, variant, &snapshot).is_ok(), has_name, "{kind} of {origin} in {dialect}");
            }
            assert!(told >= 20 * ORIGINS.len(), "{dialect} told {told}");
        }
    }
}

#[test]
fn messages_are_read_as_the_same_messages() {
    for (dialect, _, reader) in readers() {
        let read = |kind| {
            let rendered = tell(dialect, None, &snapshot(event(kind, Platform::Smartlead))).expect("a body");
            reader.parse(&Delivery::new(&rendered.body, Millis(crate::given::AT.0 + 60_000))).expect("an event").event
        };
        let (sent, opened, replied) = (read(Kind::EmailSent), read(Kind::EmailOpened), read(Kind::EmailReplied));
        assert_eq!(sent.outbound_key(), opened.outbound_key(), "{dialect}");
        assert_eq!(sent.outbound_key(), replied.outbound_key(), "{dialect}");
        let inbound = replied.inbound.expect("a message");
        assert_eq!(inbound.body_text.as_deref().map(str::trim), Some("Gerne, Dienstag?"), "{dialect}");
        assert_eq!(
            inbound.subject.as_deref(),
            Some(if dialect == Dialect::Smartlead { "Crane downtime" } else { "Re: Crane downtime" })
        );
    }
}
