//! What waits for the one thread that writes.

use axum::http::StatusCode;
use tokio::sync::{mpsc, oneshot};

use crate::Error;

/// The most that waits; a further request waits to wait.
const WAITING_MAX: usize = 4096;

/// An item and who waits for its number.
type Waiting<T> = (T, oneshot::Sender<u64>);

/// The way to the thread that writes.
pub(super) struct Queue<T>(mpsc::Sender<Waiting<T>>);

impl<T: Send + 'static> Queue<T> {
    /// Starts the thread. `write` is given what waits, at least one item, and answers everybody after it returns, with numbers
    /// that count from 1. After a failure nobody is answered any more: we do not know what is on disk.
    pub(super) fn start(
        batch_max: usize,
        mut write: impl FnMut(&mut Vec<T>) -> Result<(), Error> + Send + 'static,
    ) -> Result<Queue<T>, Error> {
        let (sender, mut receiver) = mpsc::channel::<Waiting<T>>(WAITING_MAX);
        let work = move || {
            let (mut number, mut items, mut waiting) = (0, Vec::new(), Vec::new());
            while let Some(first) = receiver.blocking_recv() {
                let mut next = Some(first);
                while let Some((item, who)) = next {
                    items.push(item);
                    waiting.push(who);
                    next = if items.len() < batch_max { receiver.try_recv().ok() } else { None };
                }
                if let Err(error) = write(&mut items) {
                    eprintln!("the baseline cannot write: {error}");
                    return;
                }
                items.clear();
                for who in waiting.drain(..) {
                    number += 1;
                    // Who hung up needs no answer.
                    let _ = who.send(number);
                }
            }
        };
        std::thread::Builder::new()
            .name("baseline".to_owned())
            .spawn(work)
            .map_err(|error| Error::failed("start a thread", error))?;
        Ok(Queue(sender))
    }

    /// Waits until an item is written, and answers its number.
    pub(super) async fn keep(&self, item: T) -> Result<u64, (StatusCode, String)> {
        let broken = || (StatusCode::INTERNAL_SERVER_ERROR, "the baseline cannot write".to_owned());
        let (sender, receiver) = oneshot::channel();
        self.0.send((item, sender)).await.map_err(|_| broken())?;
        receiver.await.map_err(|_| broken())
    }
}
