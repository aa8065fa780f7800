//! Random events over a small world, so that keys collide, times tie and links close circles.

#[cfg(test)]
mod tests;

use hookline_model::{
    event::{AliasFact, Bounce, BounceType, CampaignRef, Change, ContactRef, Event, Facts, LinkFact, MessageFacts, SetChange},
    id::EventId,
    identity::Identity,
    interest::Interest,
    item::{ItemFact, ItemSort},
    key::{CampaignKey, ContactKey, EmailAddress, EmailKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::{Millis, TimeSource},
};
use proptest::prelude::*;

/// 2026-02-11T08:00:00Z; the world's events lie in the hours after it.
const START: i64 = 1_770_796_800_000;

fn external(platform: Platform, account: &str, id: &dyn ToString) -> ExternalId {
    ExternalId { platform, account: account.to_owned(), id: id.to_string() }
}

fn address() -> impl Strategy<Value = EmailAddress> {
    prop::sample::select(vec!["ann@a.example", "bob@b.example", "cy@c.example", "di@d.example"])
        .prop_map(|text| EmailAddress::parse(text).expect("a good address"))
}

fn contact_external() -> impl Strategy<Value = ExternalId> {
    prop_oneof![
        3 => (1..4).prop_map(|id| external(Platform::Smartlead, "", &id)),
        1 => (1..3).prop_map(|id| external(Platform::Hubspot, "portal", &id)),
        1 => (1..3).prop_map(|id| external(Platform::Emailbison, "one:1", &id)),
    ]
}

fn contact() -> impl Strategy<Value = Option<ContactRef>> {
    prop_oneof![
        4 => address().prop_map(|email| Some(ContactRef { email: Some(email), external: None })),
        3 => contact_external().prop_map(|external| Some(ContactRef { email: None, external: Some(external) })),
        3 => (address(), contact_external()).prop_map(|(email, external)| Some(ContactRef { email: Some(email), external: Some(external) })),
        1 => Just(None),
    ]
}

fn contact_key() -> impl Strategy<Value = ContactKey> {
    prop_oneof![address().prop_map(ContactKey::Email), contact_external().prop_map(ContactKey::External)]
}

fn campaign_key() -> impl Strategy<Value = CampaignKey> {
    prop_oneof![
        3 => (9..12).prop_map(|id| CampaignKey::External(external(Platform::Smartlead, "", &id))),
        1 => (1..3).prop_map(|id| CampaignKey::External(external(Platform::Emailbison, "one:1", &id))),
        1 => Just(CampaignKey::Named(external(Platform::Lemlist, "", &"Spring"))),
    ]
}

fn words() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["ACME", "Tobias", "Weber", "Nora  de Vries", "ü ñ", "x"]).prop_map(ToOwned::to_owned)
}

fn campaign() -> impl Strategy<Value = Option<CampaignRef>> {
    let status = prop::option::of(prop::sample::select(vec!["active", "paused"]).prop_map(ToOwned::to_owned));
    prop::option::weighted(0.8, (campaign_key(), prop::option::of(words()), status))
        .prop_map(|campaign| campaign.map(|(key, name, status_mentioned)| CampaignRef { key, name, status_mentioned }))
}

fn change<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<Change<T>>> {
    prop_oneof![5 => Just(None), 3 => value.prop_map(|value| Some(Change::Set(value))), 1 => Just(Some(Change::Clear))]
}

fn moment() -> impl Strategy<Value = Millis> {
    // Steps of 20 minutes over ten hours: ties are common, and so are different hours.
    (0..30i64).prop_map(|step| Millis(START + step * 20 * 60_000))
}

fn outbound() -> impl Strategy<Value = Option<Box<MessageFacts>>> {
    let key = prop_oneof![
        (0..4).prop_map(|id| EmailKey::Sent(external(Platform::Smartlead, "", &format!("stats-{id}")))),
        (contact_key(), campaign_key(), 1..3u32).prop_map(|(contact, campaign, step)| EmailKey::Step { campaign, contact, step }),
    ];
    message(key.boxed())
}

