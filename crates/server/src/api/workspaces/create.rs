//! `POST /v1/agencies/{agency_id}/workspaces`.

use std::sync::Arc;

use axum::extract::State;

use hookline_model::id::{Address, WorkspaceId};
use hookline_store::directory::{AddressOwner, AddressRow, DirectoryChange, Workspace};

use crate::{
    api::{
        auth::AgencyWrite,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        shapes::{NewNameShape, WorkspaceShape},
    },
    chance::uuid_v4,
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Makes a workspace and one address for it.";
    Operation::create::<WorkspaceShape>("Workspaces", "Make a workspace", about).fields::<NewNameShape>()
}

/// Makes a workspace and one address, both or none.
pub(in crate::api) async fn create(
    AgencyWrite(agency): AgencyWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let name = fields.name("name")?;
    fields.end()?;
    let created_at = service.clock.now();
    let id = WorkspaceId(uuid_v4(&*service.entropy));
    let workspace = Workspace { id, agency: agency.id, name, created_at, reserved: false };
    let address = AddressRow { address: Address(uuid_v4(&*service.entropy)), owner: AddressOwner::Workspace(id), created_at };
    let shape = WorkspaceShape::new(&workspace, Some(&address), &service.public_url);
    let changes = vec![DirectoryChange::PutWorkspace(workspace), DirectoryChange::PutAddress(address)];
    once.change(&service, changes, Reply::created(&shape)).await
}
