//! `POST /api/v1/webhook/create`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{
    account::Account,
    fields::Fields,
    refusal::Refusal,
    save::{self, New},
    scope::Scope,
    wanted::Wanted,
};
use crate::service::Service;

/// Makes a hook of any level.
pub(super) async fn create(
    account: Account,
    State(service): State<Arc<Service>>,
    fields: Result<Fields, Refusal>,
) -> Result<Json<Value>, Refusal> {
    account.may_write()?;
    let mut fields = fields?;
    let wanted = Wanted::read(&mut fields, &account, service.client.guard())?;
    if wanted.url.is_none() {
        return Err(Refusal::required("webhook_url"));
    }
    let scope = Scope::read(&mut fields, &account)?;
    let is_forced = fields.flag("force_create")?.unwrap_or(false);
    fields.ignore("webhook_type");
    fields.end()?;
    let new = New { scope, category_changes_only: true, is_forced, is_active: true };
    let hook = save::make(&service, &account, new, wanted).await?;
    // One document calls the id so, the other so.
    Ok(Json(json!({"ok": true, "id": hook.number(), "webhook_id": hook.number(), "webhook_url": hook.settings.url})))
}
