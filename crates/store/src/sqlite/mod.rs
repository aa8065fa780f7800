//! The embedded store: four SQLite files in a folder.
//!
//! `log.db` is the truth: one writer thread (`writer`) takes what waits in a bounded, fair `queue`, commits it as one
//! (`synchronous=FULL`), and only then answers. `records.db` is the view: one thread (`view`) folds committed entries and moves
//! the watermark with them. Two files, because one file has one write lock, and a fold would stall every answer. Readers take
//! their turn on a few connections of their own, after waiting for the view to have everything committed before they came.
//! `search.db` is an index of texts, which follows at its leisure (`search`). `deliveries.db` says what is on its way to whom
//! (`deliveries`).
//!
//! What may be lost: nothing of the log; of the records, after a power cut, the last folds, which are folded again at the start.

mod answers;
mod checkpointer;
mod deliveries;
mod derived;
mod directory;
mod disk;
mod known;
mod level;
mod log;
mod metrics;
mod open;
mod options;
mod payload;
mod place;
mod placing;
mod pool;
mod quarantine;
mod queue;
mod reader;
mod rebuild;
mod refold;
mod rerun;
mod routes;
mod rows;
mod search;
mod settle;
mod shapes;
mod shared;
mod sizes;
mod sources;
mod subscriptions;
mod supersede;
mod superseded;
mod surface;
mod view;
mod writer;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    thread::JoinHandle,
};

use hookline_model::id::WorkspaceId;
use tokio::sync::oneshot;

use self::{
    checkpointer::Checkpointer,
    deliveries::Desk,
    disk::DiskGuard,
    known::Known,
    pool::Pool,
    queue::Queue,
    reader::{Reader, WorkspaceReader},
    search::Search,
    shapes::Shapes,
    shared::Shared,
    view::View,
    writer::{Reply, Task, Writer},
};
pub use self::{
    options::SqliteOptions,
    queue::QueueLimits,
    search::SearchLimits,
    shared::{OnFatal, Probe},
    sizes::{FileSizes, PartSize, file_sizes},
};
use crate::{
    Error,
    directory::Directory,
    query::Page,
    search::{Found, SearchQuery},
};

/// How many reads run at once.
const READERS: usize = 4;

/// The embedded store.
pub struct SqliteStore {
    queue: Arc<Queue<(Task, Reply)>>,
    shared: Arc<Shared>,
    checkpointer: Arc<Checkpointer>,
    directory: Arc<RwLock<Arc<Directory>>>,
    readers: Pool<Reader>,
    search: Option<Search>,
    desk: Desk,
    shapes: Shapes,
    threads: Mutex<Vec<JoinHandle<()>>>,
    files: open::Files,
    _lock: open::Lock,
}

impl SqliteStore {
    /// Opens the folder, making it and its files if needed, and starts folding whatever the records lack.
    ///
    /// # Errors
    /// When another process has the folder, a file is not ours or of a newer version, or the disk fails.
    pub fn open(options: SqliteOptions) -> Result<SqliteStore, Error> {
        let (files, lock) = open::take_folder(&options.folder)?;
        let log = open::log_writer(&files)?;
        let committed = log::last_position(&log)?;
        let mut records = derived::records_writer(&files)?;
        let mut folded = view::watermark(&records)?;
        if folded > committed {
            // Records of another log, or of a log that was put back from a backup: they cannot be trusted.
            tracing::warn!(folded, committed, "records.db is ahead of log.db; folding the log again");
            drop(records);
            derived::put_away(&files.records)?;
            records = derived::records_writer(&files)?;
            folded = 0;
        }
        let (directory, numbers) = directory::load(&log)?;
        let directory = Arc::new(RwLock::new(Arc::new(directory.with_routes(routes::load(&log)?))));
        let queue = Arc::new(Queue::new(options.queue));
        let shared = Arc::new(Shared::new(committed, folded, options.on_fatal, options.probe));
        let readers = (0..READERS).map(|_| Reader::open(&files)).collect::<Result<Vec<_>, Error>>()?;
        let disk = DiskGuard::new(options.folder, options.disk_reserve_bytes);
        let open_search = |limits| Search::open(&files, limits, committed, disk.clone(), &shared);
        let search = options.search.map(open_search).transpose()?;
        let (desk, deliveries) = Desk::open(&files)?;
        let shapes = Shapes::open(&files)?;
        let checkpointer = Arc::new(Checkpointer::new(options.checkpoint_pages));
        let view = View {
            records,
            log: open::reader(&files.log)?,
            shared: Arc::clone(&shared),
            folded,
            checkpointer: Arc::clone(&checkpointer),
            kept: rows::Kept::default(),
        };
        let writer = Writer {
            connection: log,
            queue: Arc::clone(&queue),
            shared: Arc::clone(&shared),
            directory: Arc::clone(&directory),
            numbers,
            known: Known::default(),
            position: committed,
            disk,
            checkpointer: Arc::clone(&checkpointer),
        };
        let (log, records) = (open::log_checkpointer(&files)?, open::records_checkpointer(&files)?);
        let sent = open::deliveries_checkpointer(&files)?;
        let (at_work, asked) = (Arc::clone(&checkpointer), Arc::clone(&checkpointer));
        let mut threads = vec![
            spawn("log-writer", &shared, move || writer.run())?,
            spawn("records", &shared, move || view.run())?,
            spawn("checkpointer", &shared, move || at_work.run(&log, &records, &sent))?,
            spawn("deliveries", &shared, move || deliveries.run(asked))?,
        ];
        let search = match search {
            Some((search, indexer)) => {
                threads.push(spawn("search", &shared, move || indexer.run())?);
                Some(search)
            }
            None => None,
        };
        Ok(SqliteStore {
            queue,
            shared,
            checkpointer,
            directory,
            readers: Pool::new(readers),
            search,
            desk,
            shapes,
            threads: Mutex::new(threads),
            files,
            _lock: lock,
        })
    }

