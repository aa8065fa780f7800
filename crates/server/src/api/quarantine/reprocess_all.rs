//! `POST /v1/{workspaces|agencies}/{id}/quarantine/reprocess`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::id::WorkspaceId;
use hookline_store::{
    Appended,
    query::{Cursor, PageRequest},
    settle::{Settled, Settlement},
};

use crate::{
    api::{
        cursor::{self, Listing},
        describe::CursorText,
        once::{Once, Reply},
        quarantine::{QuarantineWrite, reread},
        query::Query,
    },
    openapi::{Count, Operation},
    problem::Problem,
    service::Service,
};

/// The most deliveries of one call.
const DELIVERIES_MAX: usize = 1_000;

/// The most bytes of their bodies; a single larger one still goes. With the events made of them they are one transaction, and
/// must fit into the store's queue.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// How many are read at a time.
const PAGE_ROWS: usize = 16;

/// What became of the deliveries.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReprocessedAll")]
struct OutcomeShape<'a> {
    /// How many are new events.
    #[schemars(with = "Count")]
    reprocessed: usize,
    /// How many were known.
    #[schemars(with = "Count")]
    duplicates: usize,
    /// How many stay.
    #[schemars(with = "Count")]
    still_unreadable: usize,
    /// Whether there are more to be read.
    more: bool,
    /// Where to go on; null if there are no more.
    #[schemars(extend("examples" = [null]))]
    next_cursor: Option<&'a str>,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Reads deliveries in quarantine again, newest first: up to 1,000 a call, and fewer when their bodies have \
        more than 4 MiB together. While there are more, call again from `next_cursor`.";
    Operation::change::<OutcomeShape<'_>>("Quarantine", "Reprocess quarantine", about)
        .query::<CursorText>("cursor", "`next_cursor` of the call before. Empty is the beginning.")
}

/// Reads deliveries again, newest first, as many as one call may. From `cursor` on, so that a walk passes by what stays.
pub(in crate::api) async fn reprocess_all(
    QuarantineWrite(workspace): QuarantineWrite,
    mut query: Query,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    let after = query.cursor(Listing::Quarantine)?;
    query.end()?;
    let (settlements, next) = reread_from(&service, workspace, after).await?;
    let next = next.map(|next| cursor::encode(Listing::Quarantine, &next));
    let reply = move |settled: &[Settled]| {
        let count = |is: fn(&Settled) -> bool| settled.iter().filter(|settled| is(settled)).count();
        Some(Reply::ok(&OutcomeShape {
            reprocessed: count(|settled| matches!(settled, Settled::Released(Appended { duplicate: false, .. }))),
            duplicates: count(|settled| matches!(settled, Settled::Released(Appended { duplicate: true, .. }))),
            still_unreadable: count(|settled| matches!(settled, Settled::Stayed)),
            more: next.is_some(),
            next_cursor: next.as_deref(),
        }))
    };
    let reply = once.settle(&service, workspace, settlements, reply).await?;
    reply.ok_or_else(|| Problem::not_found("quarantine"))
}

/// Reads deliveries behind `after` again; also the place to go on from, if there are more.
async fn reread_from(
    service: &Service,
    workspace: WorkspaceId,
    mut after: Option<Cursor>,
) -> Result<(Vec<Settlement>, Option<Cursor>), Problem> {
    let (mut settlements, mut bytes) = (Vec::new(), 0);
    loop {
        // When there are enough, one more is looked at, to know whether there is one.
        let limit = PAGE_ROWS.min(DELIVERIES_MAX - settlements.len()).max(1);
        let page = service.store.quarantined(workspace, PageRequest { limit, after: after.clone() }).await?;
        let is_last = page.next.is_none();
        for row in page.rows {
            let is_too_much = bytes + row.body.len() > BYTES_MAX && !settlements.is_empty();
            if is_too_much || settlements.len() == DELIVERIES_MAX {
                return Ok((settlements, after));
            }
            bytes += row.body.len();
            after = Some(row.cursor());
            settlements.push(reread(service, row));
        }
        if is_last {
            return Ok((settlements, None));
        }
    }
}
