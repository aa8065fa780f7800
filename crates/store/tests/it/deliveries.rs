//! deliveries.db of a former schema.

use hookline_model::{
    id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
    kind::Kind,
    time::Millis,
};
use hookline_store::{
    deliveries::{DayCount, Deliveries, DeliveryKey, DeliveryStatus, Dispatch, Lane, Outcome, Outgoing},
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
        content_type: "text/plain".to_owned(),
        body: b"body".to_vec(),
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
    store.finish(vec![ended]).await.expect("it is written");
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
    store.finish(vec![ended]).await.expect("it is written");
    assert_eq!(store.warnings(9).await.expect("answered").len(), 1);
}
