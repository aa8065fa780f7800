//! Workspaces.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod show;
pub(super) mod update;

use crate::{api::shapes::WorkspaceShape, service::Service};
use hookline_store::directory::{AddressOwner, Workspace};

/// A workspace as it is now.
fn shape(service: &Service, workspace: &Workspace) -> WorkspaceShape {
    let addresses = service.store.directory().addresses_of(AddressOwner::Workspace(workspace.id));
    WorkspaceShape::new(workspace, addresses.first(), &service.public_url)
}
