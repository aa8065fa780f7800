//! The wall clock and the operating system's entropy, handed to everything below.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hookline_delivery::dispatch::{self, Until};
use hookline_model::time::Millis;
use hookline_server::{Clock, Entropy};

/// The wall clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Millis {
        #[expect(clippy::disallowed_methods, reason = "this is where the wall clock is read")]
        let now = SystemTime::now();
        // A clock before 1970 is as wrong as one at 1970.
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The longest that is slept at once. The wall clock may be set meanwhile, and is asked again.
const SLEPT_AT_ONCE: Duration = Duration::from_secs(30);

impl dispatch::Clock for WallClock {
    fn now(&self) -> Millis {
        Clock::now(self)
    }

    fn until(&self, at: Millis) -> Until<'_> {
        Box::pin(async move {
            loop {
                let left = u64::try_from(at.0.saturating_sub(Clock::now(self).0)).unwrap_or_default();
                if left == 0 {
                    return;
                }
                // Whoever in the product waits for a time of day waits here: a retry, a pause, the keeping of deliveries. The
                // runtime's timers go by a clock of their own, and the wall clock may be set while one runs, so it is asked
                // again at least every SLEPT_AT_ONCE. Tests hand in a clock that is moved by hand instead.
                tokio::time::sleep(Duration::from_millis(left).min(SLEPT_AT_ONCE)).await;
            }
        })
    }
}

/// A number from 0 to 1, another one each time.
pub(crate) fn chance() -> f64 {
    let mut bytes = [0; 4];
    OsEntropy.fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

/// The operating system's entropy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Keys and addresses that can be guessed are worse than no service.
            tracing::error!(%error, "the operating system gives no random bytes");
            std::process::abort();
        }
    }
}
