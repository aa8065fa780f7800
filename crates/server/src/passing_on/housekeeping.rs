//! Tidying up behind deliveries: what is kept for subscriptions that are gone, and deliveries that ended long ago.

use std::sync::Arc;

use hookline_delivery::dispatch::Clock;
use hookline_model::time::Millis;
use hookline_store::{Error, Store};
use tokio_util::sync::CancellationToken;

/// How often, in ms.
const EVERY: i64 = 60_000;

/// How long deliveries that ended are kept, in ms: thirty days.
const KEPT: i64 = 30 * 24 * 60 * 60 * 1_000;

/// How many bounded parts are removed in one round; the rest waits for the next.
const PARTS_MAX: usize = 100;

/// Tidies up now and then, until it is stopped.
pub(super) async fn run(store: Arc<dyn Store>, clock: Arc<dyn Clock>, stopping: CancellationToken) {
    while !stopping.is_cancelled() {
        let again = Millis(clock.now().0.saturating_add(EVERY));
        let round = async {
            if let Err(error) = tidy(store.as_ref(), clock.now()).await {
                tracing::warn!(%error, "old deliveries could not be removed; it is tried again");
            }
            clock.until(again).await;
        };
        // Each part is a transaction of its own: it may be left off between any two.
        if stopping.run_until_cancelled(round).await.is_none() {
            return;
        }
    }
}

async fn tidy(store: &dyn Store, now: Millis) -> Result<(), Error> {
    let directory = store.directory();
    let mut parts = PARTS_MAX;
    for (id, _) in store.standings().await? {
        while parts > 0 && directory.subscription(id).is_none() {
            parts -= 1;
            if store.forget(id).await? {
                break;
            }
        }
    }
    while parts > 0 && store.prune(Millis(now.0.saturating_sub(KEPT))).await? > 0 {
        parts -= 1;
    }
    Ok(())
}
