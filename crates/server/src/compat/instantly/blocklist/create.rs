//! `POST /api/v2/block-lists-entries`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    blocking::{entry_for, later_than_any},
    compat::instantly::{
        Answer,
        auth::Writing,
        blocklist::{EntryShape, Wish, blocked, make},
        body::Body,
    },
    service::Service,
};

/// Blocks an address or a domain. What is blocked already answers as it is.
pub(in crate::compat::instantly) async fn create(
    Writing(workspace): Writing,
    State(service): State<Arc<Service>>,
    mut body: Body,
) -> Answer<EntryShape> {
    body.needs("bl_value")?;
    let blocked = blocked(body.text("bl_value")?.flatten().as_deref())?;
    let at = later_than_any(&service, workspace).await?;
    let entry = entry_for(&service, workspace, blocked, None, at).await?;
    make(&service, workspace, at, &[Wish::Block(entry.clone())]).await?;
    Ok(Json(EntryShape::new(workspace, entry)))
}
