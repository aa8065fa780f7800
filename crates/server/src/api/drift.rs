//! `GET /v1/{workspaces|agencies}/{id}/drift`.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use hookline_model::{id::EventId, platform::Platform, time::Millis};

use crate::{
    api::{auth::OwnerRead, cursor::Listing, page, query::Query},
    drift::{Noted, What},
    openapi::{Count, Id, Operation, PlatformName, Time, word_schemas},
    problem::Problem,
    service::Service,
};

word_schemas! {
    /// What differs. `new_name`: an event name that this version does not know, or that was never seen here. `new_field`: a field
    /// that was never there. `missing_field`: one that was always there is not. `changed_type`: one is of another type.
    WhatName = What::ALL.map(What::name), such as "new_field";
}

/// What a platform sends otherwise than before.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Drift")]
struct DriftShape {
    #[schemars(with = "PlatformName")]
    platform: Platform,
    /// The name of the event as it was written; null if its deliveries have none.
    #[schemars(example = &"EMAIL_REPLY")]
    event_name: Option<String>,
    #[schemars(with = "WhatName")]
    what: &'static str,
    /// The field, such as `lead.tags[].name`; null of a name.
    #[schemars(example = &"lead.score")]
    path: Option<String>,
    /// The types that it had, as JSON names them, with `|` between them; null if nothing was there.
    #[schemars(example = &"null|number")]
    was: Option<String>,
    /// The types that are new; null if nothing is there. Of a name the kind that it is read as.
    #[schemars(example = &"string")]
    is: Option<String>,
    #[schemars(with = "Time")]
    first_seen_at: String,
    #[schemars(with = "Time")]
    last_seen_at: String,
    /// In how many deliveries.
    #[schemars(with = "Count")]
    count: u64,
    /// The event of the first of them.
    #[schemars(with = "Id")]
    event_id: EventId,
}

/// What it is.
pub(super) fn describe() -> Operation {
    let about = "What platforms send otherwise than they did, each difference once, the newest first: of the deliveries that became \
        the workspace's, or that came to the agency's addresses and are in no workspace. Nothing is dropped for it. Fields are \
        learned from the first 20 deliveries of a name.";
    Operation::list::<DriftShape>("Receiving", "List drift", about).query::<PlatformName>("platform", "Only of this platform.")
}

/// What differs from what was known, newest first.
pub(super) async fn list(
    OwnerRead(owner): OwnerRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let platform: Option<Platform> = query.named("platform", "Give the name of a platform, such as smartlead.")?;
    let (request, form) = query.page(Listing::Drift)?;
    query.end()?;
    let mut noted = service.drift.noted(owner);
    noted.retain(|noted| platform.is_none_or(|platform| noted.platform == platform));
    noted.sort_by_cached_key(place);
    form.respond(page::cut(noted, &request, place), shape)
}

/// Where it stands in the list: by when it was first seen, the newest first, and then anyhow, but always alike.
fn place(noted: &Noted) -> (Millis, Uuid) {
    let drift = &noted.drift;
    let texts = [
        Some(noted.platform.name()),
        Some(drift.what.name()),
        noted.event_name.as_deref(),
        drift.path.as_deref(),
        drift.is.as_deref(),
    ];
    let mut hash = Sha256::new();
    for text in texts.map(Option::unwrap_or_default) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    (Millis(drift.first_at.0.saturating_neg()), Uuid::from_bytes(id))
}

fn shape(Noted { platform, event_name, drift }: Noted) -> DriftShape {
    DriftShape {
        platform,
        event_name,
        what: drift.what.name(),
        path: drift.path,
        was: drift.was,
        is: drift.is,
        first_seen_at: drift.first_at.to_string(),
        last_seen_at: drift.last_at.to_string(),
        count: drift.count,
        event_id: drift.event_id,
    }
}
