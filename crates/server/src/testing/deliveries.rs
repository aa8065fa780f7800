//! The store in memory passes nothing on: it has no feed, and of deliveries only what a request can be about.

use std::{collections::HashSet, sync::Arc};

use hookline_model::{
    id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
    kind::Kind,
    time::Millis,
};
use hookline_store::{
    Answer, Store,
    attempts::{AttemptFilter, Attempted, Attempts},
    deliveries::{
        AttemptRow, Day, DayCount, Deliveries, DeliveryFilter, DeliveryKey, DeliveryRow, DeliveryStatus, Dispatch, Fed, Feed,
        Outcome, Outgoing, Snapshot, Standing,
    },
    pulling::Pulling,
    query::{Cursor, Page, PageRequest},
    redelivery::{NewReplay, Redelivery, Replay, ReplayStatus, ReplayStep},
    warnings::{Warning, Warnings},
};
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use super::store::{FakeStore, answer};

impl Deliveries for FakeStore {
    fn feed(&self, after: u64, _: u64, _: Option<Arc<HashSet<WorkspaceId>>>) -> Answer<'_, Feed> {
        answer(Ok(Feed { entries: Vec::new(), through: after }))
    }

    fn folded(&self) -> watch::Receiver<u64> {
        watch::Sender::new(0).subscribe()
    }

    fn snapshots(&self, entries: Vec<Fed>) -> Answer<'_, Vec<Option<Snapshot>>> {
        answer(Ok(entries.iter().map(|_| None).collect()))
    }

    fn standings(&self) -> Answer<'_, Vec<(SubscriptionId, Standing)>> {
        answer(self.works().map(|()| Vec::new()))
    }

    fn dispatch(&self, _: Dispatch) -> Answer<'_, ()> {
        answer(Ok(()))
    }

    fn finish(&self, _: Arc<Vec<Outcome>>) -> Answer<'_, ()> {
        answer(Ok(()))
    }

    fn waiting(&self, _: SubscriptionId, _: usize) -> Answer<'_, Vec<Outgoing>> {
        answer(Ok(Vec::new()))
    }

    fn outgoing(&self, _: SubscriptionId, _: Vec<DeliveryKey>) -> Answer<'_, Vec<Outgoing>> {
        answer(Ok(Vec::new()))
    }

    fn deliveries(&self, _: SubscriptionId, _: DeliveryFilter, _: PageRequest) -> Answer<'_, Page<DeliveryRow>> {
        answer(Ok(Page { rows: Vec::new(), next: None }))
    }

    /// Every subscription has one, of the nil event, that failed.
    fn delivery(&self, id: DeliveryId) -> Answer<'_, Option<DeliveryRow>> {
        let directory = self.directory();
        let found = directory.subscriptions().iter().find(|subscription| failed_delivery(subscription.id) == id);
        let workspace = found.and_then(|found| directory.workspaces_of(found.owner).first().copied());
        answer(Ok(found.zip(workspace).map(|(subscription, workspace)| DeliveryRow {
            id,
            subscription: subscription.id,
            key: DeliveryKey { position: 1, run: 0 },
            workspace,
            event_id: EventId(Uuid::nil()),
            kind: Kind::EmailSent,
            status: DeliveryStatus::Failed,
            reason: None,
            created_at: Millis(0),
            at: Millis(1),
            tries: 1,
            attempts: Vec::new(),
            body: None,
            content_type: "application/json".to_owned(),
        })))
    }

    fn revive(&self, _: Vec<DeliveryId>, _: Millis) -> Answer<'_, u64> {
        answer(Ok(0))
    }

    fn summary(&self, _: Vec<SubscriptionId>, _: Day, _: Day) -> Answer<'_, Vec<DayCount>> {
        answer(Ok(Vec::new()))
    }

    fn forgive(&self, _: SubscriptionId) -> Answer<'_, ()> {
        answer(Ok(()))
    }

    fn forget(&self, _: SubscriptionId) -> Answer<'_, bool> {
        answer(Ok(true))
    }

    fn prune(&self, _: Millis) -> Answer<'_, u64> {
        answer(Ok(0))
    }
}

