//! `GET /api/v1/campaigns/{campaign_id}/webhooks/summary`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{RawQuery, State},
};
use hookline_dialects::names;
use hookline_model::time::Millis;
use hookline_store::{
    deliveries::{DeliveryFilter, DeliveryRow, DeliveryStatus},
    query::{PAGE_ROWS_MAX, PageRequest},
};
use serde::Serialize;

use crate::{
    compat::smartlead::{
        account::{Account, CampaignNumber},
        campaigns::{DELIVERIES_MAX, PAGES_MAX, hooks_of},
        fields,
        refusal::Refusal,
    },
    service::Service,
};

/// How far back it goes if nothing is said, in ms: thirty days, as long as deliveries are kept.
const PERIOD: i64 = 30 * 24 * 60 * 60 * 1_000;

/// How many deliveries stand how.
#[derive(Clone, Copy, Default, Serialize)]
struct Counts {
    total: u64,
    success: u64,
    failed: u64,
    scheduled_for_retry: u64,
}

impl Counts {
    fn add(&mut self, status: DeliveryStatus) {
        let counted = match status {
            DeliveryStatus::Delivered => &mut self.success,
            DeliveryStatus::Failed => &mut self.failed,
            DeliveryStatus::Pending | DeliveryStatus::Retrying => &mut self.scheduled_for_retry,
            // What another hook was sent instead, or nobody wanted any more.
            DeliveryStatus::Skipped => return,
        };
        *counted += 1;
        self.total += 1;
    }
}

/// The deliveries of a period, together and by event.
#[derive(Serialize)]
pub(in crate::compat::smartlead) struct Summary {
    ok: bool,
    #[serde(flatten)]
    counts: Counts,
    event_types: BTreeMap<&'static str, Counts>,
}

/// How many deliveries to the hooks of a campaign that were made in a period stand how.
pub(in crate::compat::smartlead) async fn show(
    account: Account,
    campaign: CampaignNumber,
    RawQuery(query): RawQuery,
    State(service): State<Arc<Service>>,
) -> Result<Json<Summary>, Refusal> {
    let campaign = campaign.get()?;
    let query = query.unwrap_or_default();
    let time = |name: &str| {
        let given = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        given.filter(|(_, text)| !text.is_empty()).map(|(_, text)| fields::time(name, &text)).transpose()
    };
    let until = time("toTime")?.unwrap_or_else(|| Millis(service.clock.now().0 + 1));
    let since = time("fromTime")?.unwrap_or_else(|| Millis(until.0.saturating_sub(PERIOD)));
    if since > until {
        return Err(Refusal::form("toTime", "must be later than \"fromTime\""));
    }
    let filter = DeliveryFilter { since: Some(since), until: Some(until), ..DeliveryFilter::default() };
    let mut summary = Summary { ok: true, counts: Counts::default(), event_types: BTreeMap::new() };
    let mut pages = 0;
    for hook in hooks_of(&account, campaign) {
        let mut after = None;
        loop {
            let page = service.store.deliveries(hook.row.id, filter.clone(), PageRequest { limit: PAGE_ROWS_MAX, after }).await?;
            page.rows.iter().for_each(|row| summary.add(row));
            after = page.next;
            if after.is_none() {
                break;
            }
            pages += 1;
            if pages == PAGES_MAX {
                let detail = format!("One summary counts about {DELIVERIES_MAX} events. Give a shorter period.");
                return Err(Refusal::invalid("fromTime", &since.to_string(), Some(&detail)));
            }
        }
    }
    Ok(Json(summary))
}

impl Summary {
    fn add(&mut self, row: &DeliveryRow) {
        self.counts.add(row.status);
        if let Some(name) = names::smartlead_subscription(row.kind) {
            self.event_types.entry(name).or_default().add(row.status);
        }
    }
}
