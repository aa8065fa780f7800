//! `GET /v1/workspaces/{workspace_id}/campaigns/{campaign_id}`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::request::Parts;

use hookline_dialects::shapes::CampaignSchema;
use hookline_model::{id::CampaignId, record::Campaign};
use hookline_store::directory::Workspace;

use crate::{
    api::{
        auth::{WorkspaceRead, path_id},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// The id in the path, beside the workspace it is looked for in.
pub(in crate::api) struct Target(Workspace, CampaignId);

impl FromRequestParts<Arc<Service>> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Target, Problem> {
        let WorkspaceRead(workspace) = WorkspaceRead::from_request_parts(parts, service).await?;
        Ok(Target(workspace, path_id(parts, service, "campaign_id", "campaign").await?))
    }
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::show::<CampaignSchema>("Campaigns", "Show a campaign", "The campaign that has this id, or had it before.")
        .reads_records()
}

pub(in crate::api) async fn show(
    Target(workspace, id): Target,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<Json<Campaign>, Problem> {
    let found = service.store.campaign(workspace.id, id).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("campaign"))
}
