//! `GET /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    api::{
        auth::WebhookRead,
        query::NoQuery,
        webhooks::{shape::WebhookShape, shown},
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
    subscriptions::read,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::show::<WebhookShape>("Webhooks", "Show a webhook", "What it is set to, and how it stands.").reads_store()
}

/// What it is set to, and how it stands.
pub(in crate::api) async fn show(
    WebhookRead(row): WebhookRead,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<Json<impl serde::Serialize>, Problem> {
    Ok(Json(shown(&service, &read(&service, &row)?).await?))
}
