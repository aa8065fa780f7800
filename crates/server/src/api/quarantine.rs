//! `GET /v1/workspaces/{workspace_id}/quarantine`.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::Serialize;

use hookline_model::{
    id::{QuarantineId, WorkspaceId},
    platform::Platform,
};
use hookline_store::Quarantined;

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, page, query::Query},
    problem::Problem,
    service::Service,
};

/// How much of a body is shown: a page of 500 must stay an answer.
const BODY_BYTES_SHOWN_MAX: usize = 64 * 1024;

/// A delivery in quarantine.
#[derive(Serialize)]
struct QuarantinedShape {
    id: QuarantineId,
    workspace_id: WorkspaceId,
    platform: Platform,
    received_at: String,
    reason: String,
    headers: Vec<Header>,
    /// As text, at most [`BODY_BYTES_SHOWN_MAX`] of it; what is no UTF-8 shows as U+FFFD.
    body: String,
    body_bytes: usize,
}

#[derive(Serialize)]
struct Header {
    name: String,
    value: String,
}

/// Deliveries that could not be read, newest first.
pub(super) async fn list(
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let request = query.page(Listing::Quarantine)?;
    query.end()?;
    let page = service.store.quarantined(workspace.id, request).await?;
    Ok(page::respond(Listing::Quarantine, page, shape))
}

fn shape(row: Quarantined) -> QuarantinedShape {
    let shown = &row.body[..row.body.len().min(BODY_BYTES_SHOWN_MAX)];
    QuarantinedShape {
        id: row.id,
        workspace_id: row.workspace,
        platform: row.platform,
        received_at: row.received_at.to_string(),
        reason: row.reason,
        headers: row.headers.into_iter().map(|(name, value)| Header { name, value }).collect(),
        body: String::from_utf8_lossy(shown).into_owned(),
        body_bytes: row.body.len(),
    }
}
