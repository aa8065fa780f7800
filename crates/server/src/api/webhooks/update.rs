//! `PATCH /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}`.

use std::sync::Arc;

use axum::extract::State;

use crate::{
    api::{
        auth::WebhookWrite,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        webhooks::{
            change,
            shape::WebhookShape,
            wanted::{Wanted, WebhookChange},
        },
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
    subscriptions::{changed, new_secret},
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
    change(&service, row, once, |row, former| {
        let wanted = Wanted::read(fields.clone(), former.settings, service.client.guard())?;
        let dialect = wanted.settings.dialect;
        let (secrets, new) = wanted.secrets(former.secrets, || new_secret(dialect, &*service.entropy))?;
        Ok((changed(&service, row, wanted.settings, secrets)?, new))
    })
    .await
}
