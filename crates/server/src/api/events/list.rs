//! `GET /v1/workspaces/{workspace_id}/events`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_store::query::EventFilter;

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, event_shape::EventShape, query::Query},
    problem::Problem,
    service::Service,
};

/// Events, newest first by the time they happened; from `since` on, before `until`.
pub(in crate::api) async fn list(
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Events)?;
    let filter = EventFilter {
        kind: query.named("kind", "Give a kind of event, such as email.replied.")?,
        platform: query.named("platform", "Give a platform, such as smartlead.")?,
        contact: query.contact("contact")?,
        campaign: query.campaign("campaign_id")?,
        since: query.time("since")?,
        until: query.time("until")?,
    };
    query.end()?;
    let page = service.store.events(workspace.id, filter, request).await?;
    form.respond(page, EventShape::new)
}
