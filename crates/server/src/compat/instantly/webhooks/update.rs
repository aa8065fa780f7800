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
    problem::{Problem, ProblemType},
    service::Service,
    subscriptions::{CHANGES_MAX, change, changed},
};

/// Sets a webhook to something else. What is not sent stays, null clears, and one that is stopped stays so.
pub(in crate::compat::instantly) async fn update(
    Writing(workspace): Writing,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
    body: Body,
) -> Answer<WebhookShape> {
    // What it is to be is made of what it is, and made anew if somebody else changes it meanwhile: nobody's change is lost.
    for _ in 0..CHANGES_MAX {
        let Found { subscribed, asked } = find(&service, workspace, id)?;
        let (settings, secrets) = wanted(body.clone(), asked, subscribed.settings, subscribed.secrets, service.client.guard())?;
        let from = subscribed.row;
        let subscribed = changed(&service, &from, settings, secrets)?;
        let to = Box::new(Subscription::clone(&subscribed.row));
        match change(&service, vec![DirectoryChange::ChangeSubscription { from, to }]).await {
            Err(problem) if problem.problem_type == ProblemType::Conflict => {}
            Err(problem) => return Err(problem.into()),
            Ok(()) => {
                let asked = Asked::of(&subscribed.settings).ok_or_else(Refused::absent)?;
                return Ok(Json(Found { subscribed, asked }.shape(workspace)));
            }
        }
    }
    Err(Problem::new(ProblemType::Conflict, "Others change this webhook all the time. Try again in a moment.").into())
}
