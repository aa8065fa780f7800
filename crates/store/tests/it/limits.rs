//! Bounds: what is refused when there is no room, and what makes room.

use std::sync::Arc;

use hookline_model::{id::QuarantineId, platform::Platform, time::Millis};
use hookline_store::{
    Error, Quarantined, Store,
    conformance::Place,
    query::{ContactFilter, EventFilter, PageRequest},
    settle::Settlement,
    sqlite::{QueueLimits, SqliteOptions, SqliteStore},
};
use rusqlite::Connection;
use uuid::Uuid;

use crate::{
    Folder, options,
    sqlite::{ACME, delivery, lived_in, make_workspace},
};

fn open_with(folder: &Folder, set: impl FnOnce(&mut SqliteOptions)) -> Arc<dyn Store> {
    let mut options = options(folder.path());
    set(&mut options);
    Arc::new(SqliteStore::open(options).expect("the folder opens"))
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let tight = [
        QueueLimits { bytes_max: 100, ..QueueLimits::default() },
        QueueLimits { workspace_bytes_max: 100, ..QueueLimits::default() },
    ];
    for limits in tight {
        let (folder, dump) = lived_in().await;
        let store = open_with(&folder, |options| options.queue = limits);
        for _ in 0..3 {
            let refused = store.append(delivery(100)).await;
            assert!(matches!(refused, Err(Error::Overloaded(_))), "{limits:?}: {refused:?}");
            let refused = store.quarantine(unreadable(1, 1_000)).await;
            assert!(matches!(refused, Err(Error::Overloaded(_))), "{limits:?}: {refused:?}");
        }
        assert!(Error::Overloaded("this workspace").is_retryable());
        let status = store.status();
        assert_eq!((status.committed, status.queued, status.queued_bytes), (30, 0, 0));
        assert_eq!(store.dump(ACME).await.expect("reads go on"), dump);
        store.ready().await.expect("the store is ready");
    }
}

#[tokio::test]
async fn a_queue_of_one_item_batches_takes_everything_in_the_end() {
    let folder = Folder::new();
    let store =
        open_with(&folder, |options| options.queue = QueueLimits { batch_items_max: 1, batch_bytes_max: 1, ..options.queue });
    make_workspace(store.as_ref()).await;
    let mut appends = tokio::task::JoinSet::new();
    for n in 0..50 {
        let store = Arc::clone(&store);
        appends.spawn(async move { store.append(delivery(n)).await.is_ok() });
    }
    assert!(appends.join_all().await.into_iter().all(|kept| kept));
    assert_eq!(store.status().committed, 50);
}

#[tokio::test]
async fn a_disk_without_its_reserve_takes_nothing_and_answers_reads() {
    let (folder, dump) = lived_in().await;
    let store = open_with(&folder, |options| options.disk_reserve_bytes = u64::MAX);
    for n in [0, 100] {
        let refused = store.append(delivery(n)).await;
        assert!(matches!(refused, Err(Error::DiskFull(_))), "{refused:?}");
    }
    assert!(matches!(store.quarantine(unreadable(1, 1)).await, Err(Error::DiskFull(_))));
    assert!(matches!(store.ready().await, Err(Error::DiskFull(_))), "and says so");
    assert_eq!(store.dump(ACME).await.expect("reads go on"), dump);
    let events = store.events(ACME, EventFilter::default(), PageRequest::default()).await.expect("reads go on");
    assert_eq!(events.rows.len(), 30);
    let contacts = store.contacts(ACME, ContactFilter::default(), PageRequest::default()).await.expect("reads go on");
    assert_eq!(contacts.rows.len(), 10);
    store.close().await.expect("it closes all the same");
    drop(store);
    let store = folder.open();
    store.append(delivery(100)).await.expect("there is room again");
    assert_eq!(store.status().committed, 31);
}

