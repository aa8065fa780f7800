//! `GET /v1/{workspaces|agencies}/{id}/quarantine/{quarantine_id}`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::id::{QuarantineId, WorkspaceId};

use crate::{
    api::{
        quarantine::{QuarantineRead, QuarantinedShape, id, not_there, shape},
        query::NoQuery,
    },
    openapi::{Operation, word_schemas},
    problem::Problem,
    service::Service,
};

word_schemas! {
    /// How a body is written: as the text that it is, or as base64 if it is no text.
    BodyEncoding = ["utf-8", "base64"], such as "utf-8";
}

/// A delivery in quarantine with its whole body.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "QuarantinedWhole")]
pub(in crate::api) struct WholeShape {
    #[serde(flatten)]
    shape: QuarantinedShape,
    /// `utf-8`: the body is the text; `base64`: it is no text.
    #[schemars(with = "BodyEncoding")]
    body_encoding: &'static str,
}

/// The id in the path, beside the workspace that it is looked for in.
pub(in crate::api) struct Target(WorkspaceId, QuarantineId);

impl FromRequestParts<Arc<Service>> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Target, Problem> {
        let QuarantineRead(workspace) = QuarantineRead::from_request_parts(parts, service).await?;
        Ok(Target(workspace, id(parts, service).await?))
    }
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "A delivery in quarantine with its whole body, as base64 if it is no text.";
    Operation::show::<WholeShape>("Quarantine", "Show a delivery in quarantine", about).reads_store()
}

/// One delivery.
pub(in crate::api) async fn show(
    Target(workspace, id): Target,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<Json<WholeShape>, Problem> {
    let row = service.store.quarantined_one(workspace, id).await?.ok_or_else(not_there)?;
    let (body, body_encoding) = match std::str::from_utf8(&row.body) {
        Ok(text) => (text.to_owned(), "utf-8"),
        Err(_) => (STANDARD.encode(&row.body), "base64"),
    };
    Ok(Json(WholeShape { shape: shape(row, body), body_encoding }))
}
