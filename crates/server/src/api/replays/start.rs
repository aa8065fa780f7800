//! `POST /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/replay`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;

use hookline_delivery::{
    replay::ReplayFilter,
    settings::{LIST_MAX, is_pattern},
};
use hookline_model::{id::ContactId, key::EmailAddress};
use hookline_store::redelivery::NewReplay;

use crate::{
    api::{
        auth::WebhookWrite,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        replays::{ReplayShape, plan, plan::PlanShape, shape},
    },
    openapi::{ContactText, Operation, Time},
    problem::{Problem, ProblemType},
    service::Service,
    subscriptions::read,
};

/// What is replayed.
#[derive(JsonSchema)]
#[schemars(rename = "ReplayFields", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct ReplayFields {
    /// What was received at or after.
    since: Time,
    /// What was received before.
    until: Time,
    /// Of what the webhook asks for only these kinds, written as a webhook's.
    #[schemars(length(max = LIST_MAX), extend("examples" = [["email.replied"]]))]
    kinds: Option<Vec<String>>,
    /// Only about this contact: its id or an address of it.
    contact: Option<ContactText>,
    /// `true` says what would be sent and sends nothing.
    #[schemars(example = &true)]
    dry_run: bool,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Delivers again what was received in a period and the webhook asks for, also what came before there was the webhook, \
        or was too old for it: rendered anew, with the same `webhook-id`, behind everything that is live. A dry run answers the plan. \
        What was placed or read again more than an hour after the period is not met. A paused webhook replays when it is resumed.";
    Operation::create::<ReplayShape>("Deliveries", "Replay", about)
        .fields::<ReplayFields>()
        .answer::<PlanShape>(StatusCode::OK, "What would be sent: a dry run.")
        .answer_header("Idempotent-Replayed", "`true` if this is the answer of the first time.")
}

/// Begins a replay, or says what it would do.
pub(in crate::api) async fn start(
    WebhookWrite(subscription): WebhookWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let (since, until) = (fields.time("since")?, fields.time("until")?);
    let kinds = fields.list_of_texts("kinds", LIST_MAX)?;
    let contact = fields.text("contact")?.map(contact).transpose()?;
    let is_dry = fields.flag("dry_run")?;
    fields.end()?;
    if since >= until {
        return Err(Problem::invalid("until", "Give a time after `since`."));
    }
    if !kinds.iter().all(|kind| is_pattern(kind)) {
        return Err(Problem::invalid("kinds", "Give names such as email.replied, groups such as email.*, or *."));
    }
    let filter = ReplayFilter { kinds, contact };
    let (after, through) = service.store.received_between(since, until).await?;
    if is_dry {
        let subscribed = read(&service, &subscription)?;
        let plan = plan::plan(&service, &subscribed, &filter, (since, until), (after, through)).await?;
        return once.keep(&service, Reply::ok(&plan)).await;
    }
    let filter = serde_json::to_string(&filter).map_err(|error| unwritable(&error))?;
    let identity = once.0.map(|identity| identity.key);
    let created_at = service.clock.now();
    let new = NewReplay { subscription: subscription.id, once: identity, since, until, filter, after, through, created_at };
    let replay = service.store.start_replay(new).await.map_err(Problem::told)?;
    once.keep(&service, Reply::created(&shape(&replay))).await
}

/// An id, or an address in the form addresses are compared in.
fn contact(text: String) -> Result<String, Problem> {
    if text.parse::<ContactId>().is_ok() {
        return Ok(text);
    }
    let address = EmailAddress::parse(&text);
    let address = address.map_err(|_| Problem::invalid("contact", "Give the id of a contact or an e-mail address."))?;
    Ok(address.as_str().to_owned())
}

/// A filter is made of texts: this does not happen.
fn unwritable(error: &serde_json::Error) -> Problem {
    tracing::error!(%error, "the filter of a replay cannot be written");
    Problem::new(ProblemType::Internal, "This is a fault of the server, written to its log.")
}
