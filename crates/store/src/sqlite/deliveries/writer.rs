//! The one thread that changes deliveries.db: whatever waits is done in one transaction.
//!
//! What nobody waits for, such as that deliveries were taken, waits a little for others: a transaction costs the pages that it
//! touches, and many deliveries touch the same ones.

use std::time::Duration;

use rusqlite::Connection;
use tokio::{
    runtime::Builder,
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};

use crate::{Error, sqlite::open::failed};

/// How many commands one transaction carries out.
const BATCH_MAX: usize = 256;

/// How long what is not urgent waits for what is, or for more of its like.
const LINGER: Duration = Duration::from_millis(20);

/// How urgent a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hurry {
    /// Somebody waits for it.
    Now,
    /// Nothing goes on sooner for it: it may wait up to [`LINGER`]. If it cannot be done that is its own fault alone: who is in a
    /// hurry did not ask for its company.
    Soon,
}

/// Tells whoever waits how it went, once that is known.
type Tell = Box<dyn FnOnce(&Result<(), Error>) + Send>;

/// Changes something, and says who is to be told. Without a connection there was a fault before it, and it is only to be told of.
type Run = Box<dyn FnOnce(Option<&Connection>) -> (Tell, rusqlite::Result<()>) + Send>;

/// What the writer can be asked to do.
pub(super) struct Command {
    run: Run,
    hurry: Hurry,
}

impl Command {
    /// A change, whose outcome is sent when it is committed; then `and_then` is done too, if it is.
    pub(super) fn new<T: Send + 'static>(
        hurry: Hurry,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
        reply: oneshot::Sender<Result<T, Error>>,
        and_then: impl FnOnce(&T) + Send + 'static,
    ) -> Command {
        let run: Run = Box::new(move |connection| {
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
        });
        Command { run, hurry }
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
        // Made here, since it must not be dropped by whoever opens a store in vain. A fault would end the process, as it should.
        let waiting = Builder::new_current_thread().enable_time().build();
        let waiting = waiting.unwrap_or_else(|error| unreachable!("to wait takes no file and no thread: {error}"));
        while waiting.block_on(gather(&mut self.commands, &mut batch)) {
            let mut done = Vec::with_capacity(batch.len());
            let outcome = self.carry_out(&mut batch, &mut done);
            for error in outcome.as_ref().err().into_iter().chain(done.iter().filter_map(|(_, own)| own.as_ref())) {
                tracing::error!(%error, "deliveries could not be written down; they are tried again");
            }
            batch.clear();
            tell_all(done, &outcome);
        }
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);") {
            tracing::warn!(%error, "deliveries.db was closed without a last checkpoint");
        }
    }

    /// Carries out a batch in one transaction: all of it but for what is not urgent and failed, or nothing.
    fn carry_out(&mut self, batch: &mut Vec<Command>, done: &mut Vec<(Tell, Option<Error>)>) -> Result<(), Error> {
        let fault = |error: rusqlite::Error| failed("write deliveries down", &error);
        let mut outcome = self.connection.execute_batch("BEGIN IMMEDIATE").map_err(fault);
        for Command { run, hurry } in batch.drain(..) {
            // After a fault the rest is not tried, but everybody hears of it.
            let Some(connection) = outcome.is_ok().then_some(&self.connection) else {
                done.push((run(None).0, None));
                continue;
            };
            if hurry == Hurry::Now {
                let (tell, ran) = run(Some(connection));
                done.push((tell, None));
                outcome = ran.map_err(fault);
                continue;
            }
            outcome = step(connection, "SAVEPOINT soon").map_err(fault);
            let (tell, ran) = run(outcome.is_ok().then_some(connection));
            let own = ran.err().map(fault);
            // Of some faults, such as a full disk, SQLite takes the whole transaction back.
            outcome = match &own {
                Some(error) if connection.is_autocommit() => Err(error.clone()),
                Some(_) => outcome.and_then(|()| step(connection, "ROLLBACK TO soon").map_err(fault)),
                None => outcome,
            };
            outcome = outcome.and_then(|()| step(connection, "RELEASE soon").map_err(fault));
            done.push((tell, own));
        }
        let outcome = outcome.and_then(|()| self.connection.execute_batch("COMMIT").map_err(fault));
        if outcome.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").map_err(fault)?;
        }
        outcome
    }
}

/// Tells everybody how it went: each its own fault, or how it went with all.
fn tell_all(done: Vec<(Tell, Option<Error>)>, outcome: &Result<(), Error>) {
    for (tell, own) in done {
        tell(&own.map_or_else(|| outcome.clone(), Err));
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
        let mut writer = Writer::new(connection, mpsc::channel(1).1);
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
        let (mut commands, mut done) = (commands.collect(), Vec::new());
        let outcome = writer.carry_out(&mut commands, &mut done);
        tell_all(done, &outcome);
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
