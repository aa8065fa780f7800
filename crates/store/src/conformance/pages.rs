//! Pages: each row once, in the documented order, whatever the limit.

use std::{collections::BTreeSet, fmt::Debug};

use hookline_model::{
    entry::Origin,
    id::{ContactId, WorkspaceId},
    item::ItemSort,
    kind::Kind,
};

use super::{
    MakePlace,
    given::{self, Sketch, at, event, sent, unreadable},
    world::{ACME, BETA, World},
};
use crate::{
    Answer, Store,
    query::{
        CampaignFilter, CampaignSelector, ContactFilter, ContactSelector, Cursor, EmailFilter, EventFilter, PAGE_BODY_BYTES_MAX,
        PAGE_ROWS_MAX, Page, PageRequest,
    },
};

/// Times of seven rows, in the order of their arrival; some are equal.
const TIMES: [i64; 7] = [20, 0, 10, 10, 30, 10, 20];

/// A row, by the time that the listing is sorted by and what tells it from others.
type Row = (String, String);

/// Reads a page, and brings its rows into a form that can be compared.
type Fetch<'a> = &'a dyn Fn(PageRequest) -> Answer<'a, Page<Row>>;

fn rows_of<'a, T: 'a>(page: Answer<'a, Page<T>>, row: impl Fn(T) -> Row + Send + 'a) -> Answer<'a, Page<Row>> {
    Box::pin(async move {
        let Page { rows, next } = page.await?;
        Ok(Page { rows: rows.into_iter().map(row).collect(), next })
    })
}

fn text(id: impl Debug) -> String {
    format!("{id:?}")
}

fn events<'a>(store: &'a dyn Store, workspace: WorkspaceId, filter: EventFilter, page: PageRequest) -> Answer<'a, Page<Row>> {
    rows_of(store.events(workspace, filter, page), |stored| (stored.event.occurred_at.to_string(), text(stored.event.id)))
}

fn contacts<'a>(store: &'a dyn Store, filter: ContactFilter, page: PageRequest) -> Answer<'a, Page<Row>> {
    rows_of(store.contacts(ACME, filter, page), |contact| (contact.updated_at.unwrap_or_default(), text(contact.id)))
}

fn campaigns<'a>(store: &'a dyn Store, filter: CampaignFilter, page: PageRequest) -> Answer<'a, Page<Row>> {
    rows_of(store.campaigns(ACME, filter, page), |campaign| (campaign.last_event_at.unwrap_or_default(), text(campaign.id)))
}

fn emails<'a>(store: &'a dyn Store, filter: EmailFilter, page: PageRequest) -> Answer<'a, Page<Row>> {
    rows_of(store.emails(ACME, filter, page), |email| (email.sent_at.unwrap_or_default(), text(email.id)))
}

fn items(store: &dyn Store, page: PageRequest) -> Answer<'_, Page<Row>> {
    rows_of(store.items(ACME, ItemSort::Tag, page), |item| (item.created_at.unwrap_or_default(), text(item.id)))
}

fn notes(store: &dyn Store, page: PageRequest) -> Answer<'_, Page<Row>> {
    let jane = ContactId::derive(ACME, &given::by_address("jane@x.example"));
    let page = store.contact_items(ACME, jane, ItemSort::Note, page);
    let page = Box::pin(async move { Ok(page.await?.expect("the contact is there")) });
    rows_of(page, |item| (item.created_at.unwrap_or_default(), text(item.id)))
}

fn erasures(store: &dyn Store, page: PageRequest) -> Answer<'_, Page<Row>> {
    rows_of(store.erasures(ACME, page), |erasure| (erasure.since.to_string(), text(erasure.contact_id)))
}

fn quarantined(store: &dyn Store, page: PageRequest) -> Answer<'_, Page<Row>> {
    rows_of(store.quarantined(ACME, page), |kept| (kept.received_at.to_string(), text(kept.id)))
}

/// Walks through all pages from the first on.
async fn walk(limit: usize, fetch: Fetch<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let page = fetch(PageRequest { limit, after }).await.expect("a page is answered");
        assert!(page.rows.len() <= limit);
        let is_empty = page.rows.is_empty();
        rows.extend(page.rows);
        match page.next {
            Some(next) if !is_empty => after = Some(next),
            Some(_) => panic!("a page behind an empty page"),
            None => return rows,
        }
    }
}

/// Checks that seven rows of [`TIMES`] are listed once each and newest first, with any limit.
async fn check(fetch: Fetch<'_>) {
    let mut times = TIMES.map(|ms| at(ms).to_string());
    times.sort();
    times.reverse();
    let whole = walk(PAGE_ROWS_MAX, fetch).await;
    assert_eq!(whole.iter().map(|row| row.0.clone()).collect::<Vec<_>>(), times, "each once, newest first");
    assert_eq!(whole.iter().map(|row| &row.1).collect::<BTreeSet<_>>().len(), TIMES.len());
    for limit in [1, 2, 3, 6, 7, 8] {
        assert_eq!(walk(limit, fetch).await, whole, "with a limit of {limit}");
    }
}

