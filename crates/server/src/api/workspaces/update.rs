//! `PATCH /v1/workspaces/{workspace_id}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::directory::{DirectoryChange, Workspace};

use crate::{
    api::{
        auth::WorkspaceWrite,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        shapes::{NameChangeShape, WorkspaceShape},
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Gives a workspace another name. A field that is not sent stays as it is.";
    Operation::change::<WorkspaceShape>("Workspaces", "Rename a workspace", about).fields::<NameChangeShape>()
}

/// Gives a workspace another name. A field that is not sent stays as it is.
pub(in crate::api) async fn update(
    WorkspaceWrite(workspace): WorkspaceWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let name = fields.name_if_given("name")?;
    fields.end()?;
    let workspace = Workspace { name: name.unwrap_or_else(|| workspace.name.clone()), ..workspace };
    let reply = Reply::ok(&super::shape(&service, &workspace));
    once.change(&service, vec![DirectoryChange::PutWorkspace(workspace)], reply).await
}
