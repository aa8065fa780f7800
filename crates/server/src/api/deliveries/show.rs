//! `GET /v1/deliveries/{delivery_id}`.

use axum::{Json, response::IntoResponse};
use schemars::JsonSchema;
use serde::Serialize;

use hookline_store::deliveries::AttemptRow;

use crate::{
    api::{
        deliveries::{DeliveryRead, DeliveryShape},
        query::NoQuery,
    },
    openapi::{Count, Operation, Time},
    problem::Problem,
    subscriptions::shown_body,
};

/// A delivery with its attempts.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeliveryWithAttempts")]
struct WholeShape {
    #[serde(flatten)]
    delivery: DeliveryShape,
    /// The attempts: of more than 40 the first ones and the last.
    attempts: Vec<AttemptShape>,
    #[schemars(example = &"application/json")]
    content_type: String,
    /// The body that is sent, as text, its secret blanked; null once it was delivered.
    #[schemars(example = &"{}")]
    body: Option<String>,
}

/// One attempt.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Attempt")]
struct AttemptShape {
    /// Counted from 1.
    #[schemars(with = "Count")]
    number: u32,
    #[schemars(with = "Time")]
    started_at: String,
    /// The HTTP status, if there was an answer.
    #[schemars(example = &200_u16)]
    status: Option<u16>,
    /// Why there was none.
    error: Option<ErrorShape>,
    /// How long it took, in ms.
    #[schemars(example = &41.3)]
    latency_ms: f64,
    timing: TimingShape,
    /// The headers that were sent, secrets masked.
    request_headers: Vec<HeaderShape>,
    /// The first 4 KiB of the answer's body, as text.
    #[schemars(example = &"ok")]
    answer: String,
}

/// What went wrong.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AttemptError")]
struct ErrorShape {
    /// In a word: forbidden, unsendable, timeout, name, connect, tls, broken or own_fault.
    #[schemars(example = &"timeout")]
    code: String,
    #[schemars(example = &"no answer in time")]
    detail: String,
}

/// Where the time went, in ms; null for what did not happen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AttemptTiming")]
struct TimingShape {
    /// Looking the name up.
    #[schemars(example = &1.2)]
    name_ms: Option<f64>,
    #[schemars(example = &9.8)]
    connect_ms: Option<f64>,
    #[schemars(example = &20.1)]
    tls_ms: Option<f64>,
    /// From the start until the head of the answer was there.
    #[schemars(example = &41.0)]
    first_byte_ms: Option<f64>,
    #[schemars(example = &41.3)]
    total_ms: Option<f64>,
}

/// A header.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AttemptHeader")]
struct HeaderShape {
    #[schemars(example = &"webhook-id")]
    name: String,
    #[schemars(example = &"6f1c2c7e-8a54-5c0b-9d53-0f2f7c2f6d11")]
    value: String,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "A delivery with its attempts. A key opens it that opens the workspace of its event, or its webhook.";
    Operation::show::<WholeShape>("Deliveries", "Show a delivery", about).reads_store()
}

/// A delivery with its attempts.
pub(in crate::api) async fn show(DeliveryRead(mut row): DeliveryRead, _: NoQuery) -> Result<impl IntoResponse, Problem> {
    let attempts = std::mem::take(&mut row.attempts).into_iter().map(attempt).collect();
    let body = row.body.take().map(|body| String::from_utf8_lossy(&shown_body(body)).into_owned());
    let content_type = std::mem::take(&mut row.content_type);
    Ok(Json(WholeShape { attempts, content_type, body, delivery: DeliveryShape::new(row) }))
}

fn attempt(row: AttemptRow) -> AttemptShape {
    let latency_ms = row.latency().as_secs_f64() * 1_000.0;
    let [name_ms, connect_ms, tls_ms, first_byte_ms, total_ms] =
        row.timing.map(|micros| micros.map(|micros| std::time::Duration::from_micros(micros).as_secs_f64() * 1_000.0));
    AttemptShape {
        number: row.number,
        started_at: row.started_at.to_string(),
        status: row.status,
        error: row.error.map(|(code, detail)| ErrorShape { code, detail }),
        latency_ms,
        timing: TimingShape { name_ms, connect_ms, tls_ms, first_byte_ms, total_ms },
        request_headers: row.request_headers.into_iter().map(|(name, value)| HeaderShape { name, value }).collect(),
        answer: String::from_utf8_lossy(&row.answer).into_owned(),
    }
}
