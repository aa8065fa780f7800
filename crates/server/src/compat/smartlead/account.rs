//! Who asks: the account that a key opens, and what of it.
//!
//! SmartLead's account is an agency, its client a workspace. An agency's key opens the account. A workspace's key opens the one
//! client, and the hooks that are that workspace's own. A key of the installation is the only agency's key, if there is only one.

use std::{convert::Infallible, sync::Arc};

use axum::extract::{FromRequestParts, RawPathParams};
use hookline_model::{
    id::{AgencyId, WorkspaceId},
    platform::Platform,
    route::MatchBy,
};
use hookline_store::directory::{AddressOwner, Directory, KeyScope, Workspace};
use http::request::Parts;

use super::{hook::Hook, refusal::Refusal};
use crate::{caller::Caller, service::Service};

/// The account that a key opens, as it stands.
pub(super) struct Account {
    caller: Caller,
    /// The directory that everything in one request is looked up in.
    pub(super) directory: Arc<Directory>,
    /// The account.
    pub(super) agency: AgencyId,
    /// The only client that the key opens, if it is one's.
    pub(super) workspace: Option<WorkspaceId>,
}

impl FromRequestParts<Arc<Service>> for Account {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Account, Refusal> {
        let query = parts.uri.query().unwrap_or_default();
        let key = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "api_key");
        let caller = key.and_then(|(_, key)| Caller::of(service, key.as_bytes())).ok_or_else(Refusal::key)?;
        let directory = service.store.directory();
        let (agency, workspace) = match caller.scope {
            KeyScope::Agency(id) => (directory.agency(id).map(|agency| agency.id), None),
            KeyScope::Workspace(id) => (directory.workspace(id).map(|workspace| workspace.agency), Some(id)),
            KeyScope::Installation => match directory.agencies() {
                [only] => (Some(only.id), None),
                _ => return Err(Refusal::forbidden("This key opens several accounts. Use the key of one agency.")),
            },
        };
        let agency = agency.ok_or_else(Refusal::key)?;
        Ok(Account { caller, directory, agency, workspace })
    }
}

impl Account {
    /// The same account, as it stands now.
    pub(super) fn again(&self, service: &Service) -> Account {
        Account { directory: service.store.directory(), ..*self }
    }

    /// Refuses a key that may only read.
    pub(super) fn may_write(&self) -> Result<(), Refusal> {
        self.caller.may_write().map_err(|_| Refusal::forbidden("This API key may only read"))
    }

    /// Whether the key opens what is an owner's.
    fn opens(&self, owner: AddressOwner) -> bool {
        match owner {
            AddressOwner::Agency(id) => id == self.agency && self.workspace.is_none(),
            AddressOwner::Workspace(id) => {
                let own = self.directory.workspace(id).filter(|workspace| workspace.agency == self.agency);
                own.is_some() && self.workspace.is_none_or(|only| only == id)
            }
        }
    }

    /// The hooks that the key opens and this API can show, oldest first.
    pub(super) fn hooks(&self) -> impl Iterator<Item = Hook> {
        self.directory.subscriptions().iter().filter(|row| self.opens(row.owner)).filter_map(Hook::of)
    }

    /// One of these, by its number.
    pub(super) fn hook(&self, number: u64) -> Result<Hook, Refusal> {
        let rows = self.directory.subscriptions().iter();
        let found = rows.filter(|row| row.id.number() == number && self.opens(row.owner)).find_map(Hook::of);
        found.ok_or_else(Refusal::not_found)
    }

    /// The clients that the key opens, oldest first.
    pub(super) fn clients(&self) -> impl Iterator<Item = &Workspace> {
        let own = self.directory.workspaces().filter(|workspace| workspace.agency == self.agency);
        own.filter(|workspace| self.workspace.is_none_or(|only| only == workspace.id))
    }

    /// A client by its id: the workspace's number, or the id of SmartLead's client that a rule of the agency has a workspace for.
    pub(super) fn client(&self, id: u64) -> Result<WorkspaceId, Refusal> {
        let by_number = self.clients().find(|workspace| workspace.id.number() == id).map(|workspace| workspace.id);
        let by_rule = || {
            let routes = self.directory.routes(self.agency);
            let rule = routes.rows().iter().find(|rule| {
                rule.matcher.by() == MatchBy::PlatformClient
                    && rule.platform.is_none_or(|platform| platform == Platform::Smartlead)
                    && rule.matcher.value() == id.to_string()
            });
            rule.map(|rule| rule.workspace)
        };
        let found = by_number.or_else(by_rule).filter(|found| self.clients().any(|workspace| workspace.id == *found));
        found.ok_or_else(Refusal::no_client)
    }
}

/// A whole number in the path.
async fn number(parts: &mut Parts, service: &Arc<Service>, name: &str) -> Option<u64> {
    let params = RawPathParams::from_request_parts(parts, service).await.ok()?;
    let text = params.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())?;
    text.parse().ok()
}

/// The number of a hook in the path, if it is a number.
pub(super) struct WebhookNumber(Option<u64>);

impl FromRequestParts<Arc<Service>> for WebhookNumber {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<WebhookNumber, Infallible> {
        Ok(WebhookNumber(number(parts, service, "webhook_id").await))
    }
}

impl WebhookNumber {
    /// The hook of this number.
    pub(super) fn of(&self, account: &Account) -> Result<Hook, Refusal> {
        account.hook(self.0.ok_or_else(|| Refusal::form("id", "must be a number"))?)
    }
}

/// The number of a campaign in the path, if it is a number.
pub(super) struct CampaignNumber(Option<u64>);

impl FromRequestParts<Arc<Service>> for CampaignNumber {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<CampaignNumber, Infallible> {
        Ok(CampaignNumber(number(parts, service, "campaign_id").await))
    }
}

impl CampaignNumber {
    /// The number. Whether anything happened in the campaign yet is not asked: a hook may be there before its campaign.
    pub(super) fn get(&self) -> Result<u64, Refusal> {
        self.0.filter(|number| super::scope::is_campaign(*number)).ok_or_else(Refusal::no_campaign)
    }
}
