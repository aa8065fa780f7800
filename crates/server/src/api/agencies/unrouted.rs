//! `GET /v1/agencies/{agency_id}/unrouted`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_store::query::EventFilter;

use crate::{
    api::{auth::AgencyRead, cursor::Listing, event_shape::EventShape, query::Query},
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The events that came to the agency's addresses and that no rule placed in a workspace, newest first.";
    Operation::list::<EventShape>("Events", "List unrouted events", about).reads_records()
}

/// The events that came to the agency's addresses and that no rule placed, newest first.
pub(in crate::api) async fn unrouted(
    AgencyRead(agency): AgencyRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Events)?;
    query.end()?;
    let page = service.store.events(agency.unrouted, EventFilter::default(), request).await?;
    form.respond(page, EventShape::new)
}
