//! `POST /api/v1/webhooks`, of an older guide.

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

/// Makes a hook of the user level, or paused if it is not to be active.
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
    if wanted.events.is_none() {
        return Err(Refusal::required("event_types"));
    }
    let is_active = fields.flag("is_active")?.unwrap_or(true);
    fields.end()?;
    let new = New { scope: Scope::of_account(&account)?, category_changes_only: true, is_forced: false, is_active };
    let hook = save::make(&service, &account, new, wanted).await?;
    Ok(Json(json!({
        "ok": true, "id": hook.number(), "webhook_url": hook.settings.url, "event_types": hook.names(), "is_active": is_active,
    })))
}
