//! Search: a third file, `search.db`, with an index of the log's texts.
//!
//! One thread ([`index`]) follows the log behind the view, in small steps and only while the view is level, so that nobody who
//! delivers waits for it. The watermark moves in the transaction of its rows, so after a crash it goes on from there. Searches
//! have a few connections of their own: a slow one holds up other searches and nothing else.
//!
//! Like the records, the file follows from the log: one that is gone, damaged, of another version or ahead of the log is built
//! again, also one that turns out to be damaged while it is used.

mod find;
mod html;
mod index;
mod places;
mod text;

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use hookline_model::id::WorkspaceId;
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::watch;

pub use self::find::SearchLimits;
pub(super) use self::{find::Words, index::Indexer};
use super::{
    derived,
    disk::DiskGuard,
    open::{self, Files, failed},
    pool::Pool,
    reader::{Reader, WorkspaceReader},
    shared::Shared,
};
use crate::{
    Error,
    query::Page,
    search::{Found, SearchQuery},
};

/// How many searches run at once.
const SEARCHERS: usize = 2;

/// How far the index is.
#[derive(Clone, Copy, Debug)]
struct Progress {
    /// The last position that is in it.
    indexed: u64,
    state: State,
}

/// What the indexing thread is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It follows the log.
    Following,
    /// A search found the file damaged, and it is not yet put away.
    Damaged,
    /// It gave up.
    GivenUp,
    /// It ended with the store.
    Closed,
}

impl State {
    /// Fails unless the index can be asked.
    fn check(self) -> Result<(), Error> {
        match self {
            State::Following | State::Damaged => Ok(()),
            State::GivenUp => Err(Error::Storage { attempted: "search", cause: "indexing was given up before".to_owned() }),
            State::Closed => Err(Error::Closed),
        }
    }
}

/// The search of a store.
pub(super) struct Search {
    progress: Arc<watch::Sender<Progress>>,
    pool: Pool<Reader>,
    path: PathBuf,
    limits: SearchLimits,
    shared: Arc<Shared>,
    in_use: Arc<RwLock<()>>,
}

impl Search {
    /// Opens the index, and gives what is to run on a thread of its own.
    pub(super) fn open(
        files: &Files,
        limits: SearchLimits,
        committed: u64,
        disk: DiskGuard,
        shared: &Arc<Shared>,
    ) -> Result<(Search, Indexer), Error> {
        let mut search = derived::search_writer(files)?;
        let found = watermark(&search);
        let indexed = found.as_ref().ok().copied().filter(|indexed| *indexed <= committed);
        if indexed.is_none() {
            tracing::warn!(?found, committed, "search.db is damaged, or ahead of log.db; indexing the log again");
            drop(search);
            derived::put_away(&files.search)?;
            search = derived::search_writer(files)?;
        }
        let indexed = indexed.unwrap_or(0);
        let progress = Arc::new(watch::Sender::new(Progress { indexed, state: State::Following }));
        let readers = (0..SEARCHERS).map(|_| Reader::open(files)).collect::<Result<Vec<_>, Error>>()?;
        let in_use = Arc::default();
        let indexer = Indexer {
            search,
            log: open::reader(&files.log)?,
            files: files.clone(),
            disk,
            steps: 0,
            shared: Arc::clone(shared),
            progress: Arc::clone(&progress),
            in_use: Arc::clone(&in_use),
        };
        let (path, shared) = (files.search.clone(), Arc::clone(shared));
        Ok((Search { progress, pool: Pool::new(readers), path, limits, shared, in_use }, indexer))
    }

    /// The last position that is in the index.
    pub(super) fn indexed(&self) -> u64 {
        self.progress.borrow().indexed
    }

    /// Waits until the index has everything up to a position.
    pub(super) async fn caught_up(&self, position: u64) -> Result<(), Error> {
        let mut progress = self.progress.subscribe();
        let has_all = |progress: &Progress| progress.state == State::Following && progress.indexed >= position;
        let is_over = |progress: &Progress| progress.state.check().is_err();
        match progress.wait_for(|progress| has_all(progress) || is_over(progress)).await {
            Ok(progress) => progress.state.check(),
            Err(_) => Err(Error::Closed),
        }
    }

    /// Runs a search in one workspace. The records must have caught up.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        no: i64,
        workspace: WorkspaceId,
        query: SearchQuery,
        read: impl FnOnce(&mut WorkspaceReader<'_>, &Words<'_>) -> Result<Page<T>, Error> + Send + 'static,
    ) -> Result<Found<T>, Error> {
        let (progress, path, limits) = (Arc::clone(&self.progress), self.path.clone(), self.limits);
        let (shared, in_use) = (Arc::clone(&self.shared), Arc::clone(&self.in_use));
        let run = move |reader: &mut Reader| {
            let _in_use = in_use.read().unwrap_or_else(PoisonError::into_inner);
            let state = progress.borrow().state;
            state.check()?;
            // Opened for each search, which costs little beside it, so that a damaged file can be put away between two.
            let search = open::reader(&path)?;
            let words = Words::new(&search, no, &query, limits);
            let outcome = search_with(reader, &words, workspace, read);
            if words.is_damaged() {
                // Unless nobody is there any more to put it away.
                progress.send_if_modified(|progress| {
                    let is_news = progress.state == State::Following;
                    if is_news {
                        progress.state = State::Damaged;
                    }
                    is_news
                });
                shared.nudge();
            }
            outcome
        };
        self.pool.with("search", run).await
    }

    /// Lets the searches that have their turn finish, and closes the file.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Runs a search over connections that are in no transaction yet.
fn search_with<T>(
    reader: &Reader,
    words: &Words<'_>,
    workspace: WorkspaceId,
    read: impl FnOnce(&mut WorkspaceReader<'_>, &Words<'_>) -> Result<Page<T>, Error>,
) -> Result<Found<T>, Error> {
    // First the index, then the records: what the index has by now was folded before, and is in what is read after it.
    let as_of = words.begin()?;
    let page = reader.read(words.no(), workspace, |reader| read(reader, words))?;
    Ok(Found { page, as_of })
}

/// The last position that the index has.
fn watermark(search: &Connection) -> Result<u64, Error> {
    let sql = "SELECT value FROM meta WHERE name = 'watermark'";
    let value = search.query_row(sql, [], |row| row.get::<_, Vec<u8>>(0)).optional();
    let value = value.map_err(|error| failed("read the watermark of search", &error))?;
    Ok(value.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes))
}
