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
    let undo = "DROP TABLE warning; ALTER TABLE subscription DROP COLUMN warned; DROP TABLE rollup; DROP TABLE replay; DROP TABLE consumer; ALTER TABLE subscription DROP COLUMN runs;
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
    hookline_store::Store::close(&store).await.expect("it closes");
    drop(store);
    let file = Connection::open(folder.path().join("deliveries.db")).expect("it opens");
    let undo = "DROP TABLE warning; ALTER TABLE subscription DROP COLUMN warned; PRAGMA user_version = 2;";
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
