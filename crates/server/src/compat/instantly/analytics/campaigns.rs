//! `GET /api/v2/campaigns/analytics`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use serde::Serialize;

use hookline_model::{counts::Counter, record::Campaign};
use hookline_store::stats::{StatsBy, StatsFilter, StatsKey, StatsRow};

use crate::{
    compat::instantly::{
        Answer,
        analytics::{count, period, shown_id, status_number, wanted},
        auth::Reading,
        query::Query,
        refused::Refused,
    },
    service::Service,
};

/// What a campaign came to.
#[derive(Serialize)]
pub(in crate::compat::instantly) struct CampaignShape {
    campaign_name: String,
    campaign_id: String,
    campaign_status: i32,
    campaign_is_evergreen: bool,
    /// Left out if it is not wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    leads_count: Option<i64>,
    contacted_count: i64,
    emails_sent_count: i64,
    new_leads_contacted_count: i64,
    open_count: i64,
    open_count_unique: i64,
    reply_count: i64,
    reply_count_unique: i64,
    link_click_count: i64,
    link_click_count_unique: i64,
    bounced_count: i64,
    unsubscribed_count: i64,
    completed_count: i64,
    total_opportunities: i64,
    total_opportunity_value: i64,
}

impl CampaignShape {
    fn new(campaign: &Campaign, row: Option<&StatsRow>, has_leads: bool) -> CampaignShape {
        let counts = row.map(|row| &row.counts);
        let unique = row.and_then(|row| row.unique.as_ref());
        CampaignShape {
            campaign_name: campaign.name.clone().unwrap_or_default(),
            campaign_id: shown_id(campaign),
            campaign_status: status_number(campaign),
            campaign_is_evergreen: false,
            leads_count: has_leads.then(|| campaign.unique["contacts"].as_i64().unwrap_or_default()),
            contacted_count: count(unique, Counter::Sent),
            emails_sent_count: count(counts, Counter::Sent),
            new_leads_contacted_count: count(unique, Counter::Sent),
            open_count: count(counts, Counter::Opened),
            open_count_unique: count(unique, Counter::Opened),
            reply_count: count(counts, Counter::Replied),
            reply_count_unique: count(unique, Counter::Replied),
            link_click_count: count(counts, Counter::Clicked),
            link_click_count_unique: count(unique, Counter::Clicked),
            bounced_count: count(counts, Counter::Bounced),
            unsubscribed_count: count(counts, Counter::Unsubscribed),
            completed_count: 0,
            total_opportunities: count(unique, Counter::Interested),
            total_opportunity_value: 0,
        }
    }
}

/// Every campaign that is asked for, last active first.
pub(in crate::compat::instantly) async fn list(
    reading: Reading,
    query: Query,
    state: State<Arc<Service>>,
) -> Answer<Vec<CampaignShape>> {
    listed(reading, query, state).await.map_err(Refused::bare)
}

async fn listed(Reading(workspace): Reading, query: Query, State(service): State<Arc<Service>>) -> Answer<Vec<CampaignShape>> {
    let (since, until) = period(&query)?;
    let has_leads = !query.flag("exclude_total_leads_count")?.unwrap_or(false);
    let (campaigns, _) = wanted(&service, workspace, &query, &["id", "ids"]).await?;
    let filter = StatsFilter { since, until, ..StatsFilter::default() };
    let rows: BTreeMap<StatsKey, StatsRow> =
        service.store.stats(workspace, filter, StatsBy::Campaign).await?.into_iter().map(|row| (row.key, row)).collect();
    let shape = |campaign: &Campaign| CampaignShape::new(campaign, rows.get(&StatsKey::Campaign(Some(campaign.id))), has_leads);
    Ok(Json(campaigns.iter().map(shape).collect()))
}
