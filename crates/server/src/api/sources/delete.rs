//! `DELETE /v1/{workspaces|agencies}/{id}/sources/{platform}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::directory::DirectoryChange;

use crate::{
    api::{
        once::{Once, Reply},
        query::NoQuery,
        sources::{SourceWrite, find},
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Removes a source with its secrets. From then on deliveries of the platform are verified by the agency's source of \
        it, and without one by their address alone.";
    Operation::remove("Sources", "Remove a source", about)
}

/// Removes a source with its secrets.
pub(in crate::api) async fn delete(
    SourceWrite(owner, platform): SourceWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    find(&service, owner, platform)?;
    once.change(&service, vec![DirectoryChange::DeleteSource(owner, platform)], Reply::deleted()).await
}
