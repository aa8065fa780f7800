//! What is known of an event, wherever it stands: what the event says goes before what the records have, but for who the contact
//! is, where the record is what all events together say.

use std::collections::BTreeMap;

use hookline_model::{
    event::{Change, Event, MessageFacts},
    id::{CampaignId, ContactId, EmailId, WorkspaceId},
    interest::Interest,
    key::{CampaignKey, EmailAddress, EmailKey, ExternalId},
    kind::Kind,
    platform::Platform,
    record::{Contact, Email},
    time::Millis,
};
use hookline_platforms::time_text;
use hookline_store::deliveries::Snapshot;
use serde_json::Value;
use uuid::Uuid;

use crate::telling::{NotExpressible, Telling};

/// What is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) telling: &'a Telling<'a>,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) event: &'a Event,
    /// When it happened: the effective time.
    pub(crate) at: Millis,
}

/// What is known of one message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message<'a> {
    pub(crate) message_id: Option<&'a str>,
    pub(crate) from: Option<&'a str>,
    pub(crate) subject: Option<&'a str>,
    pub(crate) text: Option<&'a str>,
    pub(crate) html: Option<&'a str>,
    pub(crate) step: Option<u32>,
    pub(crate) at: Option<Millis>,
    pub(crate) opened: Option<u64>,
    pub(crate) first_opened_at: Option<Millis>,
    pub(crate) last_opened_at: Option<Millis>,
}

/// A text that says something.
pub(crate) fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.trim().is_empty())
}

/// What is now set, if it is.
pub(crate) fn set<T>(change: Option<&Change<T>>) -> Option<&T> {
    match change {
        Some(Change::Set(value)) => Some(value),
        Some(Change::Clear) | None => None,
    }
}

/// A number for interfaces that need an integer: the first 52 bits, the most that every JSON reader keeps exactly.
pub(crate) fn number(id: Uuid) -> u64 {
    id.as_u64_pair().0 >> 12
}

/// A platform's id as the integer that it is, if it is one.
pub(crate) fn integer(id: &str) -> Option<u64> {
    id.parse().ok().filter(|number: &u64| *number < 1 << 53 && number.to_string() == id)
}

/// A whole number, written as a number or as a text.
fn whole_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| integer(value.as_str()?))
}

/// The interest that an event states by being about the contact's category, whichever way a platform tells of that.
pub(crate) fn category_interest(event: &Event) -> Option<Interest> {
    is_category(event.kind).then(|| event.interest_set()).flatten()
}

/// Whether events of this kind are about what the contact wants.
pub(crate) fn is_category(kind: Kind) -> bool {
    Interest::of_kind(kind).is_some() || matches!(kind, Kind::ContactCategoryUpdated | Kind::ContactStatusUpdated)
}

