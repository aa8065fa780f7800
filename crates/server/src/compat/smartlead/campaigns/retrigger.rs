//! `POST /api/v1/campaigns/{campaign_id}/webhooks/retrigger-failed-events`.

use std::sync::Arc;

use axum::{Json, extract::State};
use hookline_store::{
    deliveries::{DeliveryFilter, DeliveryStatus},
    query::{PAGE_ROWS_MAX, PageRequest},
};
use serde_json::{Value, json};

use crate::{
    compat::smartlead::{
        account::{Account, CampaignNumber},
        campaigns::{PAGES_MAX, hooks_of},
        fields::Fields,
        refusal::Refusal,
    },
    service::Service,
};

/// Tries again what failed of the events of a period, with the same ids and bytes. What fails again meanwhile lies in front of
/// the cursor, so that the walk ends.
pub(in crate::compat::smartlead) async fn retrigger(
    account: Account,
    campaign: CampaignNumber,
    State(service): State<Arc<Service>>,
    fields: Result<Fields, Refusal>,
) -> Result<Json<Value>, Refusal> {
    let campaign = campaign.get()?;
    account.may_write()?;
    let mut fields = fields?;
    let (since, until) = (fields.time("fromTime")?, fields.time("toTime")?);
    fields.end()?;
    if since > until {
        return Err(Refusal::form("toTime", "must be later than \"fromTime\""));
    }
    let status = Some(DeliveryStatus::Failed);
    let filter = DeliveryFilter { status, since: Some(since), until: Some(until), ..DeliveryFilter::default() };
    let (mut pages, mut revived, mut is_all) = (0, 0, true);
    'hooks: for hook in hooks_of(&account, campaign) {
        let mut after = None;
        loop {
            let page = service.store.deliveries(hook.row.id, filter.clone(), PageRequest { limit: PAGE_ROWS_MAX, after }).await?;
            let ids = page.rows.iter().map(|row| row.id).collect();
            revived += service.store.revive(ids, service.clock.now()).await?;
            after = page.next;
            if after.is_none() {
                break;
            }
            pages += 1;
            if pages == PAGES_MAX {
                is_all = false;
                break 'hooks;
            }
        }
    }
    let rest = if is_all { "" } else { " There are more: send the request again." };
    Ok(Json(json!({"ok": true, "message": format!("{revived} failed events are sent again.{rest}")})))
}
