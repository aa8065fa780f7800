//! The store in memory passes nothing on: it has no feed and keeps no delivery.

use std::{collections::HashSet, sync::Arc};

use hookline_model::{
    id::{DeliveryId, SubscriptionId, WorkspaceId},
    time::Millis,
};
use hookline_store::{
    Answer,
    deliveries::{Deliveries, DeliveryFilter, DeliveryKey, DeliveryRow, Dispatch, Feed, Outcome, Outgoing, Snapshot, Standing},
    query::{Page, PageRequest},
};
use tokio::sync::watch;

use super::store::{FakeStore, answer};

impl Deliveries for FakeStore {
    fn feed(&self, after: u64, _: u64, _: Option<Arc<HashSet<WorkspaceId>>>) -> Answer<'_, Feed> {
        answer(Ok(Feed { entries: Vec::new(), through: after }))
    }

    fn folded(&self) -> watch::Receiver<u64> {
        watch::Sender::new(0).subscribe()
    }

    fn snapshots(&self, entries: Vec<(WorkspaceId, u64)>) -> Answer<'_, Vec<Option<Snapshot>>> {
        answer(Ok(entries.iter().map(|_| None).collect()))
    }

    fn standings(&self) -> Answer<'_, Vec<(SubscriptionId, Standing)>> {
        answer(Ok(Vec::new()))
    }

    fn dispatch(&self, _: Dispatch) -> Answer<'_, ()> {
        answer(Ok(()))
    }

    fn finish(&self, _: Vec<Outcome>) -> Answer<'_, ()> {
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

    fn delivery(&self, _: DeliveryId) -> Answer<'_, Option<DeliveryRow>> {
        answer(Ok(None))
    }

    fn revive(&self, _: Vec<DeliveryId>, _: Millis) -> Answer<'_, u64> {
        answer(Ok(0))
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
