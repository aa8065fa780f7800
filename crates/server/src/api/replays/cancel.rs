//! `DELETE /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/replays/{run}`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use http::request::Parts;

use crate::{
    api::{
        auth::WebhookWrite,
        auth::path_id,
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// A replay's number in the path, with its webhook, which the key may change.
pub(in crate::api) struct ReplayWrite(WebhookWrite, u32);

impl FromRequestParts<Arc<Service>> for ReplayWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<ReplayWrite, Problem> {
        let hook = WebhookWrite::from_request_parts(parts, service).await?;
        Ok(ReplayWrite(hook, path_id(parts, service, "run", "replay").await?))
    }
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Stops a replay: what of it is not sent yet is left out. It stays in the list. One that is done stays as it is.";
    Operation::remove("Deliveries", "Cancel a replay", about)
}

/// Stops a replay.
pub(in crate::api) async fn cancel(
    ReplayWrite(WebhookWrite(subscription), run): ReplayWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    let cancelled = service.store.cancel_replay(subscription.id, run, service.clock.now()).await?;
    cancelled.ok_or_else(|| Problem::not_found("replay"))?;
    once.keep(&service, Reply::deleted()).await
}
