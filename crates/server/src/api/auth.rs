//! Who asks, and what they may have.
//!
//! An extractor here returns the thing itself, found and checked: a handler that forgets it has no workspace to pass on. The
//! order of refusals is fixed: no valid key 401; not there, or another tenant's 404; there, but the key may only read 403. So
//! nobody learns from an answer what exists elsewhere.

use std::{str::FromStr, sync::Arc};

use axum::extract::{FromRequestParts, RawPathParams};
use http::{header, request::Parts};

use hookline_model::id::{AgencyId, SubscriptionId, WorkspaceId};
use hookline_store::{
    directory::{AddressOwner, Agency, KeyScope, Workspace},
    subscriptions::Subscription,
};

use crate::{
    caller::Caller,
    problem::{Problem, ProblemType},
    service::Service,
};

impl FromRequestParts<Arc<Service>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Caller, Problem> {
        bearer(parts).and_then(|key| Caller::of(service, key)).ok_or_else(unauthorized)
    }
}

/// The key that a request presents.
fn bearer(parts: &Parts) -> Option<&[u8]> {
    let value = parts.headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, key) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| key.trim_ascii()).filter(|key| !key.is_empty())
}

fn unauthorized() -> Problem {
    Problem::new(ProblemType::Unauthorized, "Send a valid key in the header Authorization, as: Bearer hk_...")
}

/// An id in the path. A text that is no id is the id of nothing.
pub(super) async fn path_id<T: FromStr>(parts: &mut Parts, service: &Arc<Service>, name: &str, what: &str) -> Result<T, Problem> {
    let params = RawPathParams::from_request_parts(parts, service)
        .await
        .map_err(|_| Problem::invalid("path", "The path is not UTF-8. Encode it as UTF-8, then percent-encode it."))?;
    let text = params.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Problem::not_found(what))
}

/// An agency that the key opens.
pub(super) struct AgencyRead(pub(super) Agency);

impl FromRequestParts<Arc<Service>> for AgencyRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<AgencyRead, Problem> {
        let caller = Caller::from_request_parts(parts, service).await?;
        agency(&caller, parts, service).await.map(AgencyRead)
    }
}

/// An agency that the key opens for writing.
pub(super) struct AgencyWrite(pub(super) Agency);

impl FromRequestParts<Arc<Service>> for AgencyWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<AgencyWrite, Problem> {
        let caller = Caller::from_request_parts(parts, service).await?;
        let agency = agency(&caller, parts, service).await?;
        caller.may_write().map(|()| AgencyWrite(agency))
    }
}

async fn agency(caller: &Caller, parts: &mut Parts, service: &Arc<Service>) -> Result<Agency, Problem> {
    let id: AgencyId = path_id(parts, service, "agency_id", "agency").await?;
    let directory = service.store.directory();
    let agency = directory.agency(id).filter(|agency| caller.opens_agency(agency.id));
    agency.cloned().ok_or_else(|| Problem::not_found("agency"))
}

/// A workspace that the key opens. An agency's reserved workspace can be read too, by whoever may read the agency.
pub(super) struct WorkspaceRead(pub(super) Workspace);

impl FromRequestParts<Arc<Service>> for WorkspaceRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<WorkspaceRead, Problem> {
        let caller = Caller::from_request_parts(parts, service).await?;
        workspace(&caller, parts, service).await.map(WorkspaceRead)
    }
}

/// A workspace that the key opens for writing. Never a reserved one.
pub(super) struct WorkspaceWrite(pub(super) Workspace);

impl FromRequestParts<Arc<Service>> for WorkspaceWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<WorkspaceWrite, Problem> {
        let caller = Caller::from_request_parts(parts, service).await?;
        let workspace = workspace(&caller, parts, service).await?;
        if workspace.reserved {
            return Err(Problem::not_found("workspace"));
        }
        caller.may_write().map(|()| WorkspaceWrite(workspace))
    }
}

