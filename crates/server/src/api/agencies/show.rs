//! `GET /v1/agencies/{agency_id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    api::{auth::AgencyRead, query::NoQuery, shapes::AgencyShape},
    openapi::Operation,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::show::<AgencyShape>("Agencies", "Show an agency", "An agency with its oldest valid address.")
}

pub(in crate::api) async fn show(
    AgencyRead(agency): AgencyRead,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Json<AgencyShape> {
    Json(super::shape(&service, &agency))
}
