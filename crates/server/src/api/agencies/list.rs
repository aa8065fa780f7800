//! `GET /v1/agencies`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use crate::{
    api::{cursor::Listing, page, query::Query, shapes::AgencyShape},
    caller::Caller,
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::list::<AgencyShape>("Agencies", "List agencies", "The agencies that the key opens, oldest first.")
}

/// The agencies that the key opens, oldest first.
pub(in crate::api) async fn list(
    caller: Caller,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Agencies)?;
    query.end()?;
    let directory = service.store.directory();
    let own = directory.agencies().iter().filter(|agency| caller.opens_agency(agency.id));
    let page = page::cut(own, &request, |agency| (agency.created_at, agency.id.0));
    form.respond(page, |agency| super::shape(&service, agency))
}
