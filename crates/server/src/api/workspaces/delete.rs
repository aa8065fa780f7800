//! `DELETE /v1/workspaces/{workspace_id}`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;

use hookline_store::directory::DirectoryChange;

use crate::{
    api::{auth::WorkspaceWrite, query::NoQuery},
    problem::Problem,
    service::Service,
};

/// Removes a workspace with its addresses and keys. The log keeps its events.
pub(in crate::api) async fn delete(
    WorkspaceWrite(workspace): WorkspaceWrite,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<StatusCode, Problem> {
    service.store.change_directory(vec![DirectoryChange::DeleteWorkspace(workspace.id)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
