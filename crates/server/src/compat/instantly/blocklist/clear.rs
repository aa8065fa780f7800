//! `DELETE /api/v2/block-lists-entries`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    blocking::later_than_any,
    compat::instantly::{
        Answer,
        auth::Writing,
        blocklist::{EntryShape, Wanted, Wish, entries, make},
        query::Query,
    },
    service::Service,
};

/// The most entries that one request takes off the list.
const CLEARED_MAX: usize = 10_000;

/// Takes all entries off the list that are wanted, and answers what they were: without a filter the whole list.
pub(in crate::compat::instantly) async fn clear(
    Writing(workspace): Writing,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Answer<Vec<EntryShape>> {
    let wanted = Wanted::read(&query)?;
    let (found, _) = entries(&service, workspace, &wanted, CLEARED_MAX, None).await?;
    let wishes: Vec<Wish> = found.iter().map(|entry| Wish::Unblock(entry.blocked.clone())).collect();
    let at = later_than_any(&service, workspace).await?;
    make(&service, workspace, at, &wishes).await?;
    Ok(Json(found.into_iter().map(|entry| EntryShape::new(workspace, entry)).collect()))
}
