//! The one thread that changes deliveries.db: whatever waits is done in one transaction.

use hookline_model::{
    id::{DeliveryId, SubscriptionId},
    time::Millis,
};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{forget, write};
use crate::{
    Error,
    deliveries::{Dispatch, Outcome},
    sqlite::open::failed,
};

/// How many commands one transaction carries out.
const BATCH_MAX: usize = 256;

type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// What the writer can be asked to do.
pub(super) enum Command {
    Dispatch(Box<Dispatch>, Reply<()>),
    Finish(Vec<Outcome>, Reply<()>),
    Revive(Vec<DeliveryId>, Millis, Reply<u64>),
    Forgive(SubscriptionId, Reply<()>),
    Forget(SubscriptionId, Reply<bool>),
    Prune(Millis, Reply<u64>),
}

/// A command that is carried out, and who waits to hear of it once it is committed.
enum Done {
    Nothing(Reply<()>),
    Count(u64, Reply<u64>),
    Flag(bool, Reply<bool>),
}

impl Done {
    /// Answers, or says what went wrong.
    fn tell(self, outcome: &Result<(), Error>) {
        // Whoever does not wait any more need not hear of it.
        match self {
            Done::Nothing(reply) => drop(reply.send(outcome.clone())),
            Done::Count(count, reply) => drop(reply.send(outcome.clone().map(|()| count))),
            Done::Flag(flag, reply) => drop(reply.send(outcome.clone().map(|()| flag))),
        }
    }
}

pub(in crate::sqlite) struct Writer {
    connection: Connection,
    commands: mpsc::Receiver<Command>,
}

impl Writer {
    pub(super) fn new(connection: Connection, commands: mpsc::Receiver<Command>) -> Writer {
        Writer { connection, commands }
    }

    /// Works until the store closes.
    pub(in crate::sqlite) fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while self.commands.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
            let mut done = Vec::with_capacity(batch.len());
            let outcome = self.carry_out(&mut batch, &mut done);
            if let Err(error) = &outcome {
                tracing::error!(%error, "deliveries could not be written down; they are tried again");
            }
            batch.clear();
            done.into_iter().for_each(|done| done.tell(&outcome));
        }
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
            tracing::warn!(%error, "deliveries.db was closed without a last checkpoint");
        }
    }

    /// Carries out a batch in one transaction: all of it, or nothing.
    fn carry_out(&mut self, batch: &mut Vec<Command>, done: &mut Vec<Done>) -> Result<(), Error> {
        let fault = |error: rusqlite::Error| failed("write deliveries down", &error);
        let begun = self.connection.execute_batch("BEGIN IMMEDIATE").map_err(fault);
        let mut outcome = begun;
        for command in batch.drain(..) {
            // After a fault the rest is not tried, but everybody hears of it.
            let is_on = outcome.is_ok();
            let (told, ran) = self.one(command, is_on);
            done.push(told);
            if let (true, Err(error)) = (is_on, ran) {
                outcome = Err(fault(error));
            }
        }
        let outcome = outcome.and_then(|()| self.connection.execute_batch("COMMIT").map_err(fault));
        if outcome.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").map_err(fault)?;
        }
        outcome
    }

    fn one(&self, command: Command, is_on: bool) -> (Done, rusqlite::Result<()>) {
        let connection = &self.connection;
        match command {
            Command::Dispatch(dispatch, reply) => {
                let ran = if is_on { write::dispatch(connection, &dispatch) } else { Ok(()) };
                (Done::Nothing(reply), ran)
            }
            Command::Finish(outcomes, reply) => {
                let ran = if is_on { write::finish(connection, &outcomes) } else { Ok(()) };
                (Done::Nothing(reply), ran)
            }
            Command::Forgive(subscription, reply) => {
                let ran = if is_on { write::forgive(connection, subscription) } else { Ok(()) };
                (Done::Nothing(reply), ran)
            }
            Command::Revive(ids, now, reply) => {
                let (count, ran) = split(if is_on { write::revive(connection, &ids, now) } else { Ok(0) });
                (Done::Count(count, reply), ran)
            }
            Command::Prune(before, reply) => {
                let (count, ran) = split(if is_on { forget::prune(connection, before) } else { Ok(0) });
                (Done::Count(count, reply), ran)
            }
            Command::Forget(subscription, reply) => {
                let (all, ran) = split(if is_on { forget::forget(connection, subscription) } else { Ok(false) });
                (Done::Flag(all, reply), ran)
            }
        }
    }
}

/// A value, and whether it came about.
fn split<T: Default>(outcome: rusqlite::Result<T>) -> (T, rusqlite::Result<()>) {
    match outcome {
        Ok(value) => (value, Ok(())),
        Err(error) => (T::default(), Err(error)),
    }
}