fn inbound() -> impl Strategy<Value = Option<Box<MessageFacts>>> {
    message((0..4).prop_map(|id| EmailKey::Inbound(format!("reply-{id}@x"))).boxed())
}

fn message(key: BoxedStrategy<EmailKey>) -> impl Strategy<Value = Option<Box<MessageFacts>>> {
    let texts = (prop::option::of(words()), prop::option::of(words()), prop::option::of(words()), prop::option::of(words()));
    let numbers = (prop::option::of(1..4u32), prop::option::of(0..5u64));
    let times = (prop::option::of(moment()), prop::option::of(moment()), prop::option::of(moment()));
    prop::option::weighted(0.6, (prop::option::weighted(0.9, key), texts, numbers, times, prop::option::of(words()))).prop_map(
        |message| {
            message.map(|(key, (message_id, from, subject, body_text), (sequence_number, opened_total), times, body_html)| {
                let (at, first_opened_at, last_opened_at) = times;
                Box::new(MessageFacts {
                    key,
                    message_id,
                    to: from.clone(),
                    from,
                    subject,
                    body_text,
                    body_html,
                    sequence_number,
                    at,
                    opened_total,
                    first_opened_at,
                    last_opened_at,
                })
            })
        },
    )
}

fn names() -> impl Strategy<Value = std::collections::BTreeSet<String>> {
    prop::collection::btree_set(prop::sample::select(vec!["red", "green", "blue"]).prop_map(ToOwned::to_owned), 0..3)
}

fn set_change() -> impl Strategy<Value = Option<SetChange>> {
    prop::option::weighted(0.4, (names(), names(), prop::option::weighted(0.4, names())))
        .prop_map(|change| change.map(|(add, remove, snapshot)| SetChange { add, remove, snapshot }))
}

fn person() -> impl Strategy<Value = Facts> {
    let interest = prop::sample::select(vec![
        Interest::Interested,
        Interest::MeetingBooked,
        Interest::NotInterested,
        Interest::OutOfOffice,
        Interest::Closed,
    ]);
    let names = (change(words()), change(words()), change(words()), change(words()));
    let marks = (change(interest), change(words()), prop::option::weighted(0.2, any::<bool>()), set_change(), set_change());
    let score = change((0..3).prop_map(|score| serde_json::json!(score)));
    let custom = prop::collection::btree_map(words(), change(words().prop_map(serde_json::Value::from)), 0..3);
    (names, marks, score, custom).prop_map(|((first_name, last_name, full_name, company_name), marks, score, custom)| {
        let (interest, category, blocked, tags, lists) = marks;
        Facts {
            phone: last_name.clone(),
            linkedin_url: company_name.clone(),
            website_url: first_name.clone(),
            first_name,
            last_name,
            full_name,
            company_name,
            interest,
            category,
            blocked,
            tags,
            lists,
            score,
            custom_fields: custom.into_iter().filter_map(|(name, change)| Some((name, change?))).collect(),
            ..Facts::default()
        }
    })
}

/// The kinds of events about items that come often: those that make, change and delete.
const ITEM_KINDS: [Kind; 8] = [
    Kind::NoteCreated,
    Kind::NoteUpdated,
    Kind::NoteDeleted,
    Kind::TaskDeleted,
    Kind::ListDeleted,
    Kind::StatusDeleted,
    Kind::TagDeleted,
    Kind::ContactUnblocked,
];

