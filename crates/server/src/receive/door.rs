//! Whose address it is: found from the path alone, before a byte of the body is read.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRequestParts, RawPathParams},
    response::{IntoResponse, Response},
};
use http::request::Parts;
use metrics::counter;

use hookline_model::{
    id::{Address, WorkspaceId},
    platform::Platform,
};
use hookline_platforms::Parser;
use hookline_store::{
    directory::{AddressOwner, Directory},
    source::Source,
};

use crate::{
    metrics::{LABEL_PLATFORM, LABEL_STATUS, PLATFORM_UNKNOWN, RECEIVED_TOTAL},
    problem::{Problem, ProblemType},
    receive::hook::{self, Reach},
    rejections::Rejection,
    remote,
    service::Service,
};

/// A valid address and what it leads to. A handler without one has no workspace to put anything into.
pub(super) struct Door {
    /// Who came.
    pub(super) visitor: Visitor,
    /// Whose address it is.
    pub(super) owner: AddressOwner,
    /// Where deliveries go: the workspace, or the agency's reserved one for what no rule places.
    pub(super) workspace: WorkspaceId,
    /// The platform.
    pub(super) platform: Platform,
    /// Reads its deliveries.
    pub(super) parser: &'static dyn Parser,
    /// The address as the path has it, to be masked wherever it shows up again.
    pub(super) token: String,
    /// The directory that all this was found in.
    pub(super) directory: Arc<Directory>,
    /// How it is verified and answered, if that was set up: the owner's own, or its agency's.
    pub(super) source: Option<Arc<Source>>,
}

/// Who came to a door, as far as is known when something is refused.
#[derive(Clone, Copy, Default)]
pub(super) struct Visitor {
    remote: Option<IpAddr>,
    platform: Option<Platform>,
    owner: Option<AddressOwner>,
}

impl Visitor {
    /// Lists and counts a refusal.
    pub(super) fn refuse(&self, service: &Service, problem: Problem) -> Response {
        service.rejections.push(Rejection {
            number: 0,
            at: service.clock.now(),
            reason: problem.problem_type,
            platform: self.platform,
            owner: self.owner,
            remote: self.remote,
        });
        self.count(problem.problem_type.slug());
        problem.into_response()
    }

    /// Counts what became of a request; `status` is from a closed set.
    pub(super) fn count(&self, status: &'static str) {
        let platform = self.platform.map_or(PLATFORM_UNKNOWN, Platform::name);
        counter!(RECEIVED_TOTAL, LABEL_PLATFORM => platform, LABEL_STATUS => status).increment(1);
    }
}

impl FromRequestParts<Arc<Service>> for Door {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Door, Response> {
        let remote = remote::address(&parts.extensions, &parts.headers, &service.trusted_proxies);
        let mut visitor = Visitor { remote, ..Visitor::default() };
        let params = RawPathParams::from_request_parts(parts, service).await;
        let param = |name: &str| params.as_ref().ok()?.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
        find(service, &mut visitor, param("hook"), param("address")).map_err(|problem| visitor.refuse(service, problem))
    }
}

/// Looks the address up. Every way to be wrong gets the same answer, but for a platform that cannot be read yet.
fn find(service: &Service, visitor: &mut Visitor, hook: Option<&str>, token: Option<&str>) -> Result<Door, Problem> {
    let hook = hook.and_then(hook::parse).ok_or_else(unknown)?;
    visitor.platform = Some(hook.platform);
    let token = token.ok_or_else(unknown)?;
    let address: Address = token.parse().map_err(|_| unknown())?;
    let directory = service.store.directory();
    let owner = directory.address(address).ok_or_else(unknown)?.owner;
    visitor.owner = Some(owner);
    let workspace = match (hook.reach, owner) {
        (Reach::Workspace, AddressOwner::Workspace(id)) => Some(id),
        (Reach::Agency, AddressOwner::Agency(id)) => directory.agency(id).map(|agency| agency.unrouted),
        _ => None,
    };
    let workspace = workspace.ok_or_else(unknown)?;
    let parser = (service.parsers)(hook.platform).ok_or_else(|| {
        Problem::new(
            ProblemType::PlatformNotReceived,
            format!(
                "This version cannot receive {}'s webhooks. Ask for a newer one, or remove the webhook there.",
                hook.platform
            ),
        )
        .closing()
    })?;
    let source = directory.source_for(owner, hook.platform).cloned();
    let token = token.to_owned();
    Ok(Door { visitor: *visitor, owner, workspace, platform: hook.platform, parser, token, directory, source })
}

fn unknown() -> Problem {
    Problem::new(
        ProblemType::UnknownAddress,
        "No workspace or agency has this address, or not for this path. Copy the webhook address from Hookline again.",
    )
    .closing()
}
