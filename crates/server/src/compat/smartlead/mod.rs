//! SmartLead's management of webhooks, under `/api/v1`.
//!
//! One endpoint is one file and one line in [`endpoints`]. A handler takes the [`account::Account`] that the key in the query
//! opens, reads its body through [`fields`], and works on [`hook::Hook`]s: subscriptions in SmartLead's dialect, as this API
//! shows them. [`scope`] and [`wanted`] say what a body asks for, [`save`] stores it and has [`samples`] sent. Whatever goes
//! wrong is a [`refusal::Refusal`], in SmartLead's words; [`edge`] sees to it that no other answer gets out.

mod account;
mod campaigns;
mod categories;
mod clients;
mod create;
mod create_older;
mod delete;
mod fields;
mod hook;
mod refusal;
mod samples;
mod save;
mod scope;
mod show;
#[cfg(test)]
mod tests;
mod update;
mod wanted;

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::{MethodFilter, MethodRouter, on},
};
use tokio::sync::Semaphore;

use self::refusal::Refusal;
use crate::{edge, service::Service};

/// Where the API is.
const BASE: &str = "/api/v1";

/// What the API has beside the store.
#[derive(Debug)]
pub(crate) struct State {
    /// Whose samples may be sent at the moment.
    sampling: Arc<Semaphore>,
}

impl Default for State {
    fn default() -> State {
        State { sampling: Arc::new(Semaphore::new(samples::SAVINGS_MAX)) }
    }
}

/// A method, a path under [`BASE`], and who answers.
type Endpoint = (MethodFilter, &'static str, MethodRouter<Arc<Service>>);

/// Every endpoint.
fn endpoints() -> Vec<Endpoint> {
    const GET: MethodFilter = MethodFilter::GET;
    const POST: MethodFilter = MethodFilter::POST;
    const PUT: MethodFilter = MethodFilter::PUT;
    const DELETE: MethodFilter = MethodFilter::DELETE;
    vec![
        (POST, "/webhook/create", on(POST, create::create)),
        (POST, "/webhooks", on(POST, create_older::create)),
        (GET, "/webhook/{webhook_id}", on(GET, show::show)),
        (PUT, "/webhook/update/{webhook_id}", on(PUT, update::update)),
        (DELETE, "/webhook/delete/{webhook_id}", on(DELETE, delete::delete)),
        (GET, "/campaigns/{campaign_id}/webhooks", on(GET, campaigns::list::list)),
        (POST, "/campaigns/{campaign_id}/webhooks", on(POST, campaigns::save::save)),
        (DELETE, "/campaigns/{campaign_id}/webhooks", on(DELETE, campaigns::delete::delete)),
        (DELETE, "/campaigns/{campaign_id}/webhooks/{webhook_id}", on(DELETE, campaigns::delete::delete_by_path)),
        (GET, "/campaigns/{campaign_id}/webhooks/summary", on(GET, campaigns::summary::show)),
        (POST, "/campaigns/{campaign_id}/webhooks/retrigger-failed-events", on(POST, campaigns::retrigger::retrigger)),
        (GET, "/leads/fetch-categories", on(GET, categories::list)),
        (GET, "/client", on(GET, clients::list)),
        (GET, "/client/", on(GET, clients::list)),
    ]
}

/// For every path that no endpoint has, and every method that a path does not have: SmartLead answers both alike.
async fn not_found() -> Refusal {
    Refusal::not_found()
}

/// The routes, with answers of their own for every path under [`BASE`].
pub(crate) fn router(service: &Arc<Service>) -> Router<Arc<Service>> {
    let add = |router: Router<Arc<Service>>, (_, path, handler): Endpoint| router.route(path, handler);
    let routes = endpoints().into_iter().fold(Router::new(), add);
    let routes = routes.fallback(not_found).method_not_allowed_fallback(not_found);
    let refuse: edge::Refuse = |problem| Refusal::from(problem).into_response();
    Router::new().nest(BASE, routes.layer(from_fn_with_state((Arc::clone(service), refuse), edge::guard)))
}
