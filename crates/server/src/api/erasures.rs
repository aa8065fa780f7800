//! `GET /v1/workspaces/{workspace_id}/erasures`.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{id::ContactId, record::Erasure};

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, query::Query},
    openapi::{Id, Operation, Time},
    problem::Problem,
    service::Service,
};

/// A contact marked for erasure.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Erasure")]
struct ErasureShape {
    /// The contact, which answers 404 under this id.
    #[schemars(with = "Id")]
    contact_id: ContactId,
    /// When somebody first asked that the person be forgotten.
    #[schemars(with = "Time")]
    since: String,
}

impl ErasureShape {
    fn new(erasure: Erasure) -> ErasureShape {
        ErasureShape { contact_id: erasure.contact_id, since: erasure.since.to_string() }
    }
}

/// What it is.
pub(super) fn describe() -> Operation {
    let about =
        "Contacts of whom a platform asked that the person be forgotten, the latest mark first. They are hidden for good.";
    Operation::list::<ErasureShape>("Contacts", "List contacts marked for erasure", about).reads_records()
}

pub(super) async fn list(
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Erasures)?;
    query.end()?;
    let page = service.store.erasures(workspace.id, request).await?;
    form.respond(page, ErasureShape::new)
}
