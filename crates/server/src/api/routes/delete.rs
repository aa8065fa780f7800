//! `DELETE /v1/agencies/{agency_id}/routes/{route_id}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::directory::DirectoryChange;

use crate::{
    api::{
        once::{Once, Reply},
        query::NoQuery,
        routes::RouteWrite,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::remove("Routes", "Delete a route", "Removes a rule. What it placed stays where it is.")
}

/// Removes a rule.
pub(in crate::api) async fn delete(
    RouteWrite(route): RouteWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    once.change(&service, vec![DirectoryChange::DeleteRoute(route.id)], Reply::deleted()).await
}
