//! `GET /v1/workspaces/{workspace_id}/events`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_dialects::shapes::EventShape;
use hookline_store::query::EventFilter;

use crate::{
    api::{auth::WorkspaceRead, cursor::Listing, query::Query},
    openapi::{CampaignText, ContactText, FilterText, KindName, Operation, PlatformName, Time},
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Events, newest first by the time they happened.";
    Operation::searchable_list::<EventShape>("Events", "List events", about)
        .reads_records()
        .query::<FilterText>(
            "q",
            "Only with these words: 1 to 500 bytes and 1 to 20 words, all of which occur. In \"quotes\" they are next to each other, \
             and `*` leaves the end of a word open. The index may be behind: the answer says how far it is.",
        )
        .query::<KindName>("kind", "Only of this kind.")
        .query::<PlatformName>("platform", "Only from this platform.")
        .query::<ContactText>("contact", "Only about this contact: its id or an address of it.")
        .query::<CampaignText>("campaign_id", "Only in this campaign: our id or the platform's.")
        .query::<Time>("since", "Only at this time or after.")
        .query::<Time>("until", "Only before this time.")
}

/// Events, newest first by the time they happened; from `since` on, before `until`.
pub(in crate::api) async fn list(
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Events)?;
    let filter = EventFilter {
        kind: query.named("kind", "Give a kind of event, such as email.replied.")?,
        platform: query.named("platform", "Give a platform, such as smartlead.")?,
        contact: query.contact("contact")?,
        campaign: query.campaign("campaign_id")?,
        since: query.time("since")?,
        until: query.time("until")?,
    };
    let words = query.search("q")?;
    query.end()?;
    if let Some(words) = words {
        let found = service.store.search_events(workspace.id, words, filter, request).await?;
        return form.respond_found(found, EventShape::new);
    }
    let page = service.store.events(workspace.id, filter, request).await?;
    form.respond(page, EventShape::new)
}
