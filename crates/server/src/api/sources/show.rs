//! `GET /v1/{workspaces|agencies}/{id}/sources/{platform}`.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};

use crate::{
    api::{
        query::NoQuery,
        sources::{SourceRead, SourceShape, find, shape},
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The source that the workspace or agency has of a platform. A workspace without one has its agency's, which is \
        shown there.";
    Operation::show::<SourceShape>("Sources", "Show a source", about)
}

/// The owner's own source.
pub(in crate::api) async fn show(
    SourceRead(owner, platform): SourceRead,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<impl IntoResponse, Problem> {
    Ok(Json(shape(&*find(&service, owner, platform)?)))
}
