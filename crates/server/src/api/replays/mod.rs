//! Replays: what was received in a period is delivered again, each as a job that can be listed and cancelled.

pub(super) mod cancel;
pub(super) mod list;
mod plan;
pub(super) mod start;

use schemars::JsonSchema;
use serde::Serialize;

use hookline_delivery::replay::ReplayFilter;
use hookline_store::redelivery::{Replay, ReplayStatus};

use crate::openapi::{Count, KindName, Time, word_schemas};

word_schemas! {
    /// How a replay stands: on its way through the log, all of it handed on, or stopped.
    ReplayStatusName = ["running", "done", "cancelled"], such as "running";
}

/// A replay.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Replay")]
struct ReplayShape {
    /// Its number, from 1, among those of its webhook.
    #[schemars(with = "Count")]
    run: u32,
    /// What was received at or after.
    #[schemars(with = "Time")]
    since: String,
    /// What was received before.
    #[schemars(with = "Time")]
    until: String,
    /// Of these kinds only; null is all that the webhook asks for.
    #[schemars(with = "Option<Vec<KindName>>", extend("examples" = [["email.replied"]]))]
    kinds: Option<Vec<String>>,
    /// About this contact only.
    #[schemars(example = &"t.weber@kranwerk.example")]
    contact: Option<String>,
    #[schemars(with = "ReplayStatusName")]
    status: ReplayStatus,
    /// Which part of its way is done, 0 to 1.
    #[schemars(example = &0.5)]
    progress: f64,
    #[schemars(with = "Time")]
    created_at: String,
    /// When the last of it was handed on, or it was cancelled.
    #[schemars(with = "Option<Time>")]
    ended_at: Option<String>,
    /// How many deliveries were made.
    #[schemars(with = "Count")]
    dispatched: u64,
    /// How many of these were delivered.
    #[schemars(with = "Count")]
    delivered: u64,
    /// How many failed.
    #[schemars(with = "Count")]
    failed: u64,
    /// How many were left out when it was cancelled.
    #[schemars(with = "Count")]
    skipped: u64,
    /// How many events the webhook's dialect has no words for.
    #[schemars(with = "Count")]
    not_expressible: u64,
}

fn shape(replay: &Replay) -> ReplayShape {
    // Written by ourselves.
    let filter: ReplayFilter = serde_json::from_str(&replay.filter).unwrap_or_default();
    let whole = replay.through.saturating_sub(replay.begin);
    let progress = match whole {
        0 => 1.0,
        _ => replay.after.saturating_sub(replay.begin) as f64 / whole as f64,
    };
    ReplayShape {
        run: replay.run,
        since: replay.since.to_string(),
        until: replay.until.to_string(),
        kinds: Some(filter.kinds).filter(|kinds| !kinds.is_empty()),
        contact: filter.contact,
        status: replay.status,
        progress,
        created_at: replay.created_at.to_string(),
        ended_at: replay.ended_at.map(|at| at.to_string()),
        dispatched: replay.dispatched,
        delivered: replay.delivered,
        failed: replay.failed,
        skipped: replay.skipped,
        not_expressible: replay.not_expressible,
    }
}
