//! `GET /v1/agencies/{agency_id}/unrouted`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_store::query::EventFilter;

use crate::{
    api::{auth::AgencyRead, cursor::Listing, event_shape::EventShape, query::Query},
    problem::Problem,
    service::Service,
};

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
