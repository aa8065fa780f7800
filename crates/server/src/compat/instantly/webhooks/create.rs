//! `POST /api/v2/webhooks`.

use std::sync::Arc;

use axum::{Json, extract::State};

use hookline_delivery::{
    policy::{PolicySettings, Preset},
    settings::{Dialect, Secrets, Settings},
};
use hookline_store::directory::AddressOwner;

use crate::{
    compat::instantly::{
        Answer,
        auth::Writing,
        body::Body,
        refused::Refused,
        webhooks::{Found, UNNAMED, WebhookShape, asked::Asked, wanted::wanted},
    },
    service::Service,
    subscriptions::{blank, has_room, made, put},
};

/// Makes a webhook: told as Instantly tells, and treated as Instantly treats.
pub(in crate::compat::instantly) async fn create(
    Writing(workspace): Writing,
    State(service): State<Arc<Service>>,
    body: Body,
) -> Answer<WebhookShape> {
    body.needs("target_hook_url")?;
    let policy = PolicySettings { preset: Preset::Instantly, ..PolicySettings::default() };
    let settings = Settings { name: UNNAMED.to_owned(), dialect: Dialect::Instantly, policy, ..blank() };
    let (settings, secrets) = wanted(body, Asked::default(), settings, Secrets::default(), service.client.guard())?;
    let owner = AddressOwner::Workspace(workspace);
    let _making = service.making.lock().await;
    has_room(&service.store.directory(), owner)?;
    let subscribed = made(&service, owner, settings, secrets)?;
    put(&service, &subscribed.row).await?;
    let asked = Asked::of(&subscribed.settings).ok_or_else(Refused::absent)?;
    Ok(Json(Found { subscribed, asked }.shape(workspace)))
}
