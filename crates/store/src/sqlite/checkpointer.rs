//! Copying the write-ahead logs back into their files, without those who write having to wait for it.
//!
//! One thread copies while the writers go on. What they add meanwhile is left over, and a WAL is only begun anew when nothing is
//! left: so once the thread is through, the writer copies the little that is left itself, between two transactions.

use std::{
    cell::Cell,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;

use super::open::failed;
use crate::Error;

/// How many pages a WAL has before somebody copies it back, as a rule.
pub(super) const PAGES: i32 = 4_096;
/// When it has had this many times as many since, the writer waits for the thread and copies back the rest. So unless somebody
/// reads old pages for longer, a WAL has at most one more than that times [`PAGES`], and what one transaction changes.
pub(super) const PATIENCE: i32 = 4;

thread_local! {
    /// Pages in the WAL after this thread's last commit. SQLite's hook takes a bare function, so the figure goes this way.
    static WAL_PAGES: Cell<i32> = const { Cell::new(0) };
}

/// Whose write-ahead log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wal {
    Log,
    Records,
    Deliveries,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    Asked,
    /// The thread is through with what there was when it was asked.
    Through,
}

#[derive(Default)]
struct Asked {
    log: State,
    records: State,
    deliveries: State,
    closing: bool,
}

impl Asked {
    fn of(&mut self, wal: Wal) -> &mut State {
        match wal {
            Wal::Log => &mut self.log,
            Wal::Records => &mut self.records,
            Wal::Deliveries => &mut self.deliveries,
        }
    }

    /// Whose turn it is.
    fn next(&self) -> Option<Wal> {
        let all = [(Wal::Log, self.log), (Wal::Records, self.records), (Wal::Deliveries, self.deliveries)];
        all.into_iter().find(|(_, state)| *state == State::Asked).map(|(wal, _)| wal)
    }
}

/// Where writers ask for their WAL to be copied back.
pub(super) struct Checkpointer {
    pages: i32,
    asked: Mutex<Asked>,
    changed: Condvar,
}

