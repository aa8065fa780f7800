//! The first start: nothing needs to exist before it.

use hookline_model::{
    id::{Address, AgencyId, ApiKeyId, WorkspaceId},
    platform::Platform,
    time::Millis,
};
use hookline_server::Entropy;
use hookline_store::{
    Store,
    directory::{AddressOwner, AddressRow, Agency, ApiKey, DirectoryChange, KeyScope, Role, Workspace},
};
use uuid::Uuid;

use crate::serve::sha256;

/// What was made, to be printed once.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// The admin key, if none was given and there was none.
    admin_key: Option<String>,
    /// The addresses of the first agency and workspace, and the workspace.
    addresses: Option<(Address, Address, WorkspaceId)>,
}

/// Makes what an empty store lacks: a "default" agency and workspace with an address each, and an admin key if none is given.
///
/// An installation whose admin key was lost gets a new one when its old one is deleted and it is started again.
pub(crate) async fn prepare(
    store: &dyn Store,
    entropy: &dyn Entropy,
    now: Millis,
    admin_key_given: bool,
) -> anyhow::Result<Made> {
    let directory = store.directory();
    let mut made = Made::default();
    let mut changes = Vec::new();
    let has_admin_key = directory.keys().iter().any(|key| key.scope == KeyScope::Installation);
    if !admin_key_given && !has_admin_key {
        let text = format!("hk_{}", hex::encode(random::<32>(entropy)));
        changes.push(DirectoryChange::PutKey(ApiKey {
            id: ApiKeyId(uuid_v7(entropy, now)),
            hash: sha256(&text),
            scope: KeyScope::Installation,
            role: Role::Write,
            name: "admin".to_owned(),
            created_at: now,
        }));
        made.admin_key = Some(text);
    }
    if directory.agencies().is_empty() && store.status().committed == 0 {
        let agency = AgencyId(uuid_v4(entropy));
        let [unrouted, workspace] = [WorkspaceId(uuid_v4(entropy)), WorkspaceId(uuid_v4(entropy))];
        let [agency_address, workspace_address] = [Address(uuid_v4(entropy)), Address(uuid_v4(entropy))];
        changes.push(DirectoryChange::PutAgency(Agency { id: agency, name: "default".to_owned(), created_at: now, unrouted }));
        for (id, name, reserved) in [(unrouted, "unrouted", true), (workspace, "default", false)] {
            let row = Workspace { id, agency, name: name.to_owned(), created_at: now, reserved };
            changes.push(DirectoryChange::PutWorkspace(row));
        }
        for (address, owner) in
            [(agency_address, AddressOwner::Agency(agency)), (workspace_address, AddressOwner::Workspace(workspace))]
        {
            changes.push(DirectoryChange::PutAddress(AddressRow { address, owner, created_at: now }));
        }
        made.addresses = Some((agency_address, workspace_address, workspace));
    }
    if !changes.is_empty() {
        store.change_directory(changes).await?;
    }
    Ok(made)
}

impl Made {
    /// The first workspace's webhook addresses at a base address.
    pub(crate) fn addresses_at(&self, base: &str) -> Vec<String> {
        let address =
            |(_, workspace, _): &(Address, Address, WorkspaceId)| format!("{base}/public/smartlead-webhook/{workspace}");
        self.addresses.iter().map(address).collect()
    }

    /// What to tell the user; empty if nothing was made.
    pub(crate) fn announcement(&self, public_url: &str) -> String {
        let mut text = String::new();
        let mut line = |line: String| {
            text.push_str(&line);
            text.push('\n');
        };
        if let Some(key) = &self.admin_key {
            line(format!("Admin key (shown this once): {key}"));
        }
        if let Some((agency, workspace, id)) = &self.addresses {
            line(format!("Workspace \"default\": {id}"));
            line("Webhook addresses, ready to paste:".to_owned());
            for platform in Platform::ALL.into_iter().filter(|platform| hookline_platforms::parser(*platform).is_some()) {
                line(format!("  {:<12} {public_url}/public/{platform}-webhook/{workspace}", platform.name()));
                line(format!("  {:<12} {public_url}/public/global-{platform}-webhook/{agency}", "whole agency"));
            }
        }
        text
    }
}

fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

fn uuid_v4(entropy: &dyn Entropy) -> Uuid {
    uuid::Builder::from_random_bytes(random(entropy)).into_uuid()
}

fn uuid_v7(entropy: &dyn Entropy, now: Millis) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(now.0).unwrap_or(0), &random(entropy)).into_uuid()
}
