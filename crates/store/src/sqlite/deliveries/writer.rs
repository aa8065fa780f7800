//! The one thread that changes deliveries.db: whatever waits is done in one transaction.
//!
//! What nobody waits for, such as that deliveries were taken, waits a little for others: a transaction costs the pages that it
//! touches, and many deliveries touch the same ones.

use std::{sync::Arc, time::Duration};

use rusqlite::Connection;
use tokio::{
    runtime::Builder,
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};

use crate::{
    Error,
    sqlite::{
        checkpointer::{Checkpointer, Checkpoints, Wal},
        open::failed,
    },
};

/// How many commands one transaction carries out.
const BATCH_MAX: usize = 256;

/// How long what is not urgent waits for what is, or for more of its like.
const LINGER: Duration = Duration::from_millis(20);

/// How urgent a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hurry {
    /// Somebody waits for it.
    Now,
    /// Nothing goes on sooner for it: it may wait up to [`LINGER`]. If it cannot be done that is its own fault alone: who is
    /// in a hurry did not ask for its company.
    Soon,
}

/// A change that somebody waits for.
trait Work: Send {
    /// Makes it, within a transaction; again, if that was taken back.
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;

    /// Tells whoever waits how it went, once that is known.
    fn tell(self: Box<Self>, outcome: Result<(), Error>);
}

struct Change<T, C, A> {
    change: C,
    /// What the change answered, once it was made.
    value: Option<T>,
    reply: oneshot::Sender<Result<T, Error>>,
    and_then: A,
}

impl<T, C, A> Work for Change<T, C, A>
where
    T: Send,
    C: FnMut(&Connection) -> rusqlite::Result<T> + Send,
    A: FnOnce(&T) + Send,
{
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.value = Some((self.change)(connection)?);
        Ok(())
    }

    fn tell(self: Box<Self>, outcome: Result<(), Error>) {
        let told = match (outcome, self.value) {
            (Ok(()), Some(value)) => {
                (self.and_then)(&value);
                Ok(value)
            }
            (Err(error), _) => Err(error),
            // Not carried out, and no fault: this does not happen.
            (Ok(()), None) => Err(Error::Closed),
        };
        // Whoever does not wait any more need not hear of it.
        drop(self.reply.send(told));
    }
}

/// What the writer can be asked to do.
pub(super) struct Command {
    work: Box<dyn Work>,
    hurry: Hurry,
    /// Why it failed, if it did so alone.
    own: Option<Error>,
}

impl Command {
    /// A change, whose outcome is sent when it is committed; then `and_then` is done too, if it is.
    pub(super) fn new<T: Send + 'static>(
        hurry: Hurry,
        change: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
        reply: oneshot::Sender<Result<T, Error>>,
        and_then: impl FnOnce(&T) + Send + 'static,
    ) -> Command {
        Command { work: Box::new(Change { change, value: None, reply, and_then }), hurry, own: None }
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
    pub(in crate::sqlite) fn run(mut self, checkpointer: Arc<Checkpointer>) {
        let mut checkpoints = Checkpoints::of(Wal::Deliveries, &mut self.connection, checkpointer);
        let mut batch = Vec::with_capacity(BATCH_MAX);
        // Made here, since it must not be dropped by whoever opens a store in vain. A fault would end the process, as it
        // should.
        let waiting = Builder::new_current_thread().enable_time().build();
        let waiting = waiting.unwrap_or_else(|error| unreachable!("to wait takes no file and no thread: {error}"));
        while waiting.block_on(gather(&mut self.commands, &mut batch)) {
            let outcome = self.carry_out(&mut batch);
            for error in outcome.as_ref().err().into_iter().chain(batch.iter().filter_map(|command| command.own.as_ref())) {
                tracing::error!(%error, "deliveries could not be written down; they are tried again");
            }
            tell_all(&mut batch, &outcome);
            if let Err(error) = checkpoints.see_to(&self.connection) {
                tracing::warn!(%error, "the write-ahead log of deliveries.db could not be copied back");
            }
        }
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
            tracing::warn!(%error, "deliveries.db was closed without a last checkpoint");
        }
    }

    /// Carries out a batch in one transaction: all of it but for what is not urgent and failed, or nothing.
    fn carry_out(&self, batch: &mut [Command]) -> Result<(), Error> {
        match self.transaction(batch, Places::None) {
            Ok(()) => Ok(()),
            Err(Fault { error, hurry: Hurry::Now }) => Err(error),
            // Once more, so that it fails alone.
            Err(Fault { hurry: Hurry::Soon, .. }) => self.transaction(batch, Places::Kept).map_err(|fault| fault.error),
        }
    }

    /// Carries out a batch in one transaction; after a fault the rest is not tried, and nothing has happened.
    fn transaction(&self, batch: &mut [Command], places: Places) -> Result<(), Fault> {
        let outcome = self.attempt(batch, places);
        if outcome.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").map_err(|error| fault(&error))?;
        }
        outcome
    }

    fn attempt(&self, batch: &mut [Command], places: Places) -> Result<(), Fault> {
        let connection = &self.connection;
        step(connection, "BEGIN IMMEDIATE").map_err(|error| fault(&error))?;
        for command in batch {
            let hurry = command.hurry;
            if places == Places::None || hurry == Hurry::Now {
                command.work.run(connection).map_err(|error| Fault { hurry, ..fault(&error) })?;
                continue;
            }
            step(connection, "SAVEPOINT soon").map_err(|error| fault(&error))?;
            command.own = command.work.run(connection).err().map(|error| fault(&error).error);
            if let Some(error) = &command.own {
                // Of some faults, such as a full disk, SQLite takes the whole transaction back.
                if connection.is_autocommit() {
                    return Err(Fault { error: error.clone(), hurry: Hurry::Now });
                }
                step(connection, "ROLLBACK TO soon").map_err(|error| fault(&error))?;
            }
            step(connection, "RELEASE soon").map_err(|error| fault(&error))?;
        }
        step(connection, "COMMIT").map_err(|error| fault(&error))
    }
}

