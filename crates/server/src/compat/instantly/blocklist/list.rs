//! `GET /api/v2/block-lists-entries`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    compat::instantly::{
        Answer, Listed,
        auth::Reading,
        blocklist::{EntryShape, Wanted, entries, place_of, place_text},
        query::Query,
    },
    service::Service,
};

/// The entries, by the first time that each was blocked, newest first.
pub(in crate::compat::instantly) async fn list(
    Reading(workspace): Reading,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Answer<Listed<EntryShape>> {
    let (limit, wanted) = (query.limit()?, Wanted::read(&query)?);
    let after = match query.text("starting_after") {
        None => None,
        Some(text) => Some(place_of(&service, workspace, text).await?),
    };
    let (found, next) = entries(&service, workspace, &wanted, limit, after).await?;
    let items = found.into_iter().map(|entry| EntryShape::new(workspace, entry)).collect();
    Ok(Json(Listed { items, next_starting_after: next.as_ref().and_then(place_text) }))
}
