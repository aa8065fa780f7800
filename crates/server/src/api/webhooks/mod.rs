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

use axum::extract::FromRequestParts;
use http::request::Parts;

use hookline_delivery::{
    dispatch::Subscribed,
    settings::{Dialect, Secrets},
};
use hookline_model::id::SubscriptionId;
use hookline_store::{
    deliveries::Standing,
    directory::{AddressOwner, DirectoryChange},
    subscriptions::{Subscription, SubscriptionStatus},
};

use crate::{
    api::{
        auth::{OwnerRead, OwnerWrite, path_id},
        once::{Once, Reply},
    },
    chance::Entropy,
    passing_on,
    problem::{Problem, ProblemType},
    secrets::CannotOpen,
    service::Service,
};

use shape::WebhookShape;

/// What is not there when it is not.
const WHAT: &str = "webhook";

/// How many random bytes a secret is made of.
const SECRET_BYTES: usize = 32;

/// A webhook in the path, of the workspace or agency in the path, which the key opens.
pub(in crate::api) struct WebhookRead(pub(super) Arc<Subscription>);

impl FromRequestParts<Arc<Service>> for WebhookRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<WebhookRead, Problem> {
        let OwnerRead(owner) = OwnerRead::from_request_parts(parts, service).await?;
        find(parts, service, owner).await.map(WebhookRead)
    }
}

/// The same, for writing.
pub(in crate::api) struct WebhookWrite(pub(super) Arc<Subscription>);

impl FromRequestParts<Arc<Service>> for WebhookWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<WebhookWrite, Problem> {
        let OwnerWrite(owner) = OwnerWrite::from_request_parts(parts, service).await?;
        find(parts, service, owner).await.map(WebhookWrite)
    }
}

async fn find(parts: &mut Parts, service: &Arc<Service>, owner: AddressOwner) -> Result<Arc<Subscription>, Problem> {
    let id: SubscriptionId = path_id(parts, service, "webhook_id", WHAT).await?;
    let directory = service.store.directory();
    let found = directory.subscription(id).filter(|row| row.owner == owner);
    found.cloned().ok_or_else(|| Problem::not_found(WHAT))
}

/// A stored subscription, read and opened.
fn read(service: &Service, row: &Arc<Subscription>) -> Result<Subscribed, Problem> {
    let open: hookline_delivery::dispatch::OpenSecrets = {
        let key = Arc::clone(&service.master_key);
        Arc::new(move |row| passing_on::open(&key, row).map_err(ToOwned::to_owned))
    };
    Subscribed::read(row, &open).map_err(|why| {
        tracing::error!(subscription = %row.id, %why, "a subscription cannot be read");
        fault()
    })
}

fn seal(service: &Service, id: SubscriptionId, secrets: &Secrets) -> Result<Vec<u8>, Problem> {
    passing_on::seal(&service.master_key, &*service.entropy, id, secrets).map_err(|CannotOpen| {
        tracing::error!(subscription = %id, "secrets could not be sealed");
        fault()
    })
}

fn fault() -> Problem {
    Problem::new(ProblemType::Internal, "This is a fault of the server, written to its log. Repeating may help.")
}

/// A new secret for a dialect; none for one that proves nothing by a secret.
fn new_secret(dialect: Dialect, entropy: &dyn Entropy) -> Option<String> {
    has_secret(dialect).then(|| {
        let mut bytes = [0; SECRET_BYTES];
        entropy.fill(&mut bytes);
        hookline_dialects::authenticity::secret(&bytes)
    })
}

/// Whether deliveries in a dialect are signed, or carry a secret.
fn has_secret(dialect: Dialect) -> bool {
    dialect != Dialect::Instantly
}

/// Where a subscription stands.
async fn standing(service: &Service, id: SubscriptionId) -> Result<Standing, Problem> {
    let standings = service.store.standings().await?;
    Ok(standings.into_iter().find(|(of, _)| *of == id).map(|(_, standing)| standing).unwrap_or_default())
}

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
