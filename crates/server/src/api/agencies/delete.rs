//! `DELETE /v1/agencies/{agency_id}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::directory::DirectoryChange;

use crate::{
    api::{
        auth::AgencyWrite,
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Removes an agency with its workspaces, addresses and keys. The log keeps their events.";
    Operation::remove("Agencies", "Remove an agency", about)
}

/// Removes an agency with its workspaces, addresses and keys. The log keeps their events.
pub(in crate::api) async fn delete(
    AgencyWrite(agency): AgencyWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    once.change(&service, vec![DirectoryChange::DeleteAgency(agency.id)], Reply::deleted()).await
}