impl Checkpointer {
    /// Nothing to do yet, and so many pages until there is.
    pub(super) fn new(pages: i32) -> Checkpointer {
        Checkpointer { pages, asked: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies back what is asked for, until closed. A fault passes: the WAL keeps everything, and its writer tries again.
    pub(super) fn run(&self, log: &Connection, records: &Connection, deliveries: &Connection) {
        loop {
            let mut asked = self.lock();
            let wal = loop {
                if asked.closing {
                    return;
                }
                match asked.next() {
                    Some(wal) => break wal,
                    None => asked = self.changed.wait(asked).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(asked);
            let connection = match wal {
                Wal::Log => log,
                Wal::Records => records,
                Wal::Deliveries => deliveries,
            };
            if let Err(error) = copy_back(connection) {
                tracing::warn!(%error, ?wal, "a write-ahead log could not be copied back on the side");
            }
            *self.lock().of(wal) = State::Through;
            self.changed.notify_all();
        }
    }

    /// Asks for a WAL to be copied back, unless somebody asked already; answers whether that was done since.
    fn ask(&self, wal: Wal) -> bool {
        let mut asked = self.lock();
        let state = asked.of(wal);
        match *state {
            State::Idle => *state = State::Asked,
            State::Asked => return false,
            State::Through => {
                *state = State::Idle;
                return true;
            }
        }
        drop(asked);
        self.changed.notify_all();
        false
    }

    /// Waits until nobody copies this WAL back any more, or the thread ends: two cannot at the same time, and the second would
    /// be sent away.
    fn wait_until_through(&self, wal: Wal) {
        let is_busy = |asked: &mut Asked| *asked.of(wal) == State::Asked && !asked.closing;
        let waited = self.changed.wait_while(self.lock(), is_busy);
        *waited.unwrap_or_else(PoisonError::into_inner).of(wal) = State::Idle;
    }

    /// Lets the thread end.
    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.changed.notify_all();
    }
}

/// One writer's side of it.
pub(super) struct Checkpoints {
    wal: Wal,
    checkpointer: Arc<Checkpointer>,
    /// How many pages the WAL has when something is to be done about it: more than usual while somebody reads old pages, which
    /// keeps a WAL from being begun anew.
    due: i32,
}

impl Checkpoints {
    /// Those of the WAL that `connection` writes, on the thread that writes it.
    pub(super) fn of(wal: Wal, connection: &mut Connection, checkpointer: Arc<Checkpointer>) -> Checkpoints {
        let hooked = connection.wal_hook(Some(|_: &mut rusqlite::hooks::Wal, pages: i32| {
            WAL_PAGES.set(pages);
            Ok(())
        }));
        if let Err(error) = hooked {
            // Without it the WAL is only copied back at closing; it grows, and nothing is lost.
            tracing::warn!(%error, "the WAL cannot be watched");
        }
        let due = checkpointer.pages;
        Checkpoints { wal, checkpointer, due }
    }

    /// After a commit: sees to it that the WAL is copied back when it has grown.
    pub(super) fn see_to(&mut self, connection: &Connection) -> Result<(), Error> {
        let pages = WAL_PAGES.get();
        let usual = self.checkpointer.pages;
        if pages < usual {
            self.due = usual;
        }
        if pages < self.due {
            return Ok(());
        }
        if !self.checkpointer.ask(self.wal) {
            if pages < self.due.saturating_add(usual.saturating_mul(PATIENCE)) {
                return Ok(());
            }
            self.checkpointer.wait_until_through(self.wal);
        }
        self.due = pages.saturating_add(usual);
        copy_back(connection)
    }
}

/// Copies a WAL back as far as nobody has to wait. A full disk passes: the WAL keeps everything until there is room.
pub(super) fn copy_back(connection: &Connection) -> Result<(), Error> {
    let run = || connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    match run().map_err(|error| failed("copy a write-ahead log back", &error)) {
        Ok(()) | Err(Error::DiskFull(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::mpsc};

    use super::*;
    use crate::sqlite::open::{Durability, settle};

    const USUAL: i32 = 8;

    fn open(path: &Path) -> Connection {
        let connection = Connection::open(path).expect("the file can be opened");
        settle(&connection, Durability::Eventually, 2_048).expect("the settings are taken");
        connection
    }

    /// A WAL of one page more, and what is done about it.
    fn write(connection: &Connection, checkpoints: &mut Checkpoints) -> i32 {
        connection.execute("UPDATE text SET text = text || '.'", []).expect("the row is there");
        checkpoints.see_to(connection).expect("the WAL can be copied back");
        WAL_PAGES.get()
    }

    #[test]
    fn a_writer_that_is_far_ahead_waits_for_the_thread_and_copies_back_the_rest() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let path = folder.path().join("records.db");
        let mut writer = open(&path);
        writer.execute_batch("CREATE TABLE text (text TEXT); INSERT INTO text VALUES ('');").expect("it is ours");
        let checkpointer = Arc::new(Checkpointer::new(USUAL));
        let mut checkpoints = Checkpoints::of(Wal::Records, &mut writer, Arc::clone(&checkpointer));
        // Nobody does what is asked for, until the writer is as far ahead as it may be.
        let limit = USUAL * (1 + PATIENCE);
        while write(&writer, &mut checkpoints) < limit - 1 {}
        let (other, at_work) = (open(&path), Arc::clone(&checkpointer));
        let (has_begun, begun) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let [log, deliveries] = [(); 2].map(|()| Connection::open_in_memory().expect("memory can be opened"));
            begun.recv().expect("the writer says when");
            at_work.run(&log, &other, &deliveries);
        });
        has_begun.send(()).expect("the thread listens");
        let pages: Vec<i32> = (0..50 * limit).map(|_| write(&writer, &mut checkpoints)).collect();
        assert!(pages.iter().all(|pages| *pages <= limit), "{pages:?}");
        checkpointer.close();
        thread.join().expect("the thread ends");
        // Who closes does not hold up who still writes.
        while write(&writer, &mut checkpoints) < limit {}
    }
}
