//! `GET /v1/workspaces/{workspace_id}/emails`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_store::query::EmailFilter;

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, query::Query},
    problem::Problem,
    service::Service,
};

/// What comes in, in the contract's words.
const INBOUND: &str = "inbound";

/// Every status of a message.
const STATUSES: [&str; 7] = ["sent", "opened", "clicked", "replied", "bounced", "failed", "received"];

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
        status: query.word("status", &STATUSES)?.map(ToOwned::to_owned),
    };
    query.end()?;
    let page = service.store.emails(workspace.id, filter, request).await?;
    form.respond(page, |email| email)
}
