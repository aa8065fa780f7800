//! Opening, closing, and in between.

use std::{sync::Arc, task::Poll};

use hookline_model::{id::EventId, kind::Kind};

use super::{
    MakePlace,
    appending::assert_no_read_answers,
    given::{self, Sketch, campaign_key, event, sent, unreadable},
    world::{ACME, BETA, UNROUTED, World, agency, all, some_life},
};
use crate::{
    Appended, Error,
    directory::DirectoryChange,
    query::{CampaignFilter, ContactFilter, EmailFilter, EventFilter},
};

pub(super) async fn reopening_finds_everything_and_goes_on(make_place: MakePlace<'_>) {
    let mut world = World::new(make_place).await;
    world.append_all(some_life()).await;
    world.append_as(BETA, hookline_model::entry::Origin::Import, sent("zoe@z.example", "9", 0)).await;
    world.store.quarantine(unreadable(ACME, 1, 0)).await.expect("quarantine takes it");
    let everything = async |world: &World| {
        let lists = (
            world.contacts(ACME, ContactFilter::default()).await,
            world.campaigns(ACME, CampaignFilter::default()).await,
            world.emails(ACME, EmailFilter::default()).await,
        );
        let events = (world.events(ACME, EventFilter::default()).await, world.events(BETA, EventFilter::default()).await);
        let quarantined = world.store.quarantined(ACME, all()).await.expect("quarantine is answered");
        (world.dump(ACME).await, world.dump(BETA).await, format!("{lists:?} {events:?} {quarantined:?}"))
    };
    for round in 0..3 {
        let before = (everything(&world).await, world.committed());
        world = world.reopened().await;
        assert_eq!((everything(&world).await, world.committed()), before);
        assert!(world.append(some_life().swap_remove(0)).await.duplicate, "what was there is known");
        let sent_before = world.campaign(&campaign_key("41")).await.expect("the campaign is there").counts["sent"].clone();
        let new = sent("new@n.example", "41", given::HOUR * (10 + round));
        assert_eq!(world.append(new.clone()).await, Appended { event_id: new.id, duplicate: false });
        assert_eq!(world.committed(), before.1 + 1, "positions go on");
        assert_eq!(world.events(ACME, EventFilter::default()).await[0].event.id, new.id);
        let sent = world.campaign(&campaign_key("41")).await.expect("the campaign is there").counts["sent"].clone();
        assert_eq!(sent.as_u64(), sent_before.as_u64().map(|sent| sent + 1));
    }
}

pub(super) async fn a_closed_store_answers_with_an_error(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append(sent("jane@x.example", "41", 0)).await;
    let store = Arc::clone(&world.store);
    store.close().await.expect("an open store closes");
    let appended = store.append(given::delivery(ACME, sent("jane@x.example", "41", 1))).await;
    assert!(matches!(appended, Err(Error::Closed)), "{appended:?}");
    assert!(matches!(store.quarantine(unreadable(ACME, 1, 0)).await, Err(Error::Closed)));
    let change = vec![DirectoryChange::PutAgency(agency(super::world::AGENCY, UNROUTED))];
    assert!(matches!(store.change_directory(change).await, Err(Error::Closed)));
    assert!(matches!(store.settle(ACME, Vec::new(), None).await, Err(Error::Closed)));
    assert!(matches!(store.kept_answer([0; 32], given::at(0)).await, Err(Error::Closed)));
    assert!(store.ready().await.is_err(), "a closed store is not ready");
    assert_no_read_answers(store.as_ref(), ACME).await;
    let read = store.events(ACME, EventFilter::default(), all()).await;
    assert!(matches!(read, Err(Error::Closed)), "{read:?}");
    // These do not wait for anything, and go on saying what was last.
    assert!(store.directory().workspace(ACME).is_some());
    assert_eq!(store.status().committed, 1);
    drop(store.close().await);
    drop(store);
    assert_eq!(world.opened_again().committed(), 1);
}

