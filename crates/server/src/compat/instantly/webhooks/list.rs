//! `GET /api/v2/webhooks`.

use std::sync::Arc;

use axum::{Json, extract::State};

use hookline_store::directory::AddressOwner;

use crate::{
    compat::instantly::{
        Answer, Listed,
        auth::Reading,
        query::Query,
        refused::Refused,
        webhooks::{Found, WebhookShape, asked::is_event_type},
    },
    service::Service,
};

/// The workspace's own webhooks that Instantly has words for, newest first.
pub(in crate::compat::instantly) async fn list(
    Reading(workspace): Reading,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Answer<Listed<WebhookShape>> {
    let limit = query.limit()?;
    let after = query.id("starting_after")?;
    let campaign = query.id("campaign")?.map(|id| id.to_string());
    let event_type = query.text("event_type");
    if event_type.is_some_and(|name| !is_event_type(name)) {
        return Err(Refused::bad("querystring/event_type must be equal to one of the allowed values"));
    }
    let directory = service.store.directory();
    // Their ids lead with the time they were made, so that one which is gone is a place as well.
    let mut own: Vec<_> = directory
        .subscriptions()
        .iter()
        .filter(|row| row.owner == AddressOwner::Workspace(workspace) && after.is_none_or(|after| row.id.0 < after))
        .collect();
    own.sort_unstable_by_key(|row| std::cmp::Reverse(row.id.0));
    let (mut items, mut last) = (Vec::new(), None);
    for row in own {
        let Some(found) = Found::read(&service, row)? else { continue };
        let is_wanted = campaign.as_ref().is_none_or(|campaign| found.asked.campaign.as_ref() == Some(campaign))
            && event_type.is_none_or(|name| found.asked.event_type.as_deref() == Some(name));
        if !is_wanted {
            continue;
        }
        if items.len() == limit {
            return Ok(Json(Listed { items, next_starting_after: last }));
        }
        last = Some(row.id.to_string());
        items.push(found.shape(workspace));
    }
    Ok(Json(Listed { items, next_starting_after: None }))
}
