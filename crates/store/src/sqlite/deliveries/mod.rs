//! Passing events on: deliveries.db, its one writer thread, and what is read of it.
//!
//! A file of its own, so that what is written down of a thousand deliveries holds up neither an answer nor a fold. It does not
//! follow from the log and cannot be made again.

mod again;
mod attempts;
mod bundles;
mod forget;
mod packed;
mod pulled;
mod read;
mod redeliver;
mod replays;
mod rollup;
mod sums;
mod warned;
mod write;
mod writer;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use hookline_model::{
    id::{DeliveryId, SubscriptionId, WorkspaceId},
    time::Millis,
};
use rusqlite::Connection;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

pub(super) use self::writer::Writer;
use self::writer::{Command, Hurry};
use super::{
    SqliteStore,
    open::{self, Files, failed},
    pool::Pool,
};
use crate::{
    Answer, Error,
    deliveries::{
        Day, DayCount, Deliveries, DeliveryFilter, DeliveryKey, DeliveryRow, DeliveryStatus, Dispatch, Fed, Feed, Outcome,
        Outgoing, Snapshot, Standing,
    },
    query::{Page, PageRequest},
};

/// How many reads of deliveries.db run at once.
const READERS: usize = 2;

/// How many commands wait for the writer; beyond it whoever comes waits.
const COMMANDS_MAX: usize = 1_024;

/// How many subscriptions to look at are remembered for who is busy; with more he looks at all.
const WOKEN_MAX: usize = 1_024;

/// The side of deliveries.db that everybody shares.
pub(super) struct Desk {
    /// `None` once the store closes.
    commands: Mutex<Option<mpsc::Sender<Command>>>,
    readers: Pool<Connection>,
    woken: broadcast::Sender<SubscriptionId>,
}

impl Desk {
    /// Opens the file, making it if needed; answers the writer too, to be run on a thread of its own.
    pub(super) fn open(files: &Files) -> Result<(Desk, Writer), Error> {
        let connection = open::deliveries_writer(files)?;
        let (sender, commands) = mpsc::channel(COMMANDS_MAX);
        let readers = (0..READERS).map(|_| open::reader(&files.deliveries)).collect::<Result<Vec<_>, Error>>()?;
        let desk =
            Desk { commands: Mutex::new(Some(sender)), readers: Pool::new(readers), woken: broadcast::Sender::new(WOKEN_MAX) };
        Ok((desk, Writer::new(connection, commands)))
    }

    /// Has the writer change something, and waits until it is committed.
    async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.send(Hurry::Now, change, |_| {}).await
    }

    /// As [`Desk::write`]; when it is committed this is done, also if nobody waits any more.
    async fn write_and<T: Send + 'static>(
        &self,
        change: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
        and_then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, Error> {
        self.send(Hurry::Now, change, and_then).await
    }

    async fn send<T: Send + 'static>(
        &self,
        hurry: Hurry,
        change: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
        and_then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, Error> {
        let sender = self.commands.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Error::Closed)?;
        let (reply, receiver) = oneshot::channel();
        sender.send(Command::new(hurry, change, reply, and_then)).await.map_err(|_| Error::Closed)?;
        receiver.await.unwrap_or(Err(Error::Closed))
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let run = move |connection: &mut Connection| read(connection).map_err(|error| failed("read deliveries", &error));
        self.readers.with("read deliveries", run).await
    }

    /// Has what is on its way to a subscription lie in the outbox one by one.
    async fn undo_bundles(&self, subscription: SubscriptionId) -> Result<(), Error> {
        if self.read(move |connection| bundles::are_there(connection, subscription)).await? {
            self.write(move |connection| bundles::undo_all(connection, subscription)).await?;
        }
        Ok(())
    }

    /// Tells of subscriptions that somebody else has to look at.
    fn wake(&self) -> impl FnOnce(&[SubscriptionId]) + Send + 'static {
        let woken = self.woken.clone();
        // Nobody listens where nobody serves.
        move |of| of.iter().for_each(|id| drop(woken.send(*id)))
    }

    /// Takes no more commands: the writer ends when it has done those that wait.
    pub(super) fn take_no_more(&self) {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// The same, and lets the reads that go on finish.
    pub(super) async fn close(&self) {
        self.take_no_more();
        self.readers.close().await;
    }
}

