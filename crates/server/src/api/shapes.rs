//! Agencies, workspaces, addresses and keys as the contract has them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    id::{Address, AgencyId, ApiKeyId, WorkspaceId},
    platform::Platform,
};
use hookline_platforms::parser;
use hookline_store::directory::{AddressOwner, AddressRow, Agency, ApiKey, KeyScope, Role, Workspace};

use crate::openapi::{ExactNumber, Id, Time, WebhookUrls as WebhookUrlsSchema, word_schemas};

/// Webhook addresses by platform: one for each whose deliveries can be read.
type WebhookUrls = BTreeMap<&'static str, String>;

word_schemas! {
    /// What a key opens: everything, one agency with its workspaces, or one workspace.
    ScopeName = ["installation", "agency", "workspace"], such as "workspace";
    /// What a key may do. Who may write may read.
    RoleName = ["read", "write"], such as "read";
}

/// An agency.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Agency")]
pub(super) struct AgencyShape {
    #[schemars(with = "Id")]
    id: AgencyId,
    /// Its oldest valid address; null if it has none.
    #[schemars(with = "Option<Id>")]
    address: Option<Address>,
    #[schemars(example = &"Brightpath")]
    name: String,
    /// That address as webhook addresses, by platform: one for each platform whose webhooks can be read.
    #[schemars(with = "WebhookUrlsSchema")]
    webhook_urls: WebhookUrls,
    /// The reserved workspace: its log has what waits for a place, and the agency's own, such as warnings of its webhooks.
    #[schemars(with = "Id")]
    reserved_workspace_id: WorkspaceId,
    #[schemars(with = "Time")]
    created_at: String,
}

/// A workspace: one client's data.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Workspace")]
pub(super) struct WorkspaceShape {
    #[schemars(with = "Id")]
    id: WorkspaceId,
    /// The first 52 bits of the id, for programs that need an integer.
    #[schemars(with = "ExactNumber")]
    number: u64,
    /// Its oldest valid address; null if it has none.
    #[schemars(with = "Option<Id>")]
    address: Option<Address>,
    #[schemars(with = "Id")]
    agency_id: AgencyId,
    #[schemars(example = &"Kranwerk")]
    name: String,
    /// That address as webhook addresses, by platform: one for each platform whose webhooks can be read.
    #[schemars(with = "WebhookUrlsSchema")]
    webhook_urls: WebhookUrls,
    #[schemars(with = "Time")]
    created_at: String,
}

/// An address.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Address")]
pub(super) struct AddressShape {
    /// The secret part of the webhook addresses.
    #[schemars(with = "Id")]
    address: Address,
    /// Webhook addresses, by platform: one for each platform whose webhooks can be read.
    #[schemars(with = "WebhookUrlsSchema")]
    webhook_urls: WebhookUrls,
    #[schemars(with = "Time")]
    created_at: String,
}

/// A key, without its text.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Key")]
pub(super) struct KeyShape {
    #[schemars(with = "Id")]
    id: ApiKeyId,
    #[schemars(with = "ScopeName")]
    scope: &'static str,
    /// The agency that it opens, if that is its scope.
    #[schemars(with = "Option<Id>")]
    agency_id: Option<AgencyId>,
    /// The workspace that it opens, if that is its scope.
    #[schemars(with = "Option<Id>")]
    workspace_id: Option<WorkspaceId>,
    #[schemars(with = "RoleName")]
    role: Role,
    #[schemars(example = &"Reports")]
    name: String,
    #[schemars(with = "Time")]
    created_at: String,
}

/// What a thing with a name is made of.
#[derive(JsonSchema)]
#[schemars(rename = "NewName", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct NewNameShape {
    /// What people call it, without control characters. White space around it is left out.
    #[schemars(length(min = 1, max = 200), example = &"Brightpath")]
    name: String,
}

/// What can be changed about a thing with a name.
#[derive(JsonSchema)]
#[schemars(rename = "NameChange", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct NameChangeShape {
    /// What people call it, without control characters. It stays as it is if this is null or left out.
    #[schemars(length(min = 1, max = 200), example = &"Brightpath")]
    name: Option<String>,
}

impl AgencyShape {
    /// An agency with its oldest valid address.
    pub(super) fn new(agency: &Agency, oldest: Option<&AddressRow>, public_url: &str) -> AgencyShape {
        AgencyShape {
            id: agency.id,
            address: oldest.map(|row| row.address),
            name: agency.name.clone(),
            webhook_urls: oldest.map(|row| webhook_urls(row, public_url)).unwrap_or_default(),
            reserved_workspace_id: agency.unrouted,
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