pub(super) async fn closing_commits_what_is_queued(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut appends = tokio::task::JoinSet::new();
    for n in 0..100 {
        let store = Arc::clone(&world.store);
        appends.spawn(async move { store.append(given::delivery(ACME, sent("jane@x.example", "41", n))).await });
    }
    let mut answered: Vec<EventId> = Vec::new();
    let first = appends.join_next().await.expect("there are appends").expect("no append panics");
    answered.extend(first.map(|appended| appended.event_id));
    let reading = Arc::clone(&world.store);
    let read = tokio::spawn(async move { reading.dump(ACME).await.is_ok() });
    world.store.close().await.expect("an open store closes");
    while let Some(append) = appends.join_next().await {
        match append.expect("no append panics") {
            Ok(appended) => answered.push(appended.event_id),
            Err(error) => assert!(matches!(error, Error::Closed), "{error:?}"),
        }
    }
    read.await.expect("a read that closing meets is answered, one way or the other");
    let world = world.opened_again();
    for id in &answered {
        assert!(world.event(*id).await.is_some(), "answered means kept");
    }
    // An append may have been committed and its answer lost, but not the other way round.
    let stored = world.events(ACME, EventFilter::default()).await.len();
    assert!(stored >= answered.len());
    assert_eq!(world.committed(), stored as u64);
    let campaign = world.campaign(&campaign_key("41")).await.expect("the campaign is there");
    assert_eq!(campaign.counts["sent"], stored);
}

pub(super) async fn an_abandoned_read_disturbs_no_other(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(some_life()).await;
    let dump = world.dump(ACME).await;
    for _ in 0..100 {
        // Eight readers who hang up as soon as the store has begun.
        let mut abandoned: Vec<_> = (0..8).map(|_| world.store.dump(ACME)).collect();
        for read in &mut abandoned {
            let polled = std::future::poll_fn(|context| Poll::Ready(read.as_mut().poll(context))).await;
            assert!(!matches!(polled, Poll::Ready(Err(_))));
        }
        drop(abandoned);
        assert_eq!(world.dump(ACME).await, dump);
    }
    // Appends are not taken back by hanging up, and nobody else's answer is lost with them.
    let mut abandoned = world.store.append(given::delivery(ACME, sent("gone@g.example", "41", given::HOUR)));
    let polled = std::future::poll_fn(|context| Poll::Ready(abandoned.as_mut().poll(context))).await;
    drop((polled, abandoned));
    assert!(!world.append(event(Kind::Other, 50).about("zoe@z.example")).await.duplicate);
    world.store.ready().await.expect("the store goes on");
}

pub(super) async fn an_open_store_is_ready(make_place: MakePlace<'_>) {
    let place = make_place();
    let store = place.open();
    store.ready().await.expect("an empty store is ready");
    assert!(store.directory().agencies().is_empty(), "a fresh place is empty");
    assert_eq!(store.status().committed, 0);
    store.close().await.expect("an open store closes");
    drop(store);
    let world = World::new(make_place).await;
    world.append(sent("jane@x.example", "41", 0)).await;
    let committed = world.committed();
    world.store.ready().await.expect("an open store is ready");
    assert_eq!(world.committed(), committed, "to ask leaves no trace");
    world.reopened().await.store.ready().await.expect("an open store is ready");
}

pub(super) async fn status_counts_entries_and_folds_catch_up(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let check = async |committed: u64| {
        world.dump(ACME).await;
        let status = world.store.status();
        assert_eq!((status.committed, status.folded), (committed, committed));
        assert_eq!((status.queued, status.queued_bytes), (0, 0));
        assert!(status.log_bytes > 0 && status.records_bytes > 0, "{status:?}");
    };
    check(0).await;
    world.append(sent("jane@x.example", "41", 0)).await;
    check(1).await;
    world.append(sent("jane@x.example", "41", 0)).await;
    check(1).await;
    world.append(sent("jane@x.example", "41", 0).first_name("Jane")).await;
    check(2).await;
    world.append_as(BETA, hookline_model::entry::Origin::Live, sent("jane@x.example", "41", 0)).await;
    world.append_as(ACME, hookline_model::entry::Origin::Test, event(Kind::WebhookTest, 0)).await;
    world.append_as(UNROUTED, hookline_model::entry::Origin::Live, event(Kind::Other, 0)).await;
    check(5).await;
    world.store.quarantine(unreadable(ACME, 1, 0)).await.expect("quarantine takes it");
    check(5).await;
}
