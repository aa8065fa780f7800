//! `DELETE /v1/workspaces/{workspace_id}/blocklist/{blocked_id}`.

use std::sync::Arc;

use axum::extract::State;

use crate::{
    api::{
        blocklist::EntryWrite,
        once::{Once, Reply},
        query::NoQuery,
    },
    blocking::{Moment, later_than_any},
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Takes an entry off the block list. Its contact is not blocked any more, unless it has unsubscribed. The change is an \
        event, `contact.unblocked`.";
    Operation::remove("Block list", "Unblock an address or a domain", about).reads_records()
}

pub(in crate::api) async fn delete(
    EntryWrite(workspace, entry): EntryWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    let at = later_than_any(&service, workspace.id).await?;
    let nonce = once.nonce(&service);
    let event = Moment { workspace: workspace.id, at, nonce: &nonce }.unblock(&service, &entry.blocked);
    once.record(&service, event, Reply::deleted()).await
}
