//! `GET /v1/workspaces/{workspace_id}/emails/{email_id}`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::request::Parts;

use hookline_dialects::shapes::EmailSchema;
use hookline_model::{id::EmailId, record::Email};
use hookline_store::directory::Workspace;

use crate::{
    api::{
        auth::{WorkspaceRead, path_id},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// The id in the path, beside the workspace it is looked for in.
pub(in crate::api) struct Target(Workspace, EmailId);

impl FromRequestParts<Arc<Service>> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Target, Problem> {
        let WorkspaceRead(workspace) = WorkspaceRead::from_request_parts(parts, service).await?;
        Ok(Target(workspace, path_id(parts, service, "email_id", "email").await?))
    }
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::show::<EmailSchema>("Emails", "Show an email", "One message.").reads_records()
}

pub(in crate::api) async fn show(
    Target(workspace, id): Target,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<Json<Email>, Problem> {
    let found = service.store.email(workspace.id, id).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("email"))
}
