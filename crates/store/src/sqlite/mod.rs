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
mod view;
mod writer;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    thread::JoinHandle,
};

use hookline_model::id::{CampaignId, ContactId, EmailId, EventId, QuarantineId, WorkspaceId};
use hookline_model::{key::CampaignKey, route::Decision, time::Millis};
use tokio::sync::oneshot;

use self::{
    checkpointer::Checkpointer,
    deliveries::Desk,
    disk::DiskGuard,
    known::Known,
    log::Prepared,
    pool::Pool,
    queue::Queue,
    reader::{Reader, WorkspaceReader},
    search::Search,
    settle::Settling,
    shapes::Shapes,
    shared::Shared,
    view::{Command, View},
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
    Answer, Append, Appended, Error, Quarantined, RebuildKeys, Status, Store, StoredEvent,
    answers::KeptAnswer,
    directory::{AddressOwner, Directory, DirectoryChange},
    query::{CampaignFilter, ContactFilter, EmailFilter, EventFilter, Page, PageRequest},
    rerun::{Received, Reread, Rerun, RerunFilter},
    routing::{Delivered, Placed, Placing, Unplaced},
    search::{Found, SearchQuery},
    settle::{MakeAnswer, Settled, Settlement},
    shapes::ShapesRow,
    stats::{StatsBy, StatsFilter, StatsRow},
};
use hookline_model::{
    item::ItemSort,
    record::{Campaign, Contact, Email, Erasure, Item},
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
        let mut records = open::records_writer(&files)?;
        let mut folded = view::watermark(&records)?;
        if folded > committed {
            // Records of another log, or of a log that was put back from a backup: they cannot be trusted.
            tracing::warn!(folded, committed, "records.db is ahead of log.db; folding the log again");
            drop(records);
            open::put_away(&files.records)?;
            records = open::records_writer(&files)?;
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
        let at_work = Arc::clone(&checkpointer);
        let mut threads = vec![
            spawn("log-writer", &shared, move || writer.run())?,
            spawn("records", &shared, move || view.run())?,
            spawn("checkpointer", &shared, move || at_work.run(&log, &records))?,
            spawn("deliveries", &shared, move || deliveries.run())?,
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
        open::put_away(&files.records)
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

impl Store for SqliteStore {
    fn append(&self, delivery: Append) -> Answer<'_, Appended> {
        Box::pin(async move {
            let workspace = delivery.workspace;
            let prepared = Prepared::new(delivery)?;
            self.write(Some(workspace), prepared.bytes(), Task::Append(Box::new(prepared)), Reply::Appended).await
        })
    }

    fn record(&self, delivery: Append, answer: Option<KeptAnswer>) -> Answer<'_, Appended> {
        Box::pin(async move {
            let workspace = delivery.workspace;
            let prepared = Box::new(Prepared::new(delivery)?);
            self.write(Some(workspace), prepared.bytes(), Task::Record(prepared, answer), Reply::Appended).await
        })
    }

    fn quarantine(&self, delivery: Quarantined) -> Answer<'_, ()> {
        let bytes = delivery.body.len() + delivery.reason.len();
        Box::pin(self.write(Some(delivery.workspace), bytes, Task::Quarantine(Box::new(delivery)), Reply::Done))
    }

    fn quarantined(&self, workspace: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Quarantined>> {
        Box::pin(async move {
            let number = self.number(workspace).await?;
            self.with_reader(move |reader| quarantine::page(&reader.log, number, workspace, &page)).await
        })
    }

    fn quarantined_one(&self, workspace: WorkspaceId, id: QuarantineId) -> Answer<'_, Option<Quarantined>> {
        Box::pin(async move {
            let number = self.number(workspace).await?;
            self.with_reader(move |reader| quarantine::one(&reader.log, number, workspace, id)).await
        })
    }

    fn settle(
        &self,
        workspace: WorkspaceId,
        settlements: Vec<Settlement>,
        answer: Option<MakeAnswer>,
    ) -> Answer<'_, Vec<Settled>> {
        Box::pin(async move {
            let settling = Settling::prepare(workspace, settlements, answer).await?;
            self.write(Some(workspace), settling.bytes(), Task::Settle(settling), Reply::Settled).await
        })
    }

    fn received(&self, workspace: WorkspaceId, filter: RerunFilter, page: PageRequest) -> Answer<'_, Page<Received>> {
        Box::pin(async move {
            let number = self.number(workspace).await?;
            self.with_reader(move |reader| rerun::received(&reader.log, number, filter, &page)).await
        })
    }

    fn supersede(&self, workspace: WorkspaceId, rerun: Rerun) -> Answer<'_, Vec<Reread>> {
        Box::pin(self.supersede_read_otherwise(workspace, rerun))
    }

    fn deliver(&self, delivery: Append, decision: Decision) -> Answer<'_, Delivered> {
        Box::pin(self.deliver_where_it_belongs(delivery, decision))
    }

    fn unplaced(&self, reserved: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Unplaced>> {
        Box::pin(self.read(reserved, move |reader| reader.unplaced(&page)))
    }

    fn place(&self, reserved: WorkspaceId, placing: Placing) -> Answer<'_, Vec<Placed>> {
        Box::pin(self.place_what_waits(reserved, placing))
    }

    fn kept_answer(&self, key: [u8; 32], now: Millis) -> Answer<'_, Option<KeptAnswer>> {
        Box::pin(self.with_reader(move |reader| answers::find(&reader.log, key, now)))
    }

    fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change_directory(&self, changes: Vec<DirectoryChange>) -> Answer<'_, ()> {
        Box::pin(self.write(None, directory::bytes(&changes), Task::Directory(changes), Reply::Done))
    }

    fn event(&self, workspace: WorkspaceId, id: EventId, with_raw: bool) -> Answer<'_, Option<StoredEvent>> {
        Box::pin(self.read(workspace, move |reader| reader.event(id, with_raw)))
    }

    fn events(&self, workspace: WorkspaceId, filter: EventFilter, page: PageRequest) -> Answer<'_, Page<StoredEvent>> {
        Box::pin(self.read(workspace, move |reader| reader.events(&filter, &page, None)))
    }

    fn contact(&self, workspace: WorkspaceId, id: ContactId) -> Answer<'_, Option<Contact>> {
        Box::pin(self.read(workspace, move |reader| reader.contact(id)))
    }

    fn contacts(&self, workspace: WorkspaceId, filter: ContactFilter, page: PageRequest) -> Answer<'_, Page<Contact>> {
        Box::pin(self.read(workspace, move |reader| reader.contacts(&filter, &page)))
    }

    fn campaign(&self, workspace: WorkspaceId, id: CampaignId) -> Answer<'_, Option<Campaign>> {
        Box::pin(self.read(workspace, move |reader| reader.campaign(id)))
    }

    fn campaign_keys(&self, workspace: WorkspaceId, id: CampaignId) -> Answer<'_, Option<Vec<CampaignKey>>> {
        Box::pin(self.read(workspace, move |reader| reader.campaign_keys(id)))
    }

    fn campaigns(&self, workspace: WorkspaceId, filter: CampaignFilter, page: PageRequest) -> Answer<'_, Page<Campaign>> {
        Box::pin(self.read(workspace, move |reader| reader.campaigns(&filter, &page)))
    }

    fn email(&self, workspace: WorkspaceId, id: EmailId) -> Answer<'_, Option<Email>> {
        Box::pin(self.read(workspace, move |reader| reader.email(id)))
    }

    fn emails(&self, workspace: WorkspaceId, filter: EmailFilter, page: PageRequest) -> Answer<'_, Page<Email>> {
        Box::pin(self.read(workspace, move |reader| reader.emails(&filter, &page, None)))
    }

    fn items(&self, workspace: WorkspaceId, sort: ItemSort, page: PageRequest) -> Answer<'_, Page<Item>> {
        Box::pin(self.read(workspace, move |reader| reader.items(sort, &page)))
    }

    fn contact_items(
        &self,
        workspace: WorkspaceId,
        contact: ContactId,
        sort: ItemSort,
        page: PageRequest,
    ) -> Answer<'_, Option<Page<Item>>> {
        Box::pin(self.read(workspace, move |reader| reader.contact_items(contact, sort, &page)))
    }

    fn erasures(&self, workspace: WorkspaceId, page: PageRequest) -> Answer<'_, Page<Erasure>> {
        Box::pin(self.read(workspace, move |reader| reader.erasures(&page)))
    }

    fn search_events(
        &self,
        workspace: WorkspaceId,
        query: SearchQuery,
        filter: EventFilter,
        page: PageRequest,
    ) -> Answer<'_, Found<StoredEvent>> {
        Box::pin(self.search(workspace, query, move |reader, words| reader.events(&filter, &page, Some(words))))
    }

    fn search_emails(
        &self,
        workspace: WorkspaceId,
        query: SearchQuery,
        filter: EmailFilter,
        page: PageRequest,
    ) -> Answer<'_, Found<Email>> {
        Box::pin(self.search(workspace, query, move |reader, words| reader.emails(&filter, &page, Some(words))))
    }

    fn search_caught_up(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let search = self.search.as_ref().ok_or(Error::SearchOff)?;
            search.caught_up(self.shared.committed()).await
        })
    }

    fn stats(&self, workspace: WorkspaceId, filter: StatsFilter, by: StatsBy) -> Answer<'_, Vec<StatsRow>> {
        Box::pin(self.read(workspace, move |reader| reader.stats(&filter, by)))
    }

    fn shapes(&self) -> Answer<'_, Vec<ShapesRow>> {
        Box::pin(self.shapes.all())
    }

    fn keep_shapes(&self, rows: Vec<ShapesRow>, gone: Vec<AddressOwner>) -> Answer<'_, ()> {
        Box::pin(self.shapes.keep(rows, gone))
    }

    fn dump(&self, workspace: WorkspaceId) -> Answer<'_, serde_json::Value> {
        Box::pin(self.read(workspace, |reader: &mut WorkspaceReader<'_>| reader.dump()))
    }

    fn rebuild(&self, workspace: WorkspaceId, keys: RebuildKeys) -> Answer<'_, u64> {
        Box::pin(async move {
            let no = self.number(workspace).await?;
            self.shared.catch_up().await?;
            let (reply, receiver) = oneshot::channel();
            self.shared.command(Command::Rebuild { no, workspace, keys, reply })?;
            receiver.await.unwrap_or(Err(Error::Closed))
        })
    }

    fn status(&self) -> Status {
        let (queued, queued_bytes) = self.queue.waiting();
        Status {
            committed: self.shared.committed(),
            folded: self.shared.folded(),
            queued: queued as u64,
            queued_bytes: queued_bytes as u64,
            log_bytes: writer::size_on_disk(&self.files.log),
            records_bytes: writer::size_on_disk(&self.files.records),
            indexed: self.search.as_ref().map(Search::indexed),
            search_bytes: writer::size_on_disk(&self.files.search),
        }
    }

    fn ready(&self) -> Answer<'_, ()> {
        // An empty change goes through the writer and is committed: it says that the log can be written and synced.
        Box::pin(async move {
            self.change_directory(Vec::new()).await?;
            self.shared.catch_up().await
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.queue.close();
            self.desk.close().await;
            self.shapes.close().await;
            let mut threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner)).into_iter();
            let (writer, view, copying) = (threads.next(), threads.next(), threads.next());
            let (shared, checkpointer) = (Arc::clone(&self.shared), Arc::clone(&self.checkpointer));
            let joined = tokio::task::spawn_blocking(move || {
                // The last to close a file copies its WAL back whole, so the checkpointer's connections go first.
                checkpointer.close();
                let copying = copying.is_none_or(|thread| thread.join().is_ok());
                let writer = writer.is_none_or(|thread| thread.join().is_ok());
                shared.close();
                // Each is waited for, also if another one had panicked.
                let rest = view.into_iter().chain(threads);
                rest.fold(copying && writer, |joined, thread| thread.join().is_ok() && joined)
            });
            let joined = joined.await;
            self.readers.close().await;
            if let Some(search) = &self.search {
                search.close().await;
            }
            match joined {
                Ok(true) => Ok(()),
                _ => Err(Error::Storage { attempted: "close the store", cause: "a thread had panicked".to_owned() }),
            }
        })
    }
}

impl Drop for SqliteStore {
    /// A store that is dropped without [`Store::close`] commits what is queued and stops its threads all the same.
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
