//! deliveries.db of a former schema.

use std::sync::Arc;

use hookline_model::{
    id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
    kind::Kind,
    time::Millis,
};
use hookline_store::{
    attempts::{ATTEMPT_DELIVERIES_MAX, AttemptFilter, Attempts},
    deliveries::{AttemptRow, DayCount, Deliveries, DeliveryKey, DeliveryStatus, Dispatch, Lane, Outcome, Outgoing},
    query::PageRequest,
    redelivery::Redelivery,
    sqlite::{SqliteOptions, SqliteStore},
    warnings::{NewWarning, Warnings},
};
use rusqlite::Connection;
use uuid::Uuid;

const ONE: SubscriptionId = SubscriptionId(Uuid::from_u128(0xc1));

fn outgoing(position: u64) -> Outgoing {
    let event_id = EventId(Uuid::from_u128(u128::from(position)));
    Outgoing {
        id: DeliveryId::derive(ONE, event_id, 0),
        subscription: ONE,
        key: DeliveryKey { position, run: 0 },
        workspace: WorkspaceId(Uuid::from_u128(1)),
        event_id,
        kind: Kind::EmailSent,
        lane: Lane::Bulk,
        contact: None,
        created_at: Millis(7),
        due_at: Millis(7),
        charged: 0,
        attempts: Vec::new(),
        content_type: "text/plain".into(),
        body: b"body".as_slice().into(),
    }
}

#[tokio::test]
async fn deliveries_of_the_first_schema_are_counted_when_it_is_brought_to_the_current_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || SqliteStore::open(SqliteOptions { search: None, ..SqliteOptions::new(folder.path()) }).expect("it opens");
    let store = open();
    let rows = (1..=3).map(outgoing).collect();
    store.dispatch(Dispatch { outgoing: rows, ..Dispatch::default() }).await.expect("it is written");
    let key = DeliveryKey { position: 1, run: 0 };
    let status = DeliveryStatus::Failed;
    let ended = Outcome::Ended { subscription: ONE, key, status, reason: None, at: Millis(9), attempt: None, warning: None };
    store.finish(Arc::new(vec![ended])).await.expect("it is written");
    hookline_store::Store::close(&store).await.expect("it closes");
    drop(store);
    let file = Connection::open(folder.path().join("deliveries.db")).expect("it opens");
    let undo = "DROP TABLE bundle; DROP TABLE bundled; DROP TABLE warning; ALTER TABLE subscription DROP COLUMN warned; DROP TABLE rollup; DROP TABLE replay; DROP TABLE consumer; ALTER TABLE subscription DROP COLUMN runs;
        PRAGMA user_version = 1;";
    file.execute_batch(undo).expect("the former schema is there");
    drop(file);
    let store = open();
    let counts = store.summary(vec![ONE], 0, 0).await.expect("answered");
    let count = |status, count| DayCount { day: 0, status, count };
    assert_eq!(counts, [count(DeliveryStatus::Pending, 2), count(DeliveryStatus::Failed, 1)]);
    assert_eq!(store.retry(outgoing(1).id, Millis(10)).await.expect("answered"), Some(DeliveryStatus::Failed));
    assert!(store.replays(ONE).await.expect("answered").is_empty());
}

#[tokio::test]
async fn the_second_schema_is_warned_of_nothing_when_it_is_brought_to_the_current_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || SqliteStore::open(SqliteOptions { search: None, ..SqliteOptions::new(folder.path()) }).expect("it opens");
    let store = open();
    store.dispatch(Dispatch { outgoing: vec![outgoing(1)], ..Dispatch::default() }).await.expect("it is written");
    assert_eq!(store.waiting(ONE, 9).await.expect("answered").len(), 1, "which makes a row of it");
    hookline_store::Store::close(&store).await.expect("it closes");
    drop(store);
    let file = Connection::open(folder.path().join("deliveries.db")).expect("it opens");
    let undo = "DROP TABLE bundle; DROP TABLE bundled; DROP TABLE warning; ALTER TABLE subscription DROP COLUMN warned;
        PRAGMA user_version = 2;";
    file.execute_batch(undo).expect("the former schema is there");
    drop(file);
    let store = open();
    let standings = store.standings().await.expect("answered");
    assert_eq!(standings.iter().map(|(id, standing)| (*id, standing.warned)).collect::<Vec<_>>(), [(ONE, 0)]);
    let (workspace, said) = (WorkspaceId(Uuid::from_u128(1)), "{}".to_owned());
    let warning = Some(Box::new(NewWarning { percent: 50, workspace, said }));
    let (key, status) = (DeliveryKey { position: 1, run: 0 }, DeliveryStatus::Failed);
    let ended = Outcome::Ended { subscription: ONE, key, status, reason: None, at: Millis(9), attempt: None, warning };
    store.finish(Arc::new(vec![ended])).await.expect("it is written");
    assert_eq!(store.warnings(9).await.expect("answered").len(), 1);
}

#[tokio::test]
async fn what_the_third_schema_has_on_its_way_goes_on_in_the_current_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || SqliteStore::open(SqliteOptions { search: None, ..SqliteOptions::new(folder.path()) }).expect("it opens");
    let store = open();
    let put = async |store: &SqliteStore, positions: std::ops::RangeInclusive<u64>| {
        let outgoing = positions.map(outgoing).collect();
        store.dispatch(Dispatch { outgoing, ..Dispatch::default() }).await.expect("it is written");
    };
    put(&store, 1..=3).await;
    assert_eq!(store.waiting(ONE, 9).await.expect("answered").len(), 3, "which makes rows of them");
    hookline_store::Store::close(&store).await.expect("it closes");
    drop(store);
    let file = Connection::open(folder.path().join("deliveries.db")).expect("it opens");
    file.execute_batch("DROP TABLE bundle; DROP TABLE bundled; PRAGMA user_version = 3;").expect("the former schema is there");
    drop(file);
    let store = open();
    put(&store, 2..=5).await;
    let (key, status) = (DeliveryKey { position: 2, run: 0 }, DeliveryStatus::Delivered);
    let ended = Outcome::Ended { subscription: ONE, key, status, reason: None, at: Millis(9), attempt: None, warning: None };
    store.finish(Arc::new(vec![ended])).await.expect("it is written");
    let waiting: Vec<u64> = store.waiting(ONE, 9).await.expect("answered").iter().map(|row| row.key.position).collect();
    assert_eq!(waiting, [1, 3, 4, 5]);
}