async fn workspace(caller: &Caller, parts: &mut Parts, service: &Arc<Service>) -> Result<Workspace, Problem> {
    let id: WorkspaceId = path_id(parts, service, "workspace_id", "workspace").await?;
    let directory = service.store.directory();
    let workspace = directory.workspace(id).filter(|workspace| caller.opens_workspace(workspace));
    workspace.cloned().ok_or_else(|| Problem::not_found("workspace"))
}

/// The workspace or agency whose addresses a path is about.
pub(super) struct OwnerRead(pub(super) AddressOwner);

impl FromRequestParts<Arc<Service>> for OwnerRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<OwnerRead, Problem> {
        if is_agency_path(parts) {
            let AgencyRead(agency) = AgencyRead::from_request_parts(parts, service).await?;
            return Ok(OwnerRead(AddressOwner::Agency(agency.id)));
        }
        let WorkspaceRead(workspace) = WorkspaceRead::from_request_parts(parts, service).await?;
        Ok(OwnerRead(AddressOwner::Workspace(workspace.id)))
    }
}

/// The same, for writing.
pub(super) struct OwnerWrite(pub(super) AddressOwner);

impl FromRequestParts<Arc<Service>> for OwnerWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<OwnerWrite, Problem> {
        if is_agency_path(parts) {
            let AgencyWrite(agency) = AgencyWrite::from_request_parts(parts, service).await?;
            return Ok(OwnerWrite(AddressOwner::Agency(agency.id)));
        }
        let WorkspaceWrite(workspace) = WorkspaceWrite::from_request_parts(parts, service).await?;
        Ok(OwnerWrite(AddressOwner::Workspace(workspace.id)))
    }
}

fn is_agency_path(parts: &Parts) -> bool {
    parts.uri.path().starts_with("/v1/agencies/")
}

/// A webhook in the path, of the workspace or agency in the path, which the key opens.
pub(super) struct WebhookRead(pub(super) Arc<Subscription>);

impl FromRequestParts<Arc<Service>> for WebhookRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<WebhookRead, Problem> {
        let OwnerRead(owner) = OwnerRead::from_request_parts(parts, service).await?;
        webhook(parts, service, owner).await.map(WebhookRead)
    }
}

/// The same, for writing.
pub(super) struct WebhookWrite(pub(super) Arc<Subscription>);

impl FromRequestParts<Arc<Service>> for WebhookWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<WebhookWrite, Problem> {
        let OwnerWrite(owner) = OwnerWrite::from_request_parts(parts, service).await?;
        webhook(parts, service, owner).await.map(WebhookWrite)
    }
}

async fn webhook(parts: &mut Parts, service: &Arc<Service>, owner: AddressOwner) -> Result<Arc<Subscription>, Problem> {
    let id: SubscriptionId = path_id(parts, service, "webhook_id", "webhook").await?;
    let directory = service.store.directory();
    let found = directory.subscription(id).filter(|row| row.owner == owner);
    found.cloned().ok_or_else(|| Problem::not_found("webhook"))
}

/// A key of the installation.
pub(super) struct InstallationRead;

impl FromRequestParts<Arc<Service>> for InstallationRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<InstallationRead, Problem> {
        let caller = Caller::from_request_parts(parts, service).await?;
        installation(&caller).map(|()| InstallationRead)
    }
}

/// A key of the installation that may write.
pub(super) struct InstallationWrite;

impl FromRequestParts<Arc<Service>> for InstallationWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<InstallationWrite, Problem> {
        let caller = Caller::from_request_parts(parts, service).await?;
        installation(&caller)?;
        caller.may_write().map(|()| InstallationWrite)
    }
}

fn installation(caller: &Caller) -> Result<(), Problem> {
    if caller.scope == KeyScope::Installation {
        return Ok(());
    }
    Err(Problem::new(ProblemType::Forbidden, "This needs a key of the installation, such as the admin key."))
}
