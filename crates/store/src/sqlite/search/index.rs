//! The one thread that changes search.db.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use hookline_model::{
    id::{EmailId, WorkspaceId},
    key::EmailKey,
    time::Millis,
};
use rusqlite::{Connection, params};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    Progress, State,
    find::{message_word, workspace_word},
    text::Texts,
};
use crate::{
    Error,
    sqlite::{
        checkpointer::copy_back,
        derived,
        disk::DiskGuard,
        log::{self, LogRow},
        open::{Files, failed},
        shared::Shared,
        superseded::{self, Step},
    },
};

/// Entries of one step, at most.
const STEP_ENTRIES_MAX: usize = 128;
/// Bytes of the entries of one step, unpacked; a single larger entry still goes.
const STEP_BYTES_MAX: usize = 1024 * 1024;
/// After so many steps what was written is copied back from the write-ahead log.
const STEPS_PER_CHECKPOINT: u64 = 64;
/// How long the thread waits before it tries again on a full disk.
const FULL_DISK_PAUSE: Duration = Duration::from_secs(1);
/// How often a file that cannot be used is put away and begun anew, in the life of a process.
const FILES_MAX: u32 = 3;
/// What a fault of search.db was attempted as, unlike one of log.db, which another file would not mend.
const INDEX: &str = "index texts";

/// From now on this thread has the processor that nobody else wants. Nobody waits for texts to be indexed, and what was just
/// taken in is to be answered, folded and passed on first. Only on Linux does a thread have a priority of its own that is set
/// so.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, LEAST_PRIORITY) {
        tracing::debug!(%error, "texts are indexed as if somebody waited for it");
    }
}

/// The nice value of a thread that gives way to all others.
#[cfg(target_os = "linux")]
const LEAST_PRIORITY: i32 = 19;

/// Follows the log and indexes it.
pub(in crate::sqlite) struct Indexer {
    pub(super) search: Connection,
    pub(super) log: Connection,
    pub(super) files: Files,
    pub(super) disk: DiskGuard,
    /// How many steps were made.
    pub(super) steps: u64,
    pub(super) shared: Arc<Shared>,
    pub(super) progress: Arc<watch::Sender<Progress>>,
    /// Taken by every search while it has the file open, and by this thread while it puts the file away.
    pub(super) in_use: Arc<RwLock<()>>,
}

impl Indexer {
    /// Works until the store closes. What is not indexed by then is indexed after the next start.
    ///
    /// Whatever goes wrong here ends searching and nothing else: no promise about deliveries depends on it.
    pub(in crate::sqlite) fn run(mut self) {
        give_way();
        let state = match catch_unwind(AssertUnwindSafe(|| self.follow())) {
            Ok(Ok(())) => State::Closed,
            Ok(Err(error)) => {
                tracing::error!(%error, "texts are not indexed any more, and cannot be searched for until the next start");
                State::GivenUp
            }
            Err(_) => {
                tracing::error!("indexing panicked; texts cannot be searched for until the next start");
                State::GivenUp
            }
        };
        self.progress.send_modify(|progress| progress.state = state);
    }

