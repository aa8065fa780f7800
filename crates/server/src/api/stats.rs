//! `GET /v1/workspaces/{workspace_id}/stats`.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use hookline_model::{
    calendar::{Calendar, Unit},
    counts::{Counter, Counts},
    time::{Millis, QUARTER_MS},
};
use hookline_store::stats::{StatsBy, StatsFilter, StatsKey, StatsRow};

use crate::{
    api::{auth::WorkspaceRead, query::Query},
    openapi::{CampaignText, Count, Operation, PlatformName, Time, inline_schemas},
    problem::Problem,
    service::Service,
};

/// The most days or hours that are shown with zeros.
const FILLED_ROWS_MAX: usize = 1_000;
/// 1970-01-01 to 2200-01-01: no event lies outside, and within it every calendar works.
const TIMES: std::ops::RangeInclusive<Millis> = Millis(0)..=Millis(7_258_118_400_000);

const DAY: &str = "day";
const HOUR: &str = "hour";
const KIND: &str = "kind";
const CAMPAIGN: &str = "campaign";
const SEQUENCE_NUMBER: &str = "sequence_number";

inline_schemas! {
    /// A grouping.
    Grouping {"type": "string", "enum": [DAY, HOUR, KIND, CAMPAIGN, SEQUENCE_NUMBER]}
    /// A time zone.
    ZoneText {"type": "string", "minLength": 1, "maxLength": 500, "examples": ["Europe/Berlin"]}
    /// What a row is about.
    RowKey {
        "type": ["string", "integer", "null"],
        "description": "A date, an hour with its offset, a kind, our id of a campaign, or a step; null for all, or for none.",
        "examples": ["2026-02-11"],
    }
}

/// The sums, and what they are of.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::api) struct Stats {
    /// The rows, in the order of their keys.
    #[schemars(with = "Vec<StatsRowSchema>")]
    data: Vec<Value>,
    /// From when on, rounded down to a quarter of an hour; null for all time.
    #[schemars(with = "Option<Time>")]
    since: Option<String>,
    /// Up to when, rounded up to a quarter of an hour; null for all time.
    #[schemars(with = "Option<Time>")]
    until: Option<String>,
    /// The zone whose days and hours these are.
    #[schemars(with = "ZoneText")]
    tz: String,
    /// How rows are grouped; null for one row.
    #[schemars(with = "Option<Grouping>")]
    by: Option<&'static str>,
}

/// A row of statistics, as it is described.
#[derive(JsonSchema)]
#[schemars(rename = "StatsRow")]
#[expect(dead_code, reason = "only its schema is used")]
struct StatsRowSchema {
    /// What it is about.
    #[schemars(with = "RowKey")]
    key: (),
    /// How many events, of whatever kind.
    #[schemars(with = "Count")]
    count: (),
    /// Counted events.
    #[serde(flatten)]
    counts: CountsSchema,
    /// Enrollments, each in the period of its first time; null where they do not apply.
    unique: Option<CountsSchema>,
}

/// One number per counter.
#[derive(JsonSchema)]
#[schemars(rename = "StatsCounts")]
#[expect(dead_code, reason = "only its schema is used")]
struct CountsSchema {
    /// `email.sent`.
    #[schemars(with = "Count")]
    sent: (),
    /// `email.opened`.
    #[schemars(with = "Count")]
    opened: (),
    /// `email.clicked`.
    #[schemars(with = "Count")]
    clicked: (),
    /// `email.replied`.
    #[schemars(with = "Count")]
    replied: (),
    /// `email.bounced`.
    #[schemars(with = "Count")]
    bounced: (),
    /// `contact.unsubscribed`.
    #[schemars(with = "Count")]
    unsubscribed: (),
    /// Events that state this interest.
    #[schemars(with = "Count")]
    interested: (),
    /// Events that state this interest.
    #[schemars(with = "Count")]
    meeting_booked: (),
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Counts of events and of enrollments in a period, grouped. Adds up at most 5,000,000 rows of quarters of an \
        hour, and answers at most 10,000: narrow the period if there are more.";
    Operation::show::<Stats>("Events", "Count events", about)
        .reads_records()
        .query::<Grouping>("by", "How rows are grouped. Left out: one row for all.")
        .query::<ZoneText>("tz", "The time zone whose days and hours these are, by its IANA name.")
        .default(json!("UTC"))
        .query::<CampaignText>("campaign_id", "Only in this campaign: our id or the platform's.")
        .query::<PlatformName>("platform", "Only events from this platform, and enrollments in campaigns of it.")
        .query::<Time>("since", "From this time on, rounded down to a quarter of an hour.")
        .query::<Time>("until", "Up to this time, rounded up to a quarter of an hour.")
}

