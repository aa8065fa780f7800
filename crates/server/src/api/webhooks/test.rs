//! `POST /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/test`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::kind::Kind;

use crate::{
    api::{
        auth::WebhookWrite,
        deliveries::attempt::AttemptShape,
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::{KindName, Operation},
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
    #[serde(flatten)]
    attempt: AttemptShape,
    /// The body as it was sent, its secret blanked.
    request_body: String,
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
    once.keep(&service, reply).await
}

impl TestShape {
    fn new(Tried { kind, row, request_body }: Tried) -> TestShape {
        TestShape { kind, delivered: row.is_success(), attempt: AttemptShape::new(row), request_body }
    }
}
