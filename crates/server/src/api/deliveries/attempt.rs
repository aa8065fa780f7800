//! An attempt to send something, as it is shown: one of a delivery, or a test.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use hookline_store::deliveries::AttemptRow;

use crate::openapi::{Count, Time};

/// One attempt.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Attempt")]
pub(in crate::api) struct AttemptShape {
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
    /// The headers that were sent, with the values of your own masked.
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

impl AttemptShape {
    /// As it is kept.
    pub(in crate::api) fn new(row: AttemptRow) -> AttemptShape {
        let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
        let latency_ms = ms(row.latency());
        let [name_ms, connect_ms, tls_ms, first_byte_ms, total_ms] =
            row.timing.map(|micros| micros.map(|micros| ms(Duration::from_micros(micros))));
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
}
