//! `GET /v1/agencies/{agency_id}/unrouted`.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::Serialize;

use hookline_dialects::shapes::EventShape;
use hookline_store::routing::Unplaced;

use crate::{
    api::{auth::AgencyRead, cursor::Listing, query::Query, unrouted::WaitingName},
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// An event that waits.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UnroutedEvent")]
struct UnroutedShape {
    #[serde(flatten)]
    event: EventShape,
    /// Why it waits.
    unrouted: ReasonShape,
}

/// Why an event waits.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UnroutedReason")]
struct ReasonShape {
    #[schemars(with = "WaitingName")]
    code: &'static str,
    /// The same in words, with what to do.
    #[schemars(example = &"No rule matches its campaign \"2900417\", and no workspace has seen its campaign. Make a rule.")]
    detail: String,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The events that came to the agency's addresses and belong in no workspace yet, newest first, with the reasons.";
    Operation::list::<UnroutedShape>("Routes", "List unrouted events", about).reads_records()
}

/// The events that came to the agency's addresses and belong in no workspace yet, newest first.
pub(in crate::api) async fn list(
    AgencyRead(agency): AgencyRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Events)?;
    query.end()?;
    let page = service.store.unplaced(agency.unrouted, request).await?;
    form.respond(page, |Unplaced { stored, waiting }| UnroutedShape {
        event: EventShape::new(stored),
        unrouted: ReasonShape { code: waiting.code.name(), detail: waiting.text },
    })
}
