//! `DELETE /api/v2/webhooks/{id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use hookline_store::directory::DirectoryChange;

use crate::{
    compat::instantly::{
        Answer,
        auth::{PathId, Writing},
        webhooks::{WebhookShape, find},
    },
    service::Service,
    subscriptions::change,
};

/// Removes a webhook, and answers what it was.
pub(in crate::compat::instantly) async fn delete(
    Writing(workspace): Writing,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
) -> Answer<WebhookShape> {
    let found = find(&service, workspace, id)?;
    change(&service, vec![DirectoryChange::DeleteSubscription(found.subscribed.row.id)]).await?;
    Ok(Json(found.shape(workspace)))
}
