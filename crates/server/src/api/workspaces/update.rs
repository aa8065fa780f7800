//! `PATCH /v1/workspaces/{workspace_id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use hookline_store::directory::{DirectoryChange, Workspace};

use crate::{
    api::{auth::WorkspaceWrite, fields::Fields, query::NoQuery, shapes::WorkspaceShape},
    problem::Problem,
    service::Service,
};

/// Gives a workspace another name. A field that is not sent stays as it is.
pub(in crate::api) async fn update(
    WorkspaceWrite(workspace): WorkspaceWrite,
    _: NoQuery,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Json<WorkspaceShape>, Problem> {
    let name = fields.name_if_given("name")?;
    fields.end()?;
    let workspace = Workspace { name: name.unwrap_or_else(|| workspace.name.clone()), ..workspace };
    service.store.change_directory(vec![DirectoryChange::PutWorkspace(workspace.clone())]).await?;
    Ok(Json(super::shape(&service, &workspace)))
}
