//! Who asks, and for which workspace. The order of refusals is fixed: no valid key 401; a key of no workspace, of another one, or
//! that may only read 403; then what is wrong with the request, and what is not there.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use http::{HeaderMap, StatusCode, header, request::Parts};
use uuid::Uuid;

use hookline_model::id::WorkspaceId;
use hookline_store::directory::{KeyScope, Role};

use crate::{caller::Caller, compat::instantly::refused::Refused, service::Service};

/// Names the workspace that an agency's key acts in.
const AS_WORKSPACE: &str = "x-as-workspace";

/// A workspace that the key opens. Never a reserved one.
pub(super) struct Reading(pub(super) WorkspaceId);

impl FromRequestParts<Arc<Service>> for Reading {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Reading, Refused> {
        workspace(&caller(parts, service)?, &parts.headers, service).map(Reading)
    }
}

/// A workspace that the key opens for writing.
pub(super) struct Writing(pub(super) WorkspaceId);

impl FromRequestParts<Arc<Service>> for Writing {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Writing, Refused> {
        let caller = caller(parts, service)?;
        let workspace = workspace(&caller, &parts.headers, service)?;
        match caller.role {
            Role::Write => Ok(Writing(workspace)),
            Role::Read => Err(forbidden("The API key has no scope to change anything; use one with the role write")),
        }
    }
}

fn unauthorized(message: &'static str) -> Refused {
    Refused::new(StatusCode::UNAUTHORIZED, message)
}

fn forbidden(message: &'static str) -> Refused {
    Refused::new(StatusCode::FORBIDDEN, message)
}

fn caller(parts: &Parts, service: &Service) -> Result<Caller, Refused> {
    let value = parts.headers.get(header::AUTHORIZATION).map(http::HeaderValue::as_bytes);
    let split = value.and_then(|value| value.split_at_checked("Bearer ".len()));
    let key = split.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"Bearer ")).map(|(_, key)| key.trim_ascii());
    let key = key.filter(|key| !key.is_empty()).ok_or_else(|| unauthorized("Missing Authorization header"))?;
    Caller::of(service, key).ok_or_else(|| unauthorized("Invalid API key"))
}

fn workspace(caller: &Caller, headers: &HeaderMap, service: &Service) -> Result<WorkspaceId, Refused> {
    let named = headers.get(AS_WORKSPACE).map(|value| value.to_str().ok().and_then(|text| text.trim().parse().ok()));
    let id = match (named, caller.scope) {
        (Some(named), _) => named,
        (None, KeyScope::Workspace(own)) => Some(own),
        (None, KeyScope::Agency(_) | KeyScope::Installation) => {
            return Err(forbidden("This key is of no single workspace; name one in the header x-as-workspace"));
        }
    };
    let directory = service.store.directory();
    let found = id.and_then(|id| directory.workspace(id));
    let open = found.filter(|workspace| caller.opens_workspace(workspace) && !workspace.reserved);
    // What belongs to others answers as what is not there.
    open.map(|workspace| workspace.id).ok_or_else(|| forbidden("The API key does not open this workspace"))
}

/// The id in the path.
pub(super) struct PathId(pub(super) Uuid);

impl FromRequestParts<Arc<Service>> for PathId {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<PathId, Refused> {
        let wrong = || Refused::bad("params/id must match format \"uuid\"");
        let params = RawPathParams::from_request_parts(parts, service).await.map_err(|_| wrong())?;
        let text = params.iter().find(|(name, _)| *name == "id").map(|(_, value)| value);
        text.and_then(|text| text.parse().ok()).map(PathId).ok_or_else(wrong)
    }
}
