//! `GET /v1/workspaces/{workspace_id}/contacts`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_store::query::ContactFilter;

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, query::Query},
    problem::Problem,
    service::Service,
};

/// Every status of a contact.
const STATUSES: [&str; 16] = [
    "new",
    "contacted",
    "opened",
    "clicked",
    "replied",
    "out_of_office",
    "interested",
    "meeting_booked",
    "meeting_completed",
    "closed",
    "neutral",
    "not_interested",
    "wrong_person",
    "no_show",
    "bounced",
    "unsubscribed",
];

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
