//! The writer: the one thread that changes log.db. It takes what is waiting, commits it as one, and only then answers.

use std::sync::{Arc, PoisonError, RwLock};

use hookline_model::{id::WorkspaceId, route::Decision};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    answers,
    checkpointer::{Checkpointer, Checkpoints, Wal},
    directory::{self, Numbered, Numbers},
    disk::DiskGuard,
    known::Known,
    log::{self, Logged, Prepared},
    metrics::BATCH_ITEMS,
    open::{all_or_none, failed},
    place::{Desk, ReadyPlacing},
    quarantine,
    queue::Queue,
    routes,
    settle::Settling,
    shared::Shared,
    supersede::Superseding,
};
use crate::{
    Appended, Error, Quarantined,
    answers::KeptAnswer,
    directory::{Directory, DirectoryChange},
    rerun::Reread,
    routing::{Delivered, Placed},
    settle::Settled,
};

/// One thing to write.
pub(super) enum Task {
    Append(Box<Prepared>),
    Record(Box<Prepared>, Option<KeptAnswer>),
    Deliver(Box<Prepared>, Decision),
    Quarantine(Box<Quarantined>),
    Settle(Settling),
    Supersede(Superseding),
    Place(ReadyPlacing),
    Directory(Vec<DirectoryChange>),
}

impl Task {
    /// About how much it will write, indexes included.
    fn bytes(&self) -> u64 {
        const INDEXES: usize = 8 * 1024;
        let bytes = match self {
            Task::Append(prepared) | Task::Record(prepared, _) | Task::Deliver(prepared, _) => prepared.payload.packed.len(),
            Task::Quarantine(delivery) => delivery.body.len() + delivery.reason.len(),
            Task::Settle(settling) => settling.bytes(),
            Task::Supersede(superseding) => superseding.bytes(),
            Task::Place(placing) => placing.bytes(),
            Task::Directory(changes) => directory::bytes(changes),
        };
        (bytes + INDEXES) as u64
    }
}

/// Where to answer.
pub(super) enum Reply {
    Appended(oneshot::Sender<Result<Appended, Error>>),
    Delivered(oneshot::Sender<Result<Delivered, Error>>),
    Settled(oneshot::Sender<Result<Vec<Settled>, Error>>),
    Reread(oneshot::Sender<Result<Vec<Reread>, Error>>),
    Placed(oneshot::Sender<Result<Vec<Placed>, Error>>),
    Done(oneshot::Sender<Result<(), Error>>),
}

/// What became of a task.
enum Outcome {
    Appended(Appended, Option<Box<Logged>>),
    Delivered(Delivered, Option<Box<Logged>>),
    Settled(Vec<Settled>, Vec<Logged>),
    Reread(Vec<Reread>, Vec<Logged>),
    Placed(Vec<Placed>, Vec<Logged>),
    Quarantined,
    DirectoryChanged { routes: bool },
}

impl Outcome {
    /// What it puts into the log, in order, a position each.
    fn logged(&self) -> &[Logged] {
        match self {
            Outcome::Appended(_, entry) | Outcome::Delivered(_, entry) => entry.as_deref().map_or(&[], std::slice::from_ref),
            Outcome::Settled(_, entries) | Outcome::Reread(_, entries) | Outcome::Placed(_, entries) => entries,
            Outcome::Quarantined | Outcome::DirectoryChanged { .. } => &[],
        }
    }

    /// Hands its entries on, in order.
    fn hand_on(&mut self, logged: &mut Vec<Logged>) {
        match self {
            Outcome::Appended(_, entry) | Outcome::Delivered(_, entry) => logged.extend(entry.take().map(|entry| *entry)),
            Outcome::Settled(_, entries) | Outcome::Reread(_, entries) | Outcome::Placed(_, entries) => logged.append(entries),
            Outcome::Quarantined | Outcome::DirectoryChanged { .. } => {}
        }
    }
}

pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) queue: Arc<Queue<(Task, Reply)>>,
    pub(super) shared: Arc<Shared>,
    pub(super) directory: Arc<RwLock<Arc<Directory>>>,
    pub(super) numbers: Numbers,
    pub(super) known: Known,
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
        let changed = outcomes.iter().flatten().filter_map(|outcome| match outcome {
            Outcome::DirectoryChanged { routes } => Some(*routes),
            _ => None,
        });
        if let Some(routes) = changed.reduce(|one, other| one || other) {
            self.publish_directory(routes);
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
                Ok(outcome) => {
                    self.learn(outcome.logged())?;
                    Ok(outcome)
                }
                // A conflict is one task's own and left nothing behind.
                Err(error @ Error::Conflict(_)) => {
                    self.known.forget();
                    Err(error)
                }
                Err(error) => return Err(error),
            };
            position += outcome.as_ref().map_or(0, |outcome| outcome.logged().len()) as u64;
            outcomes.push(outcome);
        }
        (self.shared.probe)("written");
        self.connection.execute_batch("COMMIT").map_err(|error| failed("commit a batch", &error))?;
        self.position = position;
        Ok(outcomes)
    }

    /// Writes down which campaigns entries show.
    fn learn(&mut self, logged: &[Logged]) -> Result<(), Error> {
        for Logged { no, workspace, entry, .. } in logged.iter().filter(|logged| logged.makes_records) {
            if let (Some(entry), Some(Numbered { agency, .. })) = (entry, self.numbers.get(workspace)) {
                self.known.learn(&self.connection, *agency, *no, &entry.event)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, task: Task, position: u64) -> Result<Outcome, Error> {
        match task {
            Task::Append(prepared) => {
                let Numbered { no, reserved, .. } = self.number(prepared.workspace)?;
                let (appended, entry) = log::append(&self.connection, no, reserved, position, *prepared)?;
                Ok(Outcome::Appended(appended, entry.map(Box::new)))
            }
            Task::Record(prepared, answer) => {
                let Numbered { no, reserved, .. } = self.number(prepared.workspace)?;
                all_or_none(&self.connection, || {
                    let (appended, entry) = log::append(&self.connection, no, reserved, position, *prepared)?;
                    answer.map_or(Ok(()), |answer| answers::put(&self.connection, &answer))?;
                    Ok(Outcome::Appended(appended, entry.map(Box::new)))
                })
            }
            Task::Deliver(prepared, decision) => {
                let reserved = self.number(prepared.workspace)?;
                let (delivered, entry) = self.desk().deliver(reserved, *prepared, decision, position)?;
                Ok(Outcome::Delivered(delivered, entry.map(Box::new)))
            }
            Task::Quarantine(delivery) => {
                let Numbered { no, .. } = self.number(delivery.workspace)?;
                quarantine::put(&self.connection, no, &delivery).map(|()| Outcome::Quarantined)
            }
            Task::Settle(settling) => {
                let Numbered { no, reserved, .. } = self.number(settling.workspace)?;
                let (settled, entries) = settling.apply(&self.connection, no, reserved, position)?;
                Ok(Outcome::Settled(settled, entries))
            }
            Task::Supersede(superseding) => {
                let Numbered { no, reserved, .. } = self.number(superseding.workspace)?;
                let (reread, steps) = superseding.apply(&self.connection, no, reserved, position)?;
                Ok(Outcome::Reread(reread, steps))
            }
            Task::Place(placing) => {
                let reserved = self.number(placing.reserved)?;
                let (placed, steps) = placing.apply(&mut self.desk(), reserved, position)?;
                Ok(Outcome::Placed(placed, steps))
            }
            Task::Directory(changes) => {
                directory::apply(&self.connection, &changes)?;
                Ok(Outcome::DirectoryChanged { routes: routes::are_touched(&changes) })
            }
        }
    }

    fn desk(&mut self) -> Desk<'_> {
        Desk { connection: &self.connection, numbers: &self.numbers, known: &mut self.known }
    }

    fn number(&self, workspace: WorkspaceId) -> Result<Numbered, Error> {
        self.numbers.get(&workspace).copied().ok_or_else(|| Error::Conflict("there is no such workspace".to_owned()))
    }

    /// After a batch that could not be committed. A full disk passes; anything else means that we no longer know what is on
    /// disk, and the process ends before anybody is answered.
    fn take_back(&mut self, error: &Error) {
        self.known.forget();
        if !matches!(error, Error::DiskFull(_)) {
            (self.shared.on_fatal)(&format!("the log could not be written: {error}"));
        }
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            (self.shared.on_fatal)(&format!("a failed batch could not be taken back: {error}"));
        }
    }

    /// Shows what the directory is now. The rules are only read if they were changed: an agency may have thousands.
    fn publish_directory(&mut self, routes: bool) {
        let former = Arc::clone(self.directory.read().unwrap_or_else(PoisonError::into_inner).all_routes());
        let all_routes = if routes { routes::load(&self.connection) } else { Ok(former) };
        match all_routes.and_then(|all_routes| Ok((all_routes, directory::load(&self.connection)?))) {
            Ok((all_routes, (directory, numbers))) => {
                let directory = Arc::new(directory.with_routes(all_routes));
                *self.directory.write().unwrap_or_else(PoisonError::into_inner) = directory;
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
            (Reply::Delivered(reply), Ok(Outcome::Delivered(delivered, _))) => drop(reply.send(Ok(delivered))),
            (Reply::Delivered(reply), Ok(_)) => drop(reply.send(Err(Error::Closed))),
            (Reply::Delivered(reply), Err(error)) => drop(reply.send(Err(error))),
            (Reply::Placed(reply), Ok(Outcome::Placed(placed, _))) => drop(reply.send(Ok(placed))),
            (Reply::Placed(reply), Ok(_)) => drop(reply.send(Err(Error::Closed))),
            (Reply::Placed(reply), Err(error)) => drop(reply.send(Err(error))),
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
