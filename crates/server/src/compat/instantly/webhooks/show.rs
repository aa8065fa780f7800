//! `GET /api/v2/webhooks/{id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    compat::instantly::{
        Answer,
        auth::{PathId, Reading},
        webhooks::{WebhookShape, find},
    },
    service::Service,
};

/// A webhook.
pub(in crate::compat::instantly) async fn show(
    Reading(workspace): Reading,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
) -> Answer<WebhookShape> {
    Ok(Json(find(&service, workspace, id)?.shape(workspace)))
}
