//! `PATCH /v1/agencies/{agency_id}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_store::directory::{Agency, DirectoryChange};

use crate::{
    api::{
        auth::AgencyWrite,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        shapes::{AgencyShape, NameChangeShape},
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Gives an agency another name. A field that is not sent stays as it is.";
    Operation::change::<AgencyShape>("Agencies", "Rename an agency", about).fields::<NameChangeShape>()
}

/// Gives an agency another name. A field that is not sent stays as it is.
pub(in crate::api) async fn update(
    AgencyWrite(agency): AgencyWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let name = fields.name_if_given("name")?;
    fields.end()?;
    let agency = Agency { name: name.unwrap_or_else(|| agency.name.clone()), ..agency };
    let reply = Reply::ok(&super::shape(&service, &agency));
    once.change(&service, vec![DirectoryChange::PutAgency(agency)], reply).await
}
