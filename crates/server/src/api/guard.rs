//! What every API request has: an end in time, an answer that nobody keeps, and a connection in a known state.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use http_body::Body as _;
use tokio::time::timeout;

use crate::{
    problem::{Problem, ProblemType},
    service::Service,
};

pub(super) async fn guard(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let has_body = !request.body().is_end_stream();
    let mut response = match timeout(service.limits.api_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "The answer was not ready in time. Ask again in a moment, or for less at a time.";
            Problem::new(ProblemType::AnswerTimeout, detail).retry_after(5).closing().into_response()
        }
    };
    // Addresses and keys are in these answers: no proxy or browser has a use for a copy.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Texts of strangers are in them too, which no browser shall take for a page.
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if has_body && response.status().is_client_error() {
        // A refusal may leave the body unread. Where that ends the connection, the client has to know.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
