//! One subscription's replays, one after the other: from their cursors to its outbox, behind everything that is live.

use std::sync::Arc;

use hookline_model::time::Millis;
use hookline_store::{
    Error,
    deliveries::{Lane, Outgoing},
    redelivery::{Replay, ReplayStatus, ReplayStep},
};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{
    DispatchOptions, FAULT_WAIT, Subscribed,
    feed::{Entry, Feed},
    handed::Handed,
    reader::outgoing,
};
use crate::replay::ReplayFilter;

/// How many events a replay puts into the outbox at once.
const AT_ONCE: usize = 64;

/// Replays for one subscription.
pub(super) struct Replayer {
    pub(super) options: DispatchOptions,
    pub(super) subscribed: Arc<Subscribed>,
    pub(super) feed: Arc<Feed>,
    pub(super) folded: watch::Receiver<u64>,
    pub(super) queue: mpsc::Sender<Box<Outgoing>>,
    pub(super) handed: Handed,
    /// Somebody began or cancelled a replay.
    pub(super) wake: Arc<Notify>,
    pub(super) stopping: CancellationToken,
}

impl Replayer {
    /// Works until it is stopped.
    pub(super) async fn run(mut self) {
        let stopping = self.stopping.clone();
        stopping.run_until_cancelled(self.work()).await;
    }

    async fn work(&mut self) {
        loop {
            match self.one().await {
                Ok(true) => {}
                Ok(false) => self.wake.notified().await,
                Err(error) => {
                    let subscription = self.subscribed.row.id;
                    tracing::warn!(%error, %subscription, "a replay could not go on; it is tried again");
                    let now = self.options.clock.now();
                    self.options.clock.until(Millis(now.0 + FAULT_WAIT)).await;
                }
            }
        }
    }

    /// The oldest replay that runs, as far as it is.
    async fn running(&self) -> Result<Option<Replay>, Error> {
        let replays = self.options.store.replays(self.subscribed.row.id).await?;
        Ok(replays.into_iter().rev().find(|replay| replay.status == ReplayStatus::Running))
    }

    /// Moves a replay on by a part of a page; answers whether there was one to move.
    async fn one(&mut self) -> Result<bool, Error> {
        let Some(replay) = self.running().await? else { return Ok(false) };
        self.folded.borrow_and_update();
        let of = self.options.store.directory().told_of(self.subscribed.row.owner).into_iter().collect();
        let (entries, after) = self.feed.anew(replay.after, replay.through, of).await?;
        if after == replay.after {
            // The records are not that far yet.
            return Ok(self.folded.changed().await.is_ok());
        }
        let step = self.step(&replay, entries, after).await?;
        let outgoing = step.outgoing.clone();
        self.handed.put(&outgoing);
        let is_taken = self.options.store.replay_on(step).await;
        if !matches!(is_taken, Ok(true)) {
            self.handed.take(&outgoing);
            return is_taken.map(|_| true);
        }
        Ok(self.hand_on(replay.run, outgoing).await)
    }

    /// What a page of the log makes of a replay, up to where the first of it goes out.
    async fn step(&self, replay: &Replay, entries: Vec<Arc<Entry>>, after: u64) -> Result<ReplayStep, Error> {
        let filter: ReplayFilter = serde_json::from_str(&replay.filter)
            .map_err(|error| Error::Storage { attempted: "read what a replay is of", cause: error.to_string() })?;
        let (directory, settings) = (self.options.store.directory(), &self.subscribed.settings);
        let period = (replay.since, replay.until);
        let mut wanted = entries;
        wanted.retain(|entry| {
            self.subscribed.covers(entry.fed.workspace, &directory) && filter.takes_event(settings, &entry.fed, period)
        });
        let at = self.options.clock.now();
        let subscription = self.subscribed.row.id;
        let mut step = ReplayStep { subscription, run: replay.run, outgoing: Vec::new(), after, not_expressible: 0, at };
        // Where the records decide, a whole page may have few.
        while !wanted.is_empty() && step.outgoing.is_empty() {
            let some: Vec<Arc<Entry>> = wanted.drain(..wanted.len().min(AT_ONCE)).collect();
            self.feed.snapshots(&some).await?;
            for entry in some {
                let Some(snapshot) = entry.snapshot() else { continue };
                if !filter.takes_records(settings, snapshot, || self.options.voice.data(snapshot)) {
                    continue;
                }
                match outgoing(&self.options, &self.subscribed, snapshot, &entry, (Lane::Bulk, replay.run), at) {
                    Some(outgoing) => step.outgoing.push(outgoing),
                    None => step.not_expressible += 1,
                }
            }
        }
        // The rest of the page is read again, when these have gone out.
        step.after = wanted.first().map_or(after, |next| next.fed.position - 1);
        Ok(step)
    }

    /// Hands deliveries to the sender as it takes them, unless their replay is cancelled meanwhile; answers whether to go on.
    pub(super) async fn hand_on(&self, run: u32, outgoing: Vec<Outgoing>) -> bool {
        let mut left = outgoing.into_iter();
        let mut is_sure = true;
        while let Some(delivery) = left.next() {
            let mut is_to_ask = !is_sure;
            let permit = loop {
                if is_to_ask {
                    let is_cancelled = self.is_cancelled(run).await;
                    if is_cancelled == Some(true) {
                        self.handed.take([&delivery]);
                        self.handed.take(left.as_slice());
                        return true;
                    }
                    // What is handed on is read from the outbox by nobody else: it goes on, whatever the store says.
                    is_sure = is_cancelled.is_some();
                }
                tokio::select! {
                    biased;
                    () = self.wake.notified() => is_to_ask = true,
                    permit = self.queue.reserve() => break permit,
                }
            };
            match permit {
                Ok(permit) => permit.send(Box::new(delivery)),
                // The sender is gone, and so is this.
                Err(_) => return false,
            }
        }
        true
    }

    /// Whether a replay is cancelled; `None` if the store cannot say.
    async fn is_cancelled(&self, run: u32) -> Option<bool> {
        let subscription = self.subscribed.row.id;
        match self.options.store.replays(subscription).await {
            Ok(replays) => Some(replays.iter().any(|replay| replay.run == run && replay.status == ReplayStatus::Cancelled)),
            Err(error) => {
                tracing::warn!(%error, %subscription, "whether a replay is cancelled could not be read; it goes on");
                None
            }
        }
    }
}
