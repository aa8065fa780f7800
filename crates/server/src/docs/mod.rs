//! Pages for people, and the API's description for programs. They show no data and need no key.

mod assets;
mod errors;
mod html;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{
    openapi::{self, Described, FreeFields, Operation},
    service::Service,
};

/// Where the description is.
const OPENAPI: &str = "/v1/openapi.json";

/// The pages of the problems: wherever a problem can be answered, its page is there too.
pub(crate) fn errors() -> Router<Arc<Service>> {
    Router::new().route("/docs/errors", get(errors::list)).route("/docs/errors/{name}", get(errors::show))
}

/// The API's description, and the pages that show it.
pub(crate) fn routes() -> Router<Arc<Service>> {
    Router::new()
        .route(OPENAPI, get(openapi_json))
        .route("/docs", get(assets::index))
        .route("/docs/assets/{name}", get(assets::asset))
}

/// What of this is for programs.
pub(crate) fn described() -> Vec<Described> {
    let operation = Operation::open("Operating", "This description", "What you are reading, as OpenAPI 3.1.");
    let operation = operation.answer::<FreeFields>(StatusCode::OK, "The description.");
    vec![Described::open("openapi", "get", OPENAPI, operation)]
}

async fn openapi_json() -> Response {
    answer("application/json", NO_CODE, openapi::bytes())
}

/// The policy of what contains no code and loads nothing.
const NO_CODE: &str = "default-src 'none'; frame-ancestors 'none'";

/// A page or a part of one, with the headers that keep browsers from doing anything else with it.
fn answer(content_type: &'static str, policy: &str, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 7] = [
        (header::CONTENT_TYPE, content_type),
        // It changes with the version of the server: a copy is good, but is asked for again.
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Policies are made of our own words: they are ASCII.
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(NO_CODE));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
