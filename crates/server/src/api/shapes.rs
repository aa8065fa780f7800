//! Agencies, workspaces, addresses and keys as the contract has them.

use std::collections::BTreeMap;

use serde::Serialize;

use hookline_model::{
    id::{Address, AgencyId, ApiKeyId, WorkspaceId},
    platform::Platform,
};
use hookline_platforms::parser;
use hookline_store::directory::{AddressOwner, AddressRow, Agency, ApiKey, KeyScope, Role, Workspace};

/// Webhook addresses by platform: one for each whose deliveries can be read.
type WebhookUrls = BTreeMap<&'static str, String>;

/// An agency.
#[derive(Serialize)]
pub(super) struct AgencyShape {
    id: AgencyId,
    address: Option<Address>,
    name: String,
    webhook_urls: WebhookUrls,
    created_at: String,
}

/// A workspace.
#[derive(Serialize)]
pub(super) struct WorkspaceShape {
    id: WorkspaceId,
    number: u64,
    address: Option<Address>,
    agency_id: AgencyId,
    name: String,
    webhook_urls: WebhookUrls,
    created_at: String,
}

/// An address.
#[derive(Serialize)]
pub(super) struct AddressShape {
    address: Address,
    webhook_urls: WebhookUrls,
    created_at: String,
}

/// A key, without its text.
#[derive(Serialize)]
pub(super) struct KeyShape {
    id: ApiKeyId,
    scope: &'static str,
    agency_id: Option<AgencyId>,
    workspace_id: Option<WorkspaceId>,
    role: Role,
    name: String,
    created_at: String,
}

impl AgencyShape {
    /// An agency with its oldest valid address.
    pub(super) fn new(agency: &Agency, oldest: Option<&AddressRow>, public_url: &str) -> AgencyShape {
        AgencyShape {
            id: agency.id,
            address: oldest.map(|row| row.address),
            name: agency.name.clone(),
            webhook_urls: oldest.map(|row| webhook_urls(row, public_url)).unwrap_or_default(),
            created_at: agency.created_at.to_string(),
        }
    }
}

impl WorkspaceShape {
    /// A workspace with its oldest valid address.
    pub(super) fn new(workspace: &Workspace, oldest: Option<&AddressRow>, public_url: &str) -> WorkspaceShape {
        WorkspaceShape {
            id: workspace.id,
            number: workspace.id.number(),
            address: oldest.map(|row| row.address),
            agency_id: workspace.agency,
            name: workspace.name.clone(),
            webhook_urls: oldest.map(|row| webhook_urls(row, public_url)).unwrap_or_default(),
            created_at: workspace.created_at.to_string(),
        }
    }
}

impl AddressShape {
    /// An address.
    pub(super) fn new(row: &AddressRow, public_url: &str) -> AddressShape {
        AddressShape { address: row.address, webhook_urls: webhook_urls(row, public_url), created_at: row.created_at.to_string() }
    }
}

impl KeyShape {
    /// A key.
    pub(super) fn new(key: &ApiKey) -> KeyShape {
        let (scope, agency_id, workspace_id) = match key.scope {
            KeyScope::Installation => ("installation", None, None),
            KeyScope::Agency(id) => ("agency", Some(id), None),
            KeyScope::Workspace(id) => ("workspace", None, Some(id)),
        };
        let created_at = key.created_at.to_string();
        KeyShape { id: key.id, scope, agency_id, workspace_id, role: key.role, name: key.name.clone(), created_at }
    }
}

fn webhook_urls(row: &AddressRow, public_url: &str) -> WebhookUrls {
    let reach = match row.owner {
        AddressOwner::Workspace(_) => "",
        AddressOwner::Agency(_) => "global-",
    };
    let readable = Platform::ALL.into_iter().filter(|platform| parser(*platform).is_some());
    readable.map(|platform| (platform.name(), format!("{public_url}/public/{reach}{platform}-webhook/{}", row.address))).collect()
}
