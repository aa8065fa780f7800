//! What every answer has: an end in time, no copy anywhere, and Instantly's words also where a handler fails.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderValue, StatusCode, header};
use http_body::Body as _;
use tokio::time::timeout;

use crate::{compat::instantly::refused::Refused, service::Service};

pub(super) async fn guard(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let has_body = !request.body().is_end_stream();
    // As of `catch`: what unwinding leaves behind is put right by guards.
    let answering = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match timeout(service.limits.api_timeout, answering).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a request handler panicked");
            Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
        }
        Err(_) => Refused::new(StatusCode::SERVICE_UNAVAILABLE, "The answer was not ready in time").into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if has_body && response.status().is_client_error() {
        // A refusal may leave the body unread. Where that ends the connection, the client has to know.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
