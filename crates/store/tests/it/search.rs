//! search.db: what is built again, what is gone on from, and what it costs nobody else.

use std::{fs, path::Path, sync::Arc};

use hookline_store::{
    Error, Store, StoredEvent,
    conformance::{Place, cases, exercise_one},
    query::{Cursor, EmailFilter, EventFilter, PageRequest},
    search::{Found, SearchQuery},
    sqlite::{SearchLimits, SqliteOptions, SqliteStore},
};
use rusqlite::Connection;

use crate::{
    Folder, options,
    sqlite::{ACME, delivery, lived_in, make_workspace},
};

fn open_with(folder: &Folder, set: impl FnOnce(&mut SqliteOptions)) -> Arc<dyn Store> {
    let mut options = options(folder.path());
    set(&mut options);
    Arc::new(SqliteStore::open(options).expect("the folder opens"))
}

fn query(q: &str) -> SearchQuery {
    q.parse().expect("there is a word")
}

fn page(limit: usize, after: Option<Cursor>) -> PageRequest {
    PageRequest { limit, after }
}

async fn search(store: &dyn Store, q: &str) -> Result<Found<StoredEvent>, Error> {
    store.search_events(ACME, query(q), EventFilter::default(), page(500, None)).await
}

/// How many of the thirty messages of [`lived_in`] are found.
async fn count(store: &dyn Store, q: &str) -> usize {
    store.search_caught_up().await.expect("search catches up");
    search(store, q).await.expect("a search is answered").page.rows.len()
}

/// A place whose searches gather nothing, so that every list is walked.
struct Walking(Folder);

