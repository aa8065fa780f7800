//! Instantly's API v2, under `/api/v2`: webhooks, what came of them, the block list and the analytics of campaigns.
//!
//! A workspace of ours is a workspace of Instantly's. A client that was written for Instantly works when its base address and its
//! key are changed; what differs is in `docs/compat-instantly.md`. One endpoint is one file and one line in [`endpoints`]. What
//! is wrong is answered in Instantly's words ([`refused`]), which are those of Fastify and its validator.

mod analytics;
mod auth;
mod blocklist;
mod body;
mod events;
mod query;
mod refused;
#[cfg(test)]
mod tests;
mod webhooks;

use std::sync::Arc;

use axum::{
    Json, Router,
    handler::Handler,
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::{MethodFilter, MethodRouter, any, on},
};
use http::Uri;
use serde::Serialize;

use crate::{edge, service::Service};

use refused::Refused;

/// Where all of it is.
const PREFIX: &str = "/api/v2";

/// One endpoint: a method, a path behind [`PREFIX`], and who answers.
struct Endpoint {
    #[cfg_attr(not(test), expect(dead_code, reason = "the test that tries every route asks for it"))]
    method: MethodFilter,
    path: &'static str,
    handler: MethodRouter<Arc<Service>>,
}

fn endpoint<H, T>(method: MethodFilter, path: &'static str, handler: H) -> Endpoint
where
    H: Handler<T, Arc<Service>>,
    T: 'static,
{
    Endpoint { method, path, handler: on(method, handler) }
}

/// Every endpoint.
#[rustfmt::skip]
fn endpoints() -> Vec<Endpoint> {
    const GET: MethodFilter = MethodFilter::GET;
    const POST: MethodFilter = MethodFilter::POST;
    const PATCH: MethodFilter = MethodFilter::PATCH;
    const DELETE: MethodFilter = MethodFilter::DELETE;
    vec![
        endpoint(GET, "/webhooks", webhooks::list::list),
        endpoint(POST, "/webhooks", webhooks::create::create),
        endpoint(GET, "/webhooks/event-types", webhooks::event_types::list),
        endpoint(GET, "/webhooks/{id}", webhooks::show::show),
        endpoint(PATCH, "/webhooks/{id}", webhooks::update::update),
        endpoint(DELETE, "/webhooks/{id}", webhooks::delete::delete),
        endpoint(POST, "/webhooks/{id}/test", webhooks::test::test),
        endpoint(POST, "/webhooks/{id}/resume", webhooks::resume::resume),
        endpoint(GET, "/webhook-events", events::list::list),
        endpoint(GET, "/webhook-events/summary", events::summary::show),
        endpoint(GET, "/webhook-events/summary-by-date", events::summary::show_by_date),
        endpoint(GET, "/webhook-events/{id}", events::show::show),
        endpoint(GET, "/block-lists-entries", blocklist::list::list),
        endpoint(POST, "/block-lists-entries", blocklist::create::create),
        endpoint(DELETE, "/block-lists-entries", blocklist::clear::clear),
        endpoint(POST, "/block-lists-entries/bulk-create", blocklist::bulk_create::create),
        endpoint(POST, "/block-lists-entries/bulk-delete", blocklist::bulk_delete::delete),
        endpoint(GET, "/block-lists-entries/download", blocklist::download::download),
        endpoint(GET, "/block-lists-entries/{id}", blocklist::show::show),
        endpoint(PATCH, "/block-lists-entries/{id}", blocklist::update::update),
        endpoint(DELETE, "/block-lists-entries/{id}", blocklist::delete::delete),
        endpoint(GET, "/campaigns/analytics", analytics::campaigns::list),
        endpoint(GET, "/campaigns/analytics/overview", analytics::overview::show),
        endpoint(GET, "/campaigns/analytics/daily", analytics::daily::list),
    ]
}

/// The routes.
pub(crate) fn router(service: &Arc<Service>) -> Router<Arc<Service>> {
    let add = |router: Router<Arc<Service>>, Endpoint { path, handler, .. }: Endpoint| {
        router.route(&format!("{PREFIX}{path}"), handler)
    };
    let router = endpoints().into_iter().fold(Router::new(), add).method_not_allowed_fallback(nothing);
    let elsewhere = router.route(PREFIX, any(nothing)).route(&format!("{PREFIX}/{{*path}}"), any(nothing));
    let refuse: edge::Refuse = |problem| Refused::from(problem).into_response();
    elsewhere.route_layer(from_fn_with_state((Arc::clone(service), refuse), edge::guard))
}

/// For every other path and method. As Instantly answers it, whoever asks.
async fn nothing(method: http::Method, uri: Uri) -> Refused {
    let path: String = uri.path().chars().take(200).collect();
    Refused::not_found(format!("Route {method}:{path} not found"))
}

/// A page.
#[derive(Serialize)]
struct Listed<T> {
    items: Vec<T>,
    /// Left out on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_starting_after: Option<String>,
}

/// What is answered to a good request.
type Answer<T> = Result<Json<T>, Refused>;
