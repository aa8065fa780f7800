//! What every answer of an API has, whichever surface it is of: an end in time, no copy anywhere, a connection in a known
//! state, and the surface's own words also where a handler fails.

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt;
use http::{HeaderValue, header};
use http_body::Body as _;
use tokio::time::timeout;

use crate::{
    problem::{Problem, ProblemType},
    service::Service,
};

/// A problem in a surface's words.
pub(crate) type Refuse = fn(Problem) -> Response;

/// Bounds the time of a request, and turns a panic into a refusal.
pub(crate) async fn guard(State((service, refuse)): State<(Arc<Service>, Refuse)>, request: Request, next: Next) -> Response {
    let has_body = !request.body().is_end_stream();
    // As of `catch`: what unwinding leaves behind is put right by guards.
    let answering = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut response = match timeout(service.limits.api_timeout, answering).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("a request handler panicked");
            refuse(Problem::fault().closing())
        }
        Err(_) => {
            let detail = "The answer was not ready in time. Ask again in a moment, or for less at a time.";
            refuse(Problem::new(ProblemType::AnswerTimeout, detail).retry_after(5).closing())
        }
    };
    let is_refused = !response.status().is_success();
    let headers = response.headers_mut();
    // Addresses and keys are in these answers: no proxy or browser has a use for a copy.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Texts of strangers are in them too, which no browser shall take for a page.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if has_body && is_refused {
        // A refusal may leave the body unread. Where that ends the connection, the client has to know.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use axum::body::{Body, Bytes};
    use futures_util::stream;
    use http::Request;

    use crate::{
        limits::Limits,
        testing::{ADMIN, App},
    };

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_come_is_ended_in_the_words_of_its_surface() {
        let app = App::with_limits(Limits { api_timeout: Duration::from_secs(1), ..Limits::default() });
        let workspace = app.workspace(&app.agency("Acme").await, "Client").await;
        let key = app.key("workspace", Some(&workspace), "write").await;
        for (path, key, field) in [
            ("/v1/agencies".to_owned(), ADMIN, "detail"),
            ("/api/v2/webhooks".to_owned(), &*key, "message"),
            (format!("/api/v1/webhook/create?api_key={key}"), "", "error"),
        ] {
            // A body that does not end, for which an answer would have to wait longer than it may.
            let body = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
            let request = Request::post(&path).header("content-type", "application/json");
            let request = request.header("authorization", format!("Bearer {key}")).body(body).expect("a request");
            let answer = app.send(request).await;
            assert_eq!(answer.status.as_u16(), 503, "{path}");
            let expected = "The answer was not ready in time. Ask again in a moment, or for less at a time.";
            assert_eq!(answer.body[field], expected, "{path}");
            for (header, value) in [
                ("retry-after", "5"),
                ("connection", "close"),
                ("cache-control", "no-store"),
                ("x-content-type-options", "nosniff"),
            ] {
                assert_eq!(answer.headers[header], value, "{path} {header}");
            }
        }
    }
}
