//! `GET /api/v2/webhook-events/{id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    compat::instantly::{
        Answer,
        auth::{PathId, Reading},
        events::{EventShape, find},
        refused::Refused,
    },
    service::Service,
};

/// One try.
pub(in crate::compat::instantly) async fn show(
    Reading(workspace): Reading,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
) -> Answer<EventShape> {
    let found = find(&service, workspace, id).await?.ok_or_else(Refused::absent)?;
    EventShape::new(&service, workspace, found).await?.map(Json).ok_or_else(Refused::absent)
}
