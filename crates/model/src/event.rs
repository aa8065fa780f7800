//! An event: one thing that happened, in our vocabulary, with every fact the platform stated about it.
//!
//! This is what the log stores (as JSON, additive for ever) and what the fold reads. Facts that are absent, null or empty where
//! the platform wrote them are `None` here; only an explicit clear is [`Change::Clear`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    extra::Extra,
    id::EventId,
    interest::Interest,
    item::{ItemFact, ItemKey},
    key::{CampaignKey, ContactKey, EmailAddress, EmailKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its identity. Not part of the stored form: the log has it beside.
    #[serde(skip, default = "EventId::nil")]
    pub id: EventId,
    /// What happened.
    pub kind: Kind,
    /// Who told us.
    pub platform: Platform,
    /// Which login of the platform, if stated (SmartLead's client id). For showing and routing, not for keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The effective time.
    pub occurred_at: Millis,
    /// Whether the platform stated that time.
    pub time_source: TimeSource,
    /// Who it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactRef>,
    /// The campaign it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignRef>,
    /// Our mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sending_account: Option<String>,
    /// The message we sent, as far as this event tells of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbound: Option<Box<MessageFacts>>,
    /// The message that came in, as far as this event tells of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound: Option<Box<MessageFacts>>,
    /// Everything else.
    #[serde(default)]
    pub facts: Facts,
}

/// Who an event is about. At least one of the two is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRef {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// The platform's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<ExternalId>,
}

impl ContactRef {
    /// The key that the event's facts are folded under: the address, else the external id.
    #[must_use]
    pub fn key(&self) -> Option<ContactKey> {
        match (&self.email, &self.external) {
            (Some(email), _) => Some(ContactKey::Email(email.clone())),
            (None, Some(external)) => Some(ContactKey::External(external.clone())),
            (None, None) => None,
        }
    }
}

/// The campaign an event belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignRef {
    /// The name by which the platform knows it.
    pub key: CampaignKey,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its state as mentioned in passing; only [`Facts::campaign_status`] is authoritative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_mentioned: Option<String>,
}

/// What an event tells of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageFacts {
    /// The name of the message. Without one, nothing is kept on an email record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<EmailKey>,
    /// RFC 5322 Message-ID, without angle brackets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The writer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Body as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_text: Option<String>,
    /// Body as HTML, as received: hostile until sanitised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_html: Option<String>,
    /// The step, 1-based.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence_number: Option<u32>,
    /// When it was sent (outbound) or received (inbound), if believable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
    /// How often it was opened, as the platform counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_total: Option<u64>,
    /// The first opening the platform reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_opened_at: Option<Millis>,
    /// The last opening the platform reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_opened_at: Option<Millis>,
}

impl MessageFacts {
    /// How many bytes its bodies have.
    #[must_use]
    pub fn body_bytes(&self) -> usize {
        [&self.body_text, &self.body_html].into_iter().flatten().map(String::len).sum()
    }
}

/// A single value that an event sets or explicitly clears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change<T> {
    /// The value is now this.
    Set(T),
    /// The value is now empty.
    Clear,
}

/// A bounce's severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BounceType {
    /// The address is dead.
    Hard,
    /// A passing fault, or the sender's own.
    Soft,
    /// The platform does not say and the text does not tell.
    Unknown,
}

/// A bounce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// Its severity.
    pub bounce_type: BounceType,
    /// The reason given, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What an event says of a set of names (tags, lists).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetChange {
    /// Elements now in.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub add: BTreeSet<String>,
    /// Elements now out. An element both added and removed is in.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub remove: BTreeSet<String>,
    /// The whole set, if the platform lists it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<BTreeSet<String>>,
}

/// That two keys are the same person, or are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkFact {
    /// One key.
    pub a: ContactKey,
    /// The other.
    pub b: ContactKey,
    /// The same, or not.
    pub linked: bool,
}

/// That two campaign keys are the same campaign, or are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasFact {
    /// One key.
    pub a: CampaignKey,
    /// The other.
    pub b: CampaignKey,
    /// The same, or not.
    pub aliased: bool,
}

/// What an event says beside who, where and which message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<Change<String>>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Change<String>>,
    /// A name in one piece; only used where no given or family name is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<Change<String>>,
    /// Company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<Change<String>>,
    /// Phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Change<String>>,
    /// LinkedIn profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linkedin_url: Option<Change<String>>,
    /// Web site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_url: Option<Change<String>>,
    /// Lead score: any JSON number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Change<Value>>,
    /// The agency's own fields.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_fields: BTreeMap<String, Change<Value>>,
    /// The interest stated. A kind that means an interest has it here too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest: Option<Change<Interest>>,
    /// The platform's category or label, in its own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Change<String>>,
    /// Blocked, or unblocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<bool>,
    /// Tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<SetChange>,
    /// Lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lists: Option<SetChange>,
    /// The opt-out events that this event lifts.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub lifts: BTreeSet<EventId>,
    /// Links and their undoing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkFact>,
    /// Campaign aliases and their undoing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<AliasFact>,
    /// The bounce, of a bounce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounce: Option<Bounce>,
    /// The links clicked.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub clicked_links: BTreeSet<String>,
    /// The campaign's state, where the event is about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign_status: Option<String>,
    /// A list, status, tag, note, task or message that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Box<ItemFact>>,
    /// Whether the platform asks that the contact be forgotten (HubSpot's privacy deletion).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub erase: bool,
    /// What else the platform said that is worth showing, by our name for it. Part of `data`, read by no record.
    #[serde(skip_serializing_if = "Extra::is_empty")]
    pub extra: Extra,
}

