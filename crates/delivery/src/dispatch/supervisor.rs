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
    sync::{
        Notify,
        broadcast::{self, error::RecvError},
        mpsc,
    },
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{
    DispatchOptions, Subscribed,
    feed::Feed,
    handed::Handed,
    live::Live,
    reader::{Queues, Reader},
    replayer::Replayer,
    sender::{Inlets, Sender},
    tidy::Tidy,
    warning::{self, Failing},
};
use crate::{matching::quick::Quick, priority::Kept};

/// How often subscriptions are looked at without anybody saying that they changed, in ms.
const LOOK_EVERY: i64 = 1_000;

/// How many deliveries wait between a reader and its sender, per lane.
const QUEUE: usize = 64;

/// How many deliveries wait between a replayer and its sender: these go out even if their replay is cancelled.
const REPLAYED: usize = 2;

/// A subscription that is served.
struct Served {
    /// Of its sender and its replayer: somebody changed its outbox or its replays.
    wakes: [Arc<Notify>; 2],
    row: Arc<Subscription>,
    stopping: CancellationToken,
    work: JoinHandle<()>,
}

/// The next subscription that the store tells of; `None` if some were missed.
async fn heard(woken: &mut broadcast::Receiver<SubscriptionId>) -> Option<SubscriptionId> {
    match woken.recv().await {
        Ok(id) => Some(id),
        Err(RecvError::Lagged(_)) => None,
        // The store tells nothing any more.
        Err(RecvError::Closed) => std::future::pending().await,
    }
}

pub(super) struct Supervisor {
    options: DispatchOptions,
    feed: Arc<Feed>,
    live: Arc<Live>,
    stopping: CancellationToken,
    served: HashMap<SubscriptionId, Served>,
    /// Subscriptions that cannot be read, by their row, so that each is told of once.
    unreadable: HashMap<SubscriptionId, Arc<Subscription>>,
    seen: Option<Arc<Directory>>,
    tidy: Tidy,
    priority: Arc<Kept>,
}

impl Supervisor {
    pub(super) fn new(options: DispatchOptions, stopping: CancellationToken) -> Supervisor {
        let feed = Arc::new(Feed::new(Arc::clone(&options.store)));
        let (served, unreadable) = (HashMap::new(), HashMap::new());
        let live = Arc::new(Live::new(Arc::clone(&options.store), Arc::clone(&options.clock), Arc::clone(&feed)));
        let (tidy, priority) = (Tidy::default(), Arc::default());
        Supervisor { options, feed, live, stopping, served, unreadable, seen: None, tidy, priority }
    }

    /// Works until it is stopped.
    pub(super) async fn run(mut self) {
        let (stopping, changed) = (self.stopping.clone(), Arc::clone(&self.options.changed));
        let (live, own) = (Arc::clone(&self.live), stopping.clone());
        let live = tokio::spawn(async move { own.run_until_cancelled(live.run()).await });
        let mut woken = self.options.store.woken();
        let mut again = Millis::default();
        while !stopping.is_cancelled() {
            if self.options.clock.now() >= again {
                if let Err(error) = self.tidy.tidy(&self.options).await {
                    tracing::warn!(%error, "what is too old could not be removed; it is tried again");
                }
                again = Millis(self.options.clock.now().0 + LOOK_EVERY);
            }
            if let Err(error) = warning::into_the_log(&self.options).await {
                tracing::warn!(%error, "warnings could not be brought into the log; it is tried again");
            }
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "subscriptions could not be looked at; it is tried again");
            }
            tokio::select! {
                () = stopping.cancelled() => {}
                () = changed.notified() => {}
                of = heard(&mut woken) => self.wake(of),
                () = self.options.clock.until(again) => {}
            }
        }
        let ids: Vec<SubscriptionId> = self.served.keys().copied().collect();
        self.let_go(ids).await;
        if let Err(error) = live.await {
            tracing::error!(%error, "the look at what comes ended as it should not");
        }
    }

    /// Has the tasks of a subscription look at what somebody else changed; those of all, if it is not known of which.
    fn wake(&self, of: Option<SubscriptionId>) {
        let wake = |served: &Served| served.wakes.iter().for_each(|wake| wake.notify_one());
        match of {
            Some(id) => self.served.get(&id).into_iter().for_each(wake),
            None => self.served.values().for_each(wake),
        }
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
        if !over.is_empty() {
            self.tidy.soon();
        }
        self.let_go(over).await;
        self.unreadable.retain(|id, row| active.get(id).is_some_and(|active| *active == row));

        let wanted: HashSet<WorkspaceId> = active.values().flat_map(|row| directory.told_of(row.owner)).collect();
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
        let (replay_in, replayed) = mpsc::channel(REPLAYED);
        let (handed, wakes) = (Handed::default(), [Arc::default(), Arc::default()]);
        let (fast, bulk) = Reader::cursors(&subscribed, standing);
        let stopping = self.stopping.child_token();
        let sender = Sender::new(
            self.options.clone(),
            Arc::clone(&subscribed),
            Inlets { fast: fast_out, bulk: bulk_out, replayed, handed: handed.clone(), wake: Arc::clone(&wakes[0]) },
            stopping.clone(),
            Failing::of(standing),
        );
        let replayer = Replayer {
            options: self.options.clone(),
            subscribed: Arc::clone(&subscribed),
            feed: Arc::clone(&self.feed),
            folded: self.options.store.folded(),
            queue: replay_in,
            handed: handed.clone(),
            wake: Arc::clone(&wakes[1]),
            stopping: stopping.clone(),
        };
        let reader = Reader {
            options: self.options.clone(),
            quick: Arc::new(Quick::new(&subscribed.settings)),
            subscribed,
            feed: Arc::clone(&self.feed),
            live: Arc::clone(&self.live),
            priority: Arc::clone(&self.priority),
            folded: self.options.store.folded(),
            queues: Queues { fast: fast_in, bulk: bulk_in, handed },
            stopping: stopping.clone(),
            fast,
            bulk,
            written: fast,
        };
        let own = stopping.clone();
        let work = tokio::spawn(async move {
            let mut all = JoinSet::new();
            all.spawn(reader.run());
            all.spawn(sender.run());
            all.spawn(replayer.run());
            // None goes on without the others.
            while let Some(ended) = all.join_next().await {
                own.cancel();
                if let Err(error) = ended {
                    tracing::error!(%error, "a subscription's task ended as it should not");
                }
            }
        });
        self.served.insert(row.id, Served { wakes, row, stopping, work });
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
