//! Agencies, workspaces, addresses, keys, sources, rules and subscriptions: small, read on every request, so kept in memory
//! whole.

use std::{collections::HashMap, sync::Arc};

use hookline_model::{
    id::{Address, AgencyId, ApiKeyId, RouteId, SubscriptionId, WorkspaceId},
    platform::Platform,
    route::{Route, Routes},
    time::Millis,
};
use serde::{Deserialize, Serialize};

use crate::{
    answers::KeptAnswer,
    source::Source,
    subscriptions::{Subscription, SubscriptionStatus},
};

/// An agency: the account that owns workspaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Millis,
    /// The reserved workspace that holds what no rule could place.
    pub unrouted: WorkspaceId,
}

/// A workspace: one client's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Whose it is.
    pub agency: AgencyId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Millis,
    /// Whether it is an agency's reserved workspace: not listed, no addresses, its events make no records.
    pub reserved: bool,
}

/// Whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AddressOwner {
    /// A workspace's.
    Workspace(WorkspaceId),
    /// An agency's.
    Agency(AgencyId),
}

/// An unguessable token in webhook URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRow {
    /// The token.
    pub address: Address,
    /// Whose it is.
    pub owner: AddressOwner,
    /// When it was made.
    pub created_at: Millis,
}

/// What an API key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyScope {
    /// Everything.
    Installation,
    /// One agency and its workspaces.
    Agency(AgencyId),
    /// One workspace.
    Workspace(WorkspaceId),
}

/// What an API key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Read.
    Read,
    /// Read and write.
    Write,
}

/// An API key. Only a hash of it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    /// What it opens.
    pub scope: KeyScope,
    /// What it may do.
    pub role: Role,
    /// What it is called.
    pub name: String,
    /// When it was made.
    pub created_at: Millis,
}

/// A change to the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectoryChange {
    /// A new agency, or new values of one.
    PutAgency(Agency),
    /// An agency, its workspaces, addresses, keys and rules are gone. The log keeps their events.
    DeleteAgency(AgencyId),
    /// A new workspace, or new values of one.
    PutWorkspace(Workspace),
    /// A workspace, its addresses and keys, and the rules that name it, are gone. The log keeps its events.
    DeleteWorkspace(WorkspaceId),
    /// A new address.
    PutAddress(AddressRow),
    /// An address is revoked.
    DeleteAddress(Address),
    /// A new key.
    PutKey(ApiKey),
    /// A key is revoked.
    DeleteKey(ApiKeyId),
    /// A new subscription, or new settings of one whatever it is set to.
    PutSubscription(Box<Subscription>),
    /// New settings of a subscription that is as it was when they were made. If somebody else changed it meanwhile, also how it
    /// stands, or it is gone, it is a conflict, so that nobody's change is lost.
    ChangeSubscription {
        /// As it was.
        from: Arc<Subscription>,
        /// As it is to be; how it stands, whose it is and when it was made stay.
        to: Box<Subscription>,
    },
    /// A subscription stands otherwise from now on. One that is gone stays gone.
    SetSubscriptionStatus {
        /// Which.
        id: SubscriptionId,
        /// How it stands.
        status: SubscriptionStatus,
        /// Why.
        reason: Option<String>,
        /// Since when.
        at: Millis,
    },
    /// A subscription is gone.
    DeleteSubscription(SubscriptionId),
    /// A new rule. Of one that looks for what another rule of the agency and platform looks for comes a conflict.
    PutRoute(Route),
    /// A rule is gone.
    DeleteRoute(RouteId),
    /// An agency's deliveries come from this EmailBison instance, among others. Known ones change nothing.
    PutInstance(AgencyId, String),
    /// The answer to whoever asked for the changes beside it. Of one under a key that an answer is kept under already comes a
    /// conflict: a repetition changes nothing, however close behind the first it comes.
    KeepAnswer(KeptAnswer),
    /// A new source, or new values of one. Its revision is one more than that of the one it was made from (1 if there was none);
    /// if somebody else was faster, it is a conflict, so that no secret is put back that was exchanged meanwhile.
    PutSource(Source),
    /// A source is gone.
    DeleteSource(AddressOwner, Platform),
    /// What tells a right master key from a wrong one, in the place of the former.
    PutKeyCheck(Vec<u8>),
}

