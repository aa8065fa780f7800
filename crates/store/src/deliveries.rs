//! What a store keeps for passing events on: how far each subscription is, what is on its way to it, and what came of it.
//!
//! The log is the outbox: a committed event is owed to its subscribers by its position. A *cursor* says up to which position a
//! subscription has been looked after; whatever it wants up to there is in the outbox or done. A delivery comes into the outbox
//! with its body in the transaction that moves the cursor, so that none is skipped, and a repetition has the same bytes; it
//! leaves it in the transaction that writes down how it ended. These are not synced one by one: after a power cut a delivery
//! may be made again, and none is lost.

use std::{borrow::Cow, collections::HashSet, sync::Arc, time::Duration};

use bytes::Bytes;
use hookline_model::{
    entry::Origin,
    event::Event,
    id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
    kind::Kind,
    record::{Campaign, Contact, Email},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    Answer, StoredEvent,
    query::{Page, PageRequest},
    warnings::NewWarning,
};

/// The most rows of the log that one page of the feed reads.
pub const FEED_ROWS_MAX: usize = 1_024;

/// The most bytes of events and bodies, unpacked, that one page of the feed reads; a single larger entry still goes.
pub const FEED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How many attempts of a delivery are kept: the first ones and the last.
pub const ATTEMPTS_KEPT: usize = 40;

/// An entry of the log, as it is matched. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Fed {
    /// Where it is.
    pub position: u64,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// How it came.
    pub origin: Origin,
    /// When it came.
    pub received_at: Millis,
    /// How many bytes the event and the body that it came with have, unpacked: about what it takes in memory at most.
    pub bytes: usize,
    /// What it says.
    pub event: Arc<Event>,
}

/// A page of the log.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Events that were new when they came, in the order of the log: no variants of known ones, of reserved workspaces
    /// only what is of the house.
    pub entries: Vec<Fed>,
    /// Up to where the log was read: less than asked for where the page is full, or there is no more yet.
    pub through: u64,
}

/// An event with the records that it tells of, as they are now.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The event.
    pub event: StoredEvent,
    /// Its contact.
    pub contact: Option<Contact>,
    /// Its campaign.
    pub campaign: Option<Campaign>,
    /// The message that it is about.
    pub email: Option<Email>,
}

/// Which of a subscription's two lanes: what somebody waits for is not held up by what nobody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Replies, interest, opt-outs.
    Fast,
    /// All else.
    Bulk,
}

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Up to where the fast lane has been looked after; never behind the other.
    pub fast: u64,
    /// Up to where the bulk lane has.
    pub bulk: u64,
    /// How many deliveries in a row failed.
    pub failed_in_row: u32,
    /// Of which part of its limit these were warned of, in percent; 0 is none.
    pub warned: u8,
    /// How many were delivered.
    pub delivered: u64,
    /// How many failed.
    pub failed: u64,
    /// How many were left out for their age.
    pub skipped: u64,
    /// How many events its dialect has no words for.
    pub not_expressible: u64,
}

/// What tells one delivery of a subscription from another: the event's position, and 0, or the number of the replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey {
    /// Where the event is in the log.
    pub position: u64,
    /// 0 as the event came; each replay has a number of its own.
    pub run: u32,
}

/// A delivery on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its id, the same on every try.
    pub id: DeliveryId,
    /// Whose.
    pub subscription: SubscriptionId,
    /// Which.
    pub key: DeliveryKey,
    /// The workspace of the event.
    pub workspace: WorkspaceId,
    /// The event.
    pub event_id: EventId,
    /// Its kind.
    pub kind: Kind,
    /// The lane.
    pub lane: Lane,
    /// The contact, for deliveries that keep its order: a hash of its key.
    pub contact: Option<u64>,
    /// When it was made.
    pub created_at: Millis,
    /// When the next try is due.
    pub due_at: Millis,
    /// How many tries the receiver was charged with.
    pub charged: u32,
    /// The tries so far.
    pub attempts: Vec<AttemptRow>,
    /// The content type of the body.
    pub content_type: Cow<'static, str>,
    /// The body, the same on every try; shared by all who are sent the same.
    pub body: Bytes,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Not tried yet.
    Pending,
    /// Tried, and to be tried again.
    Retrying,
    /// Any 2xx.
    Delivered,
    /// Its schedule is used up.
    Failed,
    /// Too old, or muted by another subscription.
    Skipped,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [DeliveryStatus; 5] = [
        DeliveryStatus::Pending,
        DeliveryStatus::Retrying,
        DeliveryStatus::Delivered,
        DeliveryStatus::Failed,
        DeliveryStatus::Skipped,
    ];
}

