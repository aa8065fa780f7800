//! A few connections that take turns: reads wait for one instead of opening ever more.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use crate::Error;

/// A bounded number of readers.
pub(super) struct Pool<R> {
    readers: Arc<Mutex<Vec<R>>>,
    turns: Arc<Semaphore>,
    size: u32,
}

impl<R: Send + 'static> Pool<R> {
    /// A pool of these.
    pub(super) fn new(readers: Vec<R>) -> Pool<R> {
        let size = u32::try_from(readers.len()).unwrap_or(u32::MAX);
        Pool { turns: Arc::new(Semaphore::new(readers.len())), readers: Arc::new(Mutex::new(readers)), size }
    }

    /// Runs `read` on a thread that may block, when it is its turn.
    pub(super) async fn with<T: Send + 'static>(
        &self,
        attempted: &'static str,
        read: impl FnOnce(&mut R) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| Error::Closed)?;
        let readers = Arc::clone(&self.readers);
        let outcome = tokio::task::spawn_blocking(move || {
            // The turn ends with the read, not with the interest in it: whoever hangs up must not take another one's reader.
            let _turn = turn;
            let mut reader = readers.lock().unwrap_or_else(PoisonError::into_inner).pop().ok_or(Error::Closed)?;
            let outcome = read(&mut reader);
            readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            outcome
        });
        outcome.await.unwrap_or_else(|panic| Err(Error::Storage { attempted, cause: panic.to_string() }))
    }

    /// Lets the reads that have their turn finish, refuses the others, and closes the readers.
    pub(super) async fn close(&self) {
        let turns = self.turns.acquire_many(self.size).await;
        self.turns.close();
        drop(turns);
        let readers = Arc::clone(&self.readers);
        let closed = tokio::task::spawn_blocking(move || readers.lock().unwrap_or_else(PoisonError::into_inner).clear());
        drop(closed.await);
    }
}
