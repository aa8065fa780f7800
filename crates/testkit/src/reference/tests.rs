//! Each rule of `docs/records.md` by an example worked out by hand.

use hookline_model::{
    event::{AliasFact, Bounce, BounceType, CampaignRef, Change, ContactRef, Event, Facts, LinkFact, MessageFacts},
    id::{EventId, WorkspaceId},
    item::{ItemFact, ItemSort},
    key::{CampaignKey, ContactKey, EmailAddress, EmailKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};
use serde_json::Value;
use uuid::Uuid;

use super::records;

mod campaigns;
mod contacts;
mod emails;
mod entries;
mod erasures;
mod firsts;
mod identity;
mod items;
mod rollups;

const JANE: &str = "jane@x.example";
const JOE: &str = "joe@x.example";

/// The dump for a workspace whose id is 1.
fn dump(events: &[Event]) -> Value {
    records(WorkspaceId(Uuid::from_u128(1)), events)
}

/// The only contact there is.
fn contact(events: &[Event]) -> Value {
    only(&dump(events)["contacts"])
}

/// The only campaign there is.
fn campaign(events: &[Event]) -> Value {
    only(&dump(events)["campaigns"])
}

/// The only email there is.
fn email(events: &[Event]) -> Value {
    only(&dump(events)["emails"])
}

/// The only item there is.
fn item(events: &[Event]) -> Value {
    only(&dump(events)["items"])
}

fn only(records: &Value) -> Value {
    let records = records.as_array().expect("an array of records");
    assert_eq!(records.len(), 1, "{records:#?}");
    records[0].clone()
}

/// The addresses of all contacts, sorted, with an empty text where there is none.
fn addresses(events: &[Event]) -> Vec<String> {
    let dump = dump(events);
    let contacts = dump["contacts"].as_array().expect("an array of records");
    let mut emails: Vec<String> = contacts.iter().map(|contact| contact["email"].as_str().unwrap_or("").to_owned()).collect();
    emails.sort();
    emails
}

/// So many seconds after 2026-02-11T08:00:00Z.
fn at(seconds: i64) -> Millis {
    Millis(1_770_796_800_000 + seconds * 1000)
}

/// An event about nobody. `n` is its identity, and breaks ties.
fn bare(n: u8, kind: Kind, seconds: i64) -> Event {
    Event {
        id: EventId::derive(at(seconds), &[n; 32]),
        kind,
        platform: Platform::Smartlead,
        account: None,
        occurred_at: at(seconds),
        time_source: TimeSource::Stated,
        contact: None,
        campaign: None,
        sending_account: None,
        outbound: None,
        inbound: None,
        facts: Facts::default(),
    }
}

/// An event about Jane.
fn jane(n: u8, kind: Kind, seconds: i64) -> Event {
    about(Some(JANE), None, n, kind, seconds)
}

/// An event about whoever the address and the external id name.
fn about(email: Option<&str>, external: Option<ExternalId>, n: u8, kind: Kind, seconds: i64) -> Event {
    let email = email.map(|email| EmailAddress::parse(email).expect("an address"));
    Event { contact: Some(ContactRef { email, external }), ..bare(n, kind, seconds) }
}

/// The event, changed; its id stays, so that a changed copy is a variant.
fn with(event: &Event, change: impl FnOnce(&mut Event)) -> Event {
    let mut event = event.clone();
    change(&mut event);
    event
}

/// The event, with these facts.
fn stating(event: &Event, facts: impl FnOnce(&mut Facts)) -> Event {
    with(event, |event| facts(&mut event.facts))
}

/// The event, in this campaign.
fn within(event: &Event, key: CampaignKey) -> Event {
    with(event, |event| event.campaign = Some(CampaignRef { key, name: None, status_mentioned: None }))
}

fn forty_one() -> CampaignKey {
    CampaignKey::External(smartlead("41"))
}

fn spring() -> CampaignKey {
    CampaignKey::Named(external(Platform::Lemlist, "", "Spring"))
}

/// An event of these aliases and their undoing, of the campaigns `forty_one` and `spring`.
fn aliases(n: u8, seconds: i64, aliased: &[bool]) -> Event {
    let aliases = aliased.iter().map(|aliased| AliasFact { a: spring(), b: forty_one(), aliased: *aliased }).collect();
    stating(&bare(n, Kind::CampaignAliased, seconds), |facts| facts.aliases = aliases)
}

/// An event of these links and their undoing.
fn links(n: u8, seconds: i64, links: &[(ContactKey, ContactKey, bool)]) -> Event {
    let links = links.iter().map(|(a, b, linked)| LinkFact { a: a.clone(), b: b.clone(), linked: *linked }).collect();
    stating(&bare(n, Kind::ContactLinked, seconds), |facts| facts.links = links)
}

/// The event, telling of the sent message `s1`.
fn of_sent(event: &Event, facts: impl FnOnce(&mut MessageFacts)) -> Event {
    let mut message = MessageFacts { key: Some(EmailKey::Sent(smartlead("s1"))), ..MessageFacts::default() };
    facts(&mut message);
    with(event, |event| event.outbound = Some(Box::new(message)))
}

/// The event, telling of the received message `m1@x`.
fn of_received(event: &Event, facts: impl FnOnce(&mut MessageFacts)) -> Event {
    let mut message = MessageFacts { key: Some(EmailKey::Inbound("m1@x".to_owned())), ..MessageFacts::default() };
    facts(&mut message);
    with(event, |event| event.inbound = Some(Box::new(message)))
}

/// The event, about the item of this sort and id, with these fields.
fn of_item(event: &Event, sort: ItemSort, id: ExternalId, fields: &[(&str, Change<Value>)]) -> Event {
    let fields = fields.iter().map(|(name, change)| ((*name).to_owned(), change.clone())).collect();
    stating(event, |facts| facts.item = Some(Box::new(ItemFact { sort, id, fields })))
}

/// The event, as a bounce of this severity.
fn bounce(event: &Event, bounce_type: BounceType, reason: Option<&str>) -> Event {
    let reason = reason.map(ToOwned::to_owned);
    stating(event, |facts| facts.bounce = Some(Bounce { bounce_type, reason }))
}

fn external(platform: Platform, account: &str, id: &str) -> ExternalId {
    ExternalId { platform, account: account.to_owned(), id: id.to_owned() }
}

/// An id of a sender: a stand-in.
fn smartlead(id: &str) -> ExternalId {
    external(Platform::Smartlead, "", id)
}

/// An id of a CRM: it joins people.
fn hubspot(id: &str) -> ExternalId {
    external(Platform::Hubspot, "", id)
}

fn address(text: &str) -> ContactKey {
    ContactKey::Email(EmailAddress::parse(text).expect("an address"))
}

fn text(text: &str) -> Option<Change<String>> {
    Some(Change::Set(text.to_owned()))
}
