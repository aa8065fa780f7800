//! `PATCH /api/v2/block-lists-entries/{id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    blocking::{entry_for, later_than_any},
    compat::instantly::{
        Answer,
        auth::{PathId, Writing},
        blocklist::{EntryShape, Wish, blocked, find, make},
        body::Body,
        refused::Refused,
    },
    service::Service,
};

/// Has an entry block something else. That is another entry, with an id of its own; the former one is gone.
pub(in crate::compat::instantly) async fn update(
    Writing(workspace): Writing,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
    mut body: Body,
) -> Answer<EntryShape> {
    let former = find(&service, workspace, id).await?;
    let text = body.text("bl_value")?.ok_or_else(|| Refused::bad("body must NOT have fewer than 1 properties"))?;
    let blocked = blocked(text.as_deref())?;
    let at = later_than_any(&service, workspace).await?;
    let entry = entry_for(&service, workspace, blocked, None, at).await?;
    let mut wishes = vec![Wish::Block(entry.clone())];
    if entry.id != former.id {
        wishes.push(Wish::Unblock(former.blocked));
    }
    make(&service, workspace, at, &wishes).await?;
    Ok(Json(EntryShape::new(workspace, entry)))
}
