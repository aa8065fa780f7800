//! `GET /v1/workspaces/{workspace_id}/lists`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_model::item::ItemSort;

use crate::{
    api::{
        auth::WorkspaceRead,
        cursor::Listing,
        items::{definitions, schema::DefinitionShape},
        query::Query,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The lists that platforms keep people on, by their first event, newest first.";
    Operation::list::<DefinitionShape>("Items", "List lists", about).reads_records()
}

pub(in crate::api) async fn list(
    WorkspaceRead(workspace): WorkspaceRead,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    definitions(&workspace, query, &service, (ItemSort::List, Listing::Lists)).await
}