/// The rules of agencies that have any, or have anything to do with them.
pub type RoutesByAgency = HashMap<AgencyId, Arc<Routes>>;

/// Everything in the directory, with the look-ups that requests need.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    agencies: Vec<Agency>,
    workspaces: Vec<Workspace>,
    addresses: HashMap<Address, AddressRow>,
    keys: HashMap<[u8; 32], ApiKey>,
    subscriptions: Vec<Arc<Subscription>>,
    sources: HashMap<(AddressOwner, Platform), Arc<Source>>,
    key_check: Option<Vec<u8>>,
    routes: Arc<RoutesByAgency>,
}

impl Directory {
    /// A directory of these rows, agencies and workspaces in the order of their making.
    #[must_use]
    pub fn new(
        mut agencies: Vec<Agency>,
        mut workspaces: Vec<Workspace>,
        addresses: Vec<AddressRow>,
        keys: Vec<ApiKey>,
    ) -> Directory {
        agencies.sort_by_key(|agency| (agency.created_at, agency.id));
        workspaces.sort_by_key(|workspace| (workspace.created_at, workspace.id));
        Directory {
            agencies,
            workspaces,
            addresses: addresses.into_iter().map(|row| (row.address, row)).collect(),
            keys: keys.into_iter().map(|key| (key.hash, key)).collect(),
            ..Directory::default()
        }
    }

    /// The same, with these subscriptions.
    #[must_use]
    pub fn with_subscriptions(mut self, mut subscriptions: Vec<Subscription>) -> Directory {
        subscriptions.sort_by_key(|subscription| (subscription.created_at, subscription.id));
        self.subscriptions = subscriptions.into_iter().map(Arc::new).collect();
        self
    }

    /// All subscriptions, oldest first.
    #[must_use]
    pub fn subscriptions(&self) -> &[Arc<Subscription>] {
        &self.subscriptions
    }

    /// A subscription.
    #[must_use]
    pub fn subscription(&self, id: SubscriptionId) -> Option<&Arc<Subscription>> {
        self.subscriptions.iter().find(|subscription| subscription.id == id)
    }

    /// The workspaces whose events an owner sees: itself, or all of the agency that are not reserved.
    #[must_use]
    pub fn workspaces_of(&self, owner: AddressOwner) -> Vec<WorkspaceId> {
        match owner {
            AddressOwner::Workspace(id) => vec![id],
            AddressOwner::Agency(id) => {
                self.workspaces().filter(|workspace| workspace.agency == id).map(|workspace| workspace.id).collect()
            }
        }
    }

    /// The workspaces that an owner's subscriptions are told of: those whose events it sees, and an agency's reserved one for
    /// what is the agency's own.
    #[must_use]
    pub fn told_of(&self, owner: AddressOwner) -> Vec<WorkspaceId> {
        let reserved = match owner {
            AddressOwner::Workspace(_) => None,
            AddressOwner::Agency(id) => self.agency(id).map(|agency| agency.unrouted),
        };
        self.workspaces_of(owner).into_iter().chain(reserved).collect()
    }

    /// The same with these sources, and with what the master key is checked by.
    #[must_use]
    pub fn with_sources(self, sources: Vec<Source>, key_check: Option<Vec<u8>>) -> Directory {
        let sources = sources.into_iter().map(|source| ((source.owner, source.platform), Arc::new(source))).collect();
        Directory { sources, key_check, ..self }
    }

