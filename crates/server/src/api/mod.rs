//! The native API: everything under `/v1`.
//!
//! One endpoint is one file and one line in [`endpoints`]. A handler takes what it may work on from an extractor of [`auth`],
//! which has found it and checked the key; it calls the store once or twice and maps what comes back. One that changes something
//! makes the change through [`once`], so that [`idempotency`] can repeat its answer. Shared parts: [`query`] and
//! [`fields`] read parameters and bodies and name what is wrong with them, [`page`] and [`cursor`] make listings, [`shapes`] are
//! the objects of the contract, [`event_shape`] with [`event_data`] the largest of them.

mod addresses;
mod agencies;
mod auth;
mod campaigns;
mod contacts;
mod cursor;
mod emails;
mod event_data;
mod event_shape;
mod events;
mod fields;
mod guard;
pub(crate) mod idempotency;
mod keys;
mod once;
mod page;
mod quarantine;
mod query;
mod rejections;
mod shapes;
mod stats;
#[cfg(test)]
mod tests;
mod workspaces;

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, on},
};

use crate::service::Service;

/// One endpoint: a method, a path, and who answers.
struct Endpoint {
    #[cfg_attr(not(test), expect(dead_code, reason = "the handler knows it too; read by the test that every endpoint is tried"))]
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

/// Every endpoint of the API.
#[rustfmt::skip]
fn endpoints() -> Vec<Endpoint> {
    const GET: MethodFilter = MethodFilter::GET;
    const POST: MethodFilter = MethodFilter::POST;
    const PATCH: MethodFilter = MethodFilter::PATCH;
    const DELETE: MethodFilter = MethodFilter::DELETE;
    vec![
        endpoint(POST, "/v1/agencies", agencies::create::create),
        endpoint(GET, "/v1/agencies", agencies::list::list),
        endpoint(GET, "/v1/agencies/{agency_id}", agencies::show::show),
        endpoint(PATCH, "/v1/agencies/{agency_id}", agencies::update::update),
        endpoint(DELETE, "/v1/agencies/{agency_id}", agencies::delete::delete),
        endpoint(POST, "/v1/agencies/{agency_id}/addresses", addresses::create::create),
        endpoint(GET, "/v1/agencies/{agency_id}/addresses", addresses::list::list),
        endpoint(DELETE, "/v1/agencies/{agency_id}/addresses/{address}", addresses::delete::delete),
        endpoint(GET, "/v1/agencies/{agency_id}/quarantine", quarantine::list::list),
        endpoint(POST, "/v1/agencies/{agency_id}/quarantine/reprocess", quarantine::reprocess_all::reprocess_all),
        endpoint(GET, "/v1/agencies/{agency_id}/quarantine/{quarantine_id}", quarantine::show::show),
        endpoint(DELETE, "/v1/agencies/{agency_id}/quarantine/{quarantine_id}", quarantine::delete::delete),
        endpoint(POST, "/v1/agencies/{agency_id}/quarantine/{quarantine_id}/reprocess", quarantine::reprocess::reprocess),
        endpoint(GET, "/v1/agencies/{agency_id}/unrouted", agencies::unrouted::unrouted),
        endpoint(POST, "/v1/agencies/{agency_id}/workspaces", workspaces::create::create),
        endpoint(GET, "/v1/workspaces", workspaces::list::list),
        endpoint(GET, "/v1/workspaces/{workspace_id}", workspaces::show::show),
        endpoint(PATCH, "/v1/workspaces/{workspace_id}", workspaces::update::update),
        endpoint(DELETE, "/v1/workspaces/{workspace_id}", workspaces::delete::delete),
        endpoint(POST, "/v1/workspaces/{workspace_id}/addresses", addresses::create::create),
        endpoint(GET, "/v1/workspaces/{workspace_id}/addresses", addresses::list::list),
        endpoint(DELETE, "/v1/workspaces/{workspace_id}/addresses/{address}", addresses::delete::delete),
        endpoint(GET, "/v1/workspaces/{workspace_id}/events", events::list::list),
        endpoint(GET, "/v1/workspaces/{workspace_id}/events/{event_id}", events::show::show),
        endpoint(GET, "/v1/workspaces/{workspace_id}/contacts", contacts::list::list),
        endpoint(GET, "/v1/workspaces/{workspace_id}/contacts/{contact_id}", contacts::show::show),
        endpoint(GET, "/v1/workspaces/{workspace_id}/campaigns", campaigns::list::list),
        endpoint(GET, "/v1/workspaces/{workspace_id}/campaigns/{campaign_id}", campaigns::show::show),
        endpoint(GET, "/v1/workspaces/{workspace_id}/emails", emails::list::list),
        endpoint(GET, "/v1/workspaces/{workspace_id}/emails/{email_id}", emails::show::show),
        endpoint(GET, "/v1/workspaces/{workspace_id}/stats", stats::show),
        endpoint(GET, "/v1/workspaces/{workspace_id}/quarantine", quarantine::list::list),
        endpoint(POST, "/v1/workspaces/{workspace_id}/quarantine/reprocess", quarantine::reprocess_all::reprocess_all),
        endpoint(GET, "/v1/workspaces/{workspace_id}/quarantine/{quarantine_id}", quarantine::show::show),
        endpoint(DELETE, "/v1/workspaces/{workspace_id}/quarantine/{quarantine_id}", quarantine::delete::delete),
        endpoint(POST, "/v1/workspaces/{workspace_id}/quarantine/{quarantine_id}/reprocess", quarantine::reprocess::reprocess),
        endpoint(GET, "/v1/rejections", rejections::list),
        endpoint(POST, "/v1/keys", keys::create::create),
        endpoint(GET, "/v1/keys", keys::list::list),
        endpoint(DELETE, "/v1/keys/{key_id}", keys::delete::delete),
    ]
}

/// The routes.
pub(crate) fn routes(service: &Arc<Service>) -> Router<Arc<Service>> {
    let add = |router: Router<Arc<Service>>, endpoint: Endpoint| router.route(endpoint.path, endpoint.handler);
    let routes = endpoints().into_iter().fold(Router::new(), add);
    let routes = routes.route_layer(from_fn_with_state(Arc::clone(service), idempotency::once));
    routes.route_layer(from_fn_with_state(Arc::clone(service), guard::guard))
}
