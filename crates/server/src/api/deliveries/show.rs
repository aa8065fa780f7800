//! `GET /v1/deliveries/{delivery_id}`.

use axum::{Json, response::IntoResponse};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    api::{
        deliveries::{DeliveryRead, DeliveryShape, attempt::AttemptShape},
        query::NoQuery,
    },
    openapi::Operation,
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

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "A delivery with its attempts. A key opens it that opens the workspace of its event, or its webhook.";
    Operation::show::<WholeShape>("Deliveries", "Show a delivery", about).reads_store()
}

/// A delivery with its attempts.
pub(in crate::api) async fn show(DeliveryRead(mut row): DeliveryRead, _: NoQuery) -> Result<impl IntoResponse, Problem> {
    let attempts = std::mem::take(&mut row.attempts).into_iter().map(AttemptShape::new).collect();
    let body = row.body.take().map(|body| String::from_utf8_lossy(&shown_body(body)).into_owned());
    let content_type = std::mem::take(&mut row.content_type);
    Ok(Json(WholeShape { attempts, content_type, body, delivery: DeliveryShape::new(row) }))
}