    /// The same with these rules.
    #[must_use]
    pub fn with_routes(self, routes: Arc<RoutesByAgency>) -> Directory {
        Directory { routes, ..self }
    }

    /// The rules of an agency.
    #[must_use]
    pub fn routes(&self, agency: AgencyId) -> Arc<Routes> {
        self.routes.get(&agency).cloned().unwrap_or_default()
    }

    /// The rules of all agencies.
    #[must_use]
    pub fn all_routes(&self) -> &Arc<RoutesByAgency> {
        &self.routes
    }

    /// All agencies, oldest first.
    #[must_use]
    pub fn agencies(&self) -> &[Agency] {
        &self.agencies
    }

    /// An agency.
    #[must_use]
    pub fn agency(&self, id: AgencyId) -> Option<&Agency> {
        self.agencies.iter().find(|agency| agency.id == id)
    }

    /// All workspaces that are not reserved, oldest first.
    pub fn workspaces(&self) -> impl Iterator<Item = &Workspace> {
        self.workspaces.iter().filter(|workspace| !workspace.reserved)
    }

    /// A workspace, reserved or not.
    #[must_use]
    pub fn workspace(&self, id: WorkspaceId) -> Option<&Workspace> {
        self.workspaces.iter().find(|workspace| workspace.id == id)
    }

    /// Whose an address is. A valid address is 122 random bits, so looking it up in a table gives nothing away.
    #[must_use]
    pub fn address(&self, address: Address) -> Option<&AddressRow> {
        self.addresses.get(&address)
    }

    /// The addresses of an owner, oldest first.
    #[must_use]
    pub fn addresses_of(&self, owner: AddressOwner) -> Vec<AddressRow> {
        let mut rows: Vec<AddressRow> = self.addresses.values().filter(|row| row.owner == owner).copied().collect();
        rows.sort_by_key(|row| (row.created_at, row.address));
        rows
    }

    /// The key with this hash. The hash is of the whole key, so how long the look-up takes tells nothing of a valid one.
    #[must_use]
    pub fn key(&self, hash: &[u8; 32]) -> Option<&ApiKey> {
        self.keys.get(hash)
    }

    /// Whether there is a key with this id.
    #[must_use]
    pub fn has_key(&self, id: ApiKeyId) -> bool {
        self.keys.values().any(|key| key.id == id)
    }

    /// All keys, oldest first.
    #[must_use]
    pub fn keys(&self) -> Vec<&ApiKey> {
        let mut keys: Vec<&ApiKey> = self.keys.values().collect();
        keys.sort_by_key(|key| (key.created_at, key.id));
        keys
    }

    /// An owner's own source of a platform.
    #[must_use]
    pub fn source(&self, owner: AddressOwner, platform: Platform) -> Option<&Arc<Source>> {
        self.sources.get(&(owner, platform))
    }

    /// The source that deliveries of a platform to an owner's addresses are of: the owner's own, else, of a workspace, that of
    /// its agency.
    #[must_use]
    pub fn source_for(&self, owner: AddressOwner, platform: Platform) -> Option<&Arc<Source>> {
        self.source(owner, platform).or_else(|| match owner {
            AddressOwner::Workspace(id) => self.source(AddressOwner::Agency(self.workspace(id)?.agency), platform),
            AddressOwner::Agency(_) => None,
        })
    }

    /// An owner's own sources, by platform.
    #[must_use]
    pub fn sources_of(&self, owner: AddressOwner) -> Vec<&Arc<Source>> {
        let mut sources: Vec<&Arc<Source>> = self.sources.values().filter(|source| source.owner == owner).collect();
        sources.sort_by_key(|source| source.platform);
        sources
    }

    /// All sources, in no order.
    pub fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.sources.values()
    }

    /// What tells a right master key from a wrong one, once there was one.
    #[must_use]
    pub fn key_check(&self) -> Option<&[u8]> {
        self.key_check.as_deref()
    }
}