impl Deliveries for SqliteStore {
    fn feed(&self, after: u64, until: u64, of: Option<Arc<HashSet<WorkspaceId>>>) -> Answer<'_, Feed> {
        let until = until.min(self.shared.folded());
        Box::pin(self.with_reader(move |reader| reader.feed(after, until, of.as_deref())))
    }

    fn folded(&self) -> watch::Receiver<u64> {
        self.shared.watch_folded()
    }

    fn snapshots(&self, entries: Vec<Fed>) -> Answer<'_, Vec<Option<Snapshot>>> {
        Box::pin(self.with_reader(move |reader| reader.snapshots(&entries)))
    }

    fn standings(&self) -> Answer<'_, Vec<(SubscriptionId, Standing)>> {
        Box::pin(self.desk.read(read::standings))
    }

    fn dispatch(&self, dispatch: Dispatch) -> Answer<'_, ()> {
        Box::pin(self.desk.write(move |connection| write::dispatch(connection, &dispatch)))
    }

    fn finish(&self, outcomes: Arc<Vec<Outcome>>) -> Answer<'_, ()> {
        let is_taken = |outcome: &Outcome| matches!(outcome, Outcome::Ended { status: DeliveryStatus::Delivered, .. });
        // Whatever is to be tried again, told of or stopped for follows from what is written down.
        let hurry = if outcomes.iter().all(is_taken) { Hurry::Soon } else { Hurry::Now };
        Box::pin(self.desk.send(hurry, move |connection| write::finish(connection, &outcomes), |()| {}))
    }

    fn waiting(&self, subscription: SubscriptionId, limit: usize) -> Answer<'_, Vec<Outgoing>> {
        Box::pin(async move {
            self.desk.undo_bundles(subscription).await?;
            self.desk.read(move |connection| read::waiting(connection, subscription, limit)).await
        })
    }

    fn outgoing(&self, subscription: SubscriptionId, keys: Vec<DeliveryKey>) -> Answer<'_, Vec<Outgoing>> {
        Box::pin(async move {
            let keys = Arc::new(keys);
            let read = async || {
                let keys = Arc::clone(&keys);
                self.desk.read(move |connection| read::outgoing(connection, subscription, &keys)).await
            };
            let found = read().await?;
            if found.len() == keys.len() {
                return Ok(found);
            }
            self.desk.undo_bundles(subscription).await?;
            read().await
        })
    }

    fn deliveries(
        &self,
        subscription: SubscriptionId,
        filter: DeliveryFilter,
        page: PageRequest,
    ) -> Answer<'_, Page<DeliveryRow>> {
        Box::pin(async move {
            if matches!(filter.status, None | Some(DeliveryStatus::Pending)) {
                self.desk.undo_bundles(subscription).await?;
            }
            self.desk.read(move |connection| read::page(connection, subscription, &filter, &page)).await
        })
    }

    fn delivery(&self, id: DeliveryId) -> Answer<'_, Option<DeliveryRow>> {
        Box::pin(self.desk.read(move |connection| {
            // Of one moment: it may move from one table to another meanwhile.
            let _moment = connection.unchecked_transaction()?;
            read::one(connection, id)
        }))
    }

    fn revive(&self, deliveries: Vec<DeliveryId>, now: Millis) -> Answer<'_, u64> {
        let wake = self.desk.wake();
        Box::pin(async move {
            let change = move |connection: &Connection| redeliver::revive(connection, &deliveries, now);
            let (revived, _) = self.desk.write_and(change, move |(_, of)| wake(of)).await?;
            Ok(revived)
        })
    }

    fn summary(&self, subscriptions: Vec<SubscriptionId>, first: Day, last: Day) -> Answer<'_, Vec<DayCount>> {
        Box::pin(self.desk.read(move |connection| rollup::summary(connection, &subscriptions, first, last)))
    }

    fn forgive(&self, subscription: SubscriptionId) -> Answer<'_, ()> {
        Box::pin(self.desk.write(move |connection| write::forgive(connection, subscription)))
    }

    fn forget(&self, subscription: SubscriptionId) -> Answer<'_, bool> {
        Box::pin(self.desk.write(move |connection| forget::forget(connection, subscription)))
    }

    fn prune(&self, ended_before: Millis) -> Answer<'_, u64> {
        Box::pin(self.desk.write(move |connection| forget::prune(connection, ended_before)))
    }
}
