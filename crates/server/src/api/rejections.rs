//! `GET /v1/rejections`.

use std::{net::IpAddr, sync::Arc};

use axum::{extract::State, response::Response};
use serde::Serialize;

use hookline_model::{
    id::{AgencyId, WorkspaceId},
    platform::Platform,
};
use hookline_store::directory::AddressOwner;

use crate::{
    api::{auth::InstallationRead, cursor::Listing, query::Query},
    problem::Problem,
    rejections::Rejection,
    service::Service,
};

/// A refusal.
#[derive(Serialize)]
struct RejectionShape {
    at: String,
    status: u16,
    reason: &'static str,
    platform: Option<Platform>,
    workspace_id: Option<WorkspaceId>,
    agency_id: Option<AgencyId>,
    remote_address: Option<IpAddr>,
}

/// Who was refused at the door, newest first: the last ones since the server started.
pub(super) async fn list(
    _: InstallationRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Rejections)?;
    query.end()?;
    form.respond(service.rejections.page(&request), shape)
}

fn shape(row: Rejection) -> RejectionShape {
    let (workspace_id, agency_id) = match row.owner {
        Some(AddressOwner::Workspace(id)) => (Some(id), None),
        Some(AddressOwner::Agency(id)) => (None, Some(id)),
        None => (None, None),
    };
    RejectionShape {
        at: row.at.to_string(),
        status: row.reason.status().as_u16(),
        reason: row.reason.slug(),
        platform: row.platform,
        workspace_id,
        agency_id,
        remote_address: row.remote,
    }
}
