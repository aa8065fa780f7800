//! `POST /api/v2/webhooks/{id}/resume`.

use std::sync::Arc;

use axum::{Json, extract::State};

use hookline_store::{
    directory::DirectoryChange,
    subscriptions::{Subscription, SubscriptionStatus},
};

use crate::{
    compat::instantly::{
        Answer,
        auth::{PathId, Writing},
        refused::Refused,
        webhooks::{Found, WebhookShape, find},
    },
    service::Service,
    subscriptions::change,
};

/// Sends there again, and forgets that deliveries failed in a row.
pub(in crate::compat::instantly) async fn resume(
    Writing(workspace): Writing,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
) -> Answer<WebhookShape> {
    let Found { subscribed, .. } = find(&service, workspace, id)?;
    let (status, at) = (SubscriptionStatus::Active, service.clock.now());
    // Before it is active: who serves it begins with what is written here.
    service.store.forgive(subscribed.row.id).await?;
    let set = DirectoryChange::SetSubscriptionStatus { id: subscribed.row.id, status, reason: None, at };
    change(&service, vec![set]).await?;
    let row = Subscription { status, status_reason: None, status_at: at, ..Subscription::clone(&subscribed.row) };
    let found = Found::read(&service, &Arc::new(row))?.ok_or_else(Refused::absent)?;
    Ok(Json(found.shape(workspace)))
}
