//! `GET /public/{hook}/{address}`: platforms look whether an address is there before they save it.

use axum::Json;
use serde_json::{Value, json};

use crate::receive::door::Door;

pub(super) async fn probe(_: Door) -> Json<Value> {
    Json(json!({"status": "ok"}))
}