/// Whether there is a place to go back to in front of what is not urgent: of every page that is changed behind one there is a
/// copy, so that they are only made where something has failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Places {
    None,
    Kept,
}

/// Why a batch was not carried out, and how urgent that was which failed.
struct Fault {
    error: Error,
    hurry: Hurry,
}

fn fault(error: &rusqlite::Error) -> Fault {
    Fault { error: failed("write deliveries down", error), hurry: Hurry::Now }
}

/// Tells everybody how it went: each its own fault, or how it went with all.
fn tell_all(batch: &mut Vec<Command>, outcome: &Result<(), Error>) {
    for Command { work, own, .. } in batch.drain(..) {
        work.tell(own.map_or_else(|| outcome.clone(), Err));
    }
}

fn step(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(|_| ())
}

/// Waits for what is to be done next: up to [`BATCH_MAX`] commands, as soon as one is urgent, or the first has waited long
/// enough. Answers whether there is anything; there is not once the store closes.
async fn gather(commands: &mut mpsc::Receiver<Command>, batch: &mut Vec<Command>) -> bool {
    if commands.recv_many(batch, BATCH_MAX).await == 0 {
        return false;
    }
    let until = Instant::now() + LINGER;
    let mut seen = 0;
    while batch.len() < BATCH_MAX && batch[seen..].iter().all(|command| command.hurry == Hurry::Soon) {
        seen = batch.len();
        match timeout_at(until, commands.recv_many(batch, BATCH_MAX - seen)).await {
            Ok(1..) => {}
            // Closed, or long enough.
            Ok(0) | Err(_) => break,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(hurry: Hurry) -> Command {
        Command::new(hurry, |_| Ok(()), oneshot::channel().0, |()| {})
    }

    async fn gathered(commands: &mut mpsc::Receiver<Command>) -> (usize, bool) {
        let mut batch = Vec::new();
        let goes_on = gather(commands, &mut batch).await;
        (batch.len(), goes_on)
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_urgent_waits_for_what_is_and_no_longer_than_a_little() {
        let (sender, mut commands) = mpsc::channel(1_000);
        let send = async |hurry| assert!(sender.send(command(hurry)).await.is_ok());
        let begun = Instant::now();
        send(Hurry::Soon).await;
        send(Hurry::Now).await;
        assert_eq!((gathered(&mut commands).await, begun.elapsed()), ((2, true), Duration::ZERO));

        send(Hurry::Soon).await;
        assert_eq!((gathered(&mut commands).await, begun.elapsed()), ((1, true), LINGER));

        // What comes meanwhile goes along, and ends the wait if it is urgent.
        send(Hurry::Soon).await;
        let begun = Instant::now();
        let come = async {
            tokio::time::advance(LINGER / 4).await;
            send(Hurry::Soon).await;
            tokio::time::advance(LINGER / 4).await;
            send(Hurry::Now).await;
            Instant::now()
        };
        let (found, came) = tokio::join!(gathered(&mut commands), come);
        assert_eq!((found, begun.elapsed()), ((3, true), came - begun));
    }

    /// Carries out a batch of inserts, and answers how each went and how many rows there are; `None` inserts nothing and fails.
    fn inserted(batch: &[(Hurry, Option<i64>)]) -> (Vec<bool>, i64) {
        let connection = Connection::open_in_memory().expect("there is memory");
        connection.execute_batch("CREATE TABLE kept (value INTEGER NOT NULL) STRICT").expect("a table");
        let writer = Writer::new(connection, mpsc::channel(1).1);
        let mut told = Vec::new();
        let commands = batch.iter().map(|(hurry, value)| {
            let (reply, heard) = oneshot::channel();
            told.push(heard);
            let value = *value;
            let insert = move |connection: &Connection| {
                connection.execute("INSERT INTO kept VALUES (1)", [])?;
                connection.execute("INSERT INTO kept VALUES (?1)", [value]).map(|_| ())
            };
            Command::new(*hurry, insert, reply, |()| {})
        });
        let mut commands: Vec<Command> = commands.collect();
        let outcome = writer.carry_out(&mut commands);
        tell_all(&mut commands, &outcome);
        let went = told.iter_mut().map(|heard| heard.try_recv().expect("everybody is told").is_ok()).collect();
        let rows = writer.connection.query_row("SELECT count(*) FROM kept", [], |row| row.get(0));
        (went, rows.expect("a number"))
    }

    #[test]
    fn what_is_not_urgent_fails_alone_and_what_is_with_all() {
        use Hurry::{Now, Soon};
        let batch = [(Soon, Some(1)), (Soon, None), (Now, Some(1)), (Soon, Some(1))];
        assert_eq!(inserted(&batch), (vec![true, false, true, true], 6), "of what failed nothing stays");
        assert_eq!(inserted(&[(Soon, Some(1)), (Now, None), (Now, Some(1))]), (vec![false; 3], 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_batch_and_the_end_are_not_waited_for() {
        let (sender, mut commands) = mpsc::channel(1_000);
        let begun = Instant::now();
        for _ in 0..BATCH_MAX + 1 {
            assert!(sender.send(command(Hurry::Soon)).await.is_ok());
        }
        assert_eq!(gathered(&mut commands).await, (BATCH_MAX, true));
        drop(sender);
        assert_eq!(gathered(&mut commands).await, (1, true));
        assert_eq!(gathered(&mut commands).await, (0, false));
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
