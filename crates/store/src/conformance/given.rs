//! What the cases append: events in a few words, with an id that follows from what they say.

use std::collections::BTreeSet;

use hookline_model::{
    entry::Origin,
    event::{AliasFact, CampaignRef, Change, ContactRef, Event, Facts, LinkFact, MessageFacts, SetChange},
    id::{EventId, QuarantineId, WorkspaceId},
    identity::Identity,
    item::{ItemFact, ItemKey, ItemSort},
    key::{CampaignKey, ContactKey, EmailAddress, EmailKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};
use uuid::Uuid;

use crate::{Append, Quarantined};

/// 2026-02-11T08:00:00Z; times of events are milliseconds after it.
const START: i64 = 1_770_796_800_000;
/// An hour.
pub(super) const HOUR: i64 = 3_600_000;
/// A minute.
pub(super) const MINUTE: i64 = 60_000;

/// So many milliseconds after the start.
pub(super) fn at(ms: i64) -> Millis {
    Millis(START + ms)
}

/// An event of SmartLead about nobody.
pub(super) fn event(kind: Kind, ms: i64) -> Event {
    let event = Event {
        id: EventId(Uuid::nil()),
        kind,
        platform: Platform::Smartlead,
        account: None,
        occurred_at: at(ms),
        time_source: TimeSource::Stated,
        contact: None,
        campaign: None,
        sending_account: None,
        outbound: None,
        inbound: None,
        facts: Facts::default(),
    };
    event.named()
}

/// The usual event: a message sent to `address` in a campaign, with a name of its own.
pub(super) fn sent(address: &str, campaign: &str, ms: i64) -> Event {
    event(Kind::EmailSent, ms).about(address).in_campaign(campaign).message(&format!("{address} {campaign} {ms}"))
}

/// Saying more of an event. Each word gives the event the id that follows from everything said so far; what a case changes on
/// the event afterwards does not, and so makes a variant of it.
pub(super) trait Sketch: Sized {
    /// Gives the event its id.
    fn named(self) -> Self;
    /// Of another platform.
    fn of_platform(self, platform: Platform) -> Self;
    /// About the contact with this address.
    fn about(self, address: &str) -> Self;
    /// About the contact with this id at the event's platform, beside its address if that is known.
    fn about_id(self, id: &str) -> Self;
    /// In a campaign of the event's platform.
    fn in_campaign(self, id: &str) -> Self;
    /// Of the sent message with this name.
    fn message(self, id: &str) -> Self;
    /// Of the step.
    fn step(self, step: u32) -> Self;
    /// Of the message that came in with this Message-ID.
    fn reply(self, message_id: &str) -> Self;
    /// Of the item of this sort with this id at the event's platform.
    fn item(self, sort: ItemSort, id: &str) -> Self;
    /// With a field of that item, empty if that is `None`.
    fn field(self, name: &str, value: Option<&str>) -> Self;
    /// Asking that the contact be forgotten.
    fn erasing(self) -> Self;
    /// With a given name for the contact.
    fn first_name(self, name: &str) -> Self;
}

impl Sketch for Event {
    fn named(mut self) -> Event {
        let contact = self.contact.as_ref().and_then(ContactRef::key).map(|key| key.to_string());
        let campaign = self.campaign_key().map(ToString::to_string);
        let message = self.email_key().map(ToString::to_string);
        let identity = Identity::new(self.platform, "", self.kind);
        let identity = identity.maybe("contact", contact).maybe("campaign", campaign).maybe("message", message);
        let identity = identity.maybe("item", self.item_key().map(|key| key.to_string()));
        self.id = EventId::derive(self.occurred_at, &identity.digest());
        self
    }

    fn of_platform(mut self, platform: Platform) -> Event {
        self.platform = platform;
        self.named()
    }

    fn about(mut self, address: &str) -> Event {
        let external = self.contact.take().and_then(|contact| contact.external);
        self.contact = Some(ContactRef { email: Some(email_address(address)), external });
        self.named()
    }

    fn about_id(mut self, id: &str) -> Event {
        let email = self.contact.take().and_then(|contact| contact.email);
        self.contact = Some(ContactRef { email, external: Some(external(self.platform, id)) });
        self.named()
    }

    fn in_campaign(mut self, id: &str) -> Event {
        let key = CampaignKey::External(external(self.platform, id));
        self.campaign = Some(CampaignRef { key, name: None, status_mentioned: None });
        self.named()
    }

    fn message(mut self, id: &str) -> Event {
        let key = Some(EmailKey::Sent(external(self.platform, id)));
        self.outbound = Some(Box::new(MessageFacts { key, ..MessageFacts::default() }));
        self.named()
    }

    fn step(mut self, step: u32) -> Event {
        self.outbound.get_or_insert_default().sequence_number = Some(step);
        self.named()
    }

    fn reply(mut self, message_id: &str) -> Event {
        let key = Some(EmailKey::Inbound(message_id.to_owned()));
        self.inbound = Some(Box::new(MessageFacts { key, ..MessageFacts::default() }));
        self.named()
    }

    fn item(mut self, sort: ItemSort, id: &str) -> Event {
        let fields = self.facts.item.take().map(|item| item.fields).unwrap_or_default();
        self.facts.item = Some(Box::new(ItemFact { sort, id: external(self.platform, id), fields }));
        self.named()
    }

    fn field(mut self, name: &str, value: Option<&str>) -> Event {
        let change = value.map_or(Change::Clear, |value| Change::Set(value.into()));
        self.facts.item.iter_mut().for_each(|item| drop(item.fields.insert(name.to_owned(), change.clone())));
        self
    }

    fn erasing(mut self) -> Event {
        self.facts.erase = true;
        self
    }

    fn first_name(mut self, name: &str) -> Event {
        self.facts.first_name = Some(Change::Set(name.to_owned()));
        self
    }
}

/// An address.
pub(super) fn email_address(address: &str) -> EmailAddress {
    EmailAddress::parse(address).expect("the cases use good addresses")
}

/// An id of a platform.
pub(super) fn external(platform: Platform, id: &str) -> ExternalId {
    ExternalId { platform, account: String::new(), id: id.to_owned() }
}

/// The contact with an address.
pub(super) fn by_address(address: &str) -> ContactKey {
    ContactKey::Email(email_address(address))
}

/// The contact with an id at SmartLead: a stand-in.
pub(super) fn by_lead(id: &str) -> ContactKey {
    ContactKey::External(external(Platform::Smartlead, id))
}

/// A campaign of SmartLead.
pub(super) fn campaign_key(id: &str) -> CampaignKey {
    CampaignKey::External(external(Platform::Smartlead, id))
}

/// A message sent by SmartLead.
pub(super) fn message_key(id: &str) -> EmailKey {
    EmailKey::Sent(external(Platform::Smartlead, id))
}

/// An item of SmartLead.
pub(super) fn item_key(sort: ItemSort, id: &str) -> ItemKey {
    ItemKey { sort, id: external(Platform::Smartlead, id) }
}

/// The event that says that two keys are one contact, or are not.
pub(super) fn link(a: &ContactKey, b: &ContactKey, linked: bool, ms: i64) -> Event {
    let kind = if linked { Kind::ContactLinked } else { Kind::ContactUnlinked };
    let mut event = event(kind, ms).of_platform(Platform::Hookline);
    event.facts.links = vec![LinkFact { a: a.clone(), b: b.clone(), linked }];
    event
}

/// The event that says that two keys are one campaign, or are not.
pub(super) fn alias(a: &CampaignKey, b: &CampaignKey, aliased: bool, ms: i64) -> Event {
    let kind = if aliased { Kind::CampaignAliased } else { Kind::CampaignUnaliased };
    let mut event = event(kind, ms).of_platform(Platform::Hookline);
    event.facts.aliases = vec![AliasFact { a: a.clone(), b: b.clone(), aliased }];
    event
}

/// A change of a set that adds these names.
pub(super) fn adding(names: &[&str]) -> Option<SetChange> {
    let add: BTreeSet<String> = names.iter().map(ToString::to_string).collect();
    Some(SetChange { add, ..SetChange::default() })
}

/// A live delivery of an event, received a second after it happened.
pub(super) fn delivery(workspace: WorkspaceId, event: Event) -> Append {
    let received_at = Millis(event.occurred_at.0 + 1_000);
    Append { workspace, event, claim: None, origin: Origin::Live, received_at, raw: b"{}".to_vec() }
}

/// A delivery that could not be read.
pub(super) fn unreadable(workspace: WorkspaceId, id: u128, ms: i64) -> Quarantined {
    Quarantined {
        id: QuarantineId(Uuid::from_u128(id)),
        workspace,
        platform: Platform::Lemlist,
        received_at: at(ms),
        reason: "not JSON".to_owned(),
        headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
        body: format!("delivery {id}").into_bytes(),
    }
}
