//! `POST /v1/deliveries/{delivery_id}/retry`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::id::DeliveryId;
use hookline_store::deliveries::DeliveryStatus;

use crate::{
    api::{
        deliveries::{DeliveryStatusName, DeliveryWrite},
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::{Id, Operation},
    problem::{Problem, ProblemType},
    service::Service,
};

/// That a delivery is tried again.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Retried")]
struct RetriedShape {
    #[schemars(with = "Id")]
    id: DeliveryId,
    /// How it stood before.
    #[schemars(with = "DeliveryStatusName")]
    was: DeliveryStatus,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Tries a delivery again at once, with the same id and the same bytes: one that failed, or one that waits for its \
        next attempt. One that was delivered or left out is a conflict: a replay makes a new one of its event.";
    Operation::change::<RetriedShape>("Deliveries", "Retry a delivery", about)
}

/// Tries a delivery again.
pub(in crate::api) async fn retry(
    DeliveryWrite(row): DeliveryWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    let was = service.store.retry(row.id, service.clock.now()).await?.ok_or_else(|| Problem::not_found("delivery"))?;
    let conflict = |what: &str| {
        let detail = format!("It was {what}. To send its event again, replay the time in which that was received.");
        Err(Problem::new(ProblemType::Conflict, detail))
    };
    match was {
        DeliveryStatus::Delivered => conflict("delivered"),
        DeliveryStatus::Skipped => conflict("left out"),
        _ => once.keep(&service, Reply::ok(&RetriedShape { id: row.id, was })).await,
    }
}