impl Event {
    /// The contact key the event is folded under.
    #[must_use]
    pub fn contact_key(&self) -> Option<ContactKey> {
        self.contact.as_ref().and_then(ContactRef::key)
    }

    /// The campaign key.
    #[must_use]
    pub fn campaign_key(&self) -> Option<&CampaignKey> {
        self.campaign.as_ref().map(|campaign| &campaign.key)
    }

    /// The key of the sent message.
    #[must_use]
    pub fn outbound_key(&self) -> Option<&EmailKey> {
        self.outbound.as_ref().and_then(|message| message.key.as_ref())
    }

    /// The key of the message that came in.
    #[must_use]
    pub fn inbound_key(&self) -> Option<&EmailKey> {
        self.inbound.as_ref().and_then(|message| message.key.as_ref())
    }

    /// The key of the message the event is *about*: the one that came in, else the one that was sent.
    #[must_use]
    pub fn email_key(&self) -> Option<&EmailKey> {
        self.inbound_key().or_else(|| self.outbound_key())
    }

    /// The key of the item that the event is about.
    #[must_use]
    pub fn item_key(&self) -> Option<ItemKey> {
        self.facts.item.as_ref().map(|item| item.key())
    }

    /// What the event tells of the message with this key.
    #[must_use]
    pub fn message(&self, key: &EmailKey) -> Option<&MessageFacts> {
        let message = if key.is_inbound() { &self.inbound } else { &self.outbound };
        message.as_deref().filter(|facts| facts.key.as_ref() == Some(key))
    }

    /// Lets go of what no record is folded from: the texts of messages, of which it only counts that they are there, and what
    /// is only shown. An event that waits in memory to be folded is a third of its size then.
    ///
    /// Answers how many bytes of text that were.
    pub fn slim(&mut self) -> usize {
        let mut bytes = 0;
        self.facts.extra = Extra::default();
        for message in [&mut self.outbound, &mut self.inbound].into_iter().flatten() {
            let MessageFacts { message_id, from, to, subject, body_text, body_html, .. } = &mut **message;
            for text in [message_id, from, to, subject, body_text, body_html].into_iter().flatten() {
                bytes += std::mem::take(text).len();
            }
        }
        if let Some(account) = &mut self.sending_account {
            bytes += std::mem::take(account).len();
        }
        bytes
    }

    /// The step: the sent message's.
    #[must_use]
    pub fn sequence_number(&self) -> Option<u32> {
        self.outbound.as_ref().and_then(|message| message.sequence_number)
    }

    /// The stored form: everything the event says, as JSON.
    ///
    /// The id is left out, and so is a time that is only the time of receipt: a repetition does not say something else for being
    /// later.
    ///
    /// # Errors
    /// When it cannot be written, which no event of ours does.
    pub fn to_stored(&self) -> Result<Vec<u8>, serde_json::Error> {
        if self.time_source == TimeSource::Received && self.occurred_at != Millis(0) {
            return serde_json::to_vec(&Event { occurred_at: Millis(0), ..self.clone() });
        }
        serde_json::to_vec(self)
    }

    /// Reads the stored form, given what it leaves out.
    ///
    /// # Errors
    /// When the bytes are no event.
    pub fn from_stored(stored: &[u8], id: EventId, occurred_at: Millis) -> Result<Event, serde_json::Error> {
        Ok(Event { id, occurred_at, ..serde_json::from_slice(stored)? })
    }

    /// A digest of the stored form. Two deliveries of one event with the same digest say the same; one with a different digest
    /// is a *variant* whose values are folded as well.
    #[must_use]
    pub fn digest_of(stored: &[u8]) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(stored));
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// The digest of everything the event says, see [`Event::digest_of`].
    #[must_use]
    pub fn content_digest(&self) -> u64 {
        Event::digest_of(&self.to_stored().unwrap_or_default())
    }
}

impl Event {
    /// The interest the event states: its fact, else what its kind means.
    #[must_use]
    pub fn stated_interest(&self) -> Option<Change<Interest>> {
        self.facts.interest.clone().or_else(|| Interest::of_kind(self.kind).map(Change::Set))
    }

    /// The interest that the event states, if it does not clear it.
    #[must_use]
    pub fn interest_set(&self) -> Option<Interest> {
        match self.stated_interest() {
            Some(Change::Set(interest)) => Some(interest),
            Some(Change::Clear) | None => None,
        }
    }
}