/// Seven events, each of a contact, a campaign and a message of its own; and others in another workspace.
async fn seven(make_place: MakePlace<'_>) -> World {
    let world = World::new(make_place).await;
    for (n, ms) in TIMES.into_iter().enumerate() {
        world.append(sent(&format!("contact{n}@x.example"), &n.to_string(), ms)).await;
        world.append_as(BETA, Origin::Live, sent(&format!("other{n}@x.example"), &n.to_string(), ms)).await;
    }
    world
}

pub(super) async fn pages_of_events_give_each_once_newest_first(make_place: MakePlace<'_>) {
    let world = seven(make_place).await;
    check(&|page| events(world.store.as_ref(), ACME, EventFilter::default(), page)).await;
}

pub(super) async fn pages_of_contacts_give_each_once_newest_first(make_place: MakePlace<'_>) {
    let world = seven(make_place).await;
    check(&|page| contacts(world.store.as_ref(), ContactFilter::default(), page)).await;
}

pub(super) async fn pages_of_campaigns_give_each_once_last_active_first(make_place: MakePlace<'_>) {
    let world = seven(make_place).await;
    check(&|page| campaigns(world.store.as_ref(), CampaignFilter::default(), page)).await;
}

pub(super) async fn pages_of_emails_give_each_once_newest_first(make_place: MakePlace<'_>) {
    let world = seven(make_place).await;
    check(&|page| emails(world.store.as_ref(), EmailFilter::default(), page)).await;
}

pub(super) async fn pages_of_quarantine_give_each_once_newest_first(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for (n, ms) in (0..).zip(TIMES) {
        world.store.quarantine(unreadable(ACME, n, ms)).await.expect("quarantine takes it");
        world.store.quarantine(unreadable(BETA, 100 + n, ms)).await.expect("quarantine takes it");
    }
    check(&|page| quarantined(world.store.as_ref(), page)).await;
}

pub(super) async fn pages_of_items_and_erasures_give_each_once_newest_first(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let link = given::link(&given::by_address("jane@x.example"), &given::by_lead("7"), true, 0);
    world.append(link).await;
    for (n, ms) in TIMES.into_iter().enumerate() {
        for workspace in [ACME, BETA] {
            // The notes of one contact under two of its keys.
            let note = event(Kind::NoteCreated, ms).item(ItemSort::Note, &n.to_string());
            let note = if n % 2 == 0 { note.about("jane@x.example") } else { note.about_id("7") };
            let erased = event(Kind::ContactDeleted, ms).about(&format!("contact{n}@x.example")).erasing();
            for told in [note, erased, event(Kind::TagCreated, ms).item(ItemSort::Tag, &n.to_string())] {
                world.append_as(workspace, Origin::Live, told).await;
            }
        }
    }
    check(&|page| items(world.store.as_ref(), page)).await;
    check(&|page| notes(world.store.as_ref(), page)).await;
    check(&|page| erasures(world.store.as_ref(), page)).await;
}

pub(super) async fn pages_of_filtered_lists_give_each_once(make_place: MakePlace<'_>) {
    // Seven events of one contact in one campaign, among as many of other contacts, other campaigns and another kind.
    let world = World::new(make_place).await;
    for (n, ms) in TIMES.into_iter().enumerate() {
        let mut event = sent("jane@x.example", "41", ms).message(&format!("message {n}"));
        event.facts.tags = given::adding(&["seen"]);
        world.append(event).await;
        world.append(sent(&format!("contact{n}@x.example"), "42", ms)).await;
        let mut tagged = sent(&format!("tagged{n}@x.example"), "43", ms);
        tagged.facts.tags = given::adding(&["vip"]);
        world.append(tagged).await;
    }
    let store = world.store.as_ref();
    let jane = || Some(ContactSelector::Email("jane@x.example".to_owned()));
    let campaign = |id: &str| Some(CampaignSelector::PlatformId(id.to_owned()));
    let of = |contact, campaign| EventFilter { kind: Some(Kind::EmailSent), contact, campaign, ..EventFilter::default() };
    check(&|page| events(store, ACME, of(jane(), None), page)).await;
    check(&|page| events(store, ACME, of(None, campaign("41")), page)).await;
    check(&|page| events(store, ACME, of(jane(), campaign("41")), page)).await;
    check(&|page| emails(store, EmailFilter { contact: jane(), ..EmailFilter::default() }, page)).await;
    check(&|page| emails(store, EmailFilter { campaign: campaign("42"), ..EmailFilter::default() }, page)).await;
    let tag = || ContactFilter { tag: Some("vip".to_owned()), ..ContactFilter::default() };
    check(&|page| contacts(store, tag(), page)).await;
    let q = || ContactFilter { q: Some("tagged".to_owned()), status: Some("contacted".to_owned()), ..ContactFilter::default() };
    check(&|page| contacts(store, q(), page)).await;
}