impl<'a> View<'a> {
    pub(crate) fn new(telling: &'a Telling<'a>) -> View<'a> {
        let event = &telling.snapshot.event.event;
        View { telling, snapshot: telling.snapshot, event, at: event.occurred_at }
    }

    pub(crate) fn workspace(&self) -> WorkspaceId {
        self.snapshot.event.workspace
    }

    fn contact(&self) -> Option<&'a Contact> {
        self.snapshot.contact.as_ref()
    }

    /// The contact's address: the event's own, else the record's.
    pub(crate) fn lead_email(&self) -> Option<&'a str> {
        let own = self.event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(EmailAddress::as_str);
        let stored = || self.snapshot.event.contact_email.as_deref();
        own.or_else(stored).or_else(|| self.contact()?.email.as_deref()).and_then(said)
    }

    /// The contact's address.
    ///
    /// # Errors
    /// When the event names none.
    pub(crate) fn lead(&self) -> Result<&'a str, NotExpressible> {
        self.lead_email().ok_or(NotExpressible::Unnamed("the contact's address"))
    }

    /// The contact's id here.
    pub(crate) fn contact_id(&self) -> Option<ContactId> {
        let derived = || self.event.contact_key().map(|key| ContactId::derive(self.workspace(), &key));
        self.contact().map(|contact| contact.id).or(self.snapshot.event.contact_id).or_else(derived)
    }

    /// The contact's id at a platform: the event's own, else the record's first.
    pub(crate) fn contact_at(&self, platform: Platform) -> Option<&'a str> {
        let own = self.event.contact.as_ref().and_then(|contact| contact.external.as_ref());
        let own = own.filter(|external| external.platform == platform).map(|external| external.id.as_str());
        own.or_else(|| {
            let known = self.contact()?.external.iter();
            known.filter(|external| external["platform"] == platform.name()).find_map(|external| external["id"].as_str())
        })
    }

    pub(crate) fn first_name(&self) -> Option<&'a str> {
        self.person(|contact| &contact.first_name, self.event.facts.first_name.as_ref())
    }

    pub(crate) fn last_name(&self) -> Option<&'a str> {
        self.person(|contact| &contact.last_name, self.event.facts.last_name.as_ref())
    }

    pub(crate) fn company(&self) -> Option<&'a str> {
        self.person(|contact| &contact.company_name, self.event.facts.company_name.as_ref())
    }

    pub(crate) fn phone(&self) -> Option<&'a str> {
        self.person(|contact| &contact.phone, self.event.facts.phone.as_ref())
    }

    pub(crate) fn linkedin(&self) -> Option<&'a str> {
        self.person(|contact| &contact.linkedin_url, self.event.facts.linkedin_url.as_ref())
    }

    pub(crate) fn website(&self) -> Option<&'a str> {
        self.person(|contact| &contact.website_url, self.event.facts.website_url.as_ref())
    }

    fn person(&self, field: impl Fn(&'a Contact) -> &'a Option<String>, own: Option<&'a Change<String>>) -> Option<&'a str> {
        let recorded = self.contact().and_then(|contact| field(contact).as_deref());
        recorded.or_else(|| set(own).map(String::as_str)).and_then(said)
    }

    /// First and last name in one piece.
    pub(crate) fn full_name(&self) -> Option<String> {
        let parts: Vec<&str> = [self.first_name(), self.last_name()].into_iter().flatten().collect();
        let own = || set(self.event.facts.full_name.as_ref()).and_then(|name| said(name)).map(ToOwned::to_owned);
        if parts.is_empty() { own() } else { Some(parts.join(" ")) }
    }

    /// The agency's own fields of the contact.
    pub(crate) fn custom_fields(&self) -> BTreeMap<&'a str, &'a Value> {
        match self.contact() {
            Some(contact) => contact.custom_fields.iter().map(|(name, value)| (name.as_str(), value)).collect(),
            None => {
                let own = self.event.facts.custom_fields.iter();
                own.filter_map(|(name, value)| Some((name.as_str(), set(Some(value))?))).collect()
            }
        }
    }

    /// The campaign's id at a platform.
    pub(crate) fn campaign_at(&self, platform: Platform) -> Option<&'a str> {
        let own = match self.event.campaign_key() {
            Some(CampaignKey::External(external)) if external.platform == platform => Some(external.id.as_str()),
            _ => None,
        };
        own.or_else(|| {
            let campaign = self.snapshot.campaign.as_ref().filter(|campaign| campaign.platform == platform)?;
            campaign.platform_campaign_id.as_deref()
        })
    }

    /// The campaign's id here.
    pub(crate) fn campaign_id(&self) -> Option<CampaignId> {
        let derived = || self.event.campaign_key().map(|key| CampaignId::derive(self.workspace(), key));
        self.snapshot.campaign.as_ref().map(|campaign| campaign.id).or(self.snapshot.event.campaign_id).or_else(derived)
    }

    /// The campaign's integer: the platform's own that the event names, else the record's, else 52 bits of its id.
    pub(crate) fn campaign_number(&self) -> Option<u64> {
        let own = self.event.campaign_key().and_then(|key| key.platform_campaign_id()).and_then(integer);
        let recorded = || self.snapshot.campaign.as_ref().map(|campaign| campaign.number);
        own.or_else(recorded).or_else(|| self.campaign_id().map(CampaignId::number))
    }

    pub(crate) fn campaign_name(&self) -> Option<&'a str> {
        let own = self.event.campaign.as_ref().and_then(|campaign| campaign.name.as_deref());
        own.or_else(|| self.snapshot.campaign.as_ref()?.name.as_deref()).and_then(said)
    }

    /// The campaign's state, in its platform's word: what the event says it is, else the record's.
    pub(crate) fn campaign_status(&self) -> Option<&'a str> {
        let own = self.event.facts.campaign_status.as_deref();
        let recorded = || self.snapshot.campaign.as_ref().and_then(|campaign| campaign.status.as_deref());
        let mentioned = || self.event.campaign.as_ref().and_then(|campaign| campaign.status_mentioned.as_deref());
        own.or_else(recorded).or_else(mentioned).and_then(said)
    }

    /// Our mailbox.
    pub(crate) fn mailbox(&self) -> Option<&'a str> {
        let own = self.event.sending_account.as_deref().and_then(said);
        own.or_else(|| self.snapshot.email.as_ref()?.sending_account.as_deref()).and_then(said)
    }

    /// The message that we sent, as far as it is known.
    pub(crate) fn sent(&self) -> Message<'a> {
        message(self.event.outbound.as_deref(), self.email(false))
    }

    /// The message that came in, as far as it is known.
    pub(crate) fn received(&self) -> Message<'a> {
        message(self.event.inbound.as_deref(), self.email(true))
    }

    fn email(&self, is_inbound: bool) -> Option<&'a Email> {
        self.snapshot.email.as_ref().filter(|email| (email.direction == "inbound") == is_inbound)
    }

    /// The id of the message that we sent: of its key; else, so that it is always the same, of whose step of which campaign it
    /// is.
    pub(crate) fn sent_id(&self) -> Uuid {
        let of_key = || self.event.outbound_key().map(|key| EmailId::derive(self.workspace(), key));
        if let Some(id) = self.email(false).map(|email| email.id).or_else(of_key) {
            return id.0;
        }
        let part = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let (contact, campaign) = (part(self.contact_id().map(|id| id.0)), part(self.campaign_id().map(|id| id.0)));
        let step = self.sent().step.map(|step| step.to_string()).unwrap_or_default();
        Uuid::new_v5(&self.workspace().0, format!("step:{contact}:{campaign}:{step}").as_bytes())
    }

    /// The id of the message that came in: of its key, else the event's.
    pub(crate) fn received_id(&self) -> Uuid {
        let of_key = || self.event.inbound_key().map(|key| EmailId::derive(self.workspace(), key).0);
        self.email(true).map(|email| email.id.0).or_else(of_key).unwrap_or(self.event.id.0)
    }

    /// The id that a platform gave the message that we sent.
    pub(crate) fn sent_at(&self, platform: Platform) -> Option<&'a str> {
        match self.event.outbound_key() {
            Some(EmailKey::Sent(ExternalId { platform: own, id, .. })) if *own == platform => Some(id),
            _ => None,
        }
    }

    /// What an event of this platform says beside its facts, by our name for it.
    pub(crate) fn extra(&self, platform: Platform, name: &str) -> Option<&'a Value> {
        self.event.facts.extra.get(name).filter(|_| self.event.platform == platform)
    }

    /// The same, if it is a text.
    pub(crate) fn extra_text(&self, platform: Platform, name: &str) -> Option<&'a str> {
        self.extra(platform, name).and_then(Value::as_str).and_then(said)
    }

    /// The same, if it is a whole number.
    pub(crate) fn extra_number(&self, platform: Platform, name: &str) -> Option<u64> {
        self.extra(platform, name).and_then(whole_number)
    }

    /// What the event says beside its facts, whichever platform it is from, if it is a whole number.
    pub(crate) fn any_extra_number(&self, name: &str) -> Option<u64> {
        self.event.facts.extra.get(name).and_then(whole_number)
    }
}

