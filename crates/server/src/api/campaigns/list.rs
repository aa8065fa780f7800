//! `GET /v1/workspaces/{workspace_id}/campaigns`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_dialects::shapes::CampaignSchema;
use hookline_store::query::CampaignFilter;

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, query::Query},
    openapi::{FilterText, Operation, PlatformName},
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Campaigns, last active first.";
    Operation::list::<CampaignSchema>("Campaigns", "List campaigns", about)
        .reads_records()
        .query::<PlatformName>("platform", "Only of this platform.")
        .query::<FilterText>("status", "Only with this status, in the platform's word: 1 to 500 bytes.")
}

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
