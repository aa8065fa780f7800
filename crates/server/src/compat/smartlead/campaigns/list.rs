//! `GET /api/v1/campaigns/{campaign_id}/webhooks`.

use axum::Json;

use crate::compat::smartlead::{
    account::{Account, CampaignNumber},
    campaigns::hooks_of,
    hook::{Hook, Listed},
    refusal::Refusal,
};

/// The hooks of a campaign.
pub(in crate::compat::smartlead) async fn list(account: Account, campaign: CampaignNumber) -> Result<Json<Vec<Listed>>, Refusal> {
    let campaign = campaign.get()?;
    Ok(Json(hooks_of(&account, campaign).map(|hook: Hook| hook.listed()).collect()))
}
