//! Single tries of deliveries, of several subscriptions together: what a log of requests shows.

use hookline_model::{
    id::{DeliveryId, SubscriptionId},
    time::Millis,
};

use crate::{
    Answer,
    deliveries::{AttemptRow, DeliveryRow},
    query::{Cursor, Page, PageRequest},
};

/// How many deliveries are looked at for one page of tries. A page that would take more has fewer rows, or none, and a next one.
pub const ATTEMPT_DELIVERIES_MAX: usize = 10_000;

/// Which tries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptFilter {
    /// Of deliveries to one of these.
    pub subscriptions: Vec<SubscriptionId>,
    /// That were answered with a 2xx, or that were not.
    pub is_success: Option<bool>,
    /// Begun at or after.
    pub since: Option<Millis>,
    /// Begun before.
    pub until: Option<Millis>,
}

/// A try, and the delivery that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// The delivery with its body, while that is kept, and without its tries.
    pub delivery: DeliveryRow,
    /// The try.
    pub attempt: AttemptRow,
    /// Whether it is the last one so far.
    pub is_last: bool,
    /// Where it is in the list while its delivery is in the same part of it: a page may start behind it.
    pub place: Cursor,
}

/// What a log of requests needs of a store.
pub trait Attempts: Send + Sync {
    /// A page of tries: first those of deliveries on their way, then those of deliveries that ended, the last that was made or
    /// ended first; of one delivery the last try first. A page that would carry more than
    /// [`PAGE_BODY_BYTES_MAX`](crate::query::PAGE_BODY_BYTES_MAX) of bodies has fewer rows.
    fn attempts(&self, filter: AttemptFilter, page: PageRequest) -> Answer<'_, Page<Attempted>>;

    /// The tries of deliveries whose ids are this one but for the last two bytes: of one at most, or chance was very odd.
    fn attempts_alike(&self, id: DeliveryId) -> Answer<'_, Vec<Attempted>>;
}
