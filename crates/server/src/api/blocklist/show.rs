//! `GET /v1/workspaces/{workspace_id}/blocklist/{blocked_id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    api::{
        blocklist::{BlockedShape, EntryRead},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "An entry of the block list. One that was taken off answers 404.";
    Operation::show::<BlockedShape>("Block list", "Show what is blocked", about).reads_records()
}

pub(in crate::api) async fn show(
    EntryRead(entry): EntryRead,
    _: NoQuery,
    State(_): State<Arc<Service>>,
) -> Result<Json<BlockedShape>, Problem> {
    Ok(Json(BlockedShape::new(entry)))
}