fn item() -> impl Strategy<Value = ItemFact> {
    // One sort and one id come more often than the others, so that there is an item of which much is told.
    let sort = prop_oneof![1 => Just(ItemSort::Note), 1 => prop::sample::select(ItemSort::ALL.to_vec())];
    let id = prop_oneof![
        4 => Just(external(Platform::Hubspot, "portal", &1)),
        1 => Just(external(Platform::Hubspot, "portal", &2)),
        1 => Just(external(Platform::Breakcold, "", &1)),
    ];
    let value = prop_oneof![
        words().prop_map(serde_json::Value::from),
        (0..3).prop_map(serde_json::Value::from),
        prop::collection::vec(words(), 0..3).prop_map(serde_json::Value::from),
    ];
    let change = prop_oneof![2 => value.prop_map(Change::Set), 1 => Just(Change::Clear)];
    let fields = prop::collection::btree_map(prop::sample::select(vec!["name", "text", "status"]), change, 0..3);
    (sort, id, fields).prop_map(|(sort, id, fields)| {
        let fields = fields.into_iter().map(|(name, change)| (name.to_owned(), change)).collect();
        ItemFact { sort, id, fields }
    })
}

/// The item that an event is about, given its kind: most often one if it is of [`ITEM_KINDS`], and seldom else.
fn item_of(kind: Kind, (item, chance): (ItemFact, u8)) -> Option<Box<ItemFact>> {
    let from = if ITEM_KINDS.contains(&kind) { 1 } else { 7 };
    (chance >= from).then(|| Box::new(item))
}

/// Whether an event asks that its contact be forgotten, given its kind. Seldom, since nothing is seen of the contact then.
fn erases(kind: Kind, chance: u8) -> bool {
    chance >= if kind == Kind::ContactDeleted { 100 } else { 149 }
}

fn links() -> impl Strategy<Value = (Vec<LinkFact>, Vec<AliasFact>)> {
    let link = (contact_key(), contact_key(), prop::bool::weighted(0.7)).prop_map(|(a, b, linked)| LinkFact { a, b, linked });
    let alias =
        (campaign_key(), campaign_key(), prop::bool::weighted(0.7)).prop_map(|(a, b, aliased)| AliasFact { a, b, aliased });
    prop_oneof![
        12 => Just((Vec::new(), Vec::new())),
        2 => prop::collection::vec(link, 1..3).prop_map(|links| (links, Vec::new())),
        1 => prop::collection::vec(alias, 1..2).prop_map(|aliases| (Vec::new(), aliases)),
    ]
}

/// Identity `n` of a kind: always the same id, whatever the variant says.
fn event_id(kind: Kind, n: u8) -> (EventId, Millis) {
    let at = Millis(START + i64::from(n % 30) * 20 * 60_000);
    (EventId::derive(at, &Identity::new(Platform::Smartlead, "", kind).part("n", [n]).digest()), at)
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        7 => prop::sample::select(vec![Kind::EmailSent, Kind::EmailOpened, Kind::EmailClicked, Kind::EmailReplied, Kind::EmailBounced]),
        2 => prop::sample::select(vec![Kind::ContactUnsubscribed, Kind::ContactResubscribed, Kind::ContactDeleted, Kind::EmailFailed]),
        2 => prop::sample::select(Kind::ALL.to_vec()),
        3 => prop::sample::select(ITEM_KINDS.to_vec()),
    ]
}

