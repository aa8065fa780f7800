//! `PATCH /api/v2/webhooks/{id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{
    compat::instantly::{
        Answer,
        auth::{PathId, Writing},
        body::Body,
        refused::Refused,
        webhooks::{Found, WebhookShape, asked::Asked, find, wanted::wanted},
    },
    service::Service,
    subscriptions::{changed, put},
};

/// Sets a webhook to something else. What is not sent stays, null clears, and one that is stopped stays so.
pub(in crate::compat::instantly) async fn update(
    Writing(workspace): Writing,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
    body: Body,
) -> Answer<WebhookShape> {
    let Found { subscribed, asked } = find(&service, workspace, id)?;
    let (settings, secrets) = wanted(body, asked, subscribed.settings, subscribed.secrets, service.client.guard())?;
    let subscribed = changed(&service, &subscribed.row, settings, secrets)?;
    put(&service, &subscribed.row).await?;
    let asked = Asked::of(&subscribed.settings).ok_or_else(Refused::absent)?;
    Ok(Json(Found { subscribed, asked }.shape(workspace)))
}
