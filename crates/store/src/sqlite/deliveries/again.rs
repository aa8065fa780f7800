//! Delivering again, and pulling.

use hookline_model::{
    id::{DeliveryId, SubscriptionId},
    time::Millis,
};
use rusqlite::Connection;
use tokio::sync::broadcast;

use super::{pulled, redeliver, replays};
use crate::{
    Answer,
    deliveries::DeliveryStatus,
    pulling::Pulling,
    redelivery::{NewReplay, Redelivery, Replay, ReplayStep},
    sqlite::SqliteStore,
};

impl Redelivery for SqliteStore {
    fn woken(&self) -> broadcast::Receiver<SubscriptionId> {
        self.desk.woken.subscribe()
    }

    fn retry(&self, id: DeliveryId, now: Millis) -> Answer<'_, Option<DeliveryStatus>> {
        let wake = self.desk.wake();
        Box::pin(async move {
            let change = move |connection: &Connection| redeliver::retry(connection, id, now);
            let found = self.desk.write_and(change, move |found| wake(found.map(|(_, of)| of).as_slice())).await?;
            Ok(found.map(|(was, _)| was))
        })
    }

    fn received_between(&self, since: Millis, until: Millis) -> Answer<'_, (u64, u64)> {
        let committed = self.shared.committed();
        Box::pin(self.with_reader(move |reader| reader.received_between(since, until, committed)))
    }

    fn start_replay(&self, new: NewReplay) -> Answer<'_, Replay> {
        let (wake, of) = (self.desk.wake(), new.subscription);
        Box::pin(async move {
            let change = move |connection: &Connection| replays::start(connection, &new);
            self.desk.write_and(change, move |_| wake(&[of])).await?
        })
    }

    fn replays(&self, subscription: SubscriptionId) -> Answer<'_, Vec<Replay>> {
        Box::pin(self.desk.read(move |connection| replays::all(connection, subscription)))
    }

    fn replay_on(&self, step: ReplayStep) -> Answer<'_, bool> {
        Box::pin(self.desk.write(move |connection| replays::go_on(connection, &step)))
    }

    fn cancel_replay(&self, subscription: SubscriptionId, run: u32, now: Millis) -> Answer<'_, Option<Replay>> {
        let wake = self.desk.wake();
        Box::pin(async move {
            let change = move |connection: &Connection| replays::cancel(connection, subscription, run, now);
            self.desk.write_and(change, move |_| wake(&[subscription])).await
        })
    }
}

impl Pulling for SqliteStore {
    fn caught_up(&self) -> Answer<'_, ()> {
        Box::pin(self.shared.catch_up())
    }

    fn consumer(&self, subscription: SubscriptionId, name: String) -> Answer<'_, Option<u64>> {
        Box::pin(self.desk.read(move |connection| pulled::position(connection, subscription, &name)))
    }

    fn move_consumer(&self, subscription: SubscriptionId, name: String, to: u64, at: Millis) -> Answer<'_, u64> {
        let change = move |connection: &Connection| pulled::move_to(connection, subscription, &name, to, at);
        Box::pin(async move { self.desk.write(change).await? })
    }
}