/// One try of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRow {
    /// Counted from 1.
    pub number: u32,
    /// When it began.
    pub started_at: Millis,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// What went wrong, in a word and in a sentence, if there was none.
    pub error: Option<(String, String)>,
    /// Whether the receiver was charged with it: not with a fault of our own.
    pub is_charged: bool,
    /// How long it took, in µs: looking the name up, connecting, TLS, until the answer's head, in all.
    pub timing: [Option<u64>; 5],
    /// The headers of the request, secrets masked.
    pub request_headers: Vec<(String, String)>,
    /// The beginning of the answer's body.
    pub answer: Vec<u8>,
}

impl AttemptRow {
    /// Whether it was taken: any 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// How long it took.
    #[must_use]
    pub fn latency(&self) -> Duration {
        Duration::from_micros(self.timing[4].unwrap_or_default())
    }
}

/// A delivery, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its id.
    pub id: DeliveryId,
    /// Whose.
    pub subscription: SubscriptionId,
    /// Which.
    pub key: DeliveryKey,
    /// The workspace of the event.
    pub workspace: WorkspaceId,
    /// The event.
    pub event_id: EventId,
    /// Its kind.
    pub kind: Kind,
    /// How it stands.
    pub status: DeliveryStatus,
    /// Why it was skipped or failed, if that is not in its last attempt.
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: Millis,
    /// When the next try is due, or when it ended.
    pub at: Millis,
    /// How many tries there were.
    pub tries: u32,
    /// The tries, if asked for.
    pub attempts: Vec<AttemptRow>,
    /// The body, while it may still be needed.
    pub body: Option<Vec<u8>>,
    /// The content type of the body.
    pub content_type: String,
}

/// What moves a subscription on, in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Dispatch {
    /// Deliveries that come into the outbox.
    pub outgoing: Vec<Outgoing>,
    /// Deliveries that end before they began: status [`DeliveryStatus::Skipped`].
    pub skipped: Vec<DeliveryRow>,
    /// Cursors, and how many events on the way there had no words in the dialect. A cursor never moves back.
    pub moved: Vec<Moved>,
}

/// A cursor that moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Whose.
    pub subscription: SubscriptionId,
    /// The fast lane's.
    pub fast: u64,
    /// The bulk lane's.
    pub bulk: u64,
    /// Events that the dialect has no words for.
    pub not_expressible: u64,
}

/// How a try of a delivery ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It stays in the outbox: tried, and due again.
    Again {
        /// Whose.
        subscription: SubscriptionId,
        /// Which.
        key: DeliveryKey,
        /// When it is due.
        due_at: Millis,
        /// How many tries the receiver is charged with by now.
        charged: u32,
        /// The try, if there was one; without, it only is due at another time.
        attempt: Option<Box<AttemptRow>>,
    },
    /// It is over.
    Ended {
        /// Whose.
        subscription: SubscriptionId,
        /// Which.
        key: DeliveryKey,
        /// Delivered, failed or skipped.
        status: DeliveryStatus,
        /// Why, if that is not in the try.
        reason: Option<String>,
        /// When.
        at: Millis,
        /// The last try, if there was one.
        attempt: Option<Box<AttemptRow>>,
        /// What is to be told of it, if it failed.
        warning: Option<Box<NewWarning>>,
    },
}

