//! Delivering again: single deliveries that are retried, and replays of what came in a period.
//!
//! A replay is a job of a subscription, with a number of its own (`run`). It has a cursor in the log, which moves in the
//! transaction that puts its deliveries into the outbox, so that it goes on where it was after whatever stopped it.

use hookline_model::{
    id::{DeliveryId, SubscriptionId},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::{
    Answer,
    deliveries::{DeliveryStatus, Outgoing},
};

/// How many replays of a subscription run at once.
pub const REPLAYS_RUNNING_MAX: usize = 10;

/// How many replays of a subscription are kept; of more the oldest that ended go.
pub const REPLAYS_KEPT_MAX: usize = 100;

/// How far clocks may have been set back or ahead without a replay missing what came meanwhile, in ms: an hour.
pub const CLOCK_SLACK: i64 = 60 * 60 * 1_000;

/// How a replay stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayStatus {
    /// Its cursor is not at its end.
    Running,
    /// All of it is on its way, or has ended.
    Done,
    /// Somebody stopped it.
    Cancelled,
}

impl ReplayStatus {
    /// All of them.
    pub const ALL: [ReplayStatus; 3] = [ReplayStatus::Running, ReplayStatus::Done, ReplayStatus::Cancelled];
}

/// A replay, as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReplay {
    /// Whose.
    pub subscription: SubscriptionId,
    /// What the request is repeated by: of two with the same there is one replay.
    pub once: Option<[u8; 32]>,
    /// What was received at or after.
    pub since: Millis,
    /// What was received before.
    pub until: Millis,
    /// Which of it, as JSON; what it says is not the store's business.
    pub filter: String,
    /// It begins behind this position of the log.
    pub after: u64,
    /// It ends with this one.
    pub through: u64,
    /// When it is made.
    pub created_at: Millis,
}

/// A replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Whose.
    pub subscription: SubscriptionId,
    /// Its number, from 1.
    pub run: u32,
    /// What was received at or after.
    pub since: Millis,
    /// What was received before.
    pub until: Millis,
    /// Which of it, as JSON.
    pub filter: String,
    /// It began behind this position of the log.
    pub begin: u64,
    /// Up to where it is.
    pub after: u64,
    /// Where it ends.
    pub through: u64,
    /// How it stands.
    pub status: ReplayStatus,
    /// When it was made.
    pub created_at: Millis,
    /// When its last delivery was put into the outbox, or it was cancelled.
    pub ended_at: Option<Millis>,
    /// How many deliveries it put into the outbox.
    pub dispatched: u64,
    /// How many events its dialect has no words for.
    pub not_expressible: u64,
    /// How many of its deliveries were delivered.
    pub delivered: u64,
    /// How many failed.
    pub failed: u64,
    /// How many were left out when it was cancelled.
    pub skipped: u64,
}

/// A step of a replay, in one transaction.
#[derive(Clone, Debug)]
pub struct ReplayStep {
    /// Whose.
    pub subscription: SubscriptionId,
    /// Which replay.
    pub run: u32,
    /// What comes into the outbox.
    pub outgoing: Vec<Outgoing>,
    /// Up to where it is now. At its end it is done.
    pub after: u64,
    /// How many events on the way there had no words in the dialect.
    pub not_expressible: u64,
    /// When.
    pub at: Millis,
}

/// What delivering again needs of a store.
pub trait Redelivery: Send + Sync {
    /// Tells of subscriptions whose outbox or replays were changed by somebody else than who serves them. Who misses some has
    /// to look at all.
    fn woken(&self) -> broadcast::Receiver<SubscriptionId>;

    /// Tries a delivery again at once: one that failed comes back into the outbox as it was, one on its way becomes due.
    /// Answers how it stood before; of others nothing changes. `None` if it is not there.
    fn retry(&self, id: DeliveryId, now: Millis) -> Answer<'_, Option<DeliveryStatus>>;

    /// A part of the log with everything that was received from `since` on and before `until`: behind the first position, up to
    /// and with the second.
    ///
    /// Entries lie in the order of their coming, so this is a search, and true while clocks were not set by more than
    /// [`CLOCK_SLACK`], and no more came out of quarantine in a row than one workspace's holds. What was read again or placed
    /// later lies where that was done.
    fn received_between(&self, since: Millis, until: Millis) -> Answer<'_, (u64, u64)>;

    /// Begins a replay. A conflict with [`REPLAYS_RUNNING_MAX`] running.
    fn start_replay(&self, replay: NewReplay) -> Answer<'_, Replay>;

    /// A subscription's replays, the last one first: [`REPLAYS_KEPT_MAX`] at most.
    fn replays(&self, subscription: SubscriptionId) -> Answer<'_, Vec<Replay>>;

    /// Moves a replay on; answers whether it did. One that had ended stays as it is, and nothing comes into the outbox.
    fn replay_on(&self, step: ReplayStep) -> Answer<'_, bool>;

    /// Cancels a replay: what of it is on its way is skipped, also if its cursor is at its end. One that is done and of
    /// which nothing is on its way any more stays so. `None` if it is not there.
    fn cancel_replay(&self, subscription: SubscriptionId, run: u32, now: Millis) -> Answer<'_, Option<Replay>>;
}
