//! `POST /v1/{workspaces|agencies}/{id}/webhooks`.

use std::sync::Arc;

use axum::extract::State;

use hookline_delivery::settings::Secrets;
use hookline_store::{deliveries::Standing, directory::DirectoryChange, subscriptions::Subscription};

use crate::{
    api::{
        auth::OwnerWrite,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        webhooks::{
            shape::WebhookShape,
            wanted::{NewWebhook, Wanted},
        },
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
    subscriptions::{blank, has_room, made, new_secret},
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Makes a webhook: from now on what happens is told there. If no secret is given, one is made; it is in this answer \
        and nowhere else, not in a repetition of it either. An agency's webhook is told of all its workspaces. An agency has up to \
        10,000 webhooks, those of its workspaces among them.";
    Operation::create::<WebhookShape>("Webhooks", "Make a webhook", about).fields::<NewWebhook>()
}

/// Makes a webhook, which is told what comes from now on.
pub(in crate::api) async fn create(
    OwnerWrite(owner): OwnerWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    fields: Fields,
) -> Result<Reply, Problem> {
    let wanted = Wanted::read(fields, blank(), service.client.guard())?;
    let _making = service.making.lock().await;
    has_room(&service.store.directory(), owner)?;
    let dialect = wanted.settings.dialect;
    let (secrets, new) = wanted.secrets(Secrets::default(), || new_secret(dialect, &*service.entropy))?;
    let subscribed = made(&service, owner, wanted.settings, secrets)?;
    let shape = |secret| WebhookShape::new(&subscribed, Standing::default(), 0).with_secret(secret);
    let (reply, kept) = (Reply::created(&shape(new)), Reply::created(&shape(None)));
    let row = Subscription::clone(&subscribed.row);
    once.change_keeping(&service, vec![DirectoryChange::PutSubscription(Box::new(row))], reply, kept).await
}
