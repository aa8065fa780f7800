//! What was sent, what was answered, and whether the data folder holds exactly that.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use hookline_model::{
    event::Event,
    id::{EventId, WorkspaceId},
    platform::Platform,
    time::Millis,
};
use hookline_platforms::Delivery;
use hookline_store::{
    Store,
    query::{EventFilter, PAGE_ROWS_MAX, PageRequest},
    sqlite::{SqliteOptions, SqliteStore},
};

use crate::{reference, traffic::smartlead_body};

/// Deliveries by number.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The number up to which deliveries were ever sent.
    pub sent: u64,
    /// Those that were answered with a 200.
    answered: BTreeSet<u64>,
    /// Those sent and not answered, which a platform would send again.
    open: BTreeSet<u64>,
}

/// The event that a delivery is, as the parser reads it here.
///
/// # Panics
/// When our own traffic is not readable.
#[must_use]
pub fn event(n: u64) -> Event {
    let body = smartlead_body(n);
    let parser = hookline_platforms::parser(Platform::Smartlead).expect("SmartLead can be read");
    let delivery = Delivery::new(&body, Millis(1_900_000_000_000));
    parser.parse(&delivery).expect("our own traffic is readable").event
}

/// Words that every event of our own traffic has: the address that it is sent from.
const EVERYWHERE: &str = "nora@try-brightpath.example";

/// The ids of a workspace's events, in the order of the list; of those that search finds by some words, if there are any.
async fn events(store: &SqliteStore, workspace: WorkspaceId, q: Option<&str>) -> Vec<EventId> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let (filter, request) = (EventFilter::default(), PageRequest { limit: PAGE_ROWS_MAX, after });
        let page = match q {
            Some(q) => {
                let query = q.parse().expect("there are words");
                store.search_events(workspace, query, filter, request).await.expect("events are found").page
            }
            None => store.events(workspace, filter, request).await.expect("events are listed"),
        };
        ids.extend(page.rows.iter().map(|row| row.event.id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

impl Ledger {
    /// A ledger for deliveries below this number.
    #[must_use]
    pub fn up_to(sent: u64) -> Ledger {
        Ledger { sent, ..Ledger::default() }
    }

    /// Notes what became of a delivery.
    pub fn note(&mut self, n: u64, answered: bool) {
        if answered {
            self.answered.insert(n);
            self.open.remove(&n);
        } else if !self.answered.contains(&n) {
            self.open.insert(n);
        }
    }

    /// Deliveries to be sent again.
    #[must_use]
    pub fn open(&self) -> Vec<u64> {
        self.open.iter().copied().collect()
    }

    /// Checks the listed event ids: every answered event is there, once, and nothing that was never sent.
    ///
    /// # Panics
    /// When that is not so.
    pub fn check_listed(&self, listed: &[String]) {
        let unique: BTreeSet<&String> = listed.iter().collect();
        assert_eq!(unique.len(), listed.len(), "an event is listed twice");
        for n in &self.answered {
            let id = event(*n).id.to_string();
            assert!(unique.contains(&id), "delivery {n} was answered, and its event {id} is lost");
        }
        let ever_sent: BTreeSet<String> = (0..self.sent).map(|n| event(n).id.to_string()).collect();
        for id in unique {
            assert!(ever_sent.contains(id), "{id} was never sent");
        }
    }

    /// Opens a closed data folder: its files are sound, the records are those of the answered deliveries by the reference
    /// model, and search finds each event. Every delivery must have been answered by now.
    ///
    /// # Panics
    /// When that is not so.
    pub async fn check_records(&self, folder: &Path, workspace: &str) {
        assert!(self.open.is_empty(), "deliveries are still open");
        for file in ["log.db", "records.db", "search.db"] {
            let connection = rusqlite::Connection::open(folder.join(file)).expect("the file opens");
            let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
            assert_eq!(verdict, "ok", "{file}");
        }
        let workspace = WorkspaceId(workspace.parse().expect("a workspace's id"));
        let store = SqliteStore::open(SqliteOptions::new(folder)).expect("the folder opens");
        let dump = store.dump(workspace).await.expect("the records are read");
        let listed = events(&store, workspace, None).await;
        store.search_caught_up().await.expect("search catches up");
        let found = events(&store, workspace, Some(EVERYWHERE)).await;
        assert!(!listed.is_empty() && found == listed, "search finds {} of {} events", found.len(), listed.len());
        store.close().await.expect("the store closes");
        let told: BTreeMap<u64, Event> = self.answered.iter().map(|n| (*n, event(*n))).collect();
        let expected = reference::records(workspace, &told.into_values().collect::<Vec<_>>());
        assert!(dump == expected, "the records are not those of what was answered");
    }
}