impl Place for Walking {
    fn open(&self) -> Arc<dyn Store> {
        open_with(&self.0, |options| options.search = Some(SearchLimits { gathered_max: 0, ..SearchLimits::default() }))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_frequent_to_be_gathered_is_found_all_the_same() {
    let names = cases().into_iter().map(|(name, _)| name);
    let searches: Vec<&str> = names.filter(|name| name.contains("search") || name.contains("found")).collect();
    assert!(searches.len() >= 8, "{searches:?}");
    for name in searches {
        exercise_one(name, &|| Box::new(Walking(Folder::new()))).await;
    }
}

#[tokio::test]
async fn a_page_asks_for_a_bounded_number_of_rows_and_leads_on() {
    let (folder, _) = lived_in().await;
    let store = open_with(&folder, |options| options.search = Some(SearchLimits { gathered_max: 2, asked_max: 4 }));
    store.search_caught_up().await.expect("search catches up");
    // Messages 3, 13 and 23 of thirty are to the contact: one too many to be gathered, and at most one among four in a row.
    let (mut events, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let found = store.search_events(ACME, query("contact3"), EventFilter::default(), page(10, after)).await;
        let found = found.expect("a search is answered").page;
        assert!(found.rows.len() <= 1);
        events.extend(found.rows.into_iter().map(|row| row.event.occurred_at.0 % 100));
        (pages, after) = (pages + 1, found.next);
        if after.is_none() {
            break;
        }
    }
    assert_eq!((events, pages), (vec![23, 13, 3], 8));
    let (mut emails, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let found = store.search_emails(ACME, query("contact3"), EmailFilter::default(), page(10, after)).await;
        let found = found.expect("a search is answered").page;
        assert!(found.rows.len() <= 1);
        emails.extend(found.rows.into_iter().filter_map(|row| row.body_text));
        (pages, after) = (pages + 1, found.next);
        if after.is_none() {
            break;
        }
    }
    let expected = [23, 13, 3].map(|n| format!("Dear contact {n}"));
    assert_eq!((emails, pages), (expected.to_vec(), 8));
}

/// Does something to the index of a folder, and checks that it is as before.
async fn check_indexed_anew(what: &str, harm: impl FnOnce(&Path)) {
    let (folder, _) = lived_in().await;
    let path = folder.path().join("search.db");
    let store = folder.open();
    assert_eq!((count(store.as_ref(), "dear").await, count(store.as_ref(), "contact3").await), (30, 3), "{what}");
    store.close().await.expect("an open store closes");
    drop(store);
    harm(&path);
    let store = folder.open();
    assert_eq!((count(store.as_ref(), "dear").await, count(store.as_ref(), "contact3").await), (30, 3), "{what}");
    store.append(delivery(33)).await.expect("an append is answered");
    assert_eq!(count(store.as_ref(), "contact3").await, 4, "{what}");
    store.close().await.expect("an open store closes");
    let verdict = Connection::open(&path).and_then(|file| file.query_row("PRAGMA integrity_check", [], |row| row.get(0)));
    assert_eq!(verdict, Ok("ok".to_owned()), "{what}");
}

fn change(path: &Path, sql: &str) {
    Connection::open(path).and_then(|file| file.execute_batch(sql)).expect("the file can be changed");
}

#[tokio::test]
async fn an_index_that_cannot_be_used_is_built_again() {
    check_indexed_anew("deleted", |path| fs::remove_file(path).expect("the file is there")).await;
    check_indexed_anew("garbage", |path| fs::write(path, b"garbage ".repeat(10_000)).expect("a file can be written")).await;
    check_indexed_anew("an empty file", |path| fs::write(path, b"").expect("a file can be written")).await;
    check_indexed_anew("another version", |path| change(path, "PRAGMA user_version = 1000")).await;
    check_indexed_anew("another application", |path| change(path, "PRAGMA application_id = 7")).await;
    check_indexed_anew("no tables", |path| change(path, "DROP TABLE meta; DROP TABLE words")).await;
    let ahead = "UPDATE meta SET value = x'00000000000003E8' WHERE name = 'watermark'";
    check_indexed_anew("ahead of the log", |path| change(path, ahead)).await;
}

#[tokio::test]
async fn an_index_that_is_behind_goes_on_from_its_watermark() {
    let (folder, _) = lived_in().await;
    let path = folder.path().join("search.db");
    let store = folder.open();
    assert_eq!(count(store.as_ref(), "contact3").await, 3);
    store.close().await.expect("an open store closes");
    drop(store);
    let older = fs::read(&path).expect("the file is there");
    let store = folder.open();
    store.append(delivery(33)).await.expect("an append is answered");
    assert_eq!(count(store.as_ref(), "contact3").await, 4);
    store.close().await.expect("an open store closes");
    drop(store);
    // As after a power cut.
    fs::write(&path, older).expect("a file can be written");
    let store = folder.open();
    assert_eq!(count(store.as_ref(), "contact3").await, 4);
    assert!(!path.with_extension("db.former").exists(), "nothing was put away");
}

#[tokio::test]
async fn an_index_that_turns_out_to_be_damaged_is_built_again_while_the_store_is_open() {
    let (folder, _) = lived_in().await;
    let store = folder.open();
    assert_eq!(count(store.as_ref(), "contact3").await, 3);
    // All that the words are in, but for the list of what there is.
    change(&folder.path().join("search.db"), "UPDATE words_data SET block = x'00ff00ff00ff00ff' WHERE id > 10");
    let refused = search(store.as_ref(), "contact3").await;
    assert!(matches!(&refused, Err(Error::Storage { .. })), "{refused:?}");
    assert_eq!(count(store.as_ref(), "contact3").await, 3);
    store.append(delivery(33)).await.expect("an append is answered");
    assert_eq!(count(store.as_ref(), "contact3").await, 4);
    assert!(folder.path().join("search.db.former").exists());
}

#[tokio::test]
async fn an_index_that_is_damaged_ever_again_is_given_up_and_the_rest_goes_on() {
    let (folder, _) = lived_in().await;
    let store = folder.open();
    for _ in 0..2 {
        assert_eq!(count(store.as_ref(), "contact3").await, 3);
        change(&folder.path().join("search.db"), "UPDATE words_data SET block = x'00ff00ff00ff00ff' WHERE id > 10");
        assert!(search(store.as_ref(), "contact3").await.is_err());
    }
    assert_eq!(count(store.as_ref(), "contact3").await, 3, "the third file is good");
    change(&folder.path().join("search.db"), "UPDATE words_data SET block = x'00ff00ff00ff00ff' WHERE id > 10");
    assert!(search(store.as_ref(), "contact3").await.is_err());
    assert!(store.search_caught_up().await.is_err());
    assert!(search(store.as_ref(), "contact3").await.is_err());
    store.append(delivery(33)).await.expect("an append is answered");
    assert_eq!(store.events(ACME, EventFilter::default(), page(500, None)).await.expect("events").rows.len(), 31);
    store.close().await.expect("an open store closes");
}

#[tokio::test]
async fn search_can_be_off_and_on_again() {
    let folder = Folder::new();
    let off = || open_with(&folder, |options| options.search = None);
    let store = off();
    make_workspace(store.as_ref()).await;
    store.append(delivery(3)).await.expect("an append is answered");
    assert!(matches!(search(store.as_ref(), "dear").await, Err(Error::SearchOff)));
    let emails = store.search_emails(ACME, query("dear"), EmailFilter::default(), page(1, None)).await;
    assert!(matches!(emails, Err(Error::SearchOff)) && matches!(store.search_caught_up().await, Err(Error::SearchOff)));
    assert_eq!((store.status().indexed, store.status().search_bytes), (None, 0));
    assert!(!folder.path().join("search.db").exists());
    store.close().await.expect("an open store closes");
    drop(store);
    let store = folder.open();
    assert_eq!(count(store.as_ref(), "dear").await, 1);
    store.close().await.expect("an open store closes");
    drop(store);
    let store = off();
    store.append(delivery(4)).await.expect("an append is answered");
    store.close().await.expect("an open store closes");
    drop(store);
    assert_eq!(count(folder.open().as_ref(), "dear").await, 2);
}

#[tokio::test]
async fn a_closed_store_searches_no_more() {
    let (folder, _) = lived_in().await;
    let store = folder.open();
    store.close().await.expect("an open store closes");
    assert!(matches!(search(store.as_ref(), "dear").await, Err(Error::Closed)));
    assert!(matches!(store.search_caught_up().await, Err(Error::Closed)));
}
