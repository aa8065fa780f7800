//! `GET /v1/{workspaces|agencies}/{id}/webhooks`.

use std::{collections::HashMap, sync::Arc};

use axum::{extract::State, response::Response};

use hookline_delivery::priority::Priority;
use hookline_model::id::SubscriptionId;
use hookline_store::{deliveries::Standing, query::Page};

use crate::{
    api::{auth::OwnerRead, cursor::Listing, page, query::Query, webhooks::shape::WebhookShape},
    openapi::Operation,
    problem::Problem,
    service::Service,
    subscriptions::{backlog, muted_kinds, read},
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The workspace's or agency's own webhooks, oldest first, and how they stand.";
    Operation::list::<WebhookShape>("Webhooks", "List webhooks", about).reads_store()
}

/// The owner's own webhooks, oldest first.
pub(in crate::api) async fn list(
    OwnerRead(owner): OwnerRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Webhooks)?;
    query.end()?;
    let directory = service.store.directory();
    let own = directory.subscriptions().iter().filter(|row| row.owner == owner).cloned();
    let page = page::cut(own, &request, |row| (row.created_at, row.id.0));
    let standings: HashMap<SubscriptionId, Standing> = service.store.standings().await?.into_iter().collect();
    let priority = Priority::of(&directory);
    let shown = page.rows.iter().map(|row| {
        let standing = standings.get(&row.id).copied().unwrap_or_default();
        read(&service, row).map(|subscribed| {
            let muted = muted_kinds(&priority, &directory, &subscribed);
            WebhookShape::new(&subscribed, standing, backlog(&service, row, standing.bulk)).with_muted(muted)
        })
    });
    let rows = shown.collect::<Result<Vec<_>, _>>()?;
    form.respond(Page { rows, next: page.next }, |shape| shape)
}
