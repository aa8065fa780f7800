//! `GET /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/replays`.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    api::{
        auth::WebhookRead,
        query::NoQuery,
        replays::{ReplayShape, shape},
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// Replays.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Replays")]
struct ReplaysShape {
    /// The last one first, 100 at most.
    data: Vec<ReplayShape>,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "A webhook's replays, the last one first. The last 100 are kept.";
    Operation::show::<ReplaysShape>("Deliveries", "List replays", about).reads_store()
}

/// A webhook's replays.
pub(in crate::api) async fn list(
    WebhookRead(subscription): WebhookRead,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<impl IntoResponse, Problem> {
    let replays = service.store.replays(subscription.id).await?;
    Ok(Json(ReplaysShape { data: replays.iter().map(shape).collect() }))
}
