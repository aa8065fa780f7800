//! `POST /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/test`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_delivery::matching::covers;
use hookline_model::kind::Kind;

use crate::{
    api::{
        auth::WebhookWrite,
        deliveries::attempt::AttemptShape,
        fields::FieldsIfAny,
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::{KindName, Operation},
    problem::{Problem, ProblemType},
    service::Service,
    subscriptions::{Tried, read, try_out},
};

/// What is tried out.
#[derive(JsonSchema)]
#[schemars(rename = "WebhookTrial", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct TrialShape {
    /// The kind of the sample, one that the webhook asks for; the first that its dialect has words for if it is left out.
    #[schemars(example = &"email.replied")]
    kind: Option<KindName>,
}

/// What came of a test.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookTest")]
struct TestShape {
    /// The kind of the sample.
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
    let about = "Sends a sample of the first kind that the webhook asks for, or of `kind`, at once, signed as every delivery, and \
        answers how the receiver took it. It is no delivery: it is in no list, is never tried again, and neither pauses nor resumes anything.";
    let operation = Operation::change::<TestShape>("Webhooks", "Try a webhook out", about);
    operation.fields::<TrialShape>().body_is_optional().problems(&[ProblemType::Conflict])
}

/// Sends a sample at once, and answers how that went.
pub(in crate::api) async fn test(
    WebhookWrite(row): WebhookWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    FieldsIfAny(mut fields): FieldsIfAny,
) -> Result<Reply, Problem> {
    let only: Option<Kind> = fields.named("kind", "Give the name of a kind, such as email.replied.")?;
    fields.end()?;
    let subscribed = read(&service, &row)?;
    let asks_for = |kind: Kind| subscribed.settings.kinds.iter().any(|pattern| covers(pattern, kind));
    if only.is_some_and(|kind| !asks_for(kind)) {
        return Err(Problem::invalid("kind", "Give a kind that this webhook asks for, or leave it out."));
    }
    let tried = try_out(&service, &subscribed, only).await.ok_or_else(|| {
        let which = if only.is_some() { "this kind" } else { "any kind that this webhook asks for" };
        let detail = format!("The dialect has no words for {which}. Change the webhook's kinds or its dialect.");
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
