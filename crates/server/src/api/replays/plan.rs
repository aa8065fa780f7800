//! What a replay would do.

use std::{collections::HashSet, sync::Arc};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use hookline_delivery::{
    dispatch::{Subscribed, Voice},
    replay::ReplayFilter,
    settings::{CONCURRENCY, Dialect},
};
use hookline_dialects::shapes::event_data;
use hookline_model::{
    id::{DeliveryId, SubscriptionId},
    time::Millis,
};
use hookline_store::{
    deliveries::{DeliveryFilter, DeliveryStatus, FEED_ROWS_MAX},
    query::PageRequest,
};

use crate::{openapi::Count, passing_on::Dialects, problem::Problem, service::Service};

/// How many pages of the log a plan looks at.
const PAGES_MAX: u64 = 20;

/// After so many events are told, others get their turn on the thread.
const TOLD_AT_ONCE: usize = 16;

/// From how many of the last deliveries it is worked out how fast they go.
const LAST: usize = 10;

/// What a replay would do.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReplayPlan")]
pub(super) struct PlanShape {
    /// How many events it would send.
    #[schemars(with = "Count")]
    events: usize,
    /// How many more the webhook asks for and its dialect has no words for.
    #[schemars(with = "Count")]
    not_expressible: usize,
    /// Whether there are more: a plan looks at 20,480 entries of the log at most.
    more: bool,
    /// Where to.
    #[schemars(example = &"https://crm.example/hooks")]
    url: String,
    /// How many requests a second are to be expected: what is set, else as the last ones went; null if there were none.
    #[schemars(example = &40.0)]
    per_second: Option<f64>,
    /// How many seconds the counted events take at that rate.
    #[schemars(example = &12.5)]
    seconds: Option<f64>,
}

/// Counts what a replay would send.
pub(super) async fn plan(
    service: &Service,
    subscribed: &Subscribed,
    filter: &ReplayFilter,
    period: (Millis, Millis),
    (after, through): (u64, u64),
) -> Result<PlanShape, Problem> {
    let Subscribed { row: subscription, settings, .. } = subscribed;
    // Ours have a word for everything: nothing has to be told to know that.
    let has_all_words = matches!(settings.dialect, Dialect::Hookline | Dialect::Cloudevents);
    let of: HashSet<_> = service.store.directory().told_of(subscription.owner).into_iter().collect();
    let of = Arc::new(of);
    let (mut events, mut not_expressible, mut at, mut pages) = (0, 0, after, 0);
    while at < through && pages < PAGES_MAX {
        pages += 1;
        let until = through.min(at + FEED_ROWS_MAX as u64);
        let page = service.store.feed(at, until, Some(Arc::clone(&of))).await?;
        if page.through <= at {
            break;
        }
        at = page.through;
        let mut wanted = page.entries;
        wanted.retain(|fed| filter.takes_event(settings, fed, period));
        if has_all_words && !filter.wants_records(settings) {
            events += wanted.len();
            continue;
        }
        let found = service.store.snapshots(wanted).await?;
        let data = |snapshot: &hookline_store::deliveries::Snapshot| {
            Value::Object(event_data(&snapshot.event.event, snapshot.event.workspace))
        };
        for (place, found) in found.iter().flatten().enumerate() {
            if place % TOLD_AT_ONCE == TOLD_AT_ONCE - 1 {
                tokio::task::yield_now().await;
            }
            if !filter.takes_records(settings, found, || data(found)) {
                continue;
            }
            let message_id = DeliveryId::derive(subscription.id, found.event.event.id, 0).to_string();
            let is_told = has_all_words || Dialects.render(subscribed, found, &message_id).is_some();
            *(if is_told { &mut events } else { &mut not_expressible }) += 1;
        }
    }
    let per_second = match settings.rate {
        Some(rate) => Some(f64::from(rate)),
        None => pace(service, subscription.id, settings.concurrency.unwrap_or(CONCURRENCY)).await?,
    };
    let seconds = per_second.map(|per_second| events as f64 / per_second);
    Ok(PlanShape { events, not_expressible, more: at < through, url: settings.url.clone(), per_second, seconds })
}

/// How many requests a second the last deliveries would make, so many at once.
async fn pace(service: &Service, subscription: SubscriptionId, concurrency: u16) -> Result<Option<f64>, Problem> {
    let filter = DeliveryFilter { status: Some(DeliveryStatus::Delivered), ..DeliveryFilter::default() };
    let page = service.store.deliveries(subscription, filter, PageRequest { limit: LAST, after: None }).await?;
    let mut took = Vec::new();
    for row in page.rows {
        let whole = service.store.delivery(row.id).await?;
        took.extend(whole.and_then(|row| row.attempts.last().map(|attempt| attempt.latency().as_secs_f64())));
    }
    let sum: f64 = took.iter().sum();
    Ok((sum > 0.0).then(|| f64::from(concurrency) * took.len() as f64 / sum))
}
