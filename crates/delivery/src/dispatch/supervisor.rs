//! Sees to it that every active subscription is served, as it is set now, and no other.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use hookline_model::{
    id::{SubscriptionId, WorkspaceId},
    time::Millis,
};
use hookline_store::{
    Error,
    deliveries::Standing,
    directory::Directory,
    subscriptions::{Subscription, SubscriptionStatus},
};
use tokio::{
    sync::{Notify, mpsc},
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{
    DispatchOptions, Subscribed,
    feed::Feed,
    reader::{Queues, Reader},
    sender::Sender,
};

/// How often subscriptions are looked at without anybody saying that they changed, in ms.
const LOOK_EVERY: i64 = 1_000;

/// How many deliveries wait between a reader and its sender, per lane.
const QUEUE: usize = 32;

/// A subscription that is served.
struct Served {
    row: Arc<Subscription>,
    stopping: CancellationToken,
    work: JoinHandle<()>,
}

pub(super) struct Supervisor {
    options: DispatchOptions,
    feed: Arc<Feed>,
    changed: Arc<Notify>,
    stopping: CancellationToken,
    served: HashMap<SubscriptionId, Served>,
    /// Subscriptions that cannot be read, by their row, so that each is told of once.
    unreadable: HashMap<SubscriptionId, Arc<Subscription>>,
    seen: Option<Arc<Directory>>,
}

impl Supervisor {
    pub(super) fn new(options: DispatchOptions, changed: Arc<Notify>, stopping: CancellationToken) -> Supervisor {
        let feed = Arc::new(Feed::new(Arc::clone(&options.store)));
        Supervisor { options, feed, changed, stopping, served: HashMap::new(), unreadable: HashMap::new(), seen: None }
    }

    /// Works until it is stopped.
    pub(super) async fn run(mut self) {
        let (stopping, changed) = (self.stopping.clone(), Arc::clone(&self.changed));
        while !stopping.is_cancelled() {
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "subscriptions could not be looked at; it is tried again");
            }
            let again = Millis(self.options.clock.now().0 + LOOK_EVERY);
            tokio::select! {
                () = stopping.cancelled() => {}
                () = changed.notified() => {}
                () = self.options.clock.until(again) => {}
            }
        }
        let ids: Vec<SubscriptionId> = self.served.keys().copied().collect();
        self.let_go(ids).await;
    }

    /// Starts and stops what is to be.
    async fn look(&mut self) -> Result<(), Error> {
        let directory = self.options.store.directory();
        let is_seen = self.seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, &directory));
        let has_ended = self.served.values().any(|served| served.work.is_finished());
        if is_seen && !has_ended {
            return Ok(());
        }
        let active: HashMap<SubscriptionId, &Arc<Subscription>> = directory
            .subscriptions()
            .iter()
            .filter(|row| row.status == SubscriptionStatus::Active)
            .map(|row| (row.id, row))
            .collect();
        let over = self
            .served
            .iter()
            .filter(|(id, served)| served.work.is_finished() || active.get(id).is_none_or(|row| ***row != *served.row));
        let over: Vec<SubscriptionId> = over.map(|(id, _)| *id).collect();
        self.let_go(over).await;
        self.unreadable.retain(|id, row| active.get(id).is_some_and(|active| *active == row));

        let wanted: HashSet<WorkspaceId> = active.values().flat_map(|row| directory.workspaces_of(row.owner)).collect();
        self.feed.want(wanted);
        let new = active.values().filter(|row| !self.served.contains_key(&row.id) && !self.unreadable.contains_key(&row.id));
        let new: Vec<Arc<Subscription>> = new.map(|row| Arc::clone(row)).collect();
        if !new.is_empty() {
            let standings: HashMap<SubscriptionId, Standing> = self.options.store.standings().await?.into_iter().collect();
            for row in new {
                self.serve(row, &standings);
            }
        }
        self.seen = Some(directory);
        Ok(())
    }

    fn serve(&mut self, row: Arc<Subscription>, standings: &HashMap<SubscriptionId, Standing>) {
        let subscribed = match Subscribed::read(&row, &self.options.open_secrets) {
            Ok(subscribed) => Arc::new(subscribed),
            Err(why) => {
                tracing::error!(subscription = %row.id, %why, "a subscription cannot be served");
                self.unreadable.insert(row.id, row);
                return;
            }
        };
        let standing = standings.get(&row.id).copied().unwrap_or_default();
        let (fast_in, fast_out) = mpsc::channel(QUEUE);
        let (bulk_in, bulk_out) = mpsc::channel(QUEUE);
        let (fast, bulk) = Reader::cursors(&subscribed, standing);
        let stopping = self.stopping.child_token();
        let sender = Sender::new(
            self.options.clone(),
            Arc::clone(&subscribed),
            fast_out,
            bulk_out,
            stopping.clone(),
            standing.failed_in_row,
        );
        let reader = Reader {
            options: self.options.clone(),
            subscribed,
            feed: Arc::clone(&self.feed),
            folded: self.options.store.folded(),
            queues: Queues { fast: fast_in, bulk: bulk_in },
            stopping: stopping.clone(),
            fast,
            bulk,
            written: fast,
        };
        let own = stopping.clone();
        let work = tokio::spawn(async move {
            let mut both = JoinSet::new();
            both.spawn(reader.run());
            both.spawn(sender.run());
            // Neither goes on without the other.
            while let Some(ended) = both.join_next().await {
                own.cancel();
                if let Err(error) = ended {
                    tracing::error!(%error, "a subscription's task ended as it should not");
                }
            }
        });
        self.served.insert(row.id, Served { row, stopping, work });
    }

    /// Stops serving these, and waits until what is on the wire has ended.
    async fn let_go(&mut self, ids: Vec<SubscriptionId>) {
        let going: Vec<Served> = ids.iter().filter_map(|id| self.served.remove(id)).collect();
        going.iter().for_each(|served| served.stopping.cancel());
        for served in going {
            if let Err(error) = served.work.await {
                tracing::error!(%error, subscription = %served.row.id, "a subscription's task ended as it should not");
            }
        }
    }
}
