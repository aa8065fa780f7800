//! `GET /v1/{workspaces|agencies}/{id}/sources`.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use uuid::Uuid;

use hookline_model::time::Millis;

use crate::{
    api::{
        auth::OwnerRead,
        cursor::Listing,
        page,
        query::Query,
        sources::{SourceShape, shape},
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The workspace's or agency's own sources, by platform: one of each at most.";
    Operation::list::<SourceShape>("Sources", "List sources", about)
}

/// The owner's own sources, by platform.
pub(in crate::api) async fn list(
    OwnerRead(owner): OwnerRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Sources)?;
    query.end()?;
    let directory = service.store.directory();
    // There is one of each platform, so that its place among the platforms is place enough.
    let page = page::cut(directory.sources_of(owner), &request, |source| (Millis(source.platform as i64), Uuid::nil()));
    form.respond(page, |source| shape(source))
}
