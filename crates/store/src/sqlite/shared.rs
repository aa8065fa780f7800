//! What the writer, the view and the readers share: how far each is, and the entries on their way from one to the other.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

use super::log::Logged;
use crate::Error;

/// Entries held in memory for the view. Beyond it the writer waits for the view: to read them back from the log would slow the
/// one that is behind. Only what was in the log at the start is read from there.
const RECENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// By how much one batch may go beyond that.
const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// So many entries are folded at once; fewer wait a little for others, see [`Shared::linger`].
const LINGER_ENTRIES: u64 = 1_000;
/// How long, while nobody follows the view.
const LINGER: Duration = Duration::from_millis(200);
/// How long while somebody does, such as a subscription, which is told of an event when it is folded.
const LINGER_FOLLOWED: Duration = Duration::from_millis(20);
/// A view that is so few entries behind is level with the log: under load it is never quite.
const LEVEL: u64 = 100;
/// How long a read waits for the view.
const CATCH_UP_PATIENCE: Duration = Duration::from_secs(10);

/// Called when going on could break a promise, such as after a failed sync. It must not return to normal work: the process ends.
pub type OnFatal = Arc<dyn Fn(&str) + Send + Sync>;

/// Told of the steps an event takes, so that a crash test can end the process between any two.
pub type Probe = Arc<dyn Fn(&'static str) + Send + Sync>;

pub(super) struct Shared {
    /// The last position on disk in the log.
    committed: AtomicU64,
    /// The last position folded into the records, as readers wait for it.
    folded: watch::Sender<u64>,
    /// Whether the view has not yet caught up with what was in the log when the store was opened.
    catching_up: AtomicBool,
    closing: AtomicBool,
    /// How many wait to read what is not folded yet.
    reading: AtomicUsize,
    recent: Mutex<Recent>,
    /// Wakes the view (something committed, a command, closing) and the writer (the view moved on).
    moved: Condvar,
    pub(super) on_fatal: OnFatal,
    pub(super) probe: Probe,
}

#[derive(Default)]
struct Recent {
    entries: VecDeque<Arc<Logged>>,
    bytes: usize,
    commands: VecDeque<super::view::Command>,
}

/// That somebody waits to read.
struct Reading<'r>(&'r AtomicUsize);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Recent {
    /// Lets go of what is folded up to `position`.
    fn forget(&mut self, position: u64) {
        while self.entries.front().is_some_and(|entry| entry.position <= position)
            && let Some(folded) = self.entries.pop_front()
        {
            self.bytes -= folded.bytes;
        }
    }
}

/// What the view does next.
pub(super) enum Next {
    /// Fold these; they follow on each other.
    Fold(Vec<Arc<Logged>>),
    /// Read the log behind this position: memory no longer has it.
    ReadLog,
    /// Carry this out.
    Command(super::view::Command),
    /// Everything is folded and nothing more comes.
    Stop,
}

