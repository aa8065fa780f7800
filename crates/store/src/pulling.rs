//! Pulling instead of being sent to: how far each consumer of a subscription has got.

use hookline_model::{id::SubscriptionId, time::Millis};

use crate::Answer;

/// How many consumers a subscription has at most.
pub const CONSUMERS_MAX: usize = 100;

/// The most characters of a consumer's name.
pub const CONSUMER_NAME_MAX: usize = 100;

/// What pulling needs of a store.
pub trait Pulling: Send + Sync {
    /// Waits until the records have all that is committed now, as every read of them does: who pulls sees what was answered before.
    fn caught_up(&self) -> Answer<'_, ()>;

    /// Up to which position of the log a consumer has taken what it wants; `None` if it never said so.
    fn consumer(&self, subscription: SubscriptionId, name: String) -> Answer<'_, Option<u64>>;

    /// Moves a consumer on, never back; answers where it is then. The first move makes it: a conflict beyond [`CONSUMERS_MAX`].
    fn move_consumer(&self, subscription: SubscriptionId, name: String, to: u64, at: Millis) -> Answer<'_, u64>;
}
