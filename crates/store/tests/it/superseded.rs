//! Superseded entries in the two files: what a crash between the log's commit and the records' heals by, and what is kept.

use std::{fs, path::Path, sync::Arc};

use hookline_model::{event::Change, time::Millis};
use hookline_store::{
    Append, Store,
    conformance::Place,
    query::{PAGE_ROWS_MAX, PageRequest},
    rerun::{Reading, Received, Reread, Rerun, RerunFilter},
    sqlite::SqliteStore,
};
use rusqlite::Connection;

use crate::sqlite::{ACME, delivery, lived_in};

const EVER: RerunFilter = RerunFilter { since: Millis(i64::MIN), until: Millis(i64::MAX), platform: None };

async fn received(store: &dyn Store) -> Vec<Received> {
    let page = PageRequest { limit: PAGE_ROWS_MAX, after: None };
    store.received(ACME, EVER, page).await.expect("a page is answered").rows
}

/// Reads entries again as this delivery says.
async fn supersede(store: &dyn Store, rows: &[Received], read: impl Fn(&Received) -> Append) -> Vec<Reread> {
    let readings = rows.iter().map(|row| {
        let (received_at, raw) = (row.received_at, row.raw.clone());
        Reading { position: row.position, append: Append { received_at, raw, ..read(row) } }
    });
    let rerun = Rerun { readings: readings.collect(), is_dry: false, answer: None };
    store.supersede(ACME, rerun).await.expect("a rerun is answered")
}

/// The same event with a name, which moves nothing else.
fn named(row: &Received) -> Append {
    let mut append = Append { event: row.event.clone(), ..delivery(0) };
    append.event.facts.first_name = Some(Change::Set("Later".to_owned()));
    append
}

async fn close(store: Arc<dyn Store>) {
    store.close().await.expect("an open store closes");
    drop(store);
}

#[tokio::test]
async fn records_from_before_a_supersession_catch_up() {
    let (folder, _) = lived_in().await;
    let (records, before) = (folder.path().join("records.db"), folder.path().join("before"));
    fs::copy(&records, &before).expect("a file can be copied");
    let store = folder.open();
    store.append(delivery(30)).await.expect("an append is answered");
    let rows = received(store.as_ref()).await;
    supersede(store.as_ref(), &rows[..10], named).await;
    supersede(store.as_ref(), &rows[10..20], |row| Append { event: delivery(row.event.occurred_at.0 % 7).event, ..delivery(0) })
        .await;
    let again = received(store.as_ref()).await;
    supersede(store.as_ref(), &again[..5], |row| Append {
        event: delivery(100 + row.event.occurred_at.0 % 5).event,
        ..delivery(0)
    })
    .await;
    store.append(delivery(31)).await.expect("an append is answered");
    let dump = store.dump(ACME).await.expect("a dump is answered");
    close(store).await;
    // As after a crash that the records' commits did not outlive: the log has what they lack.
    fs::copy(&before, &records).expect("a file can be copied");
    let store = folder.open();
    assert_eq!(store.dump(ACME).await.expect("a dump is answered"), dump);
    close(store).await;
    SqliteStore::forget_records(folder.path()).expect("nobody has the folder");
    assert_eq!(folder.open().dump(ACME).await.expect("a dump is answered"), dump, "and from the beginning");
}

#[tokio::test]
async fn what_was_superseded_twice_leaves_nothing_when_the_log_is_folded_again() {
    let (folder, before) = lived_in().await;
    let store = folder.open();
    // Wrong in everything that cannot be taken back by the difference, and then right again, with nothing in between.
    let wrong = |row: &Received| {
        let mut append = named(row);
        append.event.occurred_at = Millis(append.event.occurred_at.0 + 86_400_000);
        append.event.campaign.iter_mut().for_each(|campaign| campaign.name = Some("Wrong".to_owned()));
        append
    };
    let right: Vec<Received> = received(store.as_ref()).await;
    supersede(store.as_ref(), &right, wrong).await;
    let again = received(store.as_ref()).await;
    let as_before = |row: &Received| {
        let first = right.iter().find(|first| first.event.id == row.event.id).expect("ids stay");
        Append { event: first.event.clone(), ..delivery(0) }
    };
    supersede(store.as_ref(), &again, as_before).await;
    assert_eq!(store.dump(ACME).await.expect("a dump is answered"), before);
    close(store).await;
    SqliteStore::forget_records(folder.path()).expect("nobody has the folder");
    assert_eq!(folder.open().dump(ACME).await.expect("a dump is answered"), before);
}

/// What is left of superseded entries: by position, how many bytes of body, and the entry that says it now.
fn tombstones(folder: &Path) -> Vec<(i64, i64, i64)> {
    let log = Connection::open(folder.join("log.db")).expect("the log can be opened");
    let sql = "SELECT position, bytes - event_bytes, successor FROM superseded ORDER BY position";
    let mut statement = log.prepare(sql).expect("the table is there");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows are read");
    rows.collect::<Result<_, _>>().expect("rows are read")
}

#[tokio::test]
async fn a_body_is_dropped_where_another_entry_has_it_and_kept_where_none_has() {
    let (folder, _) = lived_in().await;
    let store = folder.open();
    let rows = received(store.as_ref()).await;
    let place = |position: u64| rows.iter().position(|row| row.position == position).expect("it is there");
    supersede(store.as_ref(), &rows[place(1)..=place(1)], named).await;
    let read = supersede(store.as_ref(), &rows[place(30)..=place(30)], |_| delivery(5)).await;
    assert!(matches!(read[..], [Reread::Superseded { duplicate: true, .. }]), "{read:?}");
    let dump = store.dump(ACME).await.expect("a dump is answered");
    close(store).await;
    assert_eq!(tombstones(folder.path()), [(1, 0, 31), (30, 2, 6)]);
    // The last position is of a supersession that no entry came with: the next opening counts on from it, and the records are
    // not taken for those of another log.
    let store = folder.open();
    assert_eq!((store.status().committed, store.status().folded), (32, 32));
    assert_eq!(store.dump(ACME).await.expect("a dump is answered"), dump);
    store.append(delivery(40)).await.expect("an append is answered");
    assert_eq!(store.status().committed, 33);
    close(store).await;
    assert!(!folder.path().join("records.db.former").exists());
}
