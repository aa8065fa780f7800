//! `GET /api/v2/campaigns/analytics/overview`.

use std::{collections::HashSet, sync::Arc};

use axum::{Json, extract::State};
use serde::Serialize;

use hookline_model::{
    counts::{Counter, Counts},
    id::CampaignId,
    kind::Kind,
};
use hookline_store::{
    query::CampaignSelector,
    stats::{StatsBy, StatsFilter, StatsKey},
};

use crate::{
    compat::instantly::{
        Answer,
        analytics::{count, period, wanted},
        auth::Reading,
        query::Query,
        refused::Refused,
    },
    service::Service,
};

/// The most campaigns that kinds are added up of one by one.
const CAMPAIGNS_MAX: usize = 100;

/// What campaigns came to together.
#[derive(Serialize)]
pub(in crate::compat::instantly) struct OverviewShape {
    open_count: i64,
    open_count_unique: i64,
    link_click_count: i64,
    link_click_count_unique: i64,
    reply_count: i64,
    reply_count_unique: i64,
    reply_count_automatic: i64,
    bounced_count: i64,
    unsubscribed_count: i64,
    completed_count: i64,
    emails_sent_count: i64,
    contacted_count: i64,
    new_leads_contacted_count: i64,
    total_opportunities: i64,
    total_opportunity_value: i64,
    total_interested: i64,
    total_meeting_booked: i64,
    total_meeting_completed: i64,
    total_closed: i64,
}

/// The sums of the campaigns that are asked for.
pub(in crate::compat::instantly) async fn show(
    reading: Reading,
    query: Query,
    state: State<Arc<Service>>,
) -> Answer<OverviewShape> {
    shown(reading, query, state).await.map_err(Refused::bare)
}

async fn shown(Reading(workspace): Reading, query: Query, State(service): State<Arc<Service>>) -> Answer<OverviewShape> {
    let (since, until) = period(&query)?;
    let (campaigns, are_all) = wanted(&service, workspace, &query, &["id", "ids"]).await?;
    let own: HashSet<CampaignId> = campaigns.iter().map(|campaign| campaign.id).collect();
    let filter = StatsFilter { since, until, ..StatsFilter::default() };
    let (mut counts, mut unique) = (Counts::default(), Counts::default());
    for row in service.store.stats(workspace, filter.clone(), StatsBy::Campaign).await? {
        if matches!(row.key, StatsKey::Campaign(Some(id)) if own.contains(&id)) {
            counts.merge(&row.counts);
            row.unique.iter().for_each(|row| unique.merge(row));
        }
    }
    // By kind there is one campaign at a time, or all of them with what is in none.
    let each: Vec<StatsFilter> = if are_all {
        vec![filter]
    } else if campaigns.len() <= CAMPAIGNS_MAX {
        let of = |id: &CampaignId| StatsFilter { campaign: Some(CampaignSelector::Id(*id)), ..filter.clone() };
        own.iter().map(of).collect()
    } else {
        return Err(Refused::bad(format!("Give {CAMPAIGNS_MAX} campaigns at most, or none for all")));
    };
    let (mut automatic, mut completed, mut closed) = (0, 0, 0);
    for filter in each {
        for row in service.store.stats(workspace, filter, StatsBy::Kind).await? {
            match row.key {
                StatsKey::Kind(Kind::EmailAutoReplied) => automatic += row.events,
                StatsKey::Kind(Kind::ContactMeetingCompleted) => completed += row.events,
                StatsKey::Kind(Kind::ContactClosed) => closed += row.events,
                _ => {}
            }
        }
    }
    let (counts, unique) = (Some(&counts), Some(&unique));
    Ok(Json(OverviewShape {
        open_count: count(counts, Counter::Opened),
        open_count_unique: count(unique, Counter::Opened),
        link_click_count: count(counts, Counter::Clicked),
        link_click_count_unique: count(unique, Counter::Clicked),
        reply_count: count(counts, Counter::Replied),
        reply_count_unique: count(unique, Counter::Replied),
        reply_count_automatic: automatic,
        bounced_count: count(counts, Counter::Bounced),
        unsubscribed_count: count(counts, Counter::Unsubscribed),
        completed_count: 0,
        emails_sent_count: count(counts, Counter::Sent),
        contacted_count: count(unique, Counter::Sent),
        new_leads_contacted_count: count(unique, Counter::Sent),
        total_opportunities: count(unique, Counter::Interested),
        total_opportunity_value: 0,
        total_interested: count(counts, Counter::Interested),
        total_meeting_booked: count(counts, Counter::MeetingBooked),
        total_meeting_completed: completed,
        total_closed: closed,
    }))
}