fn unreadable(n: u16, bytes: usize) -> Quarantined {
    Quarantined {
        id: QuarantineId(Uuid::from_u128(n.into())),
        workspace: ACME,
        platform: Platform::Instantly,
        received_at: Millis(n.into()),
        reason: "not JSON".to_owned(),
        headers: Vec::new(),
        body: vec![n.to_be_bytes()[1]; bytes],
    }
}

/// When and how large everything in quarantine is, newest first.
async fn in_quarantine(store: &dyn Store) -> Vec<(i64, usize)> {
    let mut kept = Vec::new();
    let mut after = None;
    loop {
        let page = store.quarantined(ACME, PageRequest { limit: 20, after }).await.expect("quarantine is answered");
        kept.extend(page.rows.iter().map(|kept| (kept.received_at.0, kept.body.len())));
        match page.next {
            Some(next) => after = Some(next),
            None => return kept,
        }
    }
}

#[tokio::test]
async fn a_full_quarantine_lets_the_oldest_go() {
    const MIB: usize = 1024 * 1024;
    let folder = Folder::new();
    let store = folder.open();
    make_workspace(store.as_ref()).await;
    // 64 MiB are kept; reasons and headers count, too, so the 64th body of a MiB makes the first go.
    for n in 1..=63 {
        store.quarantine(unreadable(n, MIB)).await.expect("quarantine takes it");
    }
    let expected = |from: i64, to: i64| (from..=to).rev().map(|n| (n, MIB)).collect::<Vec<_>>();
    assert_eq!(in_quarantine(store.as_ref()).await, expected(1, 63));
    for n in 64..=70 {
        store.quarantine(unreadable(n, MIB)).await.expect("quarantine takes it");
    }
    assert_eq!(in_quarantine(store.as_ref()).await, expected(8, 70));
    // A larger one makes room for itself.
    store.quarantine(unreadable(71, 10 * MIB)).await.expect("quarantine takes it");
    let mut kept = in_quarantine(store.as_ref()).await;
    assert_eq!(kept.remove(0), (71, 10 * MIB));
    assert_eq!(kept, expected(18, 70));
    store.close().await.expect("an open store closes");
    drop(store);
    let store = folder.open();
    store.quarantine(unreadable(72, 1)).await.expect("quarantine takes it");
    assert_eq!(in_quarantine(store.as_ref()).await.len(), 55, "what was counted before counts on");
}

#[tokio::test]
async fn what_leaves_quarantine_makes_room() {
    const MIB: usize = 1024 * 1024;
    let folder = Folder::new();
    let store = folder.open();
    make_workspace(store.as_ref()).await;
    for round in 0..2 {
        for n in 1..=63 {
            store.quarantine(unreadable(n, MIB)).await.expect("quarantine takes it");
        }
        assert_eq!(in_quarantine(store.as_ref()).await.len(), 63, "round {round}");
        let settlement = |n: u16| match (unreadable(n, 0).id, n % 3) {
            (id, 0) => Settlement::Discard(id),
            (id, 1) => Settlement::Release(id, Box::new(delivery(n.into()))),
            (id, _) => Settlement::Stay(id, "a reason of another length".to_owned()),
        };
        store.settle(ACME, (1..=63).map(settlement).collect(), None).await.expect("they are settled");
        assert_eq!(in_quarantine(store.as_ref()).await.len(), 21);
        let total =
            |file: &Connection, sql: &str| file.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        let file = Connection::open(folder.path().join("log.db")).expect("the file is there");
        let counted = total(&file, "SELECT count(*), sum(bytes) FROM quarantine").expect("it is counted");
        assert_eq!(total(&file, "SELECT count, bytes FROM quarantine_total").expect("there is a total"), counted);
        let bytes = "SELECT count(*), sum(length(body) + octet_length(headers) + octet_length(reason)) FROM quarantine";
        assert_eq!(total(&file, bytes).expect("it is counted"), counted);
        let rest = (1..=63).map(|n| Settlement::Discard(unreadable(n, 0).id)).collect();
        store.settle(ACME, rest, None).await.expect("they are settled");
        assert!(in_quarantine(store.as_ref()).await.is_empty());
    }
}
