//! `GET /v1/{workspaces|agencies}/{id}/webhooks/summary` and `.../summary-by-date`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, response::IntoResponse};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{id::SubscriptionId, time::Millis};
use hookline_store::{
    deliveries::{Day, DayCount, DeliveryStatus, day_of},
    directory::AddressOwner,
};

use crate::{
    api::{auth::OwnerRead, query::Query},
    openapi::{Count, Operation, Time},
    problem::Problem,
    service::Service,
};

/// The most days of one call.
const DAYS_MAX: i64 = 100;

/// How many days there are if nothing is said.
const DAYS: i64 = 30;

/// The milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// How many deliveries stand how.
#[derive(Clone, Default, Serialize, JsonSchema)]
#[schemars(rename = "DeliveryCounts")]
struct CountsShape {
    #[schemars(with = "Count")]
    total: u64,
    #[schemars(with = "Count")]
    delivered: u64,
    #[schemars(with = "Count")]
    failed: u64,
    #[schemars(with = "Count")]
    retrying: u64,
    #[schemars(with = "Count")]
    pending: u64,
    #[schemars(with = "Count")]
    skipped: u64,
    /// Of those that were delivered or failed the part that was delivered, 0 to 1; null if there are none.
    #[schemars(example = &0.98)]
    success_rate: Option<f64>,
}

impl CountsShape {
    fn add(&mut self, status: DeliveryStatus, count: u64) {
        let counted = match status {
            DeliveryStatus::Pending => &mut self.pending,
            DeliveryStatus::Retrying => &mut self.retrying,
            DeliveryStatus::Delivered => &mut self.delivered,
            DeliveryStatus::Failed => &mut self.failed,
            DeliveryStatus::Skipped => &mut self.skipped,
        };
        *counted += count;
        self.total += count;
        let over = self.delivered + self.failed;
        self.success_rate = (over > 0).then(|| self.delivered as f64 / over as f64);
    }
}

/// The deliveries of a period.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeliverySummary")]
struct SummaryShape {
    #[serde(flatten)]
    counts: CountsShape,
    /// The time that was used: the beginning of a day (UTC).
    #[schemars(with = "Time")]
    since: String,
    /// The time that was used: the end of a day (UTC).
    #[schemars(with = "Time")]
    until: String,
}

/// The deliveries of a day.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeliveryDay")]
struct DayShape {
    /// The day (UTC) in which they were made.
    #[schemars(example = &"2026-02-11")]
    date: String,
    #[serde(flatten)]
    counts: CountsShape,
}

/// The deliveries of a period, day by day.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeliveryDays")]
struct DaysShape {
    /// A row for every day of the period.
    data: Vec<DayShape>,
    /// The time that was used: the beginning of a day (UTC).
    #[schemars(with = "Time")]
    since: String,
    /// The time that was used: the end of a day (UTC).
    #[schemars(with = "Time")]
    until: String,
}

const ABOUT: &str = "How many deliveries that were made in a period stand how by now, of all webhooks of the workspace, or of the agency \
    and its workspaces together. Days are those of UTC, and the period is rounded outwards to whole ones: the last 30 days if \
    nothing is said, 100 at most. Deliveries count on for 400 days.";

/// What the sums are.
pub(in crate::api) fn describe() -> Operation {
    period(Operation::show::<SummaryShape>("Deliveries", "Sum deliveries up", ABOUT))
}

/// What the days are.
pub(in crate::api) fn describe_by_date() -> Operation {
    period(Operation::show::<DaysShape>("Deliveries", "Sum deliveries up by day", ABOUT))
}

fn period(operation: Operation) -> Operation {
    operation
        .reads_store()
        .query::<Time>("since", "Only those made at this time or after.")
        .query::<Time>("until", "Only those made before this time.")
}

/// The sums of a period.
pub(in crate::api) async fn show(
    OwnerRead(owner): OwnerRead,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Result<impl IntoResponse, Problem> {
    let ((first, last), found) = read(&service, owner, query).await?;
    let mut counts = CountsShape::default();
    found.iter().for_each(|row| counts.add(row.status, row.count));
    Ok(Json(SummaryShape { counts, since: begin_of(first), until: begin_of(last + 1) }))
}

/// The same, day by day.
pub(in crate::api) async fn show_by_date(
    OwnerRead(owner): OwnerRead,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Result<impl IntoResponse, Problem> {
    let ((first, last), found) = read(&service, owner, query).await?;
    let mut days: BTreeMap<Day, CountsShape> = (first..=last).map(|day| (day, CountsShape::default())).collect();
    for row in found {
        days.entry(row.day).or_default().add(row.status, row.count);
    }
    let row = |(day, counts): (Day, CountsShape)| DayShape { date: begin_of(day).chars().take(10).collect(), counts };
    Ok(Json(DaysShape { data: days.into_iter().map(row).collect(), since: begin_of(first), until: begin_of(last + 1) }))
}

fn begin_of(day: Day) -> String {
    Millis(day.saturating_mul(DAY)).to_string()
}

async fn read(service: &Service, owner: AddressOwner, mut query: Query) -> Result<((Day, Day), Vec<DayCount>), Problem> {
    let (since, until) = (query.time("since")?, query.time("until")?);
    query.end()?;
    let (least, most) = (0, Timestamp::MAX.as_millisecond() - DAY);
    let until = until.map_or_else(|| Millis(service.clock.now().0 + 1), |until| Millis(until.0.clamp(least + 1, most)));
    let last = day_of(Millis(until.0 - 1));
    let first = since.map_or(last - DAYS + 1, |since| day_of(Millis(since.0.clamp(least, most))));
    if first > last || last - first >= DAYS_MAX {
        return Err(Problem::invalid("since", format!("Give a period of at most {DAYS_MAX} days, and `since` before `until`.")));
    }
    let directory = service.store.directory();
    let workspaces: Vec<_> = directory.workspaces_of(owner).into_iter().collect();
    let is_in = |of: AddressOwner| match of {
        AddressOwner::Workspace(id) => workspaces.contains(&id),
        AddressOwner::Agency(_) => of == owner,
    };
    let of = directory.subscriptions().iter().filter(|subscription| is_in(subscription.owner));
    let of: Vec<SubscriptionId> = of.map(|subscription| subscription.id).collect();
    let found = service.store.summary(of, first, last).await?;
    Ok(((first, last), found))
}
