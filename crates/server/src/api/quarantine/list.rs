//! `GET /v1/{workspaces|agencies}/{id}/quarantine`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_store::Quarantined;

use crate::{
    api::{
        cursor::Listing,
        quarantine::{QuarantineRead, QuarantinedShape, shape},
        query::Query,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// How much of a body is shown: a page of 500 must stay an answer.
const BODY_BYTES_SHOWN_MAX: usize = 64 * 1024;

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Deliveries that could not be read, newest first, with the first 64 KiB of each body, as text.";
    Operation::list::<QuarantinedShape>("Quarantine", "List quarantine", about).reads_store()
}

/// Deliveries that could not be read, newest first.
pub(in crate::api) async fn list(
    QuarantineRead(workspace): QuarantineRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Quarantine)?;
    query.end()?;
    let page = service.store.quarantined(workspace, request).await?;
    form.respond(page, begun)
}

/// A delivery with the beginning of its body, as text; what is no UTF-8 shows as U+FFFD.
fn begun(row: Quarantined) -> QuarantinedShape {
    let body = String::from_utf8_lossy(&row.body[..row.body.len().min(BODY_BYTES_SHOWN_MAX)]).into_owned();
    shape(row, body)
}