#[tokio::test]
async fn what_comes_together_is_in_few_rows_that_go_with_the_last_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions { search: None, ..SqliteOptions::new(folder.path()) };
    let store = SqliteStore::open(options).expect("it opens");
    let file = Connection::open(folder.path().join("deliveries.db")).expect("it opens");
    let rows = || {
        let count = |table: &str| {
            file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).expect("it is counted")
        };
        ["bundle", "bundled", "outbox", "delivery"].map(count)
    };
    let put = async |outgoing| store.dispatch(Dispatch { outgoing, ..Dispatch::default() }).await.expect("it is written");
    let end = async |positions: std::ops::RangeInclusive<u64>, status| {
        let end = |position| {
            let key = DeliveryKey { position, run: 0 };
            Outcome::Ended { subscription: ONE, key, status, reason: None, at: Millis(9), attempt: None, warning: None }
        };
        store.finish(Arc::new(positions.map(end).collect())).await.expect("it is written");
    };
    put((1..=130).map(outgoing).collect()).await;
    assert_eq!(rows(), [3, 3, 0, 0]);
    end(1..=63, DeliveryStatus::Delivered).await;
    assert_eq!(rows(), [3, 3, 0, 63]);
    end(64..=64, DeliveryStatus::Delivered).await;
    assert_eq!(rows(), [2, 2, 0, 64]);
    // What became of this one is no bit; those behind it stay as they are.
    end(70..=70, DeliveryStatus::Failed).await;
    assert_eq!(rows(), [1, 1, 63, 65]);
    // Bodies of a bundle have a bound together, and one that has more by itself has a row of its own.
    let large = |position, bytes| Outgoing { body: vec![b'x'; bytes].into(), ..outgoing(position) };
    put((201..=204).map(|position| large(position, 200 * 1024)).collect()).await;
    assert_eq!(rows(), [3, 3, 63, 65]);
    put(vec![large(301, 512 * 1024 + 1)]).await;
    assert_eq!(rows(), [0, 0, 70, 65], "behind those that came before");
    assert_eq!(store.waiting(ONE, 1_000).await.expect("answered").last().map(|row| row.key.position), Some(301));
    put((401..=410).map(outgoing).collect()).await;
    while !store.forget(ONE).await.expect("it is forgotten") {}
    assert_eq!(rows(), [0, 0, 0, 0]);
}

#[tokio::test]
async fn the_write_ahead_log_of_deliveries_is_copied_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions { search: None, checkpoint_pages: 4, ..SqliteOptions::new(folder.path()) };
    let store = SqliteStore::open(options).expect("it opens");
    let bytes = || std::fs::metadata(folder.path().join("deliveries.db")).expect("it is there").len();
    let mut left = 0..200;
    // The file itself grows by nothing else.
    while bytes() < 128 * 1024 {
        let round = left.next().expect("50 MiB of bodies are not kept in the write-ahead log");
        let outgoing = (1..=64).map(|number| Outgoing { body: vec![b'x'; 4_096].into(), ..outgoing(round * 64 + number) });
        store.dispatch(Dispatch { outgoing: outgoing.collect(), ..Dispatch::default() }).await.expect("it is written");
    }
}

#[tokio::test]
async fn a_page_of_tries_looks_at_so_many_deliveries_and_says_where_to_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions { search: None, ..SqliteOptions::new(folder.path()) };
    let store = SqliteStore::open(options).expect("it opens");
    let count = ATTEMPT_DELIVERIES_MAX as u64 + 5;
    let tried = |number: u64| {
        let attempt = AttemptRow {
            number: 1,
            started_at: Millis(8),
            status: Some(if number == 3 { 200 } else { 503 }),
            error: None,
            is_charged: true,
            timing: [None; 5],
            request_headers: Vec::new(),
            answer: Vec::new(),
        };
        Outgoing { attempts: vec![attempt], ..outgoing(number) }
    };
    store.dispatch(Dispatch { outgoing: (1..=count).map(tried).collect(), ..Dispatch::default() }).await.expect("it is written");
    let pages = async |filter: AttemptFilter, limit: usize| {
        let (mut pages, mut request) = (Vec::new(), PageRequest { limit, after: None });
        loop {
            let page = store.attempts(filter.clone(), request.clone()).await.expect("a page is answered");
            pages.push(page.rows.iter().map(|row| row.delivery.key.position).collect::<Vec<u64>>());
            request.after = page.next;
            if request.after.is_none() {
                return pages;
            }
        }
    };
    let all = AttemptFilter { subscriptions: vec![ONE], ..AttemptFilter::default() };
    // The only one that was taken is among the first five, which the first page does not come to.
    assert_eq!(pages(AttemptFilter { is_success: Some(true), ..all.clone() }, 500).await, [vec![], vec![3]]);
    let walked = pages(all, 3_000).await;
    assert_eq!(walked.iter().map(Vec::len).collect::<Vec<_>>(), [3_000, 3_000, 3_000, 1_005]);
    assert_eq!(walked.concat(), (1..=count).rev().collect::<Vec<_>>());
}