    fn follow(&mut self) -> Result<(), Error> {
        let mut files = 1;
        loop {
            let is_damaged = || self.now().state == State::Damaged;
            let Some(folded) = self.shared.next_to_index(self.now().indexed, is_damaged) else { break };
            match self.step(folded) {
                Ok(()) => {}
                Err(Error::DiskFull(reason)) => {
                    tracing::error!(%reason, "texts cannot be indexed until there is room on the disk");
                    self.shared.pause(FULL_DISK_PAUSE);
                }
                Err(error @ Error::Storage { attempted: INDEX, .. }) if files < FILES_MAX => {
                    tracing::warn!(%error, "search.db cannot be used; indexing the log again");
                    self.begin_anew()?;
                    files += 1;
                }
                Err(error) => return Err(error),
            }
        }
        if let Err(error) = self.search.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);") {
            tracing::warn!(%error, "search.db was closed without a last checkpoint");
        }
        Ok(())
    }

    fn now(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Puts the file away, once no search has it open, and begins another one.
    fn begin_anew(&mut self) -> Result<(), Error> {
        let _alone = self.in_use.write().unwrap_or_else(PoisonError::into_inner);
        let nothing = Connection::open_in_memory().map_err(|error| failed("open a database in memory", &error))?;
        drop(std::mem::replace(&mut self.search, nothing));
        derived::put_away(&self.files.search)?;
        self.search = derived::search_writer(&self.files)?;
        self.progress.send_modify(|progress| *progress = Progress { indexed: 0, state: State::Following });
        Ok(())
    }

    /// Indexes what follows on the watermark, up to `folded` at most, and moves it behind that.
    fn step(&mut self, folded: u64) -> Result<(), Error> {
        let now = self.now();
        if now.state == State::Damaged {
            return Err(Error::Storage { attempted: INDEX, cause: "a search found the file damaged".to_owned() });
        }
        self.disk.check(STEP_BYTES_MAX as u64)?;
        (self.shared.probe)("indexing");
        let step = |sql: &str| self.search.execute_batch(sql).map_err(|error| failed(INDEX, &error));
        step("BEGIN IMMEDIATE")?;
        let last = self.step_inside(now.indexed, folded).and_then(|last| {
            (self.shared.probe)("indexed");
            step("COMMIT").map(|()| last)
        });
        let last = match last {
            Ok(last) => last,
            Err(error) => {
                if !self.search.is_autocommit() {
                    step("ROLLBACK")?;
                }
                return Err(error);
            }
        };
        self.progress.send_modify(|progress| progress.indexed = last);
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS_PER_CHECKPOINT) { copy_back(&self.search) } else { Ok(()) }
    }

    fn step_inside(&self, indexed: u64, folded: u64) -> Result<u64, Error> {
        let (mut last, mut bytes) = (indexed, 0);
        let mut reach: BTreeMap<i64, Millis> = BTreeMap::new();
        for _ in 0..STEP_ENTRIES_MAX {
            // One by one, so that at most one body is in memory.
            let step = superseded::steps_after(&self.log, last, 1)?.pop().filter(|step| step.position <= folded);
            let Some(Step { position, entry, supersedes }) = step else { break };
            let more = entry.as_ref().map_or(0, LogRow::bytes);
            if bytes > 0 && bytes + more > STEP_BYTES_MAX {
                break;
            }
            bytes += more;
            last = position;
            if let Some(old) = supersedes {
                self.forget(old.row.position)?;
            }
            if let Some(row) = entry {
                self.index(&row)?;
                let as_of = reach.entry(row.no).or_insert(row.received_at);
                *as_of = row.received_at.max(*as_of);
            }
        }
        let run = || -> rusqlite::Result<()> {
            let sql = "INSERT INTO reach (workspace, as_of) VALUES (?1, ?2)
                ON CONFLICT (workspace) DO UPDATE SET as_of = max(as_of, excluded.as_of)";
            for (no, as_of) in &reach {
                self.search.prepare_cached(sql)?.execute(params![no, as_of.0])?;
            }
            let sql = "INSERT INTO meta (name, value) VALUES ('watermark', ?1)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            self.search.prepare_cached(sql)?.execute([last.to_be_bytes().as_slice()]).map(|_| ())
        };
        run().map_err(|error| failed(INDEX, &error))?;
        Ok(last)
    }

    /// Takes an entry that was superseded out of the index.
    fn forget(&self, position: u64) -> Result<(), Error> {
        let run = || -> rusqlite::Result<()> {
            for sql in ["DELETE FROM told WHERE position = ?1", "DELETE FROM words WHERE rowid = ?1"] {
                self.search.prepare_cached(sql)?.execute([position.cast_signed()])?;
            }
            Ok(())
        };
        run().map_err(|error| failed(INDEX, &error))
    }

    /// Writes one entry into the index.
    fn index(&self, row: &LogRow) -> Result<(), Error> {
        let (event, _) = row.unpack()?;
        let workspace = self.workspace_with_records(row)?;
        let id = |key: Option<&EmailKey>| Some(EmailId::derive(workspace?, key?));
        let (sent, came) = (id(event.outbound_key()), id(event.inbound_key()));
        let mut whose = workspace_word(row.no);
        for id in [sent, came].into_iter().flatten() {
            whose.push(' ');
            whose.push_str(&message_word(id));
        }
        let texts = Texts::of(&event);
        let position = row.position.cast_signed();
        let run = || -> rusqlite::Result<()> {
            let sql = "INSERT INTO told (position, occurred_at, sent, came) VALUES (?1, ?2, ?3, ?4)";
            let told = params![position, event.occurred_at.0, sent.map(|id| id.0), came.map(|id| id.0)];
            self.search.prepare_cached(sql)?.execute(told)?;
            let sql = "INSERT INTO words (rowid, whose, about, who, sent, came) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let words = params![position, whose, texts.about, texts.who, texts.sent, texts.came];
            self.search.prepare_cached(sql)?.execute(words).map(|_| ())
        };
        run().map_err(|error| failed(INDEX, &error))
    }

    /// The workspace of an entry, if the entry makes records: only then are there messages.
    fn workspace_with_records(&self, row: &LogRow) -> Result<Option<WorkspaceId>, Error> {
        let sql = "SELECT id, reserved FROM workspace WHERE no = ?1";
        let run = || {
            let mut statement = self.log.prepare_cached(sql)?;
            statement.query_row([row.no], |row| Ok((row.get::<_, Uuid>(0)?, row.get::<_, bool>(1)?)))
        };
        let (id, reserved) = run().map_err(|error| failed("read the log", &error))?;
        Ok(log::makes_records(reserved, row.origin).then_some(WorkspaceId(id)))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::getpriority_process;

    #[test]
    fn who_indexes_gives_way_and_nobody_else_does() {
        let priority = || getpriority_process(None).expect("a thread has a priority");
        let before = priority();
        let indexing = std::thread::spawn(move || {
            super::give_way();
            priority()
        });
        assert_eq!((indexing.join().expect("it ends"), priority()), (super::LEAST_PRIORITY, before));
    }
}
