//! `GET /v1/workspaces`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use crate::{
    api::{cursor::Listing, page, query::Query, shapes::WorkspaceShape},
    caller::Caller,
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The workspaces that the key opens, oldest first.";
    Operation::list::<WorkspaceShape>("Workspaces", "List workspaces", about)
}

/// The workspaces that the key opens, oldest first.
pub(in crate::api) async fn list(
    caller: Caller,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Workspaces)?;
    query.end()?;
    let directory = service.store.directory();
    let own = directory.workspaces().filter(|workspace| caller.opens_workspace(workspace));
    let page = page::cut(own, &request, |workspace| (workspace.created_at, workspace.id.0));
    form.respond(page, |workspace| super::shape(&service, workspace))
}
