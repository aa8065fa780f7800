//! What platforms would do if a server failed for a while, worked out without one: the simulator plays the server, too, and
//! nothing is sent. Hours pass in no time.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use crate::{
    Error,
    patience::{Next, Patience, Webhook},
    plan::Planned,
};

/// At most so many deliveries wait for another attempt; beyond, the one that failed is given up.
const WAITING_MAX: usize = 1_000_000;

/// Sends deliveries, so many a second, to a server that answers every attempt of a time with 500 and all others with 200, at
/// once. The time is counted from the first delivery; the end of the range is outside.
///
/// # Errors
/// When the rate is not a number above 0.
pub fn rehearse(deliveries: impl IntoIterator<Item = Planned>, rate: f64, failing: &Range<Duration>) -> Result<Patience, Error> {
    if !(rate.is_finite() && rate > 0.0) {
        return Err(Error::Options("a rehearsal needs a rate above 0"));
    }
    let mut patience = Patience::default();
    // By when each is due, then by the order of failing.
    let mut waiting: BTreeMap<(Duration, u64), (Webhook, usize)> = BTreeMap::new();
    let mut waited = 0;
    let mut deliveries = (0_u64..).zip(deliveries).map(|(number, planned)| {
        let due = Duration::try_from_secs_f64(number as f64 / rate).unwrap_or(Duration::MAX);
        (due, planned.webhook())
    });
    let mut next = deliveries.next();
    loop {
        let is_retry = match (waiting.first_key_value(), &next) {
            (Some(((due, _), _)), Some((first_due, _))) => due <= first_due,
            (retry, _) => retry.is_some(),
        };
        let attempt = if is_retry {
            waiting.pop_first().map(|((due, _), (webhook, failures))| (due, webhook, failures))
        } else {
            std::mem::replace(&mut next, deliveries.next()).map(|(due, webhook)| (due, webhook, 0))
        };
        let Some((now, webhook, failures)) = attempt else { return Ok(patience) };
        if !patience.begins(webhook, failures) {
            continue;
        }
        if !failing.contains(&now) {
            patience.taken(webhook, failures);
            continue;
        }
        match patience.failed(webhook, failures, now) {
            Next::Again(_) if waiting.len() >= WAITING_MAX => patience.gave_up(webhook),
            Next::Again(delay) => {
                waited += 1;
                waiting.insert((now.saturating_add(delay), waited), (webhook, failures + 1));
            }
            Next::Lost => {}
        }
    }
}
