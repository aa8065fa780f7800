//! `DELETE /api/v1/campaigns/{campaign_id}/webhooks`, with the hook's number in the body, or behind it.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::Value;

use crate::{
    compat::smartlead::{
        account::{Account, CampaignNumber, WebhookNumber},
        campaigns::hooks_of,
        delete::remove,
        fields::Fields,
        refusal::Refusal,
    },
    service::Service,
};

/// Deletes the hook whose number is in the body.
pub(in crate::compat::smartlead) async fn delete(
    account: Account,
    campaign: CampaignNumber,
    State(service): State<Arc<Service>>,
    fields: Result<Fields, Refusal>,
) -> Result<Json<Value>, Refusal> {
    let campaign = campaign.get()?;
    account.may_write()?;
    let mut fields = fields?;
    let id = fields.number("id")?.ok_or_else(|| Refusal::form("id", "is required"))?;
    fields.end()?;
    let hook = hooks_of(&account, campaign).find(|hook| hook.number() == id).ok_or_else(Refusal::not_found)?;
    remove(&service, &hook).await
}

/// Deletes the hook whose number is in the path.
pub(in crate::compat::smartlead) async fn delete_by_path(
    account: Account,
    campaign: CampaignNumber,
    number: WebhookNumber,
    State(service): State<Arc<Service>>,
) -> Result<Json<Value>, Refusal> {
    let (campaign, id) = (campaign.get()?, number.of(&account)?.number());
    let hook = hooks_of(&account, campaign).find(|hook| hook.number() == id).ok_or_else(Refusal::not_found)?;
    account.may_write()?;
    remove(&service, &hook).await
}
