//! The writer: the one thread that changes log.db. It takes what is waiting, commits it as one, and only then answers.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use hookline_model::id::WorkspaceId;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    checkpointer::{Checkpointer, Checkpoints, Wal},
    directory,
    disk::DiskGuard,
    log::{self, Logged, Prepared},
    metrics::BATCH_ITEMS,
    open::failed,
    quarantine,
    queue::Queue,
    settle::Settling,
    shared::Shared,
    supersede::Superseding,
};
use crate::{
    Appended, Error, Quarantined,
    directory::{Directory, DirectoryChange},
    rerun::Reread,
    settle::Settled,
};

/// One thing to write.
pub(super) enum Task {
    Append(Box<Prepared>),
    Quarantine(Box<Quarantined>),
    Settle(Settling),
    Supersede(Superseding),
    Directory(Vec<DirectoryChange>),
}

impl Task {
    /// About how much it will write, indexes included.
    fn bytes(&self) -> u64 {
        const INDEXES: usize = 8 * 1024;
        let bytes = match self {
            Task::Append(prepared) => prepared.payload.packed.len(),
            Task::Quarantine(delivery) => delivery.body.len() + delivery.reason.len(),
            Task::Settle(settling) => settling.bytes(),
            Task::Supersede(superseding) => superseding.bytes(),
            Task::Directory(changes) => directory::bytes(changes),
        };
        (bytes + INDEXES) as u64
    }
}

/// Where to answer.
pub(super) enum Reply {
    Appended(oneshot::Sender<Result<Appended, Error>>),
    Settled(oneshot::Sender<Result<Vec<Settled>, Error>>),
    Reread(oneshot::Sender<Result<Vec<Reread>, Error>>),
    Done(oneshot::Sender<Result<(), Error>>),
}

/// What became of a task.
enum Outcome {
    Appended(Appended, Option<Box<Logged>>),
    Settled(Vec<Settled>, Vec<Logged>),
    Reread(Vec<Reread>, Vec<Logged>),
    Quarantined,
    DirectoryChanged,
}

impl Outcome {
    /// How many positions of the log it takes.
    fn entries(&self) -> usize {
        match self {
            Outcome::Appended(_, entry) => usize::from(entry.is_some()),
            Outcome::Settled(_, entries) | Outcome::Reread(_, entries) => entries.len(),
            Outcome::Quarantined | Outcome::DirectoryChanged => 0,
        }
    }

    /// Hands its entries on, in order.
    fn hand_on(&mut self, logged: &mut Vec<Logged>) {
        match self {
            Outcome::Appended(_, entry) => logged.extend(entry.take().map(|entry| *entry)),
            Outcome::Settled(_, entries) | Outcome::Reread(_, entries) => logged.append(entries),
            Outcome::Quarantined | Outcome::DirectoryChanged => {}
        }
    }
}

pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) queue: Arc<Queue<(Task, Reply)>>,
    pub(super) shared: Arc<Shared>,
    pub(super) directory: Arc<RwLock<Arc<Directory>>>,
    /// Per workspace its number, and whether it is reserved.
    pub(super) numbers: HashMap<WorkspaceId, (i64, bool)>,
    pub(super) position: u64,
    pub(super) disk: DiskGuard,
    pub(super) checkpointer: Arc<Checkpointer>,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let mut checkpoints = Checkpoints::of(Wal::Log, &mut self.connection, Arc::clone(&self.checkpointer));
        while let Some(batch) = self.queue.take_batch() {
            self.shared.wait_for_view();
            (self.shared.probe)("taken");
            let (tasks, replies): (Vec<Task>, Vec<Reply>) = batch.into_iter().unzip();
            match self.write(tasks) {
                Ok(outcomes) => outcomes.into_iter().zip(replies).for_each(|(outcome, reply)| reply.answer(outcome)),
                Err(error) => replies.into_iter().for_each(|reply| reply.answer(Err(error.clone()))),
            }
            (self.shared.probe)("answered");
            // After the answers, so that nobody waits for it.
            if let Err(error) = checkpoints.see_to(&self.connection) {
                (self.shared.on_fatal)(&format!("the log could not be checkpointed: {error}"));
            }
        }
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
            // The WAL keeps everything; the next start reads it.
            tracing::warn!(%error, "log.db was closed without a last checkpoint");
        }
    }

    /// Commits a batch and hands its entries to the view. Each task has its outcome; an error is the whole batch's.
    fn write(&mut self, tasks: Vec<Task>) -> Result<Vec<Result<Outcome, Error>>, Error> {
        self.disk.check(tasks.iter().map(Task::bytes).sum())?;
        let mut outcomes = match self.write_and_commit(tasks) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.take_back(&error);
                return Err(error);
            }
        };
        (self.shared.probe)("committed");
        metrics::histogram!(BATCH_ITEMS).record(outcomes.len() as f64);
        if outcomes.iter().any(|outcome| matches!(outcome, Ok(Outcome::DirectoryChanged))) {
            self.publish_directory();
        }
        let mut logged = Vec::new();
        outcomes.iter_mut().flatten().for_each(|outcome| outcome.hand_on(&mut logged));
        self.shared.commit(self.position, logged);
        Ok(outcomes)
    }

    fn write_and_commit(&mut self, tasks: Vec<Task>) -> Result<Vec<Result<Outcome, Error>>, Error> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| failed("begin a batch", &error))?;
        let mut position = self.position;
        let mut outcomes = Vec::with_capacity(tasks.len());
        for task in tasks {
            let outcome = match self.take(task, position + 1) {
                Ok(outcome) => Ok(outcome),
                // A conflict is one task's own and left nothing behind.
                Err(error @ Error::Conflict(_)) => Err(error),
                Err(error) => return Err(error),
            };
            position += outcome.as_ref().map_or(0, Outcome::entries) as u64;
            outcomes.push(outcome);
        }
        (self.shared.probe)("written");
        self.connection.execute_batch("COMMIT").map_err(|error| failed("commit a batch", &error))?;
        self.position = position;
        Ok(outcomes)
    }

    fn take(&self, task: Task, position: u64) -> Result<Outcome, Error> {
        match task {
            Task::Append(prepared) => {
                let (no, reserved) = self.number(prepared.workspace)?;
                let (appended, entry) = log::append(&self.connection, no, reserved, position, *prepared)?;
                Ok(Outcome::Appended(appended, entry.map(Box::new)))
            }
            Task::Quarantine(delivery) => {
                let (no, _) = self.number(delivery.workspace)?;
                quarantine::put(&self.connection, no, &delivery).map(|()| Outcome::Quarantined)
            }
            Task::Settle(settling) => {
                let (no, reserved) = self.number(settling.workspace)?;
                let (settled, entries) = settling.apply(&self.connection, no, reserved, position)?;
                Ok(Outcome::Settled(settled, entries))
            }
            Task::Supersede(superseding) => {
                let (no, reserved) = self.number(superseding.workspace)?;
                let (reread, steps) = superseding.apply(&self.connection, no, reserved, position)?;
                Ok(Outcome::Reread(reread, steps))
            }
            Task::Directory(changes) => directory::apply(&self.connection, &changes).map(|()| Outcome::DirectoryChanged),
        }
    }

    fn number(&self, workspace: WorkspaceId) -> Result<(i64, bool), Error> {
        self.numbers.get(&workspace).copied().ok_or_else(|| Error::Conflict("there is no such workspace".to_owned()))
    }

    /// After a batch that could not be committed. A full disk passes; anything else means that we no longer know what is on
    /// disk, and the process ends before anybody is answered.
    fn take_back(&self, error: &Error) {
        if !matches!(error, Error::DiskFull(_)) {
            (self.shared.on_fatal)(&format!("the log could not be written: {error}"));
        }
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            (self.shared.on_fatal)(&format!("a failed batch could not be taken back: {error}"));
        }
    }

    fn publish_directory(&mut self) {
        match directory::load(&self.connection) {
            Ok((directory, numbers)) => {
                *self.directory.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(directory);
                self.numbers = numbers;
            }
            Err(error) => (self.shared.on_fatal)(&format!("the directory could not be read back: {error}")),
        }
    }
}

impl Reply {
    /// A receiver that is gone no longer wants the answer.
    fn answer(self, outcome: Result<Outcome, Error>) {
        match (self, outcome) {
            (Reply::Appended(reply), Ok(Outcome::Appended(appended, _))) => drop(reply.send(Ok(appended))),
            (Reply::Appended(reply), Ok(_)) => drop(reply.send(Err(Error::Closed))),
            (Reply::Appended(reply), Err(error)) => drop(reply.send(Err(error))),
            (Reply::Settled(reply), Ok(Outcome::Settled(settled, _))) => drop(reply.send(Ok(settled))),
            (Reply::Settled(reply), Ok(_)) => drop(reply.send(Err(Error::Closed))),
            (Reply::Settled(reply), Err(error)) => drop(reply.send(Err(error))),
            (Reply::Reread(reply), Ok(Outcome::Reread(reread, _))) => drop(reply.send(Ok(reread))),
            (Reply::Reread(reply), Ok(_)) => drop(reply.send(Err(Error::Closed))),
            (Reply::Reread(reply), Err(error)) => drop(reply.send(Err(error))),
            (Reply::Done(reply), outcome) => drop(reply.send(outcome.map(|_| ()))),
        }
    }
}

/// Bytes that a database file and its WAL take.
pub(super) fn size_on_disk(path: &std::path::Path) -> u64 {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let size = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    size(path) + size(std::path::Path::new(&wal))
}
