//! Many entries in one fold, of which a view that keeps up sees few at a time: what comes of both is the same.

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use hookline_model::{
    event::AliasFact,
    identity::Claim,
    key::{CampaignKey, ExternalId},
    kind::Kind,
    platform::Platform,
    time::Millis,
};
use hookline_store::{
    Append, Store,
    conformance::Place,
    query::{EventFilter, PageRequest},
    sqlite::SqliteStore,
};
use serde_json::Value;
use tokio::task::{JoinSet, yield_now};

use crate::{
    Folder, options,
    sqlite::{ACME, delivery, make_workspace},
};

fn campaign(id: &str) -> CampaignKey {
    CampaignKey::External(ExternalId { platform: Platform::Smartlead, account: String::new(), id: id.to_owned() })
}

/// A delivery in this campaign.
fn delivery_in(id: &str, n: i64) -> Append {
    let mut delivery = delivery(n);
    delivery.event.campaign.as_mut().expect("it has a campaign").key = campaign(id);
    delivery
}

async fn dump(store: &dyn Store) -> Value {
    store.dump(ACME).await.expect("a dump is answered")
}

/// What the records are when the whole log is folded at once.
async fn folded_at_once(folder: &Folder, store: Arc<dyn Store>) -> Value {
    store.close().await.expect("an open store closes");
    drop(store);
    SqliteStore::forget_records(folder.path()).expect("nobody has the folder");
    let store = folder.open();
    let dump = dump(store.as_ref()).await;
    store.close().await.expect("an open store closes");
    dump
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fold_of_many_groups_is_as_many_folds() {
    let folder = Folder::new();
    let store = folder.open();
    make_workspace(store.as_ref()).await;
    let mut appends = JoinSet::new();
    for n in 0..700 {
        let door = Arc::clone(&store);
        appends.spawn(async move { door.append(delivery(n)).await.expect("an append is answered") });
        if n % 50 == 0 {
            while let Some(appended) = appends.join_next().await {
                assert!(!appended.expect("it went through").duplicate);
            }
            dump(store.as_ref()).await;
        }
    }
    while let Some(appended) = appends.join_next().await {
        assert!(!appended.expect("it went through").duplicate);
    }
    // In a campaign whose entries come last, so that what it clears was counted in the groups before.
    let mut aliased = delivery_in("9", 700);
    aliased.event.facts.aliases = vec![AliasFact { a: campaign("0"), b: campaign("1"), aliased: true }];
    store.append(aliased).await.expect("an append is answered");
    let kept_up = dump(store.as_ref()).await;
    assert_eq!(folded_at_once(&folder, store).await, kept_up);
}

#[tokio::test]
async fn a_variant_of_another_campaign_stops_the_one_before_it_in_the_same_fold() {
    let folder = Folder::new();
    let store = folder.open();
    make_workspace(store.as_ref()).await;
    let claim = Some(Claim::Forever([1; 16]));
    let first = Append { claim, ..delivery_in("8", 5) };
    let mut second = Append { claim, ..delivery_in("1", 5) };
    // Earlier, so that it is the one that counts.
    second.event.occurred_at = Millis(first.event.occurred_at.0 - 1);
    let id = store.append(first).await.expect("an append is answered").event_id;
    let appended = store.append(second).await.expect("an append is answered");
    assert_eq!((appended.event_id, appended.duplicate), (id, true));
    folded_at_once(&folder, store).await;
    let store = folder.open();
    let listed = store.events(ACME, EventFilter::default(), PageRequest::default()).await.expect("a list is answered");
    let listed: Vec<(Kind, Option<CampaignKey>)> =
        listed.rows.iter().map(|row| (row.event.kind, row.event.campaign_key().cloned())).collect();
    assert_eq!(listed, [(Kind::EmailSent, Some(campaign("1")))]);
    store.close().await.expect("an open store closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_to_read_is_let_in_before_all_that_waits_is_folded() {
    let folder = Folder::new();
    let (arrive, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let (permit, permits) = mpsc::channel::<()>();
    let permits = Mutex::new(permits);
    let mut options = options(folder.path());
    // The view stops in front of each fold until it is let go on, and for good when nobody lets it any more.
    options.probe = Arc::new(move |step| {
        if step == "folding" && arrive.send(()).is_ok() {
            permits.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
        }
    });
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(options).expect("the folder can be opened"));
    make_workspace(store.as_ref()).await;
    store.append(delivery(0)).await.expect("an append is answered");
    arrived.recv().await.expect("the view begins");
    let mut appends = JoinSet::new();
    for n in 1..4_500 {
        let door = Arc::clone(&store);
        appends.spawn(async move { door.append(delivery(n)).await.expect("an append is answered") });
    }
    while let Some(appended) = appends.join_next().await {
        assert!(!appended.expect("it went through").duplicate);
    }
    let mut read = store.events(ACME, EventFilter::default(), PageRequest::default());
    tokio::select! {
        biased;
        _ = &mut read => panic!("nothing is folded yet"),
        () = yield_now() => {}
    }
    let mut folded = Vec::new();
    for _ in 0..2 {
        permit.send(()).expect("the view waits");
        tokio::select! {
            biased;
            again = arrived.recv() => again.expect("the view goes on"),
            _ = &mut read => panic!("all was folded at once"),
        }
        folded.push(store.status().folded);
    }
    assert_eq!(folded, [1, 4_001]);
    drop((permit, arrived));
    let page = read.await.expect("a list is answered");
    assert_eq!(page.rows.first().map(|row| row.event.occurred_at), Some(delivery(4_499).event.occurred_at));
    store.close().await.expect("an open store closes");
}
