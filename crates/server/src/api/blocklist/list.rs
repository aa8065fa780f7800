//! `GET /v1/workspaces/{workspace_id}/blocklist`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_model::item::ItemSort;
use hookline_store::query::Page;

use crate::{
    api::{auth::WorkspaceRead, blocklist::BlockedShape, cursor::Listing, query::Query},
    blocking::Entry,
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Addresses and domains that are not to be written to, by the first time that each was blocked, newest first. Who is \
        blocked otherwise, as by a hard bounce, shows as `blocked` of the contact.";
    Operation::list::<BlockedShape>("Block list", "List what is blocked", about).reads_records()
}

pub(in crate::api) async fn list(
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Blocklist)?;
    query.end()?;
    let page = service.store.items(workspace.id, ItemSort::Block, request).await?;
    let rows = page.rows.iter().filter_map(Entry::of).collect();
    form.respond(Page { rows, next: page.next }, BlockedShape::new)
}