/// Counts of events and of enrollments, in a period, grouped.
pub(in crate::api) async fn show(
    WorkspaceRead(workspace): WorkspaceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Json<Stats>, Problem> {
    let by = query.word("by", &[DAY, HOUR, KIND, CAMPAIGN, SEQUENCE_NUMBER])?;
    let calendar = calendar(&mut query, if by == Some(HOUR) { Unit::Hour } else { Unit::Day })?;
    let (since, until) = period(&mut query)?;
    let filter = StatsFilter {
        since,
        until,
        campaign: query.campaign("campaign_id")?,
        platform: query.named("platform", "Give a platform, such as smartlead.")?,
    };
    query.end()?;
    let grouping = match by {
        Some(DAY | HOUR) => StatsBy::Time(calendar.clone()),
        Some(KIND) => StatsBy::Kind,
        Some(CAMPAIGN) => StatsBy::Campaign,
        Some(SEQUENCE_NUMBER) => StatsBy::SequenceNumber,
        _ => StatsBy::Nothing,
    };
    let is_by_time = matches!(grouping, StatsBy::Time(_));
    let mut rows = service.store.stats(workspace.id, filter, grouping).await?;
    if let (true, Some(since), Some(until)) = (is_by_time, since, until) {
        rows = filled(rows, &calendar, since, until);
    }
    Ok(Json(Stats {
        data: rows.iter().map(|row| shape(row, &calendar)).collect(),
        since: since.map(|at| at.to_string()),
        until: until.map(|at| at.to_string()),
        tz: calendar.zone_name().to_owned(),
        by,
    }))
}

fn calendar(query: &mut Query, unit: Unit) -> Result<Calendar, Problem> {
    let zone = query.text("tz")?;
    let unknown =
        |_| Problem::invalid("tz", "Give the IANA name of a time zone, such as Europe/Berlin, or leave it out for UTC.");
    Calendar::of(zone.as_deref().unwrap_or("UTC"), unit).map_err(unknown)
}

/// `since` and `until`, rounded outwards to quarters of an hour.
fn period(query: &mut Query) -> Result<(Option<Millis>, Option<Millis>), Problem> {
    let mut time = |name| match query.time(name)? {
        Some(at) if !TIMES.contains(&at) => {
            Err(Problem::invalid(name, "Give a time from 1970 to 2199, or leave the parameter out for all time."))
        }
        at => Ok(at),
    };
    let (since, until) = (time("since")?, time("until")?);
    if let (Some(since), Some(until)) = (since, until)
        && since > until
    {
        return Err(Problem::invalid("since", "since is later than until. Give the earlier time as since."));
    }
    Ok((since.map(Millis::quarter_start), until.map(|at| Millis(at.0 + QUARTER_MS - 1).quarter_start())))
}

/// The rows with those of zeros between them, if there are not too many.
fn filled(rows: Vec<StatsRow>, calendar: &Calendar, since: Millis, until: Millis) -> Vec<StatsRow> {
    let spans: Vec<_> = calendar.spans(since, until).take(FILLED_ROWS_MAX + 1).collect();
    if spans.len() > FILLED_ROWS_MAX {
        return rows;
    }
    let empty = spans.into_iter().map(|span| StatsRow::empty(StatsKey::Time(span.start), true));
    let mut all: BTreeMap<StatsKey, StatsRow> = empty.map(|row| (row.key, row)).collect();
    all.extend(rows.into_iter().map(|row| (row.key, row)));
    all.into_values().collect()
}

fn shape(row: &StatsRow, calendar: &Calendar) -> Value {
    let key = match row.key {
        StatsKey::All => Value::Null,
        StatsKey::Time(start) => json!(calendar.name(start)),
        StatsKey::Kind(kind) => json!(kind),
        StatsKey::Campaign(campaign) => json!(campaign),
        StatsKey::SequenceNumber(number) => json!(number),
    };
    let mut shown = Map::from_iter([("key".to_owned(), key)]);
    shown.insert("count".to_owned(), json!(row.events));
    shown.extend(counts(&row.counts));
    shown.insert("unique".to_owned(), row.unique.as_ref().map_or(Value::Null, |unique| Value::Object(counts(unique))));
    Value::Object(shown)
}

fn counts(counts: &Counts) -> Map<String, Value> {
    Counter::ALL.into_iter().map(|counter| (counter.name().to_owned(), json!(counts.get(counter)))).collect()
}
