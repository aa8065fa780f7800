//! What was sent, what was answered, and whether the data folder holds exactly that.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use hookline_model::{event::Event, id::WorkspaceId, platform::Platform, time::Millis};
use hookline_platforms::Delivery;
use hookline_store::{
    Store,
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
    let delivery = Delivery { body: &body, received_at: Millis(1_900_000_000_000) };
    parser.parse(&delivery).expect("our own traffic is readable").event
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

    /// Opens a closed data folder: both files are sound, and the records are those of the answered deliveries by the reference
    /// model. Every delivery must have been answered by now.
    ///
    /// # Panics
    /// When that is not so.
    pub async fn check_records(&self, folder: &Path, workspace: &str) {
        assert!(self.open.is_empty(), "deliveries are still open");
        for file in ["log.db", "records.db"] {
            let connection = rusqlite::Connection::open(folder.join(file)).expect("the file opens");
            let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a verdict");
            assert_eq!(verdict, "ok", "{file}");
        }
        let workspace = WorkspaceId(workspace.parse().expect("a workspace's id"));
        let store = SqliteStore::open(SqliteOptions::new(folder)).expect("the folder opens");
        let dump = store.dump(workspace).await.expect("the records are read");
        store.close().await.expect("the store closes");
        let events: BTreeMap<u64, Event> = self.answered.iter().map(|n| (*n, event(*n))).collect();
        let expected = reference::records(workspace, &events.into_values().collect::<Vec<_>>());
        assert!(dump == expected, "the records are not those of what was answered");
    }
}
