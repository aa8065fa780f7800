//! Settling: out of quarantine into the log, once, or out altogether, or with a new reason.

use std::{collections::BTreeSet, sync::Arc};

use hookline_model::{entry::Origin, event::Event, id::WorkspaceId};

use super::{
    MakePlace,
    given::{self, at, by_address, sent, unreadable},
    world::{ACME, BETA, NOWHERE, UNROUTED, World, all, is_empty},
};
use crate::{
    Append, Appended, Error, Quarantined,
    query::{EventFilter, PageRequest},
    settle::{Settled, Settlement},
};

/// Releases what [`unreadable`] made under this id, as this event.
fn releasing(workspace: WorkspaceId, id: u128, event: Event) -> Settlement {
    let kept = unreadable(workspace, id, 0);
    let delivery = Append { received_at: kept.received_at, raw: kept.body, ..given::delivery(workspace, event) };
    Settlement::Release(kept.id, Box::new(delivery))
}

async fn quarantine(world: &World, workspace: WorkspaceId, ids: impl IntoIterator<Item = u128>) {
    for id in ids {
        world.store.quarantine(unreadable(workspace, id, 0)).await.expect("quarantine takes it");
    }
}

async fn settle(world: &World, workspace: WorkspaceId, settlements: Vec<Settlement>) -> Vec<Settled> {
    world.store.settle(workspace, settlements, None).await.expect("it is settled")
}

async fn left(world: &World, workspace: WorkspaceId) -> BTreeSet<u128> {
    let kept = world.store.quarantined(workspace, all()).await.expect("quarantine is answered").rows;
    kept.into_iter().map(|kept| kept.id.0.as_u128()).collect()
}

pub(super) async fn a_delivery_in_quarantine_is_found_by_its_id(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    quarantine(&world, ACME, [1, 2]).await;
    let find = async |workspace, id| world.store.quarantined_one(workspace, id).await.expect("quarantine is answered");
    assert_eq!(find(ACME, unreadable(ACME, 2, 0).id).await, Some(unreadable(ACME, 2, 0)));
    assert_eq!(find(ACME, unreadable(ACME, 3, 0).id).await, None);
    assert_eq!(find(BETA, unreadable(ACME, 2, 0).id).await, None, "another workspace's");
}

pub(super) async fn a_page_of_quarantine_starts_behind_any_delivery(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for (id, ms) in [(1, 0), (2, 0), (3, 5), (4, -5)] {
        world.store.quarantine(unreadable(ACME, id, ms)).await.expect("quarantine takes it");
    }
    let rows = world.store.quarantined(ACME, all()).await.expect("quarantine is answered").rows;
    for (place, row) in rows.iter().enumerate() {
        let page = PageRequest { after: Some(row.cursor()), ..all() };
        let behind = world.store.quarantined(ACME, page).await.expect("quarantine is answered").rows;
        assert_eq!(behind, rows[place + 1..]);
    }
}

pub(super) async fn a_released_delivery_is_in_the_log_and_no_longer_in_quarantine(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    quarantine(&world, ACME, [1, 2]).await;
    let event = sent("jane@x.example", "41", 0);
    let settled = settle(&world, ACME, vec![releasing(ACME, 1, event.clone())]).await;
    assert_eq!(settled, [Settled::Released(Appended { event_id: event.id, duplicate: false })]);
    let check = async |world: &World| {
        assert_eq!(left(world, ACME).await, [2].into());
        let stored = world.store.event(ACME, event.id, true).await.expect("an event is answered").expect("it is there");
        assert_eq!((stored.received_at, stored.origin), (at(0), Origin::Live), "as it came");
        assert_eq!(stored.raw, Some(unreadable(ACME, 1, 0).body));
        assert!(world.contact(&by_address("jane@x.example")).await.is_some(), "reads see it");
        assert_eq!(world.committed(), 1);
    };
    check(&world).await;
    let world = world.reopened().await;
    check(&world).await;
    assert!(world.append(event).await.duplicate, "a later delivery is a duplicate");
}

pub(super) async fn a_release_of_what_the_log_has_is_a_duplicate(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let event = sent("jane@x.example", "41", 0);
    world.append(event.clone()).await;
    quarantine(&world, ACME, [1, 2]).await;
    let dump = world.dump(ACME).await;
    // The second is so by the first beside it.
    let other = sent("bob@x.example", "41", 1);
    let both = vec![releasing(ACME, 1, event.clone()), releasing(ACME, 2, other.clone())];
    let duplicate = |event: &Event| Settled::Released(Appended { event_id: event.id, duplicate: true });
    let new = Settled::Released(Appended { event_id: other.id, duplicate: false });
    assert_eq!(settle(&world, ACME, both).await, [duplicate(&event), new]);
    quarantine(&world, ACME, [3, 4]).await;
    let third = sent("cy@x.example", "41", 2);
    let twice = vec![releasing(ACME, 3, third.clone()), releasing(ACME, 4, third.clone())];
    let new = Settled::Released(Appended { event_id: third.id, duplicate: false });
    assert_eq!(settle(&world, ACME, twice).await, [new, duplicate(&third)]);
    assert_eq!(left(&world, ACME).await, BTreeSet::new());
    assert_eq!(world.event(event.id).await.map(|stored| stored.duplicates.count), Some(1));
    assert_eq!(world.committed(), 3);
    assert_ne!(world.dump(ACME).await, dump);
}

