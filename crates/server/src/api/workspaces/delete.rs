//! `DELETE /v1/workspaces/{workspace_id}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::directory::DirectoryChange;

use crate::{
    api::{
        auth::WorkspaceWrite,
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Removes a workspace with its addresses and keys. The log keeps its events.";
    Operation::remove("Workspaces", "Remove a workspace", about)
}

/// Removes a workspace with its addresses and keys. The log keeps its events.
pub(in crate::api) async fn delete(
    WorkspaceWrite(workspace): WorkspaceWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    once.change(&service, vec![DirectoryChange::DeleteWorkspace(workspace.id)], Reply::deleted()).await
}
