//! `DELETE /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::directory::DirectoryChange;

use crate::{
    api::{
        auth::WebhookWrite,
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Removes a webhook with its secrets and its deliveries. What is on the wire ends; nothing else is sent.";
    Operation::remove("Webhooks", "Delete a webhook", about)
}

/// Removes a webhook; its deliveries follow when somebody tidies up.
pub(in crate::api) async fn delete(
    WebhookWrite(row): WebhookWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    once.change(&service, vec![DirectoryChange::DeleteSubscription(row.id)], Reply::deleted()).await
}
