//! `POST /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/test`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::kind::Kind;

use crate::{
    api::{
        auth::WebhookWrite,
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::{KindName, Operation, Time},
    problem::{Problem, ProblemType},
    service::Service,
    subscriptions::{Tried, read, try_out},
};

/// What came of a test.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookTest")]
struct TestShape {
    /// The kind of the sample: the first that the webhook asks for and its dialect has words for.
    #[schemars(with = "KindName")]
    kind: Kind,
    /// Whether the answer was a 2xx.
    #[schemars(example = true)]
    delivered: bool,
    #[schemars(with = "Time")]
    started_at: String,
    /// The status of the answer; null if there was none.
    #[schemars(example = &200)]
    status: Option<u16>,
    /// Why there was no answer.
    error: Option<TestErrorShape>,
    /// How long it took, in ms.
    #[schemars(example = 41.2)]
    latency_ms: f64,
    timing: TestTimingShape,
    /// The headers as they were sent, with the values of your own masked.
    request_headers: Vec<TestHeaderShape>,
    /// The body as it was sent, its secret blanked.
    request_body: String,
    /// The beginning of the answer's body, at most 4 KiB.
    #[schemars(example = &"ok")]
    answer: String,
}

/// Why there was no answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookTestError")]
struct TestErrorShape {
    /// In a word: `forbidden`, `unsendable`, `timeout`, `name`, `connect`, `tls`, `broken` or `own_fault`.
    #[schemars(example = &"connect")]
    code: String,
    /// In a sentence.
    #[schemars(example = &"no connection: Connection refused")]
    text: String,
}

/// Where the time went, in ms; what did not happen is null.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookTestTiming")]
struct TestTimingShape {
    /// Looking the name up.
    #[schemars(example = &1.5)]
    name: Option<f64>,
    /// Connecting.
    #[schemars(example = &12.0)]
    connect: Option<f64>,
    /// Agreeing on TLS.
    #[schemars(example = &20.1)]
    tls: Option<f64>,
    /// Until the head of the answer was there.
    #[schemars(example = &40.9)]
    first_byte: Option<f64>,
}

/// A header as it was sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookTestHeader")]
struct TestHeaderShape {
    #[schemars(example = &"content-type")]
    name: String,
    #[schemars(example = &"application/json")]
    value: String,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Sends a sample of the first kind that the webhook asks for, at once, signed as every delivery, and answers how the \
        receiver took it. It is no delivery: it is in no list, is never tried again, and neither pauses nor resumes anything.";
    Operation::change::<TestShape>("Webhooks", "Try a webhook out", about).problems(&[ProblemType::Conflict])
}

/// Sends a sample at once, and answers how that went.
pub(in crate::api) async fn test(
    WebhookWrite(row): WebhookWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    let subscribed = read(&service, &row)?;
    let tried = try_out(&service, &subscribed, None).await.ok_or_else(|| {
        let detail = "The dialect has no words for any kind that this webhook asks for. Change its kinds or its dialect.";
        Problem::new(ProblemType::Conflict, detail)
    })?;
    let reply = Reply::ok(&TestShape::new(tried));
    once.change(&service, Vec::new(), reply).await
}

impl TestShape {
    fn new(Tried { kind, row, request_body }: Tried) -> TestShape {
        let ms = |micros: Option<u64>| micros.map(|micros| micros as f64 / 1_000.0);
        let [name, connect, tls, first_byte, _] = row.timing.map(ms);
        TestShape {
            kind,
            delivered: row.status.is_some_and(|status| (200..300).contains(&status)),
            started_at: row.started_at.to_string(),
            status: row.status,
            latency_ms: row.latency().as_secs_f64() * 1_000.0,
            error: row.error.map(|(code, text)| TestErrorShape { code, text }),
            timing: TestTimingShape { name, connect, tls, first_byte },
            request_headers: row.request_headers.into_iter().map(|(name, value)| TestHeaderShape { name, value }).collect(),
            request_body,
            answer: String::from_utf8_lossy(&row.answer).into_owned(),
        }
    }
}
