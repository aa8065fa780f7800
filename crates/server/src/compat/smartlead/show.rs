//! `GET /api/v1/webhook/{webhook_id}`.

use axum::Json;
use hookline_delivery::priority::Priority;

use super::{
    account::{Account, WebhookNumber},
    hook::Shown,
    refusal::Refusal,
};

/// A hook.
pub(super) async fn show(account: Account, number: WebhookNumber) -> Result<Json<Shown>, Refusal> {
    let hook = number.of(&account)?;
    Ok(Json(hook.shown(account.agency, &Priority::of(&account.directory))))
}