    /// Puts records.db away, so that the next opening folds the whole log anew. Nobody may have the folder open.
    ///
    /// # Errors
    /// When another process has the folder, or the disk fails.
    pub fn forget_records(folder: &Path) -> Result<(), Error> {
        let (files, _lock) = open::take_folder(folder)?;
        derived::put_away(&files.records)
    }

    async fn write<T>(
        &self,
        lane: Option<WorkspaceId>,
        bytes: usize,
        task: Task,
        reply: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Reply,
    ) -> Result<T, Error> {
        let (sender, receiver) = oneshot::channel();
        if let Err(error) = self.queue.push(lane, bytes, (task, reply(sender))) {
            if matches!(error, Error::Overloaded(_)) {
                ::metrics::counter!(metrics::QUEUE_REFUSED).increment(1);
            }
            return Err(error);
        }
        receiver.await.unwrap_or(Err(Error::Closed))
    }

    /// Runs a read of one workspace on a thread that may block, after the view has caught up.
    async fn read<T: Send + 'static>(
        &self,
        workspace: WorkspaceId,
        read: impl FnOnce(&mut WorkspaceReader<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let number = self.number(workspace).await?;
        self.shared.catch_up().await?;
        self.with_reader(move |reader| reader.read(number, workspace, read)).await
    }

    async fn with_reader<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.readers.with("read", move |reader| read(reader)).await
    }

    /// Searches one workspace, after the view has caught up.
    async fn search<T: Send + 'static>(
        &self,
        workspace: WorkspaceId,
        query: SearchQuery,
        read: impl FnOnce(&mut WorkspaceReader<'_>, &search::Words<'_>) -> Result<Page<T>, Error> + Send + 'static,
    ) -> Result<Found<T>, Error> {
        let search = self.search.as_ref().ok_or(Error::SearchOff)?;
        let number = self.number(workspace).await?;
        self.shared.catch_up().await?;
        search.read(number, workspace, query, read).await
    }

    async fn number(&self, workspace: WorkspaceId) -> Result<i64, Error> {
        use rusqlite::OptionalExtension;
        let find = move |reader: &Reader| {
            let sql = "SELECT no FROM workspace WHERE id = ?1";
            let run = || reader.log.prepare_cached(sql)?.query_row([workspace.0], |row| row.get(0)).optional();
            run().map_err(|error| open::failed("find a workspace", &error))
        };
        self.with_reader(find).await?.ok_or_else(|| Error::Conflict("there is no such workspace".to_owned()))
    }
}

/// Starts a thread whose panic is fatal: a store without its writer or its view keeps no promise.
fn spawn(name: &str, shared: &Arc<Shared>, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    let on_fatal = Arc::clone(&shared.on_fatal);
    let name_inside = name.to_owned();
    let guarded = move || {
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err() {
            on_fatal(&format!("the thread {name_inside} panicked"));
        }
    };
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(guarded);
    started.map_err(|error| Error::Storage { attempted: "start a thread", cause: error.to_string() })
}

impl Drop for SqliteStore {
    /// A store that is dropped without [`crate::Store::close`] commits what is queued and stops its threads all the same.
    fn drop(&mut self) {
        self.queue.close();
        self.checkpointer.close();
        self.desk.take_no_more();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let mut threads = threads.into_iter();
        if let Some(writer) = threads.next() {
            drop(writer.join());
        }
        self.shared.close();
        for thread in threads {
            drop(thread.join());
        }
    }
}
