//! `GET /v1/keys`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use crate::{
    api::{cursor::Listing, page, query::Query, shapes::KeyShape},
    caller::Caller,
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The keys that open no more than the one presented, oldest first, without their texts.";
    Operation::list::<KeyShape>("Keys", "List keys", about)
}

/// The keys that open no more than the one presented, oldest first, without their texts.
pub(in crate::api) async fn list(
    caller: Caller,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Problem> {
    let (request, form) = query.page(Listing::Keys)?;
    query.end()?;
    let directory = service.store.directory();
    let own = directory.keys().into_iter().filter(|key| caller.opens_scope(key.scope, &directory));
    let page = page::cut(own, &request, |key| (key.created_at, key.id.0));
    form.respond(page, KeyShape::new)
}
