//! `GET /v1/workspaces/{workspace_id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    api::{auth::WorkspaceRead, query::NoQuery, shapes::WorkspaceShape},
    openapi::Operation,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "A workspace with its oldest valid address.";
    Operation::show::<WorkspaceShape>("Workspaces", "Show a workspace", about)
}

pub(in crate::api) async fn show(
    WorkspaceRead(workspace): WorkspaceRead,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Json<WorkspaceShape> {
    Json(super::shape(&service, &workspace))
}