impl Shared {
    pub(super) fn new(committed: u64, folded: u64, on_fatal: OnFatal, probe: Probe) -> Shared {
        Shared {
            committed: AtomicU64::new(committed),
            folded: watch::Sender::new(folded),
            catching_up: AtomicBool::new(folded < committed),
            closing: AtomicBool::new(false),
            reading: AtomicUsize::new(0),
            recent: Mutex::new(Recent::default()),
            moved: Condvar::new(),
            on_fatal,
            probe,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        // Nothing panics while it holds the lock halfway through a change.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn committed(&self) -> u64 {
        self.committed.load(Ordering::Acquire)
    }

    pub(super) fn folded(&self) -> u64 {
        *self.folded.borrow()
    }

    /// The last position folded, and a nudge whenever it moves.
    pub(super) fn watch_folded(&self) -> watch::Receiver<u64> {
        self.folded.subscribe()
    }

    /// The writer committed these, up to `position`.
    pub(super) fn commit(&self, position: u64, entries: Vec<Logged>) {
        let mut recent = self.lock();
        for entry in entries {
            recent.bytes += entry.bytes;
            recent.entries.push_back(Arc::new(entry));
        }
        // Only while the view works through what was in the log at the start, and the writer does not wait for it.
        while recent.bytes > RECENT_BYTES_MAX + BATCH_BYTES_MAX
            && let Some(oldest) = recent.entries.pop_front()
        {
            recent.bytes -= oldest.bytes;
        }
        self.committed.store(position, Ordering::Release);
        drop(recent);
        self.moved.notify_all();
    }

    /// Waits until the view has something to do. `from` is the last position it folded.
    pub(super) fn next(&self, from: u64, entries_max: usize) -> Next {
        let mut recent = self.lock();
        loop {
            if let Some(command) = recent.commands.pop_front() {
                return Next::Command(command);
            }
            if self.committed() > from {
                recent = self.linger(recent, from);
                if !recent.commands.is_empty() {
                    continue;
                }
                recent.forget(from);
                return match recent.entries.front() {
                    Some(first) if first.position == from + 1 => {
                        Next::Fold(recent.entries.iter().take(entries_max).cloned().collect())
                    }
                    _ => Next::ReadLog,
                };
            }
            self.catching_up.store(false, Ordering::Relaxed);
            if self.closing.load(Ordering::Relaxed) {
                return Next::Stop;
            }
            recent = self.moved.wait(recent).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether somebody waits to read.
    pub(super) fn is_awaited(&self) -> bool {
        self.reading.load(Ordering::Relaxed) > 0
    }

    /// Waits a little for more to fold: a fold of a few entries takes nearly as long as one of a few hundred. Whoever comes to
    /// read ends the waiting.
    fn linger<'r>(&self, recent: MutexGuard<'r, Recent>, from: u64) -> MutexGuard<'r, Recent> {
        let is_little = |recent: &mut Recent| {
            self.committed() - from < LINGER_ENTRIES
                && recent.commands.is_empty()
                && self.reading.load(Ordering::Relaxed) == 0
                && !self.closing.load(Ordering::Relaxed)
        };
        let patience = if self.folded.receiver_count() > 0 { LINGER_FOLLOWED } else { LINGER };
        let waited = self.moved.wait_timeout_while(recent, patience, is_little);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// The view folded and committed everything up to `position`.
    pub(super) fn fold_done(&self, position: u64) {
        let mut recent = self.lock();
        recent.forget(position);
        self.folded.send_replace(position);
        drop(recent);
        self.moved.notify_all();
    }

    /// Waits a moment, unless something moves: for the view, after the disk was full.
    pub(super) fn pause(&self, patience: Duration) {
        let recent = self.lock();
        drop(self.moved.wait_timeout(recent, patience));
    }

    /// Holds the writer back while the view is too far behind. While the view still works through what was in the log at the
    /// start, ingest is not held back: the view then reads from the log, and memory stays bounded.
    pub(super) fn wait_for_view(&self) {
        let mut recent = self.lock();
        while !self.catching_up.load(Ordering::Relaxed)
            && !self.closing.load(Ordering::Relaxed)
            && recent.bytes > RECENT_BYTES_MAX
        {
            recent = self.moved.wait(recent).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives the view a command.
    pub(super) fn command(&self, command: super::view::Command) -> Result<(), Error> {
        let mut recent = self.lock();
        if self.closing.load(Ordering::Relaxed) {
            return Err(Error::Closed);
        }
        recent.commands.push_back(command);
        drop(recent);
        self.moved.notify_all();
        Ok(())
    }

    /// Waits until the view has folded something behind `indexed` and is nearly level with the log, or until `is_called`; answers
    /// the last position folded, or `None` when the store closes. So whoever indexes keeps out of the way of a burst.
    pub(super) fn next_to_index(&self, indexed: u64, is_called: impl Fn() -> bool) -> Option<u64> {
        let mut recent = self.lock();
        loop {
            if self.closing.load(Ordering::Relaxed) {
                return None;
            }
            let folded = self.folded();
            let is_level = self.committed().saturating_sub(folded) <= LEVEL;
            if is_called() || (folded > indexed && is_level) {
                return Some(folded);
            }
            recent = self.moved.wait(recent).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Wakes whoever waits, to look again.
    pub(super) fn nudge(&self) {
        let recent = self.lock();
        drop(recent);
        self.moved.notify_all();
    }

    /// Lets the view stop once everything is folded.
    pub(super) fn close(&self) {
        let recent = self.lock();
        self.closing.store(true, Ordering::Relaxed);
        drop(recent);
        self.moved.notify_all();
    }

    /// Somebody waits to read, until what this answers is dropped.
    fn read(&self) -> Reading<'_> {
        let recent = self.lock();
        self.reading.fetch_add(1, Ordering::Relaxed);
        drop(recent);
        self.moved.notify_all();
        Reading(&self.reading)
    }

    /// Waits until the records have everything that is committed now.
    pub(super) async fn catch_up(&self) -> Result<(), Error> {
        let target = self.committed();
        if self.folded() >= target {
            return Ok(());
        }
        let _reading = self.read();
        let mut folded = self.folded.subscribe();
        let reached = tokio::time::timeout(CATCH_UP_PATIENCE, folded.wait_for(|folded| *folded >= target)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(Error::Closed),
            Err(_) => Err(Error::Behind { folded: self.folded(), committed: target }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexing_waits_for_a_view_that_is_behind() {
        let shared = Arc::new(Shared::new(300, 100, Arc::new(|_| {}), Arc::new(|_| {})));
        assert_eq!(shared.next_to_index(0, || true), Some(100), "who is called does not wait");
        let (looked, has_looked) = std::sync::mpsc::channel();
        let waiting = Arc::clone(&shared);
        let next = std::thread::spawn(move || {
            waiting.next_to_index(0, || {
                looked.send(()).expect("somebody listens");
                false
            })
        });
        has_looked.recv().expect("it looks");
        shared.fold_done(200);
        assert_eq!(next.join().expect("it ends"), Some(200));
        shared.close();
        assert_eq!(shared.next_to_index(200, || false), None);
    }
}
