//! `GET /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/deliveries`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_store::deliveries::DeliveryFilter;

use crate::{
    api::{
        auth::WebhookRead,
        cursor::Listing,
        deliveries::{DeliveryShape, DeliveryStatusName},
        query::Query,
    },
    openapi::{Operation, Time},
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "A webhook's deliveries: those on their way, the last made first, then those that ended, the last to end first. \
        They are kept for 30 days after they ended, unless that is set otherwise.";
    Operation::list::<DeliveryShape>("Deliveries", "List deliveries", about)
        .reads_store()
        .query::<DeliveryStatusName>("status", "Only those that stand so.")
        .query::<Time>("since", "Only those made at this time or after.")
        .query::<Time>("until", "Only those made before this time.")
}

/// A webhook's deliveries.
pub(in crate::api) async fn list(
    WebhookRead(subscription): WebhookRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Deliveries)?;
    let filter = DeliveryFilter {
        status: query.variant("status", "Give one of: pending, delivered, retrying, failed, skipped.")?,
        since: query.time("since")?,
        until: query.time("until")?,
        ended_since: None,
    };
    query.end()?;
    let page = service.store.deliveries(subscription.id, filter, request).await?;
    form.respond(page, DeliveryShape::new)
}
