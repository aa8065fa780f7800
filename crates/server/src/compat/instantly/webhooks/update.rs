//! `PATCH /api/v2/webhooks/{id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use hookline_store::{directory::DirectoryChange, subscriptions::Subscription};

use crate::{
    compat::instantly::{
        Answer,
        auth::{PathId, Writing},
        body::Body,
        refused::Refused,
        webhooks::{Found, WebhookShape, asked::Asked, find, wanted::wanted},
    },
    service::Service,
    subscriptions::{Tries, change, changed},
};

/// Sets a webhook to something else. What is not sent stays, null clears, and one that is stopped stays so.
pub(in crate::compat::instantly) async fn update(
    Writing(workspace): Writing,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
    body: Body,
) -> Answer<WebhookShape> {
    let mut tries = Tries::default();
    loop {
        let Found { subscribed, asked } = find(&service, workspace, id)?;
        let (settings, secrets) = wanted(body.clone(), asked, subscribed.settings, subscribed.secrets, service.client.guard())?;
        let from = subscribed.row;
        let subscribed = changed(&service, &from, settings, secrets)?;
        let to = Box::new(Subscription::clone(&subscribed.row));
        match change(&service, vec![DirectoryChange::ChangeSubscription { from: Arc::clone(&from), to }]).await {
            Err(problem) => tries.failed(&service, &from, problem)?,
            Ok(()) => {
                let asked = Asked::of(&subscribed.settings).ok_or_else(Refused::absent)?;
                return Ok(Json(Found { subscribed, asked }.shape(workspace)));
            }
        }
    }
}
