//! What is on its way from those who fill an outbox to the sender.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hookline_store::deliveries::{DeliveryKey, Outgoing};

/// What is in the outbox, or about to be, and on its way to the sender: it is not read back from there meanwhile.
#[derive(Clone, Default)]
pub(super) struct Handed(Arc<Mutex<HashSet<DeliveryKey>>>);

impl Handed {
    /// These are on their way from now on.
    pub(super) fn put<'a>(&self, rows: impl IntoIterator<Item = &'a Outgoing>) {
        self.keys().extend(rows.into_iter().map(|row| row.key));
    }

    /// These are not, any more.
    pub(super) fn take<'a>(&self, rows: impl IntoIterator<Item = &'a Outgoing>) {
        let mut keys = self.keys();
        for row in rows {
            keys.remove(&row.key);
        }
    }

    pub(super) fn has(&self, key: &DeliveryKey) -> bool {
        self.keys().contains(key)
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<DeliveryKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
