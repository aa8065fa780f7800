//! `GET /v1/{workspaces|agencies}/{id}/addresses`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use crate::{
    api::{auth::OwnerRead, cursor::Listing, page, query::Query, shapes::AddressShape},
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::list::<AddressShape>("Addresses", "List addresses", "The valid addresses, oldest first.")
}

/// The valid addresses, oldest first.
pub(in crate::api) async fn list(
    OwnerRead(owner): OwnerRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Addresses)?;
    query.end()?;
    let rows = service.store.directory().addresses_of(owner);
    let page = page::cut(rows, &request, |row| (row.created_at, row.address.0));
    form.respond(page, |row| AddressShape::new(&row, &service.public_url))
}
