//! `DELETE /v1/{workspaces|agencies}/{id}/addresses/{address}`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use http::request::Parts;

use hookline_model::id::Address;
use hookline_store::directory::{AddressRow, DirectoryChange};

use crate::{
    api::{
        auth::{OwnerWrite, path_id},
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// An address of the workspace or agency in the path, which the key opens for writing.
pub(in crate::api) struct OwnAddress(AddressRow);

impl FromRequestParts<Arc<Service>> for OwnAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<OwnAddress, Problem> {
        let OwnerWrite(owner) = OwnerWrite::from_request_parts(parts, service).await?;
        let address: Address = path_id(parts, service, "address", "address").await?;
        let directory = service.store.directory();
        let row = directory.address(address).filter(|row| row.owner == owner);
        row.copied().map(OwnAddress).ok_or_else(|| Problem::not_found("address"))
    }
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Revokes an address, be it the last one. From then on nothing is received at it.";
    Operation::remove("Addresses", "Revoke an address", about)
}

/// Revokes an address, be it the last one: from then on nothing is received at it.
pub(in crate::api) async fn delete(
    OwnAddress(row): OwnAddress,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    once.change(&service, vec![DirectoryChange::DeleteAddress(row.address)], Reply::deleted()).await
}
