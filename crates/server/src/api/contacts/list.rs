//! `GET /v1/workspaces/{workspace_id}/contacts`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_dialects::shapes::{ContactSchema, ContactStatus};
use hookline_model::contact::STATUSES;
use hookline_store::query::ContactFilter;

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, query::Query},
    openapi::{AddressText, FilterText, InterestName, Operation},
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Contacts by their first event, newest first.";
    Operation::list::<ContactSchema>("Contacts", "List contacts", about)
        .reads_records()
        .query::<AddressText>("email", "Only with this address.")
        .query::<ContactStatus>("status", "Only with this status.")
        .query::<InterestName>("interest", "Only with this interest.")
        .query::<FilterText>("tag", "Only with this tag: 1 to 500 bytes.")
        .query::<FilterText>("list", "Only on this list: 1 to 500 bytes.")
        .query::<FilterText>("q", "Only with this text in a name, company or address: 1 to 500 bytes.")
}

/// Contacts, last updated first.
pub(in crate::api) async fn list(
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Contacts)?;
    let filter = ContactFilter {
        email: query.email("email")?,
        status: query.word("status", &STATUSES)?.map(ToOwned::to_owned),
        interest: query.variant("interest", "Give an interest, such as interested or not_interested.")?,
        tag: query.text("tag")?,
        list: query.text("list")?,
        q: query.text("q")?,
    };
    query.end()?;
    let page = service.store.contacts(workspace.id, filter, request).await?;
    form.respond(page, |contact| contact)
}
