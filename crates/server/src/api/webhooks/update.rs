//! `PATCH /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::{directory::DirectoryChange, subscriptions::Subscription};

use crate::{
    api::{
        auth::WebhookWrite,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        webhooks::{
            shape::WebhookShape,
            wanted::{Wanted, WebhookChange},
        },
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
    subscriptions::{changed, new_secret, read, standing},
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Sets a webhook to something else. A field that is not sent stays as it is. What was looked at with the former \
        settings is not looked at again, and what is on its way is sent as it was written. A new `secret` holds at once; to exchange \
        it without a gap use `rotate-secret`.";
    Operation::change::<WebhookShape>("Webhooks", "Change a webhook", about).fields::<WebhookChange>()
}

/// Sets a webhook to something else. A field that is not sent stays as it is.
pub(in crate::api) async fn update(
    WebhookWrite(row): WebhookWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    fields: Fields,
) -> Result<Reply, Problem> {
    let former = read(&service, &row)?;
    let wanted = Wanted::read(fields, former.settings, service.client.guard())?;
    let dialect = wanted.settings.dialect;
    let (secrets, new) = wanted.secrets(former.secrets, || new_secret(dialect, &*service.entropy))?;
    let subscribed = changed(&service, &row, wanted.settings, secrets)?;
    let (standing, committed) = (standing(&service, row.id).await?, service.store.status().committed);
    let shape = |secret| WebhookShape::new(&subscribed, standing, committed).with_secret(secret);
    let (reply, kept) = (Reply::ok(&shape(new)), Reply::ok(&shape(None)));
    let row = Subscription::clone(&subscribed.row);
    once.change_keeping(&service, vec![DirectoryChange::PutSubscription(Box::new(row))], reply, kept).await
}
