//! The block list of a workspace: addresses and whole domains that are not to be written to.
//!
//! An entry is an item of the log's own platform, named by what is blocked, so that blocking twice is one entry. It is made by
//! an event `contact.blocked` and removed by `contact.unblocked`; of an address these are about its contact, which shows as
//! blocked, and of a domain about nobody.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use hookline_model::{
    entry::Origin,
    event::{Change, ContactRef, Event, Facts},
    id::{EventId, ItemId, WorkspaceId},
    identity::Identity,
    item::{ItemFact, ItemSort},
    key::{EmailAddress, ExternalId},
    kind::Kind,
    platform::Platform,
    record::Item,
    time::{Millis, TimeSource},
};
use hookline_store::Append;

use crate::{problem::Problem, service::Service, stated};

/// The longest name of a domain, in bytes (RFC 1035).
const DOMAIN_BYTES_MAX: usize = 253;

/// The longest part of one, in bytes.
const LABEL_BYTES_MAX: usize = 63;

/// What is blocked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Blocked {
    /// One address.
    Email(EmailAddress),
    /// A domain, in lower case.
    Domain(String),
}

impl Blocked {
    /// An address, if there is an `@` inside, else a domain; `None` if the text is neither. A domain may have an `@` in front.
    pub(crate) fn parse(text: &str) -> Option<Blocked> {
        let text = text.trim();
        match text.strip_prefix('@') {
            None if text.contains('@') => EmailAddress::parse(text).ok().map(Blocked::Email),
            bare => Blocked::domain(bare.unwrap_or(text)),
        }
    }

    /// A domain: two or more parts of letters, digits and hyphens.
    pub(crate) fn domain(text: &str) -> Option<Blocked> {
        let name = text.trim().trim_end_matches('.').to_lowercase();
        let is_sound = |label: &str| {
            !label.is_empty() && label.len() <= LABEL_BYTES_MAX && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let is_domain = name.len() <= DOMAIN_BYTES_MAX && name.contains('.') && name.split('.').all(is_sound);
        is_domain.then_some(Blocked::Domain(name))
    }

    /// The address or domain as text.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Blocked::Email(address) => address.as_str(),
            Blocked::Domain(domain) => domain,
        }
    }

    fn external(&self) -> ExternalId {
        ExternalId { platform: Platform::Hookline, account: String::new(), id: self.as_str().to_owned() }
    }

    /// The id of its entry.
    pub(crate) fn id(&self, workspace: WorkspaceId) -> ItemId {
        ItemId::derive(workspace, ItemSort::Block, &self.external())
    }
}

/// An entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Derived from what is blocked.
    pub(crate) id: ItemId,
    pub(crate) blocked: Blocked,
    /// Why, if somebody said.
    pub(crate) reason: Option<String>,
    /// Since when it is on the list, as text.
    pub(crate) listed_at: String,
}

impl Entry {
    /// The entry in an item; `None` if the item is none.
    pub(crate) fn of(item: &Item) -> Option<Entry> {
        let text = |name: &str| item.fields.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        let is_entry = item.sort == ItemSort::Block && item.platform == Platform::Hookline;
        let blocked = Blocked::parse(&item.external_id).filter(|_| is_entry)?;
        let listed_at = text("listed_at").or_else(|| item.created_at.clone()).unwrap_or_default();
        Some(Entry { id: item.id, blocked, reason: text("reason"), listed_at })
    }
}

/// The entry with this id.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn find(service: &Service, workspace: WorkspaceId, id: ItemId) -> Result<Option<Entry>, Problem> {
    let item = service.store.item(workspace, id).await?;
    Ok(item.as_ref().and_then(Entry::of))
}

/// A change of the list.
pub(crate) struct Moment<'a> {
    /// Whose list.
    pub(crate) workspace: WorkspaceId,
    /// When it is made, from [`later_than_any`].
    pub(crate) at: Millis,
    /// What tells it from the same change at the same time.
    pub(crate) nonce: &'a [u8; 32],
}

