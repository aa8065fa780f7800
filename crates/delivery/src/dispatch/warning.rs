//! Warnings: that a subscription's deliveries fail in a row, told before it is stopped for it, and when it is.
//!
//! Which part of the limit is reached is decided where deliveries end. The warning is written down in the transaction that has the
//! failure, and goes from there into the log, where it is an event as any other, under an id that follows from the failure: so it
//! is there once, whatever dies in between.
//!
//! A warning may fail to be delivered in turn, and that is a failure as any other. But it is warned of only if it is the one that
//! stops the subscription, and what is stopped is sent nothing until somebody resumes it. So a warning leads to one more for every
//! subscription that it stops, at most, and to no others.

use std::collections::BTreeMap;

use hookline_model::{
    entry::Origin,
    event::{Event, Facts},
    id::{DeliveryId, EventId, SubscriptionId},
    identity::{Claim, Identity},
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};
use hookline_store::{
    Append, Error,
    deliveries::{AttemptRow, Outgoing, Standing},
    directory::{AddressOwner, Directory},
    subscriptions::SubscriptionStatus,
    warnings::{NewWarning, Warning},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{
    DispatchOptions, Subscribed,
    metrics::{LABEL_PERCENT, WARNINGS_TOTAL},
};
use crate::policy::{Next, Policy, Stop};

/// The parts of the limit that are warned of, in percent, the highest first.
const PERCENTS: [u8; 3] = [STOPPED, 80, 50];

/// What is warned of where a subscription is stopped, also for another reason than the limit.
const STOPPED: u8 = 100;

/// How many warnings go into the log at once; the rest goes the next time.
const AT_ONCE: usize = 32;

/// How a subscription's deliveries fail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failing {
    /// How many failed in a row.
    in_row: u32,
    /// Of which part of the limit these were warned of, in percent.
    warned: u8,
}

impl Failing {
    /// How those of a subscription fail that stands so.
    pub(super) fn of(standing: Standing) -> Failing {
        Failing { in_row: standing.failed_in_row, warned: standing.warned }
    }

    /// A delivery ended, and is not tried again. Answers how the subscription stands from now on, and why, if it is to be stopped.
    pub(super) fn ended(&mut self, next: Next, policy: &Policy) -> Option<(SubscriptionStatus, String)> {
        match next {
            Next::RetryAt(_) => return None,
            Next::Delivered => {
                *self = Failing { in_row: 0, warned: 0 };
                return None;
            }
            Next::Failed | Next::Gone => {}
        }
        self.in_row = self.in_row.saturating_add(1);
        if next == Next::Gone {
            return Some((SubscriptionStatus::Disabled, "the receiver answered 410: it is gone".to_owned()));
        }
        let status = match policy.stop {
            Stop::Pause => SubscriptionStatus::Paused,
            Stop::Disable => SubscriptionStatus::Disabled,
        };
        let reason = match self.in_row {
            1 => "a delivery failed".to_owned(),
            failed => format!("{failed} deliveries failed in a row"),
        };
        (self.in_row >= policy.pause_after).then_some((status, reason))
    }

    /// The part of the limit that is to be warned of now, in percent: the highest that is reached, once in a run of failures.
    fn reached(&mut self, limit: u32, stops: bool, kind: Kind) -> Option<u8> {
        let is_reached = |percent: &u8| u64::from(self.in_row) * 100 >= u64::from(limit) * u64::from(*percent);
        let reached = if stops { Some(STOPPED) } else { PERCENTS.into_iter().find(is_reached) };
        let reached = reached.filter(|percent| *percent > self.warned && (stops || !kind.is_of_the_house()))?;
        self.warned = reached;
        Some(reached)
    }

