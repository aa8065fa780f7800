//! `GET /api/v2/block-lists-entries/{id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    compat::instantly::{
        Answer,
        auth::{PathId, Reading},
        blocklist::{EntryShape, find},
    },
    service::Service,
};

/// An entry.
pub(in crate::compat::instantly) async fn show(
    Reading(workspace): Reading,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
) -> Answer<EntryShape> {
    Ok(Json(EntryShape::new(workspace, find(&service, workspace, id).await?)))
}
