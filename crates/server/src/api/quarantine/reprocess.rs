//! `POST /v1/{workspaces|agencies}/{id}/quarantine/{quarantine_id}/reprocess`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::id::EventId;
use hookline_store::settle::{Settled, Settlement};

use crate::{
    api::{
        once::{Once, Reply},
        quarantine::{TargetWrite, not_there, reread},
        query::NoQuery,
    },
    openapi::{Id, Operation, word_schemas},
    problem::Problem,
    service::Service,
};

word_schemas! {
    /// `processed` and `unrouted` are events from now on, `duplicate` was one before, `quarantined` still cannot be read.
    ReprocessedStatus = ["processed", "unrouted", "duplicate", "quarantined"], such as "processed";
}

/// What became of a delivery, in the words of a receiving address.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reprocessed")]
struct OutcomeShape<'a> {
    #[schemars(with = "ReprocessedStatus")]
    status: &'static str,
    /// The event that it is; null if it still cannot be read.
    #[schemars(with = "Option<Id>")]
    event_id: Option<EventId>,
    /// Why it still cannot be read; else null.
    #[schemars(extend("examples" = [null]))]
    reason: Option<&'a str>,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Reads a delivery in quarantine with the parser of today, as if it came when it came. It is an event from \
        then on, or stays with the reason of today.";
    Operation::change::<OutcomeShape<'_>>("Quarantine", "Reprocess a delivery", about)
}

/// Reads a delivery again. It is an event from then on, or stays, with the reason of today.
pub(in crate::api) async fn reprocess(
    TargetWrite(workspace, id): TargetWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    let row = service.store.quarantined_one(workspace, id).await?.ok_or_else(not_there)?;
    let settlement = reread(&service, row);
    let reason = match &settlement {
        Settlement::Stay(_, reason) => Some(reason.clone()),
        _ => None,
    };
    let reserved = service.store.directory().workspace(workspace).is_some_and(|workspace| workspace.reserved);
    let fresh = if reserved { "unrouted" } else { "processed" };
    let reply = move |settled: &[Settled]| match settled {
        [Settled::Released(appended)] => {
            let status = if appended.duplicate { "duplicate" } else { fresh };
            Some(Reply::ok(&OutcomeShape { status, event_id: Some(appended.event_id), reason: None }))
        }
        [Settled::Stayed] => Some(Reply::ok(&OutcomeShape { status: "quarantined", event_id: None, reason: reason.as_deref() })),
        _ => None,
    };
    once.settle(&service, workspace, vec![settlement], reply).await?.ok_or_else(not_there)
}