pub(super) async fn a_walk_is_not_disturbed_by_newer_rows(make_place: MakePlace<'_>) {
    let world = seven(make_place).await;
    let fetch: Fetch<'_> = &|page| events(world.store.as_ref(), ACME, EventFilter::default(), page);
    let whole = walk(PAGE_ROWS_MAX, fetch).await;
    let mut rows = Vec::new();
    let mut after = None;
    for ms in 100.. {
        let page = fetch(PageRequest { limit: 2, after }).await.expect("a page is answered");
        rows.extend(page.rows);
        world.append(sent("newer@x.example", "41", ms)).await;
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(rows, whole);
}

pub(super) async fn a_page_has_as_many_rows_as_are_asked_for(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let count = PAGE_ROWS_MAX + 1;
    let mut appends = tokio::task::JoinSet::new();
    for n in 0..count {
        let store = std::sync::Arc::clone(&world.store);
        let event = sent(&format!("contact{n}@x.example"), &n.to_string(), (n / 2).try_into().unwrap_or(0));
        appends.spawn(async move {
            store.append(given::delivery(ACME, event)).await.expect("an append is answered");
            let kept = unreadable(ACME, n as u128, (n / 2).try_into().unwrap_or(0));
            store.quarantine(kept).await.expect("quarantine takes it");
        });
    }
    appends.join_all().await;
    let store = world.store.as_ref();
    let lists: [Fetch<'_>; 5] = [
        &|page| events(store, ACME, EventFilter::default(), page),
        &|page| contacts(store, ContactFilter::default(), page),
        &|page| campaigns(store, CampaignFilter::default(), page),
        &|page| emails(store, EmailFilter::default(), page),
        &|page| quarantined(store, page),
    ];
    for fetch in lists {
        let first = fetch(PageRequest { limit: PAGE_ROWS_MAX, after: None }).await.expect("a page is answered");
        assert_eq!(first.rows.len(), PAGE_ROWS_MAX);
        let cursor = first.next.expect("there is one more row");
        let rest = fetch(PageRequest { limit: PAGE_ROWS_MAX, after: Some(cursor) }).await.expect("a page is answered");
        assert_eq!((rest.rows.len(), rest.next), (1, None));
        let all: BTreeSet<_> = first.rows.iter().chain(&rest.rows).map(|row| &row.1).collect();
        assert_eq!(all.len(), count);
        let default = fetch(PageRequest::default()).await.expect("a page is answered");
        assert_eq!(default.rows, first.rows[..50]);
    }
}

pub(super) async fn pages_carry_a_bounded_number_of_bytes(make_place: MakePlace<'_>) {
    const MEBIBYTE: usize = 1024 * 1024;
    let world = World::new(make_place).await;
    let count = 2 * PAGE_BODY_BYTES_MAX / MEBIBYTE;
    for n in 0..count {
        let mut large = sent("jane@x.example", "41", i64::try_from(n).unwrap_or(0));
        large.outbound.get_or_insert_default().body_html = Some("a".repeat(MEBIBYTE));
        world.append(large).await;
        let mut kept = unreadable(ACME, n as u128, i64::try_from(n).unwrap_or(0));
        kept.body = vec![b'a'; MEBIBYTE];
        world.store.quarantine(kept).await.expect("quarantine takes it");
        let tag = event(Kind::TagCreated, 0).item(ItemSort::Tag, &n.to_string()).field("text", Some(&"a".repeat(MEBIBYTE)));
        world.append(tag).await;
    }
    let store = world.store.as_ref();
    let of_kind = |kind| EventFilter { kind: Some(kind), ..EventFilter::default() };
    let lists: [Fetch<'_>; 5] = [
        &|page| events(store, ACME, of_kind(Kind::EmailSent), page),
        &|page| events(store, ACME, of_kind(Kind::TagCreated), page),
        &|page| emails(store, EmailFilter::default(), page),
        &|page| items(store, page),
        &|page| quarantined(store, page),
    ];
    for fetch in lists {
        let (mut seen, mut after) = (BTreeSet::new(), None);
        loop {
            let page = fetch(PageRequest { limit: PAGE_ROWS_MAX, after }).await.expect("a page is answered");
            assert!(page.rows.len() <= PAGE_BODY_BYTES_MAX / MEBIBYTE + 1, "{} rows", page.rows.len());
            seen.extend(page.rows.into_iter().map(|row| row.1));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), count, "each once");
    }
}
