//! `PATCH /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_delivery::dispatch::Subscribed;
use hookline_store::{directory::DirectoryChange, subscriptions::Subscription};

use crate::{
    api::{
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        webhooks::{
            WebhookWrite, fault, new_secret, read, seal,
            shape::WebhookShape,
            standing,
            wanted::{Wanted, WebhookChange},
        },
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
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
    let (secrets, made) = wanted.secrets(former.secrets, || new_secret(dialect, &*service.entropy))?;
    let changed = Subscription {
        settings: wanted.written,
        secrets: seal(&service, row.id, &secrets)?,
        updated_at: service.clock.now(),
        ..Subscription::clone(&row)
    };
    let policy = wanted.settings.check().map_err(|_| fault())?;
    let subscribed = Subscribed { row: Arc::new(changed.clone()), settings: wanted.settings, policy, secrets };
    let (standing, committed) = (standing(&service, row.id).await?, service.store.status().committed);
    let shape = |secret| WebhookShape::new(&subscribed, standing, committed).with_secret(secret);
    let (reply, kept) = (Reply::ok(&shape(made)), Reply::ok(&shape(None)));
    once.change_keeping(&service, vec![DirectoryChange::PutSubscription(Box::new(changed))], reply, kept).await
}