pub(super) async fn what_is_not_in_quarantine_releases_nothing(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    quarantine(&world, ACME, [1]).await;
    let event = sent("jane@x.example", "41", 0);
    assert_eq!(settle(&world, BETA, vec![releasing(BETA, 1, event.clone())]).await, [Settled::NotThere], "another workspace's");
    assert_eq!(settle(&world, ACME, vec![releasing(ACME, 7, event.clone())]).await, [Settled::NotThere]);
    settle(&world, ACME, vec![releasing(ACME, 1, event.clone())]).await;
    let id = unreadable(ACME, 1, 0).id;
    let again = vec![
        releasing(ACME, 1, event),
        releasing(ACME, 1, sent("bob@x.example", "41", 1)),
        Settlement::Stay(id, "why".to_owned()),
        Settlement::Discard(id),
    ];
    assert_eq!(settle(&world, ACME, again).await, [Settled::NotThere; 4]);
    assert_eq!(world.committed(), 1);
    assert_eq!(world.events(ACME, EventFilter::default()).await[0].duplicates.count, 0);
    assert!(world.events(BETA, EventFilter::default()).await.is_empty());
}

pub(super) async fn a_release_goes_to_its_own_workspace_or_nowhere(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    quarantine(&world, ACME, [1, 2]).await;
    let event = sent("jane@x.example", "41", 0);
    let id = unreadable(ACME, 2, 0).id;
    let elsewhere = Settlement::Release(id, Box::new(given::delivery(BETA, event.clone())));
    let refused = world.store.settle(ACME, vec![releasing(ACME, 1, event.clone()), elsewhere], None).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert!(world.store.settle(NOWHERE, vec![Settlement::Discard(id)], None).await.is_err());
    assert_eq!((left(&world, ACME).await, world.committed()), ([1, 2].into(), 0), "all or none");
    world.store.ready().await.expect("the store goes on");

    quarantine(&world, UNROUTED, [5]).await;
    settle(&world, UNROUTED, vec![releasing(UNROUTED, 5, event)]).await;
    assert_eq!(world.events(UNROUTED, EventFilter::default()).await.len(), 1);
    assert!(is_empty(&world.dump(UNROUTED).await), "as of any event of a reserved workspace");
}

pub(super) async fn what_stays_has_its_new_reason_and_what_is_discarded_is_gone(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    quarantine(&world, ACME, [1, 2, 3]).await;
    let id = |id| unreadable(ACME, id, 0).id;
    let settlements = vec![
        Settlement::Stay(id(1), "expected \u{0} 🦀".to_owned()),
        Settlement::Discard(id(2)),
        Settlement::Stay(id(3), String::new()),
    ];
    assert_eq!(settle(&world, ACME, settlements).await, [Settled::Stayed, Settled::Discarded, Settled::Stayed]);
    let check = async |world: &World| {
        let stays = Quarantined { reason: "expected \u{0} 🦀".to_owned(), ..unreadable(ACME, 1, 0) };
        assert_eq!(world.store.quarantined_one(ACME, id(1)).await.expect("quarantine is answered"), Some(stays));
        assert_eq!(left(world, ACME).await, [1, 3].into());
        assert_eq!(world.committed(), 0);
    };
    check(&world).await;
    check(&world.reopened().await).await;
}

pub(super) async fn of_releases_at_once_one_is_made(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    quarantine(&world, ACME, 1..=20).await;
    let mut releases = tokio::task::JoinSet::new();
    for n in 0..80 {
        let store = Arc::clone(&world.store);
        let id = n % 20 + 1;
        // Each try would have it be another event, so that a second release cannot hide as a duplicate.
        let settlement = releasing(ACME, id, sent(&format!("contact{n}@x.example"), "41", i64::try_from(n).unwrap_or(0)));
        releases.spawn(async move { (id, store.settle(ACME, vec![settlement], None).await.expect("it is settled")) });
    }
    let mut released = Vec::new();
    for (id, settled) in releases.join_all().await {
        match settled[..] {
            [Settled::Released(Appended { duplicate: false, .. })] => released.push(id),
            [Settled::NotThere] => {}
            _ => panic!("{settled:?}"),
        }
    }
    released.sort_unstable();
    assert_eq!(released, (1..=20).collect::<Vec<u128>>());
    assert_eq!((world.committed(), left(&world, ACME).await), (20, BTreeSet::new()));
    assert_eq!(world.events(ACME, EventFilter::default()).await.len(), 20);
}

pub(super) async fn many_are_settled_at_once_between_other_appends(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    quarantine(&world, ACME, 1..=100).await;
    let store = Arc::clone(&world.store);
    let appends = tokio::spawn(async move {
        for n in 0..50 {
            store.append(given::delivery(ACME, sent(&format!("other{n}@x.example"), "42", n))).await.expect("it is appended");
        }
    });
    let release = |id: u128| releasing(ACME, id, sent(&format!("contact{id}@x.example"), "41", i64::try_from(id).unwrap_or(0)));
    let settled = settle(&world, ACME, (1..=100).map(release).collect()).await;
    assert!(settled.iter().all(|settled| matches!(settled, Settled::Released(Appended { duplicate: false, .. }))));
    appends.await.expect("no append panics");
    assert_eq!((world.committed(), left(&world, ACME).await), (150, BTreeSet::new()));
    let campaign = world.campaign(&given::campaign_key("41")).await.expect("the campaign is there");
    assert_eq!((&campaign.counts["sent"], &campaign.unique["contacts"]), (&100.into(), &100.into()));
    let dump = world.dump(ACME).await;
    assert_eq!(world.reopened().await.dump(ACME).await, dump);
}
