//! `GET /api/v2/campaigns/analytics/daily`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use hookline_model::{
    calendar::{Calendar, Unit},
    counts::Counter,
};
use hookline_store::stats::{StatsBy, StatsFilter, StatsKey, StatsRow};

use crate::{
    compat::instantly::{
        Answer,
        analytics::{count, period, selector},
        auth::Reading,
        query::Query,
        refused::Refused,
    },
    service::Service,
};

/// What a day came to.
#[derive(Serialize)]
pub(in crate::compat::instantly) struct DayShape {
    date: String,
    sent: i64,
    contacted: i64,
    new_leads_contacted: i64,
    opened: i64,
    unique_opened: i64,
    replies: i64,
    unique_replies: i64,
    clicks: i64,
    unique_clicks: i64,
    opportunities: i64,
    unique_opportunities: i64,
}

impl DayShape {
    fn new(row: &StatsRow) -> Option<DayShape> {
        let StatsKey::Time(start) = row.key else { return None };
        let (counts, unique) = (Some(&row.counts), row.unique.as_ref());
        Some(DayShape {
            date: start.to_string().chars().take("2026-02-11".len()).collect(),
            sent: count(counts, Counter::Sent),
            contacted: count(unique, Counter::Sent),
            new_leads_contacted: count(unique, Counter::Sent),
            opened: count(counts, Counter::Opened),
            unique_opened: count(unique, Counter::Opened),
            replies: count(counts, Counter::Replied),
            unique_replies: count(unique, Counter::Replied),
            clicks: count(counts, Counter::Clicked),
            unique_clicks: count(unique, Counter::Clicked),
            opportunities: count(counts, Counter::Interested),
            unique_opportunities: count(unique, Counter::Interested),
        })
    }
}

/// The days (UTC) in which something happened, of one campaign or of all.
pub(in crate::compat::instantly) async fn list(
    reading: Reading,
    query: Query,
    state: State<Arc<Service>>,
) -> Answer<Vec<DayShape>> {
    listed(reading, query, state).await.map_err(Refused::bare)
}

async fn listed(Reading(workspace): Reading, query: Query, State(service): State<Arc<Service>>) -> Answer<Vec<DayShape>> {
    let (since, until) = period(&query)?;
    let campaign = query.id("campaign_id")?.map(|id| selector(&id.to_string()));
    let filter = StatsFilter { since, until, campaign, ..StatsFilter::default() };
    // The zone is part of every build.
    let calendar = Calendar::of("UTC", Unit::Day).map_err(|unknown| Refused::bad(unknown.to_string()))?;
    let rows = service.store.stats(workspace, filter, StatsBy::Time(calendar)).await?;
    Ok(Json(rows.iter().filter_map(DayShape::new).collect()))
}
