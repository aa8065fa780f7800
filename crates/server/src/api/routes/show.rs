//! `GET /v1/agencies/{agency_id}/routes/{route_id}`.

use axum::Json;

use crate::{
    api::{
        query::NoQuery,
        routes::{RouteRead, RouteShape},
    },
    openapi::Operation,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::show::<RouteShape>("Routes", "Show a route", "A rule of the agency.")
}

/// A rule of the agency.
pub(in crate::api) async fn show(RouteRead(route): RouteRead, _: NoQuery) -> Json<RouteShape> {
    Json(RouteShape::new(&route))
}
