//! `DELETE /v1/agencies/{agency_id}`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;

use hookline_store::directory::DirectoryChange;

use crate::{
    api::{auth::AgencyWrite, query::NoQuery},
    problem::Problem,
    service::Service,
};

/// Removes an agency with its workspaces, addresses and keys. The log keeps their events.
pub(in crate::api) async fn delete(
    AgencyWrite(agency): AgencyWrite,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<StatusCode, Problem> {
    service.store.change_directory(vec![DirectoryChange::DeleteAgency(agency.id)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
