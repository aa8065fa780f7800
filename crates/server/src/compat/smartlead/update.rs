//! `PUT /api/v1/webhook/update/{webhook_id}`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{
    account::{Account, WebhookNumber},
    fields::Fields,
    refusal::Refusal,
    save,
    scope::Scope,
    wanted::Wanted,
};
use crate::service::Service;

/// Sets a hook to something else, and has it sent to again if it was not. What is not sent stays as it is.
pub(super) async fn update(
    account: Account,
    number: WebhookNumber,
    State(service): State<Arc<Service>>,
    fields: Result<Fields, Refusal>,
) -> Result<Json<Value>, Refusal> {
    let hook = number.of(&account)?;
    account.may_write()?;
    let mut fields = fields?;
    let wanted = Wanted::read(&mut fields, &account, service.client.guard())?;
    // The body that made it may be sent again.
    Scope::repeated(&mut fields, &account, &hook)?;
    fields.ignore("webhook_type");
    fields.ignore("force_create");
    fields.end()?;
    let hook = save::change(&service, &account, hook, wanted).await?;
    Ok(Json(json!({"ok": true, "id": hook.number(), "message": "Webhook saved successfully"})))
}
