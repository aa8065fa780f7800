//! `GET /v1/workspaces/{workspace_id}/emails`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_dialects::shapes::{Direction, EMAIL_STATUSES, EmailSchema, EmailStatus};
use hookline_store::query::EmailFilter;

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, query::Query},
    openapi::{CampaignText, ContactText, FilterText, Operation},
    problem::Problem,
    service::Service,
};

/// What comes in, in the contract's words.
const INBOUND: &str = "inbound";

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Messages, newest first by the time they were sent or received.";
    Operation::searchable_list::<EmailSchema>("Emails", "List emails", about)
        .reads_records()
        .query::<FilterText>(
            "q",
            "Only with these words: 1 to 500 bytes and 1 to 20 words, all of which occur. In \"quotes\" they are next to each other, \
             and `*` leaves the end of a word open. The index may be behind: the answer says how far it is.",
        )
        .query::<Direction>("direction", "Only those that came in, or that were sent.")
        .query::<ContactText>("contact", "Only with this contact: its id or an address of it.")
        .query::<CampaignText>("campaign_id", "Only in this campaign: our id or the platform's.")
        .query::<EmailStatus>("status", "Only with this status.")
}

/// Messages, newest first.
pub(in crate::api) async fn list(
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Emails)?;
    let filter = EmailFilter {
        inbound: query.word("direction", &[INBOUND, "outbound"])?.map(|direction| direction == INBOUND),
        contact: query.contact("contact")?,
        campaign: query.campaign("campaign_id")?,
        status: query.word("status", &EMAIL_STATUSES)?.map(ToOwned::to_owned),
    };
    let words = query.search("q")?;
    query.end()?;
    if let Some(words) = words {
        let found = service.store.search_emails(workspace.id, words, filter, request).await?;
        return form.respond_found(found, |email| email);
    }
    let page = service.store.emails(workspace.id, filter, request).await?;
    form.respond(page, |email| email)
}
