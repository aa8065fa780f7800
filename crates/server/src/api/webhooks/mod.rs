//! Webhooks: subscriptions of a workspace or of a whole agency, who is told what, and where.
//!
//! No answer has a secret, but for the one that made it. Of the headers that a receiver wants to be sent only the names are shown.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod pause;
pub(super) mod resume;
pub(super) mod rotate;
mod shape;
pub(super) mod show;
pub(super) mod test;
pub(super) mod update;
mod wanted;

use std::sync::Arc;

use hookline_delivery::dispatch::Subscribed;
use hookline_store::{
    directory::DirectoryChange,
    subscriptions::{Subscription, SubscriptionStatus},
};

use crate::{
    api::once::{Once, Reply},
    problem::Problem,
    service::Service,
    subscriptions::{read, standing},
};

use shape::WebhookShape;

/// A webhook as it is shown, without its secret.
async fn shown(service: &Service, subscribed: &Subscribed) -> Result<WebhookShape, Problem> {
    let standing = standing(service, subscribed.row.id).await?;
    Ok(WebhookShape::new(subscribed, standing, service.store.status().committed))
}

/// Sets how a webhook stands, and answers it.
async fn set_status(
    service: &Service,
    row: &Arc<Subscription>,
    status: SubscriptionStatus,
    reason: Option<&str>,
    once: Once,
) -> Result<Reply, Problem> {
    let at = service.clock.now();
    let reason = reason.map(ToOwned::to_owned);
    let set = Subscription { status, status_reason: reason.clone(), status_at: at, ..Subscription::clone(row) };
    let reply = Reply::ok(&shown(service, &read(service, &Arc::new(set))?).await?);
    once.change(service, vec![DirectoryChange::SetSubscriptionStatus { id: row.id, status, reason, at }], reply).await
}
