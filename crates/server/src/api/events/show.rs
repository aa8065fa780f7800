//! `GET /v1/workspaces/{workspace_id}/events/{event_id}`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::request::Parts;

use hookline_dialects::shapes::EventShape;
use hookline_model::id::EventId;
use hookline_store::directory::Workspace;

use crate::{
    api::{
        auth::{WorkspaceRead, path_id},
        query::Query,
    },
    openapi::{Operation, inline_schemas},
    problem::Problem,
    service::Service,
};

/// The id in the path, beside the workspace it is looked for in.
pub(in crate::api) struct Target(Workspace, EventId);

impl FromRequestParts<Arc<Service>> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Target, Problem> {
        let WorkspaceRead(workspace) = WorkspaceRead::from_request_parts(parts, service).await?;
        Ok(Target(workspace, path_id(parts, service, "event_id", "event").await?))
    }
}

inline_schemas! {
    /// What an event can be shown with.
    Include {"type": "string", "enum": ["raw"]}
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::show::<EventShape>("Events", "Show an event", "One event, with the body that it came as if asked for.")
        .reads_records()
        .query::<Include>("include", "`raw`: also the body as received, with known secrets blanked.")
}

/// One event, with `include=raw` also the body it came as.
pub(in crate::api) async fn show(
    Target(workspace, id): Target,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Json<EventShape>, Problem> {
    let with_raw = query.word("include", &["raw"])?.is_some();
    query.end()?;
    let found = service.store.event(workspace.id, id, with_raw).await?;
    found.map(|stored| Json(EventShape::new(stored))).ok_or_else(|| Problem::not_found("event"))
}