/// Which deliveries.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// That stand so.
    pub status: Option<DeliveryStatus>,
    /// Made at or after.
    pub since: Option<Millis>,
    /// Made before.
    pub until: Option<Millis>,
    /// Ended at or after; none on its way has.
    pub ended_since: Option<Millis>,
}

/// A day (UTC), counted from 1970, in which deliveries were made.
pub type Day = i64;

/// For how many days it is known how many deliveries there were.
pub const ROLLUP_DAYS: i64 = 400;

/// The day of a time.
#[must_use]
pub fn day_of(at: Millis) -> Day {
    at.0.div_euclid(24 * 60 * 60 * 1_000)
}

/// How many deliveries of a day stand so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayCount {
    /// The day in which they were made.
    pub day: Day,
    /// How they stand.
    pub status: DeliveryStatus,
    /// How many.
    pub count: u64,
}

/// What passing events on needs of a store.
pub trait Deliveries: Send + Sync {
    /// The log behind `after`, up to and with `until`, as far as the records have it, so that what a delivery shows is level with
    /// its event. Only the entries of these workspaces, if they are given.
    fn feed(&self, after: u64, until: u64, of: Option<Arc<HashSet<WorkspaceId>>>) -> Answer<'_, Feed>;

    /// Up to where the records have the log, and a nudge whenever they go on.
    fn folded(&self) -> watch::Receiver<u64>;

    /// Events with their records, as they are now; `None` where the log has no such entry any more.
    fn snapshots(&self, entries: Vec<Fed>) -> Answer<'_, Vec<Option<Snapshot>>>;

    /// Where every subscription stands that ever moved.
    fn standings(&self) -> Answer<'_, Vec<(SubscriptionId, Standing)>>;

    /// Moves subscriptions on. A delivery that the outbox or the list of those that ended has already stays as it is.
    fn dispatch(&self, dispatch: Dispatch) -> Answer<'_, ()>;

    /// Writes down how tries ended. What is not in the outbox (any more) changes nothing.
    fn finish(&self, outcomes: Arc<Vec<Outcome>>) -> Answer<'_, ()>;

    /// What is on its way to a subscription, by when it is due, without bodies and attempts.
    fn waiting(&self, subscription: SubscriptionId, limit: usize) -> Answer<'_, Vec<Outgoing>>;

    /// Deliveries on their way, whole; those that are not (any more) are left out.
    fn outgoing(&self, subscription: SubscriptionId, keys: Vec<DeliveryKey>) -> Answer<'_, Vec<Outgoing>>;

    /// A page of a subscription's deliveries, newest first, without bodies and attempts.
    fn deliveries(
        &self,
        subscription: SubscriptionId,
        filter: DeliveryFilter,
        page: PageRequest,
    ) -> Answer<'_, Page<DeliveryRow>>;

    /// One delivery, whole.
    fn delivery(&self, id: DeliveryId) -> Answer<'_, Option<DeliveryRow>>;

    /// Brings deliveries that failed back into the outbox, due at once, as they were: the same id and body, and the tries so far.
    /// Answers how many came back: not those that are on their way, were delivered, or are not there.
    fn revive(&self, deliveries: Vec<DeliveryId>, now: Millis) -> Answer<'_, u64>;

    /// How many deliveries to these subscriptions, together, stand how: by the day in which they were made, from the first day
    /// to the last one, in order. Those that were pruned count on for [`ROLLUP_DAYS`].
    fn summary(&self, subscriptions: Vec<SubscriptionId>, first: Day, last: Day) -> Answer<'_, Vec<DayCount>>;

    /// Forgets that deliveries failed in a row, and what was warned of it.
    fn forgive(&self, subscription: SubscriptionId) -> Answer<'_, ()>;

    /// Removes whatever is kept for a subscription, a bounded part of it at a time; answers whether that was all.
    fn forget(&self, subscription: SubscriptionId) -> Answer<'_, bool>;

    /// Removes deliveries that ended before then, a bounded number at a time; answers how many.
    fn prune(&self, ended_before: Millis) -> Answer<'_, u64>;
}