/// One random log entry. Entries of one identity may differ in everything but kind and platform.
pub fn event() -> impl Strategy<Value = Event> {
    let jitter = prop::sample::select(vec![0i64, 0, 0, -3_600_000, 7, 1_200_000]);
    let facts = (person(), links(), prop::collection::btree_set(0..4u8, 0..3));
    let bounce = prop::option::of((
        prop::sample::select(vec![BounceType::Hard, BounceType::Soft, BounceType::Unknown]),
        prop::option::of(words()),
    ));
    let clicked = prop::collection::btree_set(words(), 0..3);
    let about = (contact(), campaign(), prop::option::of(words()), outbound(), inbound());
    let status = prop::option::weighted(0.2, words());
    let items = ((item(), 0..10u8), prop::bool::weighted(0.3), 0..150u8);
    (kind(), 0..40u8, jitter, about, facts, bounce, clicked, status, items).prop_map(
        |(
            kind,
            n,
            jitter,
            (contact, campaign, sending_account, outbound, inbound),
            (person, links, lifts),
            bounce,
            clicked,
            status,
            (item, is_about_nobody, erases_by),
        )| {
            let (id, at) = event_id(kind, n);
            let lifted = (kind == Kind::ContactResubscribed).then_some(lifts).into_iter().flatten();
            Event {
                id,
                kind,
                platform: if n.is_multiple_of(5) { Platform::Hubspot } else { Platform::Smartlead },
                account: None,
                occurred_at: Millis(at.0 + jitter),
                time_source: TimeSource::Stated,
                contact: contact.filter(|_| !(is_about_nobody && ITEM_KINDS.contains(&kind))),
                campaign,
                sending_account,
                outbound,
                inbound,
                facts: Facts {
                    links: links.0,
                    aliases: links.1,
                    lifts: lifted.map(|n| event_id(Kind::ContactUnsubscribed, n).0).collect(),
                    bounce: bounce.map(|(bounce_type, reason)| Bounce { bounce_type, reason }),
                    clicked_links: clicked,
                    campaign_status: status,
                    item: item_of(kind, item),
                    erase: erases(kind, erases_by),
                    ..person
                },
            }
        },
    )
}

/// The same event, saying what another one says.
fn variant(event: &Event, other: Event) -> Event {
    Event { id: event.id, kind: event.kind, platform: event.platform, ..other }
}

/// A multiset of entries: some of them several times, and some with a variant. There are at least as many as `sizes` says.
pub fn history(sizes: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Event>> {
    // Boxed, since what a random event is made by is too large for the stack of a test.
    let event = event().boxed();
    let told = (event.clone(), prop::sample::select(vec![1usize, 1, 1, 2, 3]), prop::option::weighted(0.1, event));
    prop::collection::vec(told, sizes).prop_map(|events| {
        let mut history = Vec::new();
        for (event, times, other) in events {
            history.extend(other.map(|other| variant(&event, other)));
            history.extend(std::iter::repeat_n(event, times));
        }
        history
    })
}

/// What a later parser makes of an entry: which one, by its place among those there are, and what it says instead.
#[derive(Clone, Debug)]
pub struct Rereading {
    /// Which entry, counted round.
    pub place: usize,
    instead: Instead,
}

#[derive(Clone, Debug)]
enum Instead {
    /// Another event altogether.
    Other(Box<Event>),
    /// The same event, saying what another one says.
    SameEvent(Box<Event>),
    /// The same event, but for what it says of links and aliases.
    Unlinked,
    /// Nothing else.
    Same,
}

impl Rereading {
    /// What the entry's body is read as.
    #[must_use]
    pub fn of(&self, entry: &Event) -> Event {
        let mut event = match &self.instead {
            Instead::Other(other) => return (**other).clone(),
            Instead::SameEvent(other) => variant(entry, (**other).clone()),
            Instead::Unlinked | Instead::Same => entry.clone(),
        };
        if matches!(self.instead, Instead::Unlinked) {
            event.facts.links.clear();
            event.facts.aliases.clear();
            event.contact.iter_mut().for_each(|contact| {
                if contact.email.is_some() {
                    contact.external = None;
                }
            });
        }
        event
    }
}

/// Entries that a later parser reads otherwise.
pub fn rereadings(sizes: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Rereading>> {
    let instead = prop_oneof![
        3 => event().prop_map(|event| Instead::Other(Box::new(event))).boxed(),
        4 => event().prop_map(|event| Instead::SameEvent(Box::new(event))).boxed(),
        3 => Just(Instead::Unlinked).boxed(),
        1 => Just(Instead::Same).boxed(),
    ];
    prop::collection::vec((any::<u16>(), instead).prop_map(|(place, instead)| Rereading { place: place.into(), instead }), sizes)
}
