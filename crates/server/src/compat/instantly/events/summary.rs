//! `GET /api/v2/webhook-events/summary` and `.../summary-by-date`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use hookline_model::id::WorkspaceId;
use hookline_store::deliveries::{Day, DayCount, DeliveryStatus, ROLLUP_DAYS, day_of};

use crate::{
    compat::instantly::{
        Answer,
        auth::Reading,
        events::own,
        query::{Query, first_instant},
        refused::Refused,
    },
    service::Service,
};

/// The seconds of a day.
const DAY_S: i64 = 24 * 60 * 60;

/// How many deliveries were taken, and how many were not, or not yet.
#[derive(Clone, Copy, Default, Serialize)]
struct Sums {
    total_events: u64,
    successful_events: u64,
    failed_events: u64,
    /// In percent; 0 if there are none.
    success_rate: f64,
}

impl Sums {
    fn add(&mut self, row: &DayCount) {
        match row.status {
            DeliveryStatus::Delivered => self.successful_events += row.count,
            DeliveryStatus::Failed | DeliveryStatus::Retrying => self.failed_events += row.count,
            // Not tried.
            DeliveryStatus::Pending | DeliveryStatus::Skipped => return,
        }
        self.total_events += row.count;
        self.success_rate = percent(self.successful_events, self.total_events);
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// The deliveries of a period.
#[derive(Serialize)]
pub(in crate::compat::instantly) struct SummaryShape {
    #[serde(flatten)]
    sums: Sums,
    failure_rate: f64,
}

/// The deliveries of a period, day by day.
#[derive(Serialize)]
pub(in crate::compat::instantly) struct DaysShape {
    items: Vec<DayShape>,
}

#[derive(Serialize)]
struct DayShape {
    date: String,
    #[serde(flatten)]
    sums: Sums,
}

/// The sums of a period.
pub(in crate::compat::instantly) async fn show(
    Reading(workspace): Reading,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Answer<SummaryShape> {
    let mut sums = Sums::default();
    days(&service, workspace, &query).await?.iter().for_each(|row| sums.add(row));
    Ok(Json(SummaryShape { sums, failure_rate: percent(sums.failed_events, sums.total_events) }))
}

/// The sums of each day of a period in which something was tried.
pub(in crate::compat::instantly) async fn show_by_date(
    Reading(workspace): Reading,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Answer<DaysShape> {
    let mut days_sums: BTreeMap<Day, Sums> = BTreeMap::new();
    for row in days(&service, workspace, &query).await? {
        days_sums.entry(row.day).or_default().add(&row);
    }
    let tried = days_sums.into_iter().filter(|(_, sums)| sums.total_events > 0);
    Ok(Json(DaysShape { items: tried.map(|(day, sums)| DayShape { date: date(day), sums }).collect() }))
}

/// What is counted of the period that is asked for, the last 400 days at most.
async fn days(service: &Service, workspace: WorkspaceId, query: &Query) -> Result<Vec<DayCount>, Refused> {
    let today = day_of(service.clock.now());
    let day = |name: &'static str| -> Result<Option<Day>, Refused> {
        Ok(query.day(name)?.and_then(|day| first_instant(day, false)).map(day_of))
    };
    let first = day("from")?.unwrap_or(Day::MIN).max(today - ROLLUP_DAYS);
    let last = day("to")?.unwrap_or(Day::MAX).min(today + 1);
    let directory = service.store.directory();
    let subscriptions = own(&directory, workspace).into_iter().map(|row| row.id).collect();
    Ok(service.store.summary(subscriptions, first, last).await?)
}

/// A day as it is written.
fn date(day: Day) -> String {
    let start = Timestamp::from_second(day.saturating_mul(DAY_S)).unwrap_or(Timestamp::UNIX_EPOCH);
    start.to_zoned(TimeZone::UTC).date().to_string()
}
