//! A panic in one request is that request's problem, not the process's.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;

use crate::problem::Problem;

/// Answers a problem when a handler panics. The panic's own text goes to the log by the panic hook, never to the client.
///
/// Unwinding past the handler is safe for what it shares with others: the byte budget and the rejections are put right by guards
/// and take over a poisoned lock, and the store is behind channels.
pub(crate) async fn catch_panics(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request handler panicked");
            Problem::fault().closing().into_response()
        }
    }
}
