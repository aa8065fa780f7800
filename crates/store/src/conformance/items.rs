//! Items, and contacts marked for erasure.

use hookline_model::{
    entry::Origin,
    event::Event,
    id::{ContactId, ItemId, WorkspaceId},
    item::{ITEM_FIELDS_MAX, ItemSort},
    key::ContactKey,
    kind::Kind,
    platform::Platform,
    record::{Erasure, Item},
};
use serde_json::{Value, json};

use super::{
    MakePlace,
    given::{HOUR, Sketch, at, by_address, by_lead, event, item_key, link, sent},
    superseding::{appended, reread},
    world::{ACME, BETA, UNROUTED, World, all, is_empty},
};
use crate::{RebuildKeys, query::ContactFilter};

/// The items of a sort that are nobody's.
async fn definitions(world: &World, sort: ItemSort) -> Vec<Item> {
    world.store.items(ACME, sort, all()).await.expect("items are answered").rows
}

/// The items of a sort of a contact, if there is one.
async fn items_of(world: &World, key: &ContactKey, sort: ItemSort) -> Option<Vec<Item>> {
    let contact = ContactId::derive(ACME, key);
    world.store.contact_items(ACME, contact, sort, all()).await.expect("items are answered").map(|page| page.rows)
}

/// The fields `text` of a contact's notes.
async fn notes(world: &World, key: &ContactKey) -> Option<Vec<Value>> {
    let notes = items_of(world, key, ItemSort::Note).await?;
    Some(notes.iter().map(|note| note.fields.get("text").cloned().unwrap_or_default()).collect())
}

async fn erasures(world: &World, workspace: WorkspaceId) -> Vec<Erasure> {
    world.store.erasures(workspace, all()).await.expect("erasures are answered").rows
}

fn erased(key: &ContactKey, ms: i64) -> Erasure {
    Erasure { contact_id: ContactId::derive(ACME, key), since: at(ms) }
}

fn note(address: &str, id: &str, ms: i64) -> Event {
    event(Kind::NoteUpdated, ms).about(address).item(ItemSort::Note, id)
}

/// Holds two orders of the same events to the same records, and a rebuild of the items to what is there.
async fn in_any_order(make_place: MakePlace<'_>, events: Vec<Event>) -> World {
    let (world, backwards) = (World::new(make_place).await, World::new(make_place).await);
    backwards.append_all(events.iter().rev().cloned()).await;
    let mut items: Vec<_> = events.iter().filter_map(Event::item_key).collect();
    items.sort();
    items.dedup();
    world.append_all(events).await;
    let dump = world.dump(ACME).await;
    assert_eq!(backwards.dump(ACME).await, dump);
    for world in [&world, &backwards] {
        let keys = RebuildKeys { items: items.clone(), ..RebuildKeys::default() };
        assert_eq!(world.store.rebuild(ACME, keys).await.expect("a rebuild is answered"), 0);
        assert_eq!(world.dump(ACME).await, dump);
    }
    world.reopened().await
}

pub(super) async fn an_item_shows_the_latest_word_on_each_field(make_place: MakePlace<'_>) {
    let tag = |kind: Kind, ms: i64| event(kind, ms).item(ItemSort::Tag, "3");
    // A variant has its word, too.
    let mut variant = tag(Kind::TagCreated, 0).field("name", Some("Hot")).field("color", Some("red"));
    variant.facts.item.iter_mut().for_each(|item| drop(item.fields.remove("color")));
    let events = vec![
        tag(Kind::TagCreated, 0).field("name", Some("Hot")).field("color", Some("red")).field("owner", Some("Nora")),
        variant.field("url", Some("https://crm.example")),
        tag(Kind::TagUpdated, 2_000).field("color", Some("blue")).field("owner", None),
        tag(Kind::TagUpdated, 1_000).field("color", Some("green")).field("owner", Some("Kim")),
        tag(Kind::ContactTagsUpdated, 3_000).about("ann@a.example"),
    ];
    let world = in_any_order(make_place, events).await;
    let fields = json!({"name": "Hot", "color": "blue", "url": "https://crm.example"});
    let expected = Item {
        id: ItemId::derive(ACME, ItemSort::Tag, &item_key(ItemSort::Tag, "3").id),
        sort: ItemSort::Tag,
        platform: Platform::Smartlead,
        account: None,
        external_id: "3".to_owned(),
        contact_id: Some(ContactId::derive(ACME, &by_address("ann@a.example"))),
        contact_email: Some("ann@a.example".to_owned()),
        fields: fields.as_object().expect("an object").clone(),
        created_at: Some(at(0).to_string()),
        updated_at: Some(at(3_000).to_string()),
    };
    assert_eq!(world.dump(ACME).await["items"], json!([&expected]));
    assert_eq!(definitions(&world, ItemSort::Tag).await, [expected], "a tag is nobody's, whoever it was told with");
    assert_eq!(items_of(&world, &by_address("ann@a.example"), ItemSort::Tag).await, Some(Vec::new()));
}