    /// The warning that a delivery's failure leads to, if it leads to one; `stops` is how the subscription stands for it.
    pub(super) fn warning(
        &mut self,
        subscribed: &Subscribed,
        directory: &Directory,
        (outgoing, attempt): (&Outgoing, &AttemptRow),
        stops: Option<SubscriptionStatus>,
    ) -> Option<Box<NewWarning>> {
        if self.in_row == 0 {
            return None;
        }
        let limit = subscribed.policy.pause_after;
        let percent = self.reached(limit, stops.is_some(), outgoing.kind)?;
        let workspace = match subscribed.row.owner {
            AddressOwner::Workspace(id) => id,
            // If the agency is gone, so is whoever would read it.
            AddressOwner::Agency(id) => directory.agency(id)?.unrouted,
        };
        let said = Said {
            subscription: subscribed.row.id,
            percent,
            delivery: outgoing.id,
            attempt: attempt.number,
            data: self.data(subscribed, attempt, percent, stops.unwrap_or(SubscriptionStatus::Active)),
        };
        // Names, texts and numbers: this cannot fail.
        let said = serde_json::to_string(&said).ok()?;
        Some(Box::new(NewWarning { percent, workspace, said }))
    }

    /// What the event shows: nothing that is secret, and of the address the host only, since the rest may be.
    fn data(
        self,
        subscribed: &Subscribed,
        attempt: &AttemptRow,
        percent: u8,
        status: SubscriptionStatus,
    ) -> BTreeMap<String, Value> {
        let url = Url::parse(&subscribed.settings.url).ok();
        let pairs = [
            ("webhook_id", json!(subscribed.row.id)),
            ("webhook_name", json!(subscribed.settings.name)),
            ("host", json!(url.as_ref().and_then(Url::host_str))),
            ("percent", json!(percent)),
            ("failed_in_row", json!(self.in_row)),
            ("limit", json!(subscribed.policy.pause_after)),
            ("status", json!(status)),
            ("last_status", json!(attempt.status)),
            ("last_error", json!(attempt.error.as_ref().map(|(code, _)| code))),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// What a warning is kept as until the log has it.
#[derive(Serialize, Deserialize)]
struct Said {
    /// Of which subscription it tells.
    subscription: SubscriptionId,
    /// Which part of the limit is reached.
    percent: u8,
    /// The delivery that reached it, and its last try: the two tell one warning from another.
    delivery: DeliveryId,
    attempt: u32,
    /// `data` of the event.
    data: BTreeMap<String, Value>,
}

/// The event that a warning becomes: the same each time.
fn event(said: Said, warning: &Warning) -> (Event, Claim) {
    let identity = Identity::new(Platform::Hookline, "", Kind::WebhookWarning)
        .part("webhook", said.subscription.to_string())
        .part("percent", [said.percent])
        .part("delivery", said.delivery.to_string())
        .part("attempt", said.attempt.to_be_bytes());
    let digest = identity.digest();
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    let event = Event {
        id: EventId::derive(warning.at, &digest),
        kind: Kind::WebhookWarning,
        platform: Platform::Hookline,
        account: None,
        occurred_at: warning.at,
        time_source: TimeSource::Stated,
        contact: None,
        campaign: None,
        sending_account: None,
        outbound: None,
        inbound: None,
        facts: Facts { extra: said.data.into_iter().collect(), ..Facts::default() },
    };
    // After a power cut the same try may fail once more, at another time.
    (event, Claim::Forever(hash))
}

/// Brings warnings that wait into the log, some at a time.
pub(super) async fn into_the_log(options: &DispatchOptions) -> Result<(), Error> {
    let waiting = options.store.warnings(AT_ONCE).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let (mut done, mut outcome) = (Vec::with_capacity(waiting.len()), Ok(()));
    for warning in waiting {
        match record(options, &warning).await {
            Ok(()) => done.push(warning.number),
            Err(Error::Conflict(why)) => {
                tracing::warn!(subscription = %warning.subscription, %why, "a warning has no log any more");
                done.push(warning.number);
            }
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    options.store.warned(done).await?;
    outcome
}

/// Brings one into the log, where it is there once however often that is done.
pub(super) async fn record(options: &DispatchOptions, warning: &Warning) -> Result<(), Error> {
    let said: Said = match serde_json::from_str(&warning.said) {
        Ok(said) => said,
        Err(error) => {
            // Written by ourselves: nobody would read it the next time either.
            tracing::error!(%error, subscription = %warning.subscription, "a warning cannot be read");
            return Ok(());
        }
    };
    let (percent, raw) = (said.percent, serde_json::to_vec(&said.data).unwrap_or_default());
    let (event, claim) = event(said, warning);
    let (workspace, received_at) = (warning.workspace, options.clock.now());
    let append = Append { workspace, event, claim: Some(claim), origin: Origin::Live, received_at, raw };
    if !options.store.record(append, None).await?.duplicate {
        metrics::counter!(WARNINGS_TOTAL, LABEL_PERCENT => percent.to_string()).increment(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Preset;

    /// What is warned of while one delivery after another fails.
    fn warned(limit: u32, failures: u32, kind: Kind) -> Vec<(u32, u8)> {
        let policy = Policy { pause_after: limit, ..Policy::of(Preset::Standard) };
        let mut failing = Failing { in_row: 0, warned: 0 };
        let fail = |number| {
            let stops = failing.ended(Next::Failed, &policy);
            failing.reached(limit, stops.is_some(), kind).map(|percent| (number, percent))
        };
        (1..=failures).filter_map(fail).collect()
    }

    #[test]
    fn half_four_fifths_and_all_of_the_limit_are_warned_of_once() {
        let kind = Kind::EmailReplied;
        assert_eq!(warned(10, 13, kind), [(5, 50), (8, 80), (10, 100)]);
        assert_eq!(warned(5, 9, kind), [(3, 50), (4, 80), (5, 100)]);
        // One failure that reaches several is told by the highest.
        assert_eq!(warned(3, 3, kind), [(2, 50), (3, 100)]);
        assert_eq!(warned(2, 2, kind), [(1, 50), (2, 100)]);
        assert_eq!(warned(1, 3, kind), [(1, 100)]);
        assert_eq!(warned(100_000, 100_000, kind), [(50_000, 50), (80_000, 80), (100_000, 100)]);
    }

    #[test]
    fn a_warning_that_fails_is_warned_of_only_if_it_stops() {
        assert_eq!(warned(10, 13, Kind::WebhookWarning), [(10, 100)]);
        let policy = Policy { pause_after: 10, ..Policy::of(Preset::Standard) };
        let mut failing = Failing { in_row: 4, warned: 0 };
        failing.ended(Next::Failed, &policy);
        assert_eq!(failing.reached(10, false, Kind::WebhookWarning), None);
        failing.ended(Next::Failed, &policy);
        assert_eq!(failing.reached(10, false, Kind::EmailSent), Some(50), "the next one tells it");
    }

    #[test]
    fn a_success_begins_anew_and_a_receiver_that_is_gone_is_stopped_at_once() {
        let policy = Policy { pause_after: 4, ..Policy::of(Preset::Standard) };
        let mut failing = Failing::of(Standing { failed_in_row: 2, warned: 50, ..Standing::default() });
        assert_eq!(failing.ended(Next::Failed, &policy), None);
        assert_eq!(failing.reached(4, false, Kind::EmailSent), None, "warned of before");
        assert_eq!(failing.ended(Next::Delivered, &policy), None);
        let told: Vec<_> =
            (0..2).map(|_| (failing.ended(Next::Failed, &policy), failing.reached(4, false, Kind::EmailSent))).collect();
        assert_eq!(told, [(None, None), (None, Some(50))]);
        let gone = failing.ended(Next::Gone, &policy).expect("it is stopped");
        assert_eq!((gone.0, failing.reached(4, true, Kind::EmailSent)), (SubscriptionStatus::Disabled, Some(100)));
    }
}
