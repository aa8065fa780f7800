//! The native API: everything under `/v1`.
//!
//! One endpoint is one file and one line in [`endpoints`]. The file has a handler and, beside it, a function `describe` that says
//! what the endpoint takes and answers; the shapes it answers derive their schemas. A handler takes what it may work on from an
//! extractor of [`auth`], which has found it and checked the key; it calls the store once or twice and maps what comes back.
//! One that changes something makes the change through [`once`], so that [`idempotency`] can repeat its answer. Shared parts:
//! [`query`] and [`fields`] read parameters and bodies and name what is wrong with them, [`page`] and [`cursor`] make listings,
//! [`shapes`] are the objects of the contract, but for those that subscribers are sent as well, which
//! [`hookline_dialects::shapes`] has; [`describe`] is what descriptions have in common.

mod addresses;
mod agencies;
mod auth;
mod blocklist;
mod campaigns;
mod contacts;
mod cursor;
mod deliveries;
mod describe;
mod drift;
mod emails;
mod erasures;
mod events;
mod fields;
pub(crate) mod idempotency;
mod items;
mod keys;
mod once;
mod page;
mod poll;
mod quarantine;
mod query;
mod rejections;
mod replays;
mod rerun;
mod routes;
mod shapes;
mod sources;
mod stats;
pub(crate) mod stream;
#[cfg(test)]
mod tests;
mod unrouted;
mod webhooks;
mod workspaces;

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::{MethodFilter, MethodRouter, on},
};

use crate::{
    edge,
    openapi::{Described, Operation},
    problem::{Problem, ProblemType},
    service::Service,
};

/// One endpoint: its name, a method, a path, who answers, and what it is.
struct Endpoint {
    id: &'static str,
    method: MethodFilter,
    path: &'static str,
    handler: MethodRouter<Arc<Service>>,
    describe: fn() -> Operation,
}

fn endpoint<H, T>(id: &'static str, method: MethodFilter, path: &'static str, handler: H, describe: fn() -> Operation) -> Endpoint
where
    H: Handler<T, Arc<Service>>,
    T: 'static,
{
    Endpoint { id, method, path, handler: on(method, handler), describe }
}

/// Every endpoint, described.
pub(crate) fn described() -> Vec<Described> {
    let described = |Endpoint { id, method, path, describe, .. }: Endpoint| {
        let method = match method {
            MethodFilter::GET => "get",
            MethodFilter::POST => "post",
            MethodFilter::PATCH => "patch",
            MethodFilter::DELETE => "delete",
            MethodFilter::PUT => "put",
            // No method of OpenAPI: the test of the document fails.
            _ => "other",
        };
        let mut operation = describe();
        if path.contains('{') {
            operation = operation.problems(&[ProblemType::NotFound]);
        }
        Described { id: id.to_owned(), method, path: path.to_owned(), needs_key: true, operation }
    };
    endpoints().into_iter().map(described).collect()
}

