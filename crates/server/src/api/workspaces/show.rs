//! `GET /v1/workspaces/{workspace_id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    api::{auth::WorkspaceRead, query::NoQuery, shapes::WorkspaceShape},
    service::Service,
};

pub(in crate::api) async fn show(
    WorkspaceRead(workspace): WorkspaceRead,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Json<WorkspaceShape> {
    Json(super::shape(&service, &workspace))
}
