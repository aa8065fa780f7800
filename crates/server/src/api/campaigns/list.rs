//! `GET /v1/workspaces/{workspace_id}/campaigns`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_store::query::CampaignFilter;

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, query::Query},
    problem::Problem,
    service::Service,
};

/// Campaigns, last active first. Their status is the platform's own word, so any text may be asked for.
pub(in crate::api) async fn list(
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Campaigns)?;
    let platform = query.named("platform", "Give a platform, such as smartlead.")?;
    let filter = CampaignFilter { platform, status: query.text("status")? };
    query.end()?;
    let page = service.store.campaigns(workspace.id, filter, request).await?;
    form.respond(page, |campaign| campaign)
}
