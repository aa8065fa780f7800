//! `DELETE /v1/{workspaces|agencies}/{id}/quarantine/{quarantine_id}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::settle::{Settled, Settlement};

use crate::{
    api::{
        once::{Once, Reply},
        quarantine::{TargetWrite, not_there},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Throws a delivery in quarantine away for good.";
    Operation::remove("Quarantine", "Throw a delivery away", about)
}

/// Throws a delivery away for good.
pub(in crate::api) async fn delete(
    TargetWrite(workspace, id): TargetWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    let reply = |settled: &[Settled]| (settled == [Settled::Discarded]).then(Reply::deleted);
    once.settle(&service, workspace, vec![Settlement::Discard(id)], reply).await?.ok_or_else(not_there)
}
