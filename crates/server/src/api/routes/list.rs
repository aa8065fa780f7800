//! `GET /v1/agencies/{agency_id}/routes`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use crate::{
    api::{auth::AgencyRead, cursor::Listing, page, query::Query, routes::RouteShape},
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::list::<RouteShape>("Routes", "List routes", "The agency's rules, oldest first.")
}

/// The agency's rules, oldest first.
pub(in crate::api) async fn list(
    AgencyRead(agency): AgencyRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Routes)?;
    query.end()?;
    let rows = service.store.directory().routes(agency.id).rows().to_vec();
    let page = page::cut(rows, &request, |row| (row.created_at, row.id.0));
    form.respond(page, |row| RouteShape::new(&row))
}
