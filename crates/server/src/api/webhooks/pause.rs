//! `POST /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/pause`.

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
    let about = "Sends nothing there until it is resumed. What comes meanwhile is kept, and sent then.";
    Operation::change::<WebhookShape>("Webhooks", "Pause a webhook", about)
}

/// Sends nothing there until it is resumed.
pub(in crate::api) async fn pause(
    WebhookWrite(row): WebhookWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    set_status(&service, &row, SubscriptionStatus::Paused, Some("paused through the API"), once).await
}
