//! `GET /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/poll`: pulling instead of being sent to.

use std::{collections::HashSet, sync::Arc};

use axum::{Json, extract::State, response::IntoResponse};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use hookline_delivery::matching;
use hookline_dialects::shapes::{EventShape, event_data};
use hookline_model::time::Millis;
use hookline_store::{
    deliveries::{FEED_ROWS_MAX, Fed, Snapshot},
    pulling::CONSUMER_NAME_MAX,
    query::{Cursor, PAGE_ROWS_MAX, PageRequest},
};

use crate::{
    api::{
        auth::WebhookRead,
        cursor::{self, Listing},
        describe::CursorText,
        query::Query,
    },
    caller::Caller,
    openapi::{FilterText, Operation, inline_schemas},
    problem::{Problem, ProblemType},
    service::Service,
    subscriptions::read,
};

/// How many pages of the log one call looks at.
const PAGES_MAX: usize = 8;

inline_schemas! {
    /// How many events a call answers.
    PollLimit {"type": "integer", "minimum": 1, "maximum": PAGE_ROWS_MAX}
}

/// Events that a consumer has not taken yet.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Polled")]
struct PolledShape {
    /// In the order of their coming.
    data: Vec<EventShape>,
    /// What the next call says with `ack` when these are done.
    #[schemars(example = &"ARoAAAAAAAAAAAAAAAAAAAAH")]
    ack: String,
    /// Whether there may be more to be had at once.
    more: bool,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The events that the webhook asks for and a consumer has not taken yet, oldest first, as the API shows them. They are \
        taken when the next call says so with `ack`, the one of this answer; until then each call answers them again. A consumer that \
        never said so begins where the webhook was made. Up to 100 consumers, each by a name of its own. `ack` needs a key with the \
        role `write`.";
    Operation::show::<PolledShape>("Deliveries", "Pull events", about)
        .reads_records()
        .writes_store()
        .problems(&[ProblemType::Forbidden])
        .query::<FilterText>("consumer", "Who pulls: up to 100 characters, `default` if left out.")
        .query::<PollLimit>("limit", "At most so many events.")
        .query::<CursorText>("ack", "`ack` of an answer whose events are done.")
}

/// What a consumer has not taken yet.
pub(in crate::api) async fn poll(
    caller: Caller,
    WebhookRead(subscription): WebhookRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<impl IntoResponse, Problem> {
    let consumer = query.text("consumer")?.unwrap_or_else(|| "default".to_owned());
    if consumer.chars().count() > CONSUMER_NAME_MAX || consumer.contains(char::is_control) {
        let detail = format!("Give 1 to {CONSUMER_NAME_MAX} characters, none of them a control character.");
        return Err(Problem::invalid("consumer", detail));
    }
    let wrong = || Problem::invalid("limit", format!("Give a number from 1 to {PAGE_ROWS_MAX}."));
    let limit = match query.text("limit")? {
        Some(text) => text.parse().ok().filter(|limit| (1..=PAGE_ROWS_MAX).contains(limit)).ok_or_else(wrong)?,
        None => PageRequest::default().limit,
    };
    let ack = query.text("ack")?;
    query.end()?;
    let from = match ack {
        Some(ack) => {
            caller.may_write()?;
            let bad = || Problem::invalid("ack", "Give `ack` of an answer to this consumer, unchanged.");
            let to = position_of(Listing::Pull, &ack).filter(|to| *to <= service.store.status().committed).ok_or_else(bad)?;
            service.store.move_consumer(subscription.id, consumer, to, service.clock.now()).await.map_err(Problem::told)?
        }
        None => service.store.consumer(subscription.id, consumer).await?.unwrap_or(subscription.since),
    };
    let settings = read(&service, &subscription)?.settings;
    service.store.caught_up().await?;
    let of: HashSet<_> = service.store.directory().told_of(subscription.owner).into_iter().collect();
    let (of, mut data, mut at, mut more) = (Arc::new(of), Vec::new(), from, false);
    for _ in 0..PAGES_MAX {
        let page = service.store.feed(at, at.saturating_add(FEED_ROWS_MAX as u64), Some(Arc::clone(&of))).await?;
        if page.through <= at {
            more = false;
            break;
        }
        more = true;
        let mut wanted: Vec<Fed> = page.entries;
        wanted.retain(|fed| matching::matches_event(&settings, fed));
        let mut through = page.through;
        if wanted.len() > limit - data.len() {
            wanted.truncate(limit - data.len());
            through = wanted.last().map_or(at, |last| last.position);
        }
        let found = service.store.snapshots(wanted).await?;
        let matches = |found: &Snapshot| {
            matching::matches_records(&settings, found, || Value::Object(event_data(&found.event.event, found.event.workspace)))
        };
        data.extend(found.into_iter().flatten().filter(matches).map(|found| EventShape::new(found.event)));
        at = through;
        if data.len() >= limit {
            break;
        }
    }
    Ok(Json(PolledShape { data, ack: text_of(Listing::Pull, at), more }))
}

/// A position of the log as a cursor's text.
pub(super) fn text_of(listing: Listing, position: u64) -> String {
    cursor::encode(listing, &Cursor { at: Millis(0), key: position.to_be_bytes().to_vec() })
}

/// The position in such a text.
pub(super) fn position_of(listing: Listing, text: &str) -> Option<u64> {
    cursor::decode(listing, text)?.key.try_into().ok().map(u64::from_be_bytes)
}
