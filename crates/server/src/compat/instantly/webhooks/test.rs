//! `POST /api/v2/webhooks/{id}/test`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use crate::{
    compat::instantly::{
        Answer,
        auth::{PathId, Writing},
        webhooks::find,
    },
    service::Service,
    subscriptions::try_out,
};

/// How a sample was taken.
#[derive(Serialize)]
pub(in crate::compat::instantly) struct TestShape {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_time_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<u16>,
}

/// Sends a sample at once, and answers how that went.
pub(in crate::compat::instantly) async fn test(
    Writing(workspace): Writing,
    PathId(id): PathId,
    State(service): State<Arc<Service>>,
) -> Answer<TestShape> {
    let found = find(&service, workspace, id)?;
    let Some(tried) = try_out(&service, &found.subscribed, None).await else {
        let error = Some("There is no sample of this event".to_owned());
        return Ok(Json(TestShape { success: false, message: None, error, response_time_ms: None, status_code: None }));
    };
    let row = tried.row;
    let success = row.is_success();
    let of_status = |status: u16| format!("The receiver answered {status}");
    let error = row.error.as_ref().map(|(_, text)| text.clone()).or_else(|| row.status.map(of_status));
    Ok(Json(TestShape {
        success,
        message: success.then_some("Webhook test successful"),
        error: error.filter(|_| !success),
        response_time_ms: u64::try_from(row.latency().as_millis()).ok(),
        status_code: row.status,
    }))
}
