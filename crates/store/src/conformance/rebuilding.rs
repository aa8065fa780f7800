//! Rebuilding: folding given keys again gives what is there.

use std::sync::Arc;

use hookline_model::{
    entry::Origin,
    item::ItemSort,
    key::{ContactKey, EmailKey},
    kind::Kind,
    platform::Platform,
};

use super::{
    MakePlace,
    given::{self, Sketch, by_address, by_lead, campaign_key, event, external, item_key, message_key, sent},
    world::{ACME, UNROUTED, World, is_empty, some_life},
};
use crate::RebuildKeys;

/// Every key that [`some_life`] has events of.
fn keys_of_some_life() -> RebuildKeys {
    let addresses = ["ann@a.example", "bob@b.example", "cy@c.example", "dora@d.example"];
    let messages = ["ann@a.example 41 0", "bob@b.example 41 1000", "cy@c.example 42 3600000", "m7"];
    let mut contacts: Vec<ContactKey> = addresses.into_iter().map(by_address).collect();
    contacts.push(by_lead("7"));
    let mut emails: Vec<EmailKey> = messages.into_iter().map(message_key).collect();
    emails.push(EmailKey::Inbound("r1@b.example".to_owned()));
    let items = vec![item_key(ItemSort::Tag, "3"), item_key(ItemSort::Note, "3"), item_key(ItemSort::Task, "4")];
    RebuildKeys { contacts, campaigns: ["41", "42", "43"].map(campaign_key).into(), emails, items }
}

async fn rebuild(world: &World, keys: RebuildKeys) -> u64 {
    world.store.rebuild(ACME, keys).await.expect("a rebuild is answered")
}

pub(super) async fn a_rebuild_finds_nothing_different(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let check = async |after: &str| {
        let before = world.dump(ACME).await;
        let keys = keys_of_some_life();
        let one_by_one = [
            RebuildKeys { contacts: keys.contacts.clone(), ..RebuildKeys::default() },
            RebuildKeys { campaigns: keys.campaigns.clone(), ..RebuildKeys::default() },
            RebuildKeys { emails: keys.emails.clone(), ..RebuildKeys::default() },
            RebuildKeys { items: keys.items.clone(), ..RebuildKeys::default() },
        ];
        for keys in one_by_one.into_iter().chain([keys, RebuildKeys::default()]) {
            assert_eq!(rebuild(&world, keys.clone()).await, 0, "after {after}: {keys:?}");
            assert_eq!(world.dump(ACME).await, before, "after {after}: {keys:?}");
        }
    };
    world.append_all(some_life()).await;
    check("some life with variants").await;
    // Counts move to a variant that was not there before, and repetitions and tests come in between.
    let mut smallest = some_life().swap_remove(0);
    smallest.occurred_at = given::at(-10 * given::HOUR);
    world.append(smallest.clone()).await;
    world.append(smallest).await;
    world.append_as(ACME, Origin::Test, sent("ann@a.example", "41", 77)).await;
    check("counts moved").await;
    world.append_all([event(Kind::ContactDeleted, 20 * given::HOUR).about("cy@c.example")]).await;
    check("a contact was hidden").await;
    world.append(sent("ann@a.example", "43", 21 * given::HOUR)).await;
    assert_eq!(world.campaign(&campaign_key("43")).await.map(|campaign| campaign.counts["sent"].clone()), Some(1.into()));
    check("life went on").await;
}

pub(super) async fn a_rebuild_of_unknown_keys_changes_nothing(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(some_life()).await;
    let before = world.dump(ACME).await;
    let unknown = RebuildKeys {
        contacts: vec![by_address("nobody@n.example"), ContactKey::External(external(Platform::Hubspot, "404"))],
        campaigns: vec![campaign_key("404")],
        emails: vec![message_key("404"), EmailKey::Inbound("404@n.example".to_owned())],
        items: vec![item_key(ItemSort::Note, "404")],
    };
    assert_eq!(rebuild(&world, unknown.clone()).await, 0);
    assert_eq!(world.dump(ACME).await, before);
    assert!(world.email(&message_key("404")).await.is_none());
    assert!(world.contact(&by_address("nobody@n.example")).await.is_none());
    assert!(world.campaign(&campaign_key("404")).await.is_none());
    assert_eq!(rebuild(&world, unknown).await, 0, "the second time, too");
    // And who is unknown today is counted right tomorrow.
    world.append(sent("nobody@n.example", "404", 0)).await;
    assert_eq!(
        world.contact(&by_address("nobody@n.example")).await.map(|contact| contact.counts["sent"].clone()),
        Some(1.into())
    );
}

pub(super) async fn a_rebuild_makes_no_records_where_there_are_none(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for event in some_life() {
        world.append_as(UNROUTED, Origin::Live, event.clone()).await;
        world.append_as(ACME, Origin::Test, event).await;
    }
    for (workspace, why) in [(UNROUTED, "the workspace is reserved"), (ACME, "all are tests")] {
        let different = world.store.rebuild(workspace, keys_of_some_life()).await.expect("a rebuild is answered");
        assert!(is_empty(&world.dump(workspace).await), "{why}");
        assert_eq!(different, 0, "{why}");
    }
}

pub(super) async fn ingest_goes_on_during_a_rebuild(make_place: MakePlace<'_>) {
    let (world, undisturbed) = (World::new(make_place).await, World::new(make_place).await);
    for world in [&world, &undisturbed] {
        world.append_all(some_life()).await;
    }
    let more: Vec<_> = (0..60).map(|n| sent("bob@b.example", "41", given::MINUTE * (100 + n))).collect();
    let mut appends = tokio::task::JoinSet::new();
    for event in &more {
        let (store, delivery) = (Arc::clone(&world.store), given::delivery(ACME, event.clone()));
        appends.spawn(async move { store.append(delivery).await.map(|_| ()) });
        let store = Arc::clone(&world.store);
        appends.spawn(async move { store.rebuild(ACME, keys_of_some_life()).await.map(|different| assert_eq!(different, 0)) });
    }
    for answer in appends.join_all().await {
        answer.expect("appends and rebuilds are answered");
    }
    undisturbed.append_all(more).await;
    assert_eq!(world.dump(ACME).await, undisturbed.dump(ACME).await);
}
