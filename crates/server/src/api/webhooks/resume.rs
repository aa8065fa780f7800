//! `POST /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/resume`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::subscriptions::SubscriptionStatus;

use crate::{
    api::{
        auth::WebhookWrite,
        once::{Once, Reply},
        query::NoQuery,
        webhooks::{set_status, shape::WebhookShape},
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Sends there again, whether it was paused or disabled, beginning with what came meanwhile. Failures in a row are \
        forgiven; deliveries that failed stay so.";
    Operation::change::<WebhookShape>("Webhooks", "Resume a webhook", about)
}

/// Sends there again, and forgets that deliveries failed in a row.
pub(in crate::api) async fn resume(
    WebhookWrite(row): WebhookWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    // Before it is active: who serves it begins with what is written here. Forgiving twice is forgiving once.
    service.store.forgive(row.id).await?;
    set_status(&service, &row, SubscriptionStatus::Active, None, once).await
}
