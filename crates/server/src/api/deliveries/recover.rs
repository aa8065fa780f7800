//! `POST /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/recover`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_store::{
    deliveries::{DeliveryFilter, DeliveryStatus},
    query::{PAGE_ROWS_MAX, PageRequest},
};

use crate::{
    api::{
        auth::WebhookWrite,
        cursor::{self, Listing},
        describe::CursorText,
        fields::Fields,
        once::{Once, Reply},
        query::Query,
    },
    openapi::{Count, Operation, Time},
    problem::Problem,
    service::Service,
};

/// What is recovered.
#[derive(JsonSchema)]
#[schemars(rename = "RecoverFields", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct RecoverFields {
    /// What failed at this time or after.
    since: Time,
}

/// What came back.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Recovered")]
struct RecoveredShape {
    /// How many deliveries came back.
    #[schemars(with = "Count")]
    recovered: u64,
    /// Whether there is more.
    more: bool,
    /// Where to go on; null if there is no more.
    #[schemars(extend("examples" = [null]))]
    next_cursor: Option<String>,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Tries again whatever failed since: the same ids and the same bytes. Up to 500 a call, the last that failed first; \
        while there are more, call again from `next_cursor`, under an idempotency key of its own. What was never tried is not among \
        them: that is a replay.";
    Operation::change::<RecoveredShape>("Deliveries", "Recover deliveries", about)
        .fields::<RecoverFields>()
        .query::<CursorText>("cursor", "`next_cursor` of the call before. Empty is the beginning.")
}

/// Brings back what failed since. What fails again meanwhile lies in front of the cursor, so that the walk ends.
pub(in crate::api) async fn recover(
    WebhookWrite(subscription): WebhookWrite,
    mut query: Query,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let after = query.cursor(Listing::Recover)?;
    query.end()?;
    let since = fields.time("since")?;
    fields.end()?;
    let filter = DeliveryFilter { status: Some(DeliveryStatus::Failed), ended_since: Some(since), ..DeliveryFilter::default() };
    let page = service.store.deliveries(subscription.id, filter, PageRequest { limit: PAGE_ROWS_MAX, after }).await?;
    let ids = page.rows.iter().map(|row| row.id).collect();
    let recovered = service.store.revive(ids, service.clock.now()).await?;
    let next_cursor = page.next.map(|next| cursor::encode(Listing::Recover, &next));
    let reply = Reply::ok(&RecoveredShape { recovered, more: next_cursor.is_some(), next_cursor });
    once.keep(&service, reply).await
}
