//! `PATCH /v1/agencies/{agency_id}`.

use std::sync::Arc;

use axum::{Json, extract::State};

use hookline_store::directory::{Agency, DirectoryChange};

use crate::{
    api::{auth::AgencyWrite, fields::Fields, query::NoQuery, shapes::AgencyShape},
    problem::Problem,
    service::Service,
};

/// Gives an agency another name. A field that is not sent stays as it is.
pub(in crate::api) async fn update(
    AgencyWrite(agency): AgencyWrite,
    _: NoQuery,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Json<AgencyShape>, Problem> {
    let name = fields.name_if_given("name")?;
    fields.end()?;
    let agency = Agency { name: name.unwrap_or_else(|| agency.name.clone()), ..agency };
    service.store.change_directory(vec![DirectoryChange::PutAgency(agency.clone())]).await?;
    Ok(Json(super::shape(&service, &agency)))
}
