//! Items: lists, statuses and tags of a workspace; notes, tasks and messages of a contact.

pub(super) mod lists;
pub(super) mod messages;
pub(super) mod notes;
mod schema;
pub(super) mod statuses;
pub(super) mod tags;
pub(super) mod tasks;

use axum::response::Response;

use hookline_model::item::ItemSort;
use hookline_store::directory::Workspace;

use crate::{
    api::{
        contacts::show::Target,
        cursor::Listing,
        items::schema::{ContactItemShape, DefinitionShape},
        query::Query,
    },
    problem::Problem,
    service::Service,
};

/// A page of the lists, statuses or tags of a workspace.
async fn definitions(
    workspace: &Workspace,
    mut query: Query,
    service: &Service,
    (sort, listing): (ItemSort, Listing),
) -> Result<Response, Problem> {
    let (request, form) = query.page(listing)?;
    query.end()?;
    let page = service.store.items(workspace.id, sort, request).await?;
    form.respond(page, DefinitionShape::new)
}

/// A page of the notes, tasks or messages of a contact.
async fn of_contact(
    Target(workspace, contact): &Target,
    mut query: Query,
    service: &Service,
    (sort, listing): (ItemSort, Listing),
) -> Result<Response, Problem> {
    let (request, form) = query.page(listing)?;
    query.end()?;
    let page = service.store.contact_items(workspace.id, *contact, sort, request).await?;
    form.respond(page.ok_or_else(|| Problem::not_found("contact"))?, ContactItemShape::new)
}
