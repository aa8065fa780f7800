//! `DELETE /api/v2/block-lists-entries/{id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    blocking::later_than_any,
    compat::instantly::{
        Answer,
        auth::{PathId, Writing},
        blocklist::{EntryShape, Wish, find, make},
    },
    service::Service,
};

/// Takes an entry off the list, and answers what it was.
pub(in crate::compat::instantly) async fn delete(
    Writing(workspace): Writing,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
) -> Answer<EntryShape> {
    let entry = find(&service, workspace, id).await?;
    let at = later_than_any(&service, workspace).await?;
    make(&service, workspace, at, &[Wish::Unblock(entry.blocked.clone())]).await?;
    Ok(Json(EntryShape::new(workspace, entry)))
}
