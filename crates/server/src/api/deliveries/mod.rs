//! What came of deliveries: listed by webhook, shown with their attempts, tried again, and counted.

pub(super) mod attempt;
pub(super) mod list;
pub(super) mod recover;
pub(super) mod retry;
pub(super) mod show;
pub(super) mod summary;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
    kind::Kind,
};
use hookline_store::{
    deliveries::{DeliveryRow, DeliveryStatus},
    directory::AddressOwner,
};

use crate::{
    api::auth::path_id,
    caller::Caller,
    openapi::{Count, Id, KindName, Time, word_schemas},
    problem::Problem,
    service::Service,
};

word_schemas! {
    /// How a delivery stands: not tried yet, delivered, to be tried again, failed for good, or left out for the `reason` given.
    DeliveryStatusName = ["pending", "delivered", "retrying", "failed", "skipped"], such as "delivered";
}

/// A delivery in the path that the key may read: of an event in a workspace, or by a webhook, that it opens.
pub(in crate::api) struct DeliveryRead(DeliveryRow);

impl FromRequestParts<Arc<Service>> for DeliveryRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<DeliveryRead, Problem> {
        let caller = Caller::from_request_parts(parts, service).await?;
        delivery(&caller, parts, service).await.map(DeliveryRead)
    }
}

/// The same, for writing.
pub(in crate::api) struct DeliveryWrite(DeliveryRow);

impl FromRequestParts<Arc<Service>> for DeliveryWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<DeliveryWrite, Problem> {
        let caller = Caller::from_request_parts(parts, service).await?;
        let row = delivery(&caller, parts, service).await?;
        caller.may_write().map(|()| DeliveryWrite(row))
    }
}

async fn delivery(caller: &Caller, parts: &mut Parts, service: &Arc<Service>) -> Result<DeliveryRow, Problem> {
    let id: DeliveryId = path_id(parts, service, "delivery_id", "delivery").await?;
    let row = service.store.delivery(id).await?;
    let directory = service.store.directory();
    let opens_workspace = |id| directory.workspace(id).is_some_and(|workspace| caller.opens_workspace(workspace));
    let is_open = |row: &DeliveryRow| {
        // What is kept of a webhook that is gone goes soon.
        directory.subscription(row.subscription).is_some_and(|subscription| {
            opens_workspace(row.workspace)
                || match subscription.owner {
                    AddressOwner::Workspace(id) => opens_workspace(id),
                    AddressOwner::Agency(id) => caller.opens_agency(id),
                }
        })
    };
    row.filter(is_open).ok_or_else(|| Problem::not_found("delivery"))
}

/// A delivery.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
struct DeliveryShape {
    #[schemars(with = "Id")]
    id: DeliveryId,
    #[schemars(with = "Id")]
    webhook_id: SubscriptionId,
    /// The workspace of the event.
    #[schemars(with = "Id")]
    workspace_id: WorkspaceId,
    #[schemars(with = "Id")]
    event_id: EventId,
    #[schemars(with = "KindName")]
    kind: Kind,
    /// The replay that it is of; null as the event came.
    #[schemars(example = &1_u32)]
    run: Option<u32>,
    #[schemars(with = "DeliveryStatusName")]
    status: DeliveryStatus,
    /// Why it was left out or failed, if its last attempt does not say so.
    #[schemars(example = &"older than max_age when it could have been sent")]
    reason: Option<String>,
    #[schemars(with = "Time")]
    created_at: String,
    /// When it is tried next, if it is.
    #[schemars(with = "Option<Time>")]
    next_attempt_at: Option<String>,
    /// When it was over, if it is.
    #[schemars(with = "Option<Time>")]
    ended_at: Option<String>,
    /// How often it was tried.
    #[schemars(with = "Count")]
    tries: u32,
}

impl DeliveryShape {
    fn new(row: DeliveryRow) -> DeliveryShape {
        let is_waiting = matches!(row.status, DeliveryStatus::Pending | DeliveryStatus::Retrying);
        DeliveryShape {
            id: row.id,
            webhook_id: row.subscription,
            workspace_id: row.workspace,
            event_id: row.event_id,
            kind: row.kind,
            run: Some(row.key.run).filter(|run| *run > 0),
            status: row.status,
            reason: row.reason,
            created_at: row.created_at.to_string(),
            next_attempt_at: is_waiting.then(|| row.at.to_string()),
            ended_at: (!is_waiting).then(|| row.at.to_string()),
            tries: row.tries,
        }
    }
}
