//! Webhooks: subscriptions of a workspace or of a whole agency, who is told what, and where.
//!
//! No answer has a secret, but for the one that made it. Of the headers that a receiver wants to be sent only the names are
//! shown.

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

use std::{collections::BTreeMap, sync::Arc};

use hookline_delivery::{dispatch::Subscribed, priority::Priority};
use hookline_model::{id::SubscriptionId, kind::Kind};
use hookline_store::{
    directory::DirectoryChange,
    subscriptions::{Subscription, SubscriptionStatus},
};

use crate::{
    api::once::{Once, Reply},
    problem::Problem,
    service::Service,
    subscriptions::{Tries, backlog, muted_kinds, read, standing},
};

use shape::WebhookShape;

/// A webhook as it is shown, without its secret.
async fn shown(service: &Service, subscribed: &Subscribed) -> Result<WebhookShape, Problem> {
    let standing = standing(service, subscribed.row.id).await?;
    let muted = muted(service, subscribed);
    let backlog = backlog(service, &subscribed.row, standing.bulk);
    Ok(WebhookShape::new(subscribed, standing, backlog).with_muted(muted))
}

/// The kinds that others mute of a webhook.
fn muted(service: &Service, subscribed: &Subscribed) -> BTreeMap<Kind, SubscriptionId> {
    let directory = service.store.directory();
    muted_kinds(&Priority::of(&directory), &directory, subscribed)
}

/// Sets a webhook to something else and answers it, with a secret if one is new.
async fn change(
    service: &Service,
    mut row: Arc<Subscription>,
    once: Once,
    make: impl Fn(&Subscription, Subscribed) -> Result<(Subscribed, Option<String>), Problem>,
) -> Result<Reply, Problem> {
    let mut tries = Tries::default();
    loop {
        let (subscribed, new) = make(&row, read(service, &row)?)?;
        let shape = shown(service, &subscribed).await?;
        let kept = Reply::ok(&shape);
        let reply = Reply::ok(&shape.with_secret(new));
        let to = Box::new(Subscription::clone(&subscribed.row));
        let change = DirectoryChange::ChangeSubscription { from: Arc::clone(&row), to };
        match once.change_keeping(service, vec![change], reply, kept).await {
            Ok(reply) => return Ok(reply),
            Err(problem) => {
                tries.failed(service, &row, problem)?;
                let now = service.store.directory().subscription(row.id).cloned();
                row = now.ok_or_else(|| Problem::not_found("webhook"))?;
            }
        }
    }
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
