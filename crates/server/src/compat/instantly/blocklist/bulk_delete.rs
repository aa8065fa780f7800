//! `POST /api/v2/block-lists-entries/bulk-delete`.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Json, extract::State};
use uuid::Uuid;

use hookline_model::id::ItemId;

use crate::{
    blocking::{find, later_than_any},
    compat::instantly::{
        Answer,
        auth::Writing,
        blocklist::{BULK_MAX, EntryShape, Wish, make},
        body::Body,
    },
    service::Service,
};

/// Takes entries off the list, and answers what they were. An id of nothing is left out.
pub(in crate::compat::instantly) async fn delete(
    Writing(workspace): Writing,
    State(service): State<Arc<Service>>,
    mut body: Body,
) -> Answer<Vec<EntryShape>> {
    let ids: BTreeSet<Uuid> = body.ids("ids", BULK_MAX)?.into_iter().collect();
    let mut entries = Vec::new();
    for id in ids {
        entries.extend(find(&service, workspace, ItemId(id)).await?);
    }
    let wishes: Vec<Wish> = entries.iter().map(|entry| Wish::Unblock(entry.blocked.clone())).collect();
    let at = later_than_any(&service, workspace).await?;
    make(&service, workspace, at, &wishes).await?;
    Ok(Json(entries.into_iter().map(|entry| EntryShape::new(workspace, entry)).collect()))
}
