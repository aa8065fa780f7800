//! Removing what nobody asks for any more: deliveries that ended long ago, and whatever is kept for subscriptions that are gone.

use std::time::Duration;

use hookline_model::time::Millis;
use hookline_store::Error;

use super::DispatchOptions;

/// For how long deliveries that ended are kept, as a rule: 30 days.
pub const KEEP: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How often it is looked for what is too old, in ms: an hour.
const EVERY: i64 = 60 * 60 * 1_000;

/// How many steps are made at once. Each is one command of the store, and bounded there.
const STEPS_MAX: usize = 8;

/// When to tidy up next.
#[derive(Default)]
pub(super) struct Tidy {
    at: Millis,
}

impl Tidy {
    /// A subscription went: what is kept for it can go too.
    pub(super) fn soon(&mut self) {
        self.at = Millis::default();
    }

    /// Tidies up if it is time to, a few steps of it; what is left is done the next time.
    pub(super) async fn tidy(&mut self, options: &DispatchOptions) -> Result<(), Error> {
        let now = options.clock.now();
        if now < self.at {
            return Ok(());
        }
        // In this order: one that is made in between has its place in the directory before it stands anywhere.
        let standings = options.store.standings().await?;
        let directory = options.store.directory();
        let gone = standings.into_iter().map(|(id, _)| id).filter(|id| directory.subscription(*id).is_none());
        let mut steps = 0..STEPS_MAX;
        for id in gone {
            loop {
                if steps.next().is_none() {
                    return Ok(());
                }
                if options.store.forget(id).await? {
                    break;
                }
            }
        }
        let keep = i64::try_from(options.keep.as_millis()).unwrap_or(i64::MAX);
        while steps.next().is_some() {
            if options.store.prune(Millis(now.0.saturating_sub(keep))).await? == 0 {
                self.at = Millis(now.0.saturating_add(EVERY));
                break;
            }
        }
        Ok(())
    }
}
