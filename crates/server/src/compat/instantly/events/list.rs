//! `GET /api/v2/webhook-events`.

use std::{collections::HashSet, sync::Arc};

use axum::{Json, extract::State};
use serde_json::Value;

use hookline_model::{
    id::{EventId, WorkspaceId},
    key::EmailAddress,
};
use hookline_store::{
    attempts::{AttemptFilter, Attempted},
    query::{ContactSelector, Cursor, EventFilter, PAGE_ROWS_MAX, PageRequest},
    subscriptions::Subscription,
};

use crate::{
    compat::instantly::{
        Answer, Listed,
        auth::Reading,
        events::{EventShape, find, own, place_of, place_text},
        query::{Query, first_instant},
        refused::Refused,
    },
    service::Service,
};

/// How many pages of tries are looked through for one page of those that are wanted.
const ROUNDS_MAX: usize = 10;

/// The same while none is found: many clients take an empty page for the end, whatever stands beside it.
const EMPTY_ROUNDS_MAX: usize = 10 * ROUNDS_MAX;

/// How many pages of a lead's events are looked through for what was told of it.
const EVENT_PAGES_MAX: usize = 10;

/// The tries of the workspace's webhooks, newest deliveries first.
pub(in crate::compat::instantly) async fn list(
    Reading(workspace): Reading,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Answer<Listed<EventShape>> {
    let limit = query.limit()?;
    let after = match query.id("starting_after")? {
        None => None,
        Some(text) => Some(match place_of(text) {
            Some(place) => place,
            None => find(&service, workspace, text).await?.ok_or_else(Refused::absent)?.place,
        }),
    };
    let wrong = || Refused::bad("querystring/to must match format \"date\"");
    let since = query.day("from")?.map(|day| first_instant(day, false).ok_or_else(wrong)).transpose()?;
    let until = query.day("to")?.map(|day| first_instant(day, true).ok_or_else(wrong)).transpose()?;
    let search = Search::read(&service, workspace, query.text("search")).await?;
    let directory = service.store.directory();
    let subscriptions = own(&directory, workspace).into_iter().filter(|row| search.is_of(row)).map(|row| row.id).collect();
    let filter = AttemptFilter { subscriptions, is_success: query.flag("success")?, since, until };
    let (wanted, next) = wanted(&service, filter, &search, limit, after).await?;
    let mut items = Vec::with_capacity(wanted.len());
    for row in wanted {
        items.extend(EventShape::new(&service, workspace, row).await?);
    }
    Ok(Json(Listed { items, next_starting_after: next.as_ref().and_then(place_text) }))
}

/// What is wanted of the list, and where the next page starts if there may be one.
async fn wanted(
    service: &Service,
    filter: AttemptFilter,
    search: &Search,
    limit: usize,
    mut after: Option<Cursor>,
) -> Result<(Vec<Attempted>, Option<Cursor>), Refused> {
    let mut found: Vec<Attempted> = Vec::new();
    // One more than is shown says whether there is a next page.
    let rows = if matches!(search, Search::Lead(_)) { PAGE_ROWS_MAX } else { limit + 1 };
    for round in 0..EMPTY_ROUNDS_MAX {
        if round >= ROUNDS_MAX && !found.is_empty() {
            break;
        }
        let page = service.store.attempts(filter.clone(), PageRequest { limit: rows, after: after.clone() }).await?;
        for row in page.rows.into_iter().filter(|row| search.is_about(row)) {
            if found.len() == limit {
                let next = found.last().map(|last| last.place.clone());
                return Ok((found, next));
            }
            found.push(row);
        }
        after = page.next;
        if after.is_none() {
            return Ok((found, None));
        }
    }
    Ok((found, after))
}

/// What `search` looks for.
enum Search {
    All,
    /// Webhooks with exactly this URL.
    Url(String),
    /// What was told of the lead with an address: these events.
    Lead(HashSet<EventId>),
}

impl Search {
    async fn read(service: &Service, workspace: WorkspaceId, text: Option<&str>) -> Result<Search, Refused> {
        let Some(text) = text else { return Ok(Search::All) };
        let Ok(address) = EmailAddress::parse(text) else { return Ok(Search::Url(text.to_owned())) };
        if text.contains("://") {
            return Ok(Search::Url(text.to_owned()));
        }
        let contact = Some(ContactSelector::Email(address.as_str().to_owned()));
        let filter = EventFilter { contact, ..EventFilter::default() };
        let (mut events, mut page) = (HashSet::new(), PageRequest { limit: PAGE_ROWS_MAX, after: None });
        for _ in 0..EVENT_PAGES_MAX {
            let found = service.store.events(workspace, filter.clone(), page.clone()).await?;
            events.extend(found.rows.iter().map(|row| row.event.id));
            page.after = found.next;
            if page.after.is_none() {
                break;
            }
        }
        Ok(Search::Lead(events))
    }

    fn is_of(&self, row: &Subscription) -> bool {
        let url = || serde_json::from_str::<Value>(&row.settings).unwrap_or_default();
        match self {
            Search::All | Search::Lead(_) => true,
            Search::Url(wanted) => url()["url"].as_str() == Some(wanted),
        }
    }

    fn is_about(&self, row: &Attempted) -> bool {
        match self {
            Search::All | Search::Url(_) => true,
            Search::Lead(events) => events.contains(&row.delivery.event_id),
        }
    }
}
