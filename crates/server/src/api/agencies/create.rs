//! `POST /v1/agencies`.

use std::sync::Arc;

use axum::extract::State;

use hookline_model::id::{Address, AgencyId, WorkspaceId};
use hookline_store::directory::{AddressOwner, AddressRow, Agency, DirectoryChange, Workspace};

use crate::{
    api::{
        auth::InstallationWrite,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        shapes::{AgencyShape, NewNameShape},
    },
    chance::uuid_v4,
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What an agency's reserved workspace is called.
const UNROUTED_NAME: &str = "unrouted";

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Makes an agency and one address for it.";
    Operation::create::<AgencyShape>("Agencies", "Make an agency", about).fields::<NewNameShape>().installation()
}

/// Makes an agency, the reserved workspace for what no rule places, and one address, all or none.
pub(in crate::api) async fn create(
    _: InstallationWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let name = fields.name("name")?;
    fields.end()?;
    let created_at = service.clock.now();
    let id = AgencyId(uuid_v4(&*service.entropy));
    let unrouted = WorkspaceId(uuid_v4(&*service.entropy));
    let agency = Agency { id, name, created_at, unrouted };
    let reserved = Workspace { id: unrouted, agency: id, name: UNROUTED_NAME.to_owned(), created_at, reserved: true };
    let address = AddressRow { address: Address(uuid_v4(&*service.entropy)), owner: AddressOwner::Agency(id), created_at };
    let shape = AgencyShape::new(&agency, Some(&address), &service.public_url);
    let changes =
        vec![DirectoryChange::PutAgency(agency), DirectoryChange::PutWorkspace(reserved), DirectoryChange::PutAddress(address)];
    once.change(&service, changes, Reply::created(&shape)).await
}
