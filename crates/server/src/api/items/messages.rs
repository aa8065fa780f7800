//! `GET /v1/workspaces/{workspace_id}/contacts/{contact_id}/messages`.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use hookline_model::item::ItemSort;

use crate::{
    api::{
        contacts::show::Target,
        cursor::Listing,
        items::{of_contact, schema::ContactItemShape},
        query::Query,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "The messages on other channels than campaigns with the contact that has this id, or had it before, by their first event, newest first.";
    Operation::list::<ContactItemShape>("Items", "List messages of a contact", about).reads_records()
}

pub(in crate::api) async fn list(target: Target, query: Query, State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    of_contact(&target, query, &service, (ItemSort::Message, Listing::Messages)).await
}
