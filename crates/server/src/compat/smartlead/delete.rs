//! `DELETE /api/v1/webhook/delete/{webhook_id}`.

use std::sync::Arc;

use axum::{Json, extract::State};
use hookline_store::directory::DirectoryChange;
use serde_json::{Value, json};

use super::{
    account::{Account, WebhookNumber},
    hook::Hook,
    refusal::Refusal,
};
use crate::{service::Service, subscriptions};

/// Deletes a hook.
pub(super) async fn delete(
    account: Account,
    number: WebhookNumber,
    State(service): State<Arc<Service>>,
) -> Result<Json<Value>, Refusal> {
    let hook = number.of(&account)?;
    account.may_write()?;
    remove(&service, &hook).await
}

/// Removes a hook.
pub(super) async fn remove(service: &Service, hook: &Hook) -> Result<Json<Value>, Refusal> {
    subscriptions::change(service, vec![DirectoryChange::DeleteSubscription(hook.row.id)]).await?;
    Ok(Json(json!({"ok": true})))
}
