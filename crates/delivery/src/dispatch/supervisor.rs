//! Sees to it that every active subscription is served, as it is set now, and no other.

use std::{collections::HashMap, sync::Arc};

use hookline_model::{id::SubscriptionId, time::Millis};
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
    task::{Id, JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{
    DispatchOptions, Subscribed,
    feed::Feed,
    handed::Handed,
    live::{Level, Live},
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
    /// It is not to be served any more, or not as it was.
    is_leaving: bool,
    work: Id,
}

/// Whose tasks ended.
struct Over {
    id: SubscriptionId,
    /// They stopped their subscription themselves, and that is written down.
    has_stopped: bool,
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
    /// The tasks of all of these.
    work: JoinSet<Over>,
    /// Tasks ended that nobody stopped: they are begun anew at the next look at the latest, and not at once, lest they fall for ever.
    has_fallen: bool,
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
        Supervisor {
            options,
            feed,
            live,
            stopping,
            served,
            work: JoinSet::new(),
            has_fallen: false,
            unreadable,
            seen: None,
            tidy,
            priority,
        }
    }

    /// How far the subscriptions were looked on for that are level with the log.
    pub(super) fn level(&self) -> Level {
        Level(Arc::clone(&self.live))
    }

    /// Works until it is stopped.
    pub(super) async fn run(mut self) {
        let (stopping, changed) = (self.stopping.clone(), Arc::clone(&self.options.changed));
        let (live, own) = (Arc::clone(&self.live), stopping.clone());
        let live = tokio::spawn(async move { own.run_until_cancelled(live.run()).await });
        let mut woken = self.options.store.woken();
        let mut again = Millis::default();
        while !stopping.is_cancelled() {
            // Of tasks that ended together, together.
            while let Some(ended) = self.work.try_join_next() {
                self.ended(ended);
            }
            if self.options.clock.now() >= again {
                if let Err(error) = self.tidy.tidy(&self.options).await {
                    tracing::warn!(%error, "what is too old could not be removed; it is tried again");
                }
                again = Millis(self.options.clock.now().0 + LOOK_EVERY);
                if std::mem::take(&mut self.has_fallen) {
                    self.seen = None;
                }
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
                Some(ended) = self.work.join_next() => self.ended(ended),
                () = self.options.clock.until(again) => {}
            }
        }
        // All are told to stop by then.
        while let Some(ended) = self.work.join_next().await {
            self.ended(ended);
        }
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
        if self.seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, &directory)) {
            return Ok(());
        }
        let active: HashMap<SubscriptionId, &Arc<Subscription>> = directory
            .subscriptions()
            .iter()
            .filter(|row| row.status == SubscriptionStatus::Active)
            .map(|row| (row.id, row))
            .collect();
        for (id, served) in &mut self.served {
            if active.get(id).is_none_or(|row| ***row != *served.row) {
                served.is_leaving = true;
                served.stopping.cancel();
            }
        }
        self.unreadable.retain(|id, row| active.get(id).is_some_and(|active| *active == row));

        // Nobody waits here for what is on the wire, since a receiver may take long to answer: one whose former tasks have not ended
        // is begun anew when they have.
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
        let (own, id) = (stopping.clone(), row.id);
        let work = self.work.spawn(async move {
            let mut all = JoinSet::new();
            all.spawn(async move {
                reader.run().await;
                false
            });
            all.spawn(sender.run());
            all.spawn(async move {
                replayer.run().await;
                false
            });
            let mut has_stopped = false;
            // None goes on without the others.
            while let Some(ended) = all.join_next().await {
                own.cancel();
                match ended {
                    Ok(stopped) => has_stopped |= stopped,
                    Err(error) => {
                        tracing::error!(%error, subscription = %id, "a subscription's task ended as it should not");
                    }
                }
            }
            Over { id, has_stopped }
        });
        self.served.insert(id, Served { wakes, row, stopping, is_leaving: false, work: work.id() });
    }

    /// The tasks of a subscription ended: what was on the wire has, too.
    fn ended(&mut self, ended: Result<Over, JoinError>) {
        let has_stopped = ended.as_ref().is_ok_and(|over| over.has_stopped);
        let id = ended.map_or_else(
            |error| {
                tracing::error!(%error, "a subscription's tasks ended as they should not");
                self.served.iter().find(|(_, served)| served.work == error.id()).map(|(id, _)| *id)
            },
            |over| Some(over.id),
        );
        let Some(served) = id.and_then(|id| self.served.remove(&id)) else { return };
        self.tidy.soon();
        if served.is_leaving || has_stopped {
            // Its successor waits for this. Of one that stopped by itself and was resumed by now, the directory may say what it said
            // before, so that nobody saw it leave.
            self.seen = None;
        } else {
            self.has_fallen = true;
        }
    }
}
