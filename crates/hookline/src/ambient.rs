//! The wall clock and the operating system's entropy, handed to everything below.

use std::time::{SystemTime, UNIX_EPOCH};

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