impl Moment<'_> {
    /// The event that puts something on the list, or says more of what is there.
    pub(crate) fn block(&self, service: &Service, entry: &Entry) -> Append {
        let mut fields = BTreeMap::from([("listed_at".to_owned(), Change::Set(json!(entry.listed_at)))]);
        if let Some(reason) = &entry.reason {
            fields.insert("reason".to_owned(), Change::Set(json!(reason)));
        }
        self.event(service, Kind::ContactBlocked, &entry.blocked, fields)
    }

    /// The event that takes it off the list, with what was said of it.
    pub(crate) fn unblock(&self, service: &Service, blocked: &Blocked) -> Append {
        let fields = ["listed_at", "reason"].map(|name| (name.to_owned(), Change::Clear));
        self.event(service, Kind::ContactUnblocked, blocked, fields.into())
    }

    fn event(&self, service: &Service, kind: Kind, blocked: &Blocked, fields: BTreeMap<String, Change<Value>>) -> Append {
        let identity = Identity::new(Platform::Hookline, "", kind).part("nonce", self.nonce).part("blocked", blocked.as_str());
        let contact = match blocked {
            Blocked::Email(address) => Some(ContactRef { email: Some(address.clone()), external: None }),
            Blocked::Domain(_) => None,
        };
        let item = ItemFact { sort: ItemSort::Block, id: blocked.external(), fields };
        let raw = serde_json::to_vec(&item).unwrap_or_default();
        let event = Event {
            id: EventId::derive(self.at, &identity.digest()),
            kind,
            platform: Platform::Hookline,
            account: None,
            occurred_at: self.at,
            time_source: TimeSource::Stated,
            contact,
            campaign: None,
            sending_account: None,
            outbound: None,
            inbound: None,
            facts: Facts { item: Some(Box::new(item)), ..Facts::default() },
        };
        let received_at = service.clock.now();
        Append { workspace: self.workspace, event, claim: None, origin: Origin::Manual, received_at, raw }
    }
}

/// The kinds of events that say who is blocked: changes of the list, hard bounces, and SmartLead's category for those who are
/// not to be written to. What platforms say may be of a time that is yet to come.
const MARKS: [Kind; 4] = [Kind::ContactBlocked, Kind::ContactUnblocked, Kind::EmailBounced, Kind::ContactCategoryUpdated];

/// The entry that something is to have from `at` on: that which it has, or a new one. A reason takes the place of the former one.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn entry_for(
    service: &Service,
    workspace: WorkspaceId,
    blocked: Blocked,
    reason: Option<String>,
    at: Millis,
) -> Result<Entry, Problem> {
    let id = blocked.id(workspace);
    let new = || Entry { id, blocked, reason: None, listed_at: at.to_string() };
    let mut entry = find(service, workspace, id).await?.unwrap_or_else(new);
    if reason.is_some() {
        entry.reason = reason;
    }
    Ok(entry)
}

/// When a change of the list is said to happen: later than whatever says who is blocked.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn later_than_any(service: &Service, workspace: WorkspaceId) -> Result<Millis, Problem> {
    stated::later_than_any(service, workspace, &MARKS).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_an_address_or_a_domain_or_neither() {
        let read = |text: &str| Blocked::parse(text).map(|blocked| blocked.as_str().to_owned());
        for (text, expected) in [
            (" Nobody@Halden.Example ", "nobody@halden.example"),
            ("Halden.Example", "halden.example"),
            ("@halden.example", "halden.example"),
            ("halden.example.", "halden.example"),
            ("bücher.example", "bücher.example"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
            assert_eq!(matches!(Blocked::parse(text), Some(Blocked::Domain(_))), !expected.contains('@'), "{text}");
        }
        let long = format!("{}.example", "a".repeat(64));
        let longer = format!("{}example", "a23456789.".repeat(25));
        for text in
            ["", "@", ".", "halden", "a..b", "a b.example", "http://halden.example", "a b@c.example", "x@", &long, &longer]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(Blocked::domain("x@halden.example"), None);
    }
}
