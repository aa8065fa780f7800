//! `POST /api/v1/campaigns/{campaign_id}/webhooks`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use crate::{
    compat::smartlead::{
        account::{Account, CampaignNumber},
        campaigns::hooks_of,
        fields::Fields,
        hook::Listed,
        refusal::Refusal,
        save::{self, New},
        scope::Scope,
        wanted::Wanted,
    },
    service::Service,
};

/// A hook that was saved: as it is listed, and as SmartLead's documents have it.
#[derive(Serialize)]
pub(in crate::compat::smartlead) struct Saved {
    ok: bool,
    #[serde(flatten)]
    hook: Listed,
}

/// Makes a hook of a campaign, or sets one to something else that `id` names.
pub(in crate::compat::smartlead) async fn save(
    account: Account,
    campaign: CampaignNumber,
    State(service): State<Arc<Service>>,
    fields: Result<Fields, Refusal>,
) -> Result<Json<Saved>, Refusal> {
    let campaign = campaign.get()?;
    account.may_write()?;
    let mut fields = fields?;
    let id = fields.number("id")?;
    let wanted = Wanted::read(&mut fields, &account, service.client.guard())?;
    let needed =
        [("name", wanted.name.is_some()), ("webhook_url", wanted.url.is_some()), ("event_types", wanted.events.is_some())];
    if let Some((missing, _)) = needed.iter().find(|(_, is_there)| !is_there) {
        return Err(Refusal::form(missing, "is required"));
    }
    fields.end()?;
    let hook = match id {
        Some(id) => {
            let hook = hooks_of(&account, campaign).find(|hook| hook.number() == id).ok_or_else(Refusal::not_found)?;
            save::change(&service, &account, hook, wanted).await?
        }
        None => {
            let scope = Scope::of_campaign(&account, campaign);
            // The documents of this endpoint know no similar hooks, and its categories are those of leads.
            let new = New { scope, category_changes_only: false, is_forced: true, is_active: true };
            save::make(&service, &account, new, wanted).await?
        }
    };
    Ok(Json(Saved { ok: true, hook: hook.listed() }))
}