pub(super) async fn an_item_keeps_the_fields_that_were_told_last(make_place: MakePlace<'_>) {
    let count = i64::try_from(ITEM_FIELDS_MAX).unwrap_or(i64::MAX);
    let told = |n: i64| event(Kind::ListUpdated, n).item(ItemSort::List, "1").field(&format!("field {n:03}"), Some("x"));
    let mut events: Vec<Event> = (0..count + 2).map(told).collect();
    // One that is cleared takes its place, and shows nothing.
    events.push(told(count + 2).field(&format!("field {:03}", count + 2), None));
    // Of those that one entry tells of, the greatest names.
    let other = event(Kind::ListUpdated, HOUR).item(ItemSort::List, "2");
    events.push((0..count + 3).fold(other, |event, n| event.field(&format!("field {n:03}"), Some("x"))));
    let world = in_any_order(make_place, events).await;
    let shown = definitions(&world, ItemSort::List).await;
    for (item, kept) in shown.iter().zip([3..count + 3, 3..count + 2]) {
        let expected: Vec<String> = kept.map(|n| format!("field {n:03}")).collect();
        assert_eq!(item.fields.keys().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
    }
    assert_eq!(shown.len(), 2);
}

pub(super) async fn the_same_id_under_two_sorts_is_two_items(make_place: MakePlace<'_>) {
    let mut other_account = event(Kind::ListCreated, 4_000).item(ItemSort::List, "1").field("name", Some("another account"));
    other_account.facts.item.iter_mut().for_each(|item| item.id.account = "7".to_owned());
    let list = |platform: Platform| event(Kind::ListCreated, 0).of_platform(platform).item(ItemSort::List, "1");
    let events = vec![
        list(Platform::Smartlead).field("name", Some("a list")),
        list(Platform::Breakcold).field("name", Some("another platform")),
        event(Kind::StatusCreated, 1_000).item(ItemSort::Status, "1").field("name", Some("a status")),
        event(Kind::StatusDeleted, 2_000).item(ItemSort::Status, "2"),
        other_account.named(),
    ];
    let world = in_any_order(make_place, events).await;
    let named = async |sort| {
        let mut names: Vec<Value> = definitions(&world, sort).await.iter().map(|item| item.fields["name"].clone()).collect();
        names.sort_by_key(ToString::to_string);
        names
    };
    assert_eq!(named(ItemSort::List).await, ["a list", "another account", "another platform"]);
    assert_eq!(named(ItemSort::Status).await, ["a status"]);
    assert_eq!(definitions(&world, ItemSort::Tag).await, []);
    let lists = definitions(&world, ItemSort::List).await;
    assert_eq!(lists[0].account.as_deref(), Some("7"), "the newest first");
    assert_eq!(world.dump(ACME).await["items"].as_array().map(Vec::len), Some(4));
}

pub(super) async fn a_deleted_item_is_hidden_until_something_newer_tells_of_it(make_place: MakePlace<'_>) {
    let told = vec![
        event(Kind::NoteCreated, 0).about("ann@a.example").item(ItemSort::Note, "1").field("text", Some("Call")),
        // Who deletes seldom says whose it was.
        event(Kind::NoteDeleted, 1_000).item(ItemSort::Note, "1"),
        note("ann@a.example", "1", 1_000).field("text", Some("At the same time")),
    ];
    let world = in_any_order(make_place, told.clone()).await;
    assert_eq!(notes(&world, &by_address("ann@a.example")).await, Some(Vec::new()));
    assert_eq!(world.dump(ACME).await["items"], json!([]));

    let again = told.into_iter().chain([note("ann@a.example", "1", 1_001).field("author", Some("Nora"))]).collect();
    let world = in_any_order(make_place, again).await;
    assert_eq!(notes(&world, &by_address("ann@a.example")).await, Some(vec!["At the same time".into()]), "it has come again");
    let shown = items_of(&world, &by_address("ann@a.example"), ItemSort::Note).await.expect("the contact is there");
    assert_eq!((&shown[0].created_at, &shown[0].updated_at), (&Some(at(0).to_string()), &Some(at(1_001).to_string())));
    world.append(event(Kind::NoteDeleted, 2_000).item(ItemSort::Note, "1")).await;
    assert_eq!(notes(&world, &by_address("ann@a.example")).await, Some(Vec::new()), "and gone again");

    // Every sort has its kind, and the contact's own deletion is not one of them.
    let gone = [
        (ItemSort::List, Kind::ListDeleted),
        (ItemSort::Status, Kind::StatusDeleted),
        (ItemSort::Tag, Kind::TagDeleted),
        (ItemSort::Note, Kind::NoteDeleted),
        (ItemSort::Task, Kind::TaskDeleted),
        (ItemSort::Block, Kind::ContactUnblocked),
    ];
    let delete = |(n, (sort, kind)): (i64, (ItemSort, Kind))| {
        [event(Kind::ActivityRecorded, n), event(kind, n + 10)].map(|event| event.item(sort, "1"))
    };
    let mut events: Vec<Event> = (0..).zip(gone).flat_map(delete).collect();
    events.push(event(Kind::ContactDeleted, 100).about("bob@b.example").item(ItemSort::Message, "1"));
    let world = in_any_order(make_place, events).await;
    let left = world.dump(ACME).await["items"].clone();
    assert_eq!(left.as_array().map(Vec::len), Some(1), "{left}");
    assert_eq!(left[0]["sort"], "message");
}

pub(super) async fn one_item_is_found_by_its_id(make_place: MakePlace<'_>) {
    let told = vec![
        event(Kind::NoteCreated, 0).about("ann@a.example").item(ItemSort::Note, "1").field("text", Some("Call")),
        event(Kind::ContactBlocked, 1_000).item(ItemSort::Block, "halden.example").field("reason", Some("a rival")),
        event(Kind::ContactBlocked, 2_000).item(ItemSort::Block, "vik.example"),
        event(Kind::ContactUnblocked, 3_000).item(ItemSort::Block, "vik.example"),
    ];
    let world = in_any_order(make_place, told).await;
    let one = async |workspace, sort, id: &str| {
        let id = ItemId::derive(ACME, sort, &item_key(sort, id).id);
        world.store.item(workspace, id).await.expect("an item is answered")
    };
    let note = one(ACME, ItemSort::Note, "1").await.expect("the note");
    assert_eq!((note.sort, &note.fields["text"]), (ItemSort::Note, &json!("Call")));
    assert_eq!(Some(note), items_of(&world, &by_address("ann@a.example"), ItemSort::Note).await.unwrap_or_default().pop());
    let blocked = one(ACME, ItemSort::Block, "halden.example").await.expect("the entry");
    assert_eq!(definitions(&world, ItemSort::Block).await, [blocked]);
    assert_eq!(one(ACME, ItemSort::Block, "vik.example").await, None, "it is hidden");
    assert_eq!(one(ACME, ItemSort::Task, "1").await, None);
    assert_eq!(one(BETA, ItemSort::Note, "1").await, None, "another workspace has none");
}

pub(super) async fn an_item_goes_with_the_contact_that_was_told_last(make_place: MakePlace<'_>) {
    let (ann, bob) = (by_address("ann@a.example"), by_address("bob@b.example"));
    let events = vec![
        sent("ann@a.example", "41", 0),
        note("ann@a.example", "1", 0).field("text", Some("Call")),
        event(Kind::NoteUpdated, 3_000).item(ItemSort::Note, "1").field("author", Some("Nora")),
    ];
    let world = in_any_order(make_place, events.clone()).await;
    assert_eq!(notes(&world, &ann).await, Some(vec!["Call".into()]), "who tells of no contact changes none");
    let moved = events.into_iter().chain([note("bob@b.example", "1", 2_000)]).collect();
    let world = in_any_order(make_place, moved).await;
    assert_eq!((notes(&world, &ann).await, notes(&world, &bob).await), (Some(vec![]), Some(vec!["Call".into()])));
    let item = world.dump(ACME).await["items"][0].clone();
    assert_eq!((&item["contact_id"], &item["contact_email"]), (&json!(ContactId::derive(ACME, &bob)), &json!("bob@b.example")));
}

pub(super) async fn items_are_those_of_all_keys_of_a_contact(make_place: MakePlace<'_>) {
    let (ann, lead) = (by_address("ann@a.example"), by_lead("7"));
    let lead_note = event(Kind::NoteCreated, 1_000).about_id("7").item(ItemSort::Note, "2").field("text", Some("of the lead"));
    let world = World::new(make_place).await;
    world.append_all([note("ann@a.example", "1", 0).field("text", Some("of Ann")), lead_note]).await;
    assert_eq!(notes(&world, &ann).await, Some(vec!["of Ann".into()]));
    let alone = items_of(&world, &lead, ItemSort::Note).await.expect("the lead is a contact");
    assert_eq!((alone.len(), alone[0].contact_email.as_ref()), (1, None));
    world.append(link(&ann, &lead, true, 2_000)).await;
    let both = Some(vec!["of the lead".into(), "of Ann".into()]);
    assert_eq!((notes(&world, &ann).await, notes(&world, &lead).await), (both.clone(), both), "also by the id of before");
    let shown = items_of(&world, &lead, ItemSort::Note).await.expect("the contact is there");
    for item in shown {
        assert_eq!(item.contact_id, Some(ContactId::derive(ACME, &ann)));
        assert_eq!(item.contact_email.as_deref(), Some("ann@a.example"));
    }
    world.append(link(&ann, &lead, false, 3_000)).await;
    assert_eq!(notes(&world, &ann).await, Some(vec!["of Ann".into()]));
    assert_eq!(notes(&world, &lead).await, Some(vec!["of the lead".into()]));
}

pub(super) async fn a_hidden_contact_lists_nothing(make_place: MakePlace<'_>) {
    let ann = by_address("ann@a.example");
    let world = World::new(make_place).await;
    assert_eq!(notes(&world, &ann).await, None, "nobody knows her");
    world.append_all([note("ann@a.example", "1", 0), event(Kind::ContactDeleted, 1_000).about("ann@a.example")]).await;
    assert_eq!(notes(&world, &ann).await, None);
    assert_eq!(world.dump(ACME).await["items"].as_array().map(Vec::len), Some(1), "the item itself was not deleted");
    world.append(sent("ann@a.example", "41", 2_000)).await;
    assert_eq!(notes(&world, &ann).await, Some(vec![Value::Null]));
    world.append(event(Kind::ContactDeleted, 3_000).about("ann@a.example").erasing()).await;
    assert_eq!(notes(&world, &ann).await, None);
}

pub(super) async fn an_erasure_is_for_good(make_place: MakePlace<'_>) {
    let ann = by_address("ann@a.example");
    let events = vec![
        sent("ann@a.example", "41", 0),
        sent("bob@b.example", "41", 1_000),
        event(Kind::ContactDeleted, 5_000).about("ann@a.example").erasing(),
        event(Kind::ContactUpdated, 4_000).about("ann@a.example").first_name("Ann").erasing(),
        sent("ann@a.example", "42", HOUR),
        event(Kind::EmailReplied, 2 * HOUR).about("ann@a.example").in_campaign("42").reply("r1@a.example"),
    ];
    let world = in_any_order(make_place, events).await;
    assert_eq!(erasures(&world, ACME).await, [erased(&ann, 4_000)]);
    assert_eq!(
        world.dump(ACME).await["erasures"],
        json!([{"contact_id": ContactId::derive(ACME, &ann), "since": at(4_000).to_string()}])
    );
    assert!(world.contact(&ann).await.is_none());
    let filters = [
        ContactFilter::default(),
        ContactFilter { email: Some("ann@a.example".to_owned()), ..ContactFilter::default() },
        ContactFilter { status: Some("replied".to_owned()), ..ContactFilter::default() },
        ContactFilter { q: Some("ann".to_owned()), ..ContactFilter::default() },
    ];
    for filter in filters {
        let shown = world.contacts(ACME, filter.clone()).await;
        assert!(shown.iter().all(|contact| contact.email.as_deref() == Some("bob@b.example")), "{filter:?}");
    }
    let email = ContactFilter { email: Some("ann@a.example".to_owned()), ..ContactFilter::default() };
    let page = world.store.contacts(ACME, email, crate::query::PageRequest { limit: 1, after: None }).await;
    assert_eq!(page.expect("contacts are answered").next, None, "not even a next page");
    assert_eq!(world.dump(ACME).await["enrollments"].as_array().map(Vec::len), Some(3), "what was counted stays");
    world.append(event(Kind::ContactUpdated, 3_000).about("ann@a.example").erasing()).await;
    assert_eq!(erasures(&world, ACME).await, [erased(&ann, 3_000)], "since the first");
    let keys = RebuildKeys { contacts: vec![ann.clone()], ..RebuildKeys::default() };
    assert_eq!(world.store.rebuild(ACME, keys).await.expect("a rebuild is answered"), 0);
    assert_eq!(erasures(&world, ACME).await, [erased(&ann, 3_000)]);
}

pub(super) async fn an_erasure_goes_with_the_keys_of_its_contact(make_place: MakePlace<'_>) {
    let (ann, bob) = (by_address("ann@a.example"), by_address("bob@b.example"));
    let world = World::new(make_place).await;
    world
        .append_all([
            sent("ann@a.example", "41", 0),
            sent("bob@b.example", "41", 1_000),
            event(Kind::ContactDeleted, 2_000).about("bob@b.example").erasing(),
            event(Kind::ContactDeleted, 3_000).about("cy@c.example").erasing(),
        ])
        .await;
    let cy = erased(&by_address("cy@c.example"), 3_000);
    assert_eq!(erasures(&world, ACME).await, [cy, erased(&bob, 2_000)], "the latest mark first");
    world.append(link(&ann, &bob, true, 4_000)).await;
    assert_eq!(erasures(&world, ACME).await, [cy, erased(&ann, 2_000)], "by the best key of the contact that he is part of");
    assert!(world.contact(&ann).await.is_none() && world.contacts(ACME, ContactFilter::default()).await.is_empty());
    world.append(link(&ann, &bob, false, 5_000)).await;
    assert_eq!(erasures(&world, ACME).await, [cy, erased(&bob, 2_000)]);
    assert!(world.contact(&ann).await.is_some());
    let listed = world.contacts(ACME, ContactFilter::default()).await;
    assert_eq!(listed.iter().map(|contact| contact.id).collect::<Vec<_>>(), [ContactId::derive(ACME, &ann)]);
}

pub(super) async fn a_superseded_entry_tells_of_no_item(make_place: MakePlace<'_>) {
    let (ann, bob) = (by_address("ann@a.example"), by_address("bob@b.example"));
    let base = || {
        vec![
            sent("ann@a.example", "41", 0),
            sent("bob@b.example", "41", 0),
            event(Kind::NoteCreated, 1_000).about("ann@a.example").item(ItemSort::Note, "1").field("text", Some("Call")),
            note("bob@b.example", "1", 2_000).field("text", Some("Call again")).field("author", Some("Nora")),
            event(Kind::NoteDeleted, 3_000).item(ItemSort::Note, "1"),
            event(Kind::TagCreated, 4_000).item(ItemSort::Tag, "1").field("name", Some("hot")),
            link(&ann, &bob, true, 5_000).item(ItemSort::Note, "3"),
        ]
    };
    let world = World::new(make_place).await;
    world.append_all(base()).await;
    assert_eq!(world.dump(ACME).await["items"].as_array().map(Vec::len), Some(2));
    // One after the other: a link that takes the whole workspace to undo was none, and no note came with it; the deletion was
    // none; then what moved the note to Bob, then its first word, and the tag was a list.
    let of_no_item = |kind: Kind, ms: i64| event(kind, ms);
    let steps: [(i64, Event); 5] = [
        (5_000, of_no_item(Kind::ActivityRecorded, 5_000)),
        (3_000, of_no_item(Kind::ActivityRecorded, 3_000)),
        (2_000, event(Kind::NoteUpdated, 2_500).about("bob@b.example").item(ItemSort::Note, "2").field("text", Some("Another"))),
        (1_000, of_no_item(Kind::ActivityRecorded, 1_000).about("ann@a.example")),
        (4_000, event(Kind::ListCreated, 4_000).item(ItemSort::List, "1").field("name", Some("hot"))),
    ];
    let mut told = base();
    for (n, (ms, new)) in steps.into_iter().enumerate() {
        assert_eq!(reread(&world, |event| (event.occurred_at == at(ms)).then(|| new.clone())).await, [appended(&new)], "{n}");
        told.iter_mut().filter(|event| event.occurred_at == at(ms)).for_each(|event| *event = new.clone());
        let undisturbed = World::new(make_place).await;
        undisturbed.append_all(told.clone()).await;
        assert_eq!(world.dump(ACME).await, undisturbed.dump(ACME).await, "{n}");
        let text = |text: &str| Some(vec![Value::from(text)]);
        let expected = match n {
            0 => (Some(vec![]), Some(vec![])),
            1 => (Some(vec![]), text("Call again")),
            2 => (text("Call"), text("Another")),
            _ => (Some(vec![]), text("Another")),
        };
        assert_eq!((notes(&world, &ann).await, notes(&world, &bob).await), expected, "{n}");
    }
    assert_eq!((definitions(&world, ItemSort::Tag).await.len(), definitions(&world, ItemSort::List).await.len()), (0, 1));
    let keys = [(ItemSort::Note, "1"), (ItemSort::Note, "2"), (ItemSort::Tag, "1"), (ItemSort::List, "1")];
    let items = keys.map(|(sort, id)| item_key(sort, id)).into();
    let rebuilt = world.store.rebuild(ACME, RebuildKeys { items, ..RebuildKeys::default() }).await;
    assert_eq!(rebuilt.expect("a rebuild is answered"), 0);
    let dump = world.dump(ACME).await;
    assert_eq!(world.reopened().await.dump(ACME).await, dump);
}

pub(super) async fn a_superseded_erasure_is_none(make_place: MakePlace<'_>) {
    let ann = by_address("ann@a.example");
    let world = World::new(make_place).await;
    let deleted = |ms: i64| event(Kind::ContactDeleted, ms).about("ann@a.example");
    world.append_all([deleted(1_000).erasing(), deleted(2_000).erasing(), sent("ann@a.example", "41", 3_000)]).await;
    let read = reread(&world, |event| (event.occurred_at == at(1_000)).then(|| deleted(1_000))).await;
    assert_eq!(read, [appended(&deleted(1_000))]);
    assert_eq!(erasures(&world, ACME).await, [erased(&ann, 2_000)]);
    assert!(world.contact(&ann).await.is_none());
    let read = reread(&world, |event| (event.occurred_at == at(2_000)).then(|| deleted(2_000))).await;
    assert_eq!(read, [appended(&deleted(2_000))]);
    assert_eq!(erasures(&world, ACME).await, []);
    assert!(world.contact(&ann).await.is_some(), "she wrote after she was deleted");
}

pub(super) async fn items_and_erasures_stay_in_their_workspace(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let events = || {
        [
            event(Kind::ListCreated, 0).item(ItemSort::List, "1"),
            note("ann@a.example", "1", 0),
            event(Kind::ContactDeleted, 1_000).about("bob@b.example").erasing(),
        ]
    };
    for event in events() {
        world.append_as(UNROUTED, Origin::Live, event.clone()).await;
        world.append_as(ACME, Origin::Test, event.clone()).await;
        world.append_as(BETA, Origin::Live, event).await;
    }
    for workspace in [ACME, UNROUTED] {
        assert!(is_empty(&world.dump(workspace).await));
        assert_eq!(erasures(&world, workspace).await, []);
        let lists = world.store.items(workspace, ItemSort::List, all()).await.expect("items are answered");
        assert!(lists.rows.is_empty());
        let ann = ContactId::derive(BETA, &by_address("ann@a.example"));
        let notes = world.store.contact_items(workspace, ann, ItemSort::Note, all()).await.expect("items are answered");
        assert!(notes.is_none(), "an id of another workspace");
    }
    let beta = world.dump(BETA).await;
    assert_eq!((beta["items"].as_array().map(Vec::len), erasures(&world, BETA).await.len()), (Some(2), 1));
    // Tests stay tests, also where live entries tell of the same item.
    world.append_all(events()).await;
    let items = vec![item_key(ItemSort::List, "1"), item_key(ItemSort::Note, "1")];
    let rebuilt = world.store.rebuild(ACME, RebuildKeys { items, ..RebuildKeys::default() }).await;
    assert_eq!(rebuilt.expect("a rebuild is answered"), 0);
    assert_eq!(world.dump(BETA).await, beta);
}