impl Attempts for FakeStore {
    fn attempts(&self, _: AttemptFilter, _: PageRequest) -> Answer<'_, Page<Attempted>> {
        answer(Ok(Page { rows: Vec::new(), next: None }))
    }

    /// Of that which every subscription has.
    fn attempts_alike(&self, id: DeliveryId) -> Answer<'_, Vec<Attempted>> {
        Box::pin(async move {
            // Ids of tries are those of their deliveries, with the number in the last bytes.
            let found = self.delivery(DeliveryId(Uuid::from_u128(id.0.as_u128() ^ 1))).await?;
            let attempted = |delivery| Attempted {
                delivery,
                attempt: failed_attempt(),
                is_last: true,
                place: Cursor { at: Millis(0), key: vec![0; 12] },
            };
            Ok(found.into_iter().map(attempted).collect())
        })
    }
}

/// The one try of a delivery.
fn failed_attempt() -> AttemptRow {
    AttemptRow {
        number: 1,
        started_at: Millis(1),
        status: Some(500),
        error: None,
        is_charged: true,
        timing: [Some(1_000); 5],
        request_headers: Vec::new(),
        answer: Vec::new(),
    }
}

/// The delivery that each subscription has.
pub(crate) fn failed_delivery(subscription: SubscriptionId) -> DeliveryId {
    DeliveryId::derive(subscription, EventId(Uuid::nil()), 0)
}

fn done(new: NewReplay) -> Replay {
    Replay {
        subscription: new.subscription,
        run: 1,
        since: new.since,
        until: new.until,
        filter: new.filter,
        begin: new.after,
        after: new.through,
        through: new.through,
        status: ReplayStatus::Done,
        created_at: new.created_at,
        ended_at: Some(new.created_at),
        dispatched: 0,
        not_expressible: 0,
        delivered: 0,
        failed: 0,
        skipped: 0,
    }
}

impl Redelivery for FakeStore {
    fn woken(&self) -> broadcast::Receiver<SubscriptionId> {
        broadcast::Sender::new(1).subscribe()
    }

    fn retry(&self, _: DeliveryId, _: Millis) -> Answer<'_, Option<DeliveryStatus>> {
        answer(Ok(Some(DeliveryStatus::Failed)))
    }

    fn received_between(&self, _: Millis, _: Millis) -> Answer<'_, (u64, u64)> {
        answer(Ok((0, 0)))
    }

    /// One that is done: there is no log.
    fn start_replay(&self, new: NewReplay) -> Answer<'_, Replay> {
        answer(Ok(done(new)))
    }

    fn replays(&self, _: SubscriptionId) -> Answer<'_, Vec<Replay>> {
        answer(Ok(Vec::new()))
    }

    fn replay_on(&self, _: ReplayStep) -> Answer<'_, bool> {
        answer(Ok(false))
    }

    fn cancel_replay(&self, subscription: SubscriptionId, _: u32, now: Millis) -> Answer<'_, Option<Replay>> {
        let (since, until, filter) = (now, now, "{}".to_owned());
        answer(Ok(Some(done(NewReplay {
            subscription,
            once: None,
            since,
            until,
            filter,
            after: 0,
            through: 0,
            created_at: now,
        }))))
    }
}

impl Warnings for FakeStore {
    fn warnings(&self, _: usize) -> Answer<'_, Vec<Warning>> {
        answer(Ok(Vec::new()))
    }

    fn warned(&self, _: Vec<u64>) -> Answer<'_, ()> {
        answer(Ok(()))
    }
}

impl Pulling for FakeStore {
    fn caught_up(&self) -> Answer<'_, ()> {
        answer(Ok(()))
    }

    fn consumer(&self, _: SubscriptionId, _: String) -> Answer<'_, Option<u64>> {
        answer(Ok(None))
    }

    fn move_consumer(&self, _: SubscriptionId, _: String, to: u64, _: Millis) -> Answer<'_, u64> {
        answer(Ok(to))
    }
}