/// Every endpoint of the API.
#[rustfmt::skip]
fn endpoints() -> Vec<Endpoint> {
    const GET: MethodFilter = MethodFilter::GET;
    const POST: MethodFilter = MethodFilter::POST;
    const PATCH: MethodFilter = MethodFilter::PATCH;
    const PUT: MethodFilter = MethodFilter::PUT;
    const DELETE: MethodFilter = MethodFilter::DELETE;
    vec![
        endpoint("create_agency", POST, "/v1/agencies", agencies::create::create, agencies::create::describe),
        endpoint("list_agencies", GET, "/v1/agencies", agencies::list::list, agencies::list::describe),
        endpoint("show_agency", GET, "/v1/agencies/{agency_id}", agencies::show::show, agencies::show::describe),
        endpoint("update_agency", PATCH, "/v1/agencies/{agency_id}", agencies::update::update, agencies::update::describe),
        endpoint("delete_agency", DELETE, "/v1/agencies/{agency_id}", agencies::delete::delete, agencies::delete::describe),
        endpoint("create_agency_address", POST, "/v1/agencies/{agency_id}/addresses", addresses::create::create, addresses::create::describe),
        endpoint("list_agency_addresses", GET, "/v1/agencies/{agency_id}/addresses", addresses::list::list, addresses::list::describe),
        endpoint("delete_agency_address", DELETE, "/v1/agencies/{agency_id}/addresses/{address}", addresses::delete::delete, addresses::delete::describe),
        endpoint("list_agency_quarantine", GET, "/v1/agencies/{agency_id}/quarantine", quarantine::list::list, quarantine::list::describe),
        endpoint("reprocess_agency_quarantine", POST, "/v1/agencies/{agency_id}/quarantine/reprocess", quarantine::reprocess_all::reprocess_all, quarantine::reprocess_all::describe),
        endpoint("show_agency_quarantined", GET, "/v1/agencies/{agency_id}/quarantine/{quarantine_id}", quarantine::show::show, quarantine::show::describe),
        endpoint("delete_agency_quarantined", DELETE, "/v1/agencies/{agency_id}/quarantine/{quarantine_id}", quarantine::delete::delete, quarantine::delete::describe),
        endpoint("reprocess_agency_quarantined", POST, "/v1/agencies/{agency_id}/quarantine/{quarantine_id}/reprocess", quarantine::reprocess::reprocess, quarantine::reprocess::describe),
        endpoint("create_route", POST, "/v1/agencies/{agency_id}/routes", routes::create::create, routes::create::describe),
        endpoint("list_routes", GET, "/v1/agencies/{agency_id}/routes", routes::list::list, routes::list::describe),
        endpoint("show_route", GET, "/v1/agencies/{agency_id}/routes/{route_id}", routes::show::show, routes::show::describe),
        endpoint("delete_route", DELETE, "/v1/agencies/{agency_id}/routes/{route_id}", routes::delete::delete, routes::delete::describe),
        endpoint("list_unrouted_events", GET, "/v1/agencies/{agency_id}/unrouted", unrouted::list::list, unrouted::list::describe),
        endpoint("route_unrouted_events", POST, "/v1/agencies/{agency_id}/unrouted/route", unrouted::route::route, unrouted::route::describe),
        endpoint("create_workspace", POST, "/v1/agencies/{agency_id}/workspaces", workspaces::create::create, workspaces::create::describe),
        endpoint("list_workspaces", GET, "/v1/workspaces", workspaces::list::list, workspaces::list::describe),
        endpoint("show_workspace", GET, "/v1/workspaces/{workspace_id}", workspaces::show::show, workspaces::show::describe),
        endpoint("update_workspace", PATCH, "/v1/workspaces/{workspace_id}", workspaces::update::update, workspaces::update::describe),
        endpoint("delete_workspace", DELETE, "/v1/workspaces/{workspace_id}", workspaces::delete::delete, workspaces::delete::describe),
        endpoint("create_workspace_address", POST, "/v1/workspaces/{workspace_id}/addresses", addresses::create::create, addresses::create::describe),
        endpoint("list_workspace_addresses", GET, "/v1/workspaces/{workspace_id}/addresses", addresses::list::list, addresses::list::describe),
        endpoint("delete_workspace_address", DELETE, "/v1/workspaces/{workspace_id}/addresses/{address}", addresses::delete::delete, addresses::delete::describe),
        endpoint("list_events", GET, "/v1/workspaces/{workspace_id}/events", events::list::list, events::list::describe),
        endpoint("show_event", GET, "/v1/workspaces/{workspace_id}/events/{event_id}", events::show::show, events::show::describe),
        endpoint("list_contacts", GET, "/v1/workspaces/{workspace_id}/contacts", contacts::list::list, contacts::list::describe),
        endpoint("show_contact", GET, "/v1/workspaces/{workspace_id}/contacts/{contact_id}", contacts::show::show, contacts::show::describe),
        endpoint("list_contact_notes", GET, "/v1/workspaces/{workspace_id}/contacts/{contact_id}/notes", items::notes::list, items::notes::describe),
        endpoint("list_contact_tasks", GET, "/v1/workspaces/{workspace_id}/contacts/{contact_id}/tasks", items::tasks::list, items::tasks::describe),
        endpoint("list_contact_messages", GET, "/v1/workspaces/{workspace_id}/contacts/{contact_id}/messages", items::messages::list, items::messages::describe),
        endpoint("list_erasures", GET, "/v1/workspaces/{workspace_id}/erasures", erasures::list, erasures::describe),
        endpoint("list_lists", GET, "/v1/workspaces/{workspace_id}/lists", items::lists::list, items::lists::describe),
        endpoint("list_statuses", GET, "/v1/workspaces/{workspace_id}/statuses", items::statuses::list, items::statuses::describe),
        endpoint("list_tags", GET, "/v1/workspaces/{workspace_id}/tags", items::tags::list, items::tags::describe),
        endpoint("create_blocked", POST, "/v1/workspaces/{workspace_id}/blocklist", blocklist::create::create, blocklist::create::describe),
        endpoint("list_blocked", GET, "/v1/workspaces/{workspace_id}/blocklist", blocklist::list::list, blocklist::list::describe),
        endpoint("show_blocked", GET, "/v1/workspaces/{workspace_id}/blocklist/{blocked_id}", blocklist::show::show, blocklist::show::describe),
        endpoint("delete_blocked", DELETE, "/v1/workspaces/{workspace_id}/blocklist/{blocked_id}", blocklist::delete::delete, blocklist::delete::describe),
        endpoint("list_campaigns", GET, "/v1/workspaces/{workspace_id}/campaigns", campaigns::list::list, campaigns::list::describe),
        endpoint("show_campaign", GET, "/v1/workspaces/{workspace_id}/campaigns/{campaign_id}", campaigns::show::show, campaigns::show::describe),
        endpoint("create_campaign_alias", POST, "/v1/workspaces/{workspace_id}/campaigns/{campaign_id}/aliases", campaigns::alias::alias, campaigns::alias::describe),
        endpoint("delete_campaign_alias", DELETE, "/v1/workspaces/{workspace_id}/campaigns/{campaign_id}/aliases/{alias_id}", campaigns::unalias::unalias, campaigns::unalias::describe),
        endpoint("list_emails", GET, "/v1/workspaces/{workspace_id}/emails", emails::list::list, emails::list::describe),
        endpoint("show_email", GET, "/v1/workspaces/{workspace_id}/emails/{email_id}", emails::show::show, emails::show::describe),
        endpoint("show_stats", GET, "/v1/workspaces/{workspace_id}/stats", stats::show, stats::describe),
        endpoint("list_workspace_quarantine", GET, "/v1/workspaces/{workspace_id}/quarantine", quarantine::list::list, quarantine::list::describe),
        endpoint("reprocess_workspace_quarantine", POST, "/v1/workspaces/{workspace_id}/quarantine/reprocess", quarantine::reprocess_all::reprocess_all, quarantine::reprocess_all::describe),
        endpoint("show_workspace_quarantined", GET, "/v1/workspaces/{workspace_id}/quarantine/{quarantine_id}", quarantine::show::show, quarantine::show::describe),
        endpoint("delete_workspace_quarantined", DELETE, "/v1/workspaces/{workspace_id}/quarantine/{quarantine_id}", quarantine::delete::delete, quarantine::delete::describe),
        endpoint("reprocess_workspace_quarantined", POST, "/v1/workspaces/{workspace_id}/quarantine/{quarantine_id}/reprocess", quarantine::reprocess::reprocess, quarantine::reprocess::describe),
        endpoint("rerun_workspace", POST, "/v1/workspaces/{workspace_id}/rerun", rerun::rerun, rerun::describe),
        endpoint("list_agency_drift", GET, "/v1/agencies/{agency_id}/drift", drift::list, drift::describe),
        endpoint("list_agency_sources", GET, "/v1/agencies/{agency_id}/sources", sources::list::list, sources::list::describe),
        endpoint("show_agency_source", GET, "/v1/agencies/{agency_id}/sources/{platform}", sources::show::show, sources::show::describe),
        endpoint("put_agency_source", PUT, "/v1/agencies/{agency_id}/sources/{platform}", sources::put::put, sources::put::describe),
        endpoint("delete_agency_source", DELETE, "/v1/agencies/{agency_id}/sources/{platform}", sources::delete::delete, sources::delete::describe),
        endpoint("show_agency_aliases", GET, "/v1/agencies/{agency_id}/sources/{platform}/aliases", sources::aliases::show::show_of_agency, sources::aliases::show::describe_of_agency),
        endpoint("put_agency_aliases", PUT, "/v1/agencies/{agency_id}/sources/{platform}/aliases", sources::aliases::put::put_of_agency, sources::aliases::put::describe_of_agency),
        endpoint("list_workspace_drift", GET, "/v1/workspaces/{workspace_id}/drift", drift::list, drift::describe),
        endpoint("list_workspace_sources", GET, "/v1/workspaces/{workspace_id}/sources", sources::list::list, sources::list::describe),
        endpoint("show_workspace_source", GET, "/v1/workspaces/{workspace_id}/sources/{platform}", sources::show::show, sources::show::describe),
        endpoint("put_workspace_source", PUT, "/v1/workspaces/{workspace_id}/sources/{platform}", sources::put::put, sources::put::describe),
        endpoint("delete_workspace_source", DELETE, "/v1/workspaces/{workspace_id}/sources/{platform}", sources::delete::delete, sources::delete::describe),
        endpoint("show_workspace_aliases", GET, "/v1/workspaces/{workspace_id}/sources/{platform}/aliases", sources::aliases::show::show_of_workspace, sources::aliases::show::describe_of_workspace),
        endpoint("put_workspace_aliases", PUT, "/v1/workspaces/{workspace_id}/sources/{platform}/aliases", sources::aliases::put::put_of_workspace, sources::aliases::put::describe_of_workspace),
        endpoint("create_agency_webhook", POST, "/v1/agencies/{agency_id}/webhooks", webhooks::create::create, webhooks::create::describe),
        endpoint("list_agency_webhooks", GET, "/v1/agencies/{agency_id}/webhooks", webhooks::list::list, webhooks::list::describe),
        endpoint("show_agency_webhook", GET, "/v1/agencies/{agency_id}/webhooks/{webhook_id}", webhooks::show::show, webhooks::show::describe),
        endpoint("update_agency_webhook", PATCH, "/v1/agencies/{agency_id}/webhooks/{webhook_id}", webhooks::update::update, webhooks::update::describe),
        endpoint("delete_agency_webhook", DELETE, "/v1/agencies/{agency_id}/webhooks/{webhook_id}", webhooks::delete::delete, webhooks::delete::describe),
        endpoint("pause_agency_webhook", POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/pause", webhooks::pause::pause, webhooks::pause::describe),
        endpoint("resume_agency_webhook", POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/resume", webhooks::resume::resume, webhooks::resume::describe),
        endpoint("rotate_agency_webhook_secret", POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/rotate-secret", webhooks::rotate::rotate, webhooks::rotate::describe),
        endpoint("test_agency_webhook", POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/test", webhooks::test::test, webhooks::test::describe),
        endpoint("create_workspace_webhook", POST, "/v1/workspaces/{workspace_id}/webhooks", webhooks::create::create, webhooks::create::describe),
        endpoint("list_workspace_webhooks", GET, "/v1/workspaces/{workspace_id}/webhooks", webhooks::list::list, webhooks::list::describe),
        endpoint("show_workspace_webhook", GET, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}", webhooks::show::show, webhooks::show::describe),
        endpoint("update_workspace_webhook", PATCH, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}", webhooks::update::update, webhooks::update::describe),
        endpoint("delete_workspace_webhook", DELETE, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}", webhooks::delete::delete, webhooks::delete::describe),
        endpoint("pause_workspace_webhook", POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/pause", webhooks::pause::pause, webhooks::pause::describe),
        endpoint("resume_workspace_webhook", POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/resume", webhooks::resume::resume, webhooks::resume::describe),
        endpoint("rotate_workspace_webhook_secret", POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/rotate-secret", webhooks::rotate::rotate, webhooks::rotate::describe),
        endpoint("test_workspace_webhook", POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/test", webhooks::test::test, webhooks::test::describe),
        endpoint("sum_agency_deliveries", GET, "/v1/agencies/{agency_id}/webhooks/summary", deliveries::summary::show, deliveries::summary::describe),
        endpoint("sum_agency_deliveries_by_date", GET, "/v1/agencies/{agency_id}/webhooks/summary-by-date", deliveries::summary::show_by_date, deliveries::summary::describe_by_date),
        endpoint("list_agency_webhook_deliveries", GET, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/deliveries", deliveries::list::list, deliveries::list::describe),
        endpoint("poll_agency_webhook", GET, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/poll", poll::poll, poll::describe),
        endpoint("recover_agency_webhook", POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/recover", deliveries::recover::recover, deliveries::recover::describe),
        endpoint("replay_agency_webhook", POST, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/replay", replays::start::start, replays::start::describe),
        endpoint("list_agency_webhook_replays", GET, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/replays", replays::list::list, replays::list::describe),
        endpoint("cancel_agency_webhook_replay", DELETE, "/v1/agencies/{agency_id}/webhooks/{webhook_id}/replays/{run}", replays::cancel::cancel, replays::cancel::describe),
        endpoint("sum_workspace_deliveries", GET, "/v1/workspaces/{workspace_id}/webhooks/summary", deliveries::summary::show, deliveries::summary::describe),
        endpoint("sum_workspace_deliveries_by_date", GET, "/v1/workspaces/{workspace_id}/webhooks/summary-by-date", deliveries::summary::show_by_date, deliveries::summary::describe_by_date),
        endpoint("list_workspace_webhook_deliveries", GET, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/deliveries", deliveries::list::list, deliveries::list::describe),
        endpoint("poll_workspace_webhook", GET, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/poll", poll::poll, poll::describe),
        endpoint("recover_workspace_webhook", POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/recover", deliveries::recover::recover, deliveries::recover::describe),
        endpoint("replay_workspace_webhook", POST, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/replay", replays::start::start, replays::start::describe),
        endpoint("list_workspace_webhook_replays", GET, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/replays", replays::list::list, replays::list::describe),
        endpoint("cancel_workspace_webhook_replay", DELETE, "/v1/workspaces/{workspace_id}/webhooks/{webhook_id}/replays/{run}", replays::cancel::cancel, replays::cancel::describe),
        endpoint("show_delivery", GET, "/v1/deliveries/{delivery_id}", deliveries::show::show, deliveries::show::describe),
        endpoint("retry_delivery", POST, "/v1/deliveries/{delivery_id}/retry", deliveries::retry::retry, deliveries::retry::describe),
        endpoint("stream_events", GET, "/v1/workspaces/{workspace_id}/events/stream", stream::stream, stream::describe),
        endpoint("list_rejections", GET, "/v1/rejections", rejections::list, rejections::describe),
        endpoint("create_key", POST, "/v1/keys", keys::create::create, keys::create::describe),
        endpoint("list_keys", GET, "/v1/keys", keys::list::list, keys::list::describe),
        endpoint("delete_key", DELETE, "/v1/keys/{key_id}", keys::delete::delete, keys::delete::describe),
    ]
}

/// The routes.
pub(crate) fn routes(service: &Arc<Service>) -> Router<Arc<Service>> {
    let add = |router: Router<Arc<Service>>, endpoint: Endpoint| router.route(endpoint.path, endpoint.handler);
    let routes = endpoints().into_iter().fold(Router::new(), add);
    let routes = routes.route_layer(from_fn_with_state(Arc::clone(service), idempotency::once));
    let refuse: edge::Refuse = Problem::into_response;
    routes.route_layer(from_fn_with_state((Arc::clone(service), refuse), edge::guard))
}
