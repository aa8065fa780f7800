//! The one thread that changes deliveries.db: whatever waits is done in one transaction.

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::{Error, sqlite::open::failed};

/// How many commands one transaction carries out.
const BATCH_MAX: usize = 256;

/// Tells whoever waits how it went, once that is known.
type Tell = Box<dyn FnOnce(&Result<(), Error>) + Send>;

/// Changes something, and says who is to be told. Without a connection there was a fault before it, and it is only to be told of.
type Run = Box<dyn FnOnce(Option<&Connection>) -> (Tell, rusqlite::Result<()>) + Send>;

/// What the writer can be asked to do.
pub(super) struct Command(Run);

impl Command {
    /// A change, whose outcome is sent when it is committed; then `and_then` is done too, if it is.
    pub(super) fn new<T: Send + 'static>(
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        reply: oneshot::Sender<Result<T, Error>>,
        and_then: impl FnOnce(&T) + Send + 'static,
    ) -> Command {
        Command(Box::new(move |connection| {
            let (value, ran) = match connection.map(change) {
                Some(Ok(value)) => (Some(value), Ok(())),
                Some(Err(error)) => (None, Err(error)),
                None => (None, Ok(())),
            };
            let tell: Tell = Box::new(move |outcome| {
                let told = match (outcome, value) {
                    (Ok(()), Some(value)) => {
                        and_then(&value);
                        Ok(value)
                    }
                    (Err(error), _) => Err(error.clone()),
                    // Not carried out, and no fault: this does not happen.
                    (Ok(()), None) => Err(Error::Closed),
                };
                // Whoever does not wait any more need not hear of it.
                drop(reply.send(told));
            });
            (tell, ran)
        }))
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
            done.into_iter().for_each(|tell| tell(&outcome));
        }
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
            tracing::warn!(%error, "deliveries.db was closed without a last checkpoint");
        }
    }

    /// Carries out a batch in one transaction: all of it, or nothing.
    fn carry_out(&mut self, batch: &mut Vec<Command>, done: &mut Vec<Tell>) -> Result<(), Error> {
        let fault = |error: rusqlite::Error| failed("write deliveries down", &error);
        let mut outcome = self.connection.execute_batch("BEGIN IMMEDIATE").map_err(fault);
        for Command(run) in batch.drain(..) {
            // After a fault the rest is not tried, but everybody hears of it.
            let (tell, ran) = run(outcome.is_ok().then_some(&self.connection));
            done.push(tell);
            outcome = outcome.and_then(|()| ran.map_err(fault));
        }
        let outcome = outcome.and_then(|()| self.connection.execute_batch("COMMIT").map_err(fault));
        if outcome.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").map_err(fault)?;
        }
        outcome
    }
}