fn message<'a>(own: Option<&'a MessageFacts>, email: Option<&'a Email>) -> Message<'a> {
    fn text<'a>(own: Option<&'a String>, recorded: Option<&'a String>) -> Option<&'a str> {
        own.or(recorded).map(String::as_str)
    }
    fn time(recorded: Option<&String>) -> Option<Millis> {
        recorded.and_then(|text| time_text::parse(text))
    }
    let recorded_at = email.and_then(|email| email.sent_at.as_ref().or(email.received_at.as_ref()));
    Message {
        message_id: text(own.and_then(|own| own.message_id.as_ref()), email.and_then(|email| email.message_id.as_ref())),
        from: text(own.and_then(|own| own.from.as_ref()), email.and_then(|email| email.from.as_ref())),
        subject: text(own.and_then(|own| own.subject.as_ref()), email.and_then(|email| email.subject.as_ref())),
        text: text(own.and_then(|own| own.body_text.as_ref()), email.and_then(|email| email.body_text.as_ref())),
        html: text(own.and_then(|own| own.body_html.as_ref()), email.and_then(|email| email.body_html.as_ref())),
        step: own.and_then(|own| own.sequence_number).or_else(|| email?.sequence_number),
        at: own.and_then(|own| own.at).or_else(|| time(recorded_at)),
        opened: own.and_then(|own| own.opened_total).or_else(|| email.map(|email| email.opened_count)),
        first_opened_at: own
            .and_then(|own| own.first_opened_at)
            .or_else(|| time(email.and_then(|email| email.first_opened_at.as_ref()))),
        last_opened_at: own
            .and_then(|own| own.last_opened_at)
            .or_else(|| time(email.and_then(|email| email.last_opened_at.as_ref()))),
    }
}
