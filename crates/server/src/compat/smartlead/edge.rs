//! What every answer under this API's address has: an end in time, SmartLead's form also where nobody thought of it, and a
//! connection in a known state.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderValue, header};
use http_body::Body as _;
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::{
    problem::{Problem, ProblemType},
    service::Service,
};

/// For every path that no endpoint has, and every method that a path does not have: SmartLead answers both alike.
pub(super) async fn not_found() -> Refusal {
    Refusal::not_found()
}

/// Bounds the time of a request, and turns a panic into a refusal.
pub(super) async fn guard(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let has_body = !request.body().is_end_stream();
    // What handlers share with others is put right by guards, as `catch` says.
    let answering = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match timeout(service.limits.api_timeout, answering).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a request handler panicked");
            Refusal::fault().into_response()
        }
        Err(_) => {
            let detail = "The answer was not ready in time. Ask again in a moment.";
            Refusal::from(Problem::new(ProblemType::AnswerTimeout, detail).retry_after(5)).into_response()
        }
    };
    let is_refused = !response.status().is_success();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if has_body && is_refused {
        // A refusal may leave the body unread. Where that ends the connection, the client has to know.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
