//! `GET /v1/workspaces/{workspace_id}/contacts/{contact_id}`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use http::request::Parts;

use hookline_dialects::shapes::ContactSchema;
use hookline_model::{id::ContactId, record::Contact};
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
pub(in crate::api) struct Target(pub(in crate::api) Workspace, pub(in crate::api) ContactId);

impl FromRequestParts<Arc<Service>> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Target, Problem> {
        let WorkspaceRead(workspace) = WorkspaceRead::from_request_parts(parts, service).await?;
        Ok(Target(workspace, path_id(parts, service, "contact_id", "contact").await?))
    }
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    Operation::show::<ContactSchema>("Contacts", "Show a contact", "The contact that has this id, or had it before.")
        .reads_records()
}

pub(in crate::api) async fn show(
    Target(workspace, id): Target,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<Json<Contact>, Problem> {
    let found = service.store.contact(workspace.id, id).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("contact"))
}
