//! `POST /api/v2/block-lists-entries/bulk-create`.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Json, extract::State};
use serde::Serialize;

use crate::{
    blocking::{Blocked, entry_for, later_than_any},
    compat::instantly::{
        Answer,
        auth::Writing,
        blocklist::{BULK_MAX, EntryShape, Wish, make},
        body::Body,
    },
    service::Service,
};

/// What became of the values.
#[derive(Serialize)]
pub(in crate::compat::instantly) struct MadeShape {
    items: Vec<EntryShape>,
    valid_count: usize,
    invalid_count: usize,
}

/// Blocks addresses and domains; texts that are neither are counted and left out.
pub(in crate::compat::instantly) async fn create(
    Writing(workspace): Writing,
    State(service): State<Arc<Service>>,
    mut body: Body,
) -> Answer<MadeShape> {
    let values = body.texts("bl_values", BULK_MAX)?;
    let read: Vec<Blocked> = values.iter().filter_map(|value| Blocked::parse(value)).collect();
    let (valid_count, invalid_count) = (read.len(), values.len() - read.len());
    let at = later_than_any(&service, workspace).await?;
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for blocked in read {
        if seen.insert(blocked.clone()) {
            entries.push(entry_for(&service, workspace, blocked, None, at).await?);
        }
    }
    let wishes: Vec<Wish> = entries.iter().cloned().map(Wish::Block).collect();
    make(&service, workspace, at, &wishes).await?;
    let items = entries.into_iter().map(|entry| EntryShape::new(workspace, entry)).collect();
    Ok(Json(MadeShape { items, valid_count, invalid_count }))
}
