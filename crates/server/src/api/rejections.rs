//! `GET /v1/rejections`.

use std::{net::IpAddr, sync::Arc};

use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    id::{AgencyId, WorkspaceId},
    platform::Platform,
};
use hookline_store::directory::AddressOwner;

use crate::{
    api::{auth::InstallationRead, cursor::Listing, query::Query},
    openapi::{Id, Operation, PlatformName, Time},
    problem::Problem,
    rejections::Rejection,
    service::Service,
};

/// A refusal.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refusal")]
struct RejectionShape {
    #[schemars(with = "Time")]
    at: String,
    /// The status of the answer.
    #[schemars(range(min = 400, max = 599), example = 404)]
    status: u16,
    /// The last part of the problem's type.
    #[schemars(example = &"unknown-address")]
    reason: &'static str,
    /// The platform that the path names.
    #[schemars(with = "Option<PlatformName>")]
    platform: Option<Platform>,
    /// Whose address it was, if a workspace's.
    #[schemars(with = "Option<Id>")]
    workspace_id: Option<WorkspaceId>,
    /// Whose address it was, if an agency's.
    #[schemars(with = "Option<Id>")]
    agency_id: Option<AgencyId>,
    /// Who sent it.
    #[schemars(with = "Option<String>", example = &"203.0.113.7")]
    remote_address: Option<IpAddr>,
}

/// What it is.
pub(super) fn describe() -> Operation {
    let about = "Who was refused at the door, newest first: the last ones since the server started, 10,000 at most.";
    Operation::list::<RejectionShape>("Receiving", "List refusals", about).installation()
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
