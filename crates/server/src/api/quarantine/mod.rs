//! Quarantine, of workspaces and of agencies alike: what could not be read is shown, read again, or thrown away. An agency's is
//! that of its reserved workspace: what came to the agency's addresses.

pub(super) mod delete;
pub(super) mod list;
pub(super) mod reprocess;
pub(super) mod reprocess_all;
pub(super) mod show;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    id::{QuarantineId, WorkspaceId},
    platform::Platform,
};
use hookline_platforms::Parsed;
use hookline_store::{Append, Quarantined, directory::AddressOwner, settle::Settlement};

use crate::{
    api::auth::{OwnerRead, OwnerWrite, path_id},
    mend::mend,
    openapi::{Count, Id, PlatformName, Time},
    problem::Problem,
    reading,
    service::Service,
};

/// A workspace whose quarantine the key may read.
pub(in crate::api) struct QuarantineRead(WorkspaceId);

impl FromRequestParts<Arc<Service>> for QuarantineRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<QuarantineRead, Problem> {
        let OwnerRead(owner) = OwnerRead::from_request_parts(parts, service).await?;
        workspace_of(owner, service).map(QuarantineRead)
    }
}

/// A workspace whose quarantine the key may change.
pub(in crate::api) struct QuarantineWrite(WorkspaceId);

impl FromRequestParts<Arc<Service>> for QuarantineWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<QuarantineWrite, Problem> {
        let OwnerWrite(owner) = OwnerWrite::from_request_parts(parts, service).await?;
        workspace_of(owner, service).map(QuarantineWrite)
    }
}

/// The id in the path, beside the workspace that it is looked for in, which the key may change.
pub(in crate::api) struct TargetWrite(WorkspaceId, QuarantineId);

impl FromRequestParts<Arc<Service>> for TargetWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<TargetWrite, Problem> {
        let QuarantineWrite(workspace) = QuarantineWrite::from_request_parts(parts, service).await?;
        Ok(TargetWrite(workspace, id(parts, service).await?))
    }
}

async fn id(parts: &mut Parts, service: &Arc<Service>) -> Result<QuarantineId, Problem> {
    path_id(parts, service, "quarantine_id", WHAT).await
}

/// Where deliveries to this owner's addresses go.
fn workspace_of(owner: AddressOwner, service: &Service) -> Result<WorkspaceId, Problem> {
    match owner {
        AddressOwner::Workspace(id) => Ok(id),
        AddressOwner::Agency(id) => {
            let directory = service.store.directory();
            directory.agency(id).map(|agency| agency.unrouted).ok_or_else(|| Problem::not_found("agency"))
        }
    }
}

/// What is not there when it is not.
const WHAT: &str = "delivery in quarantine";

fn not_there() -> Problem {
    Problem::not_found(WHAT)
}

/// A delivery in quarantine.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Quarantined")]
struct QuarantinedShape {
    #[schemars(with = "Id")]
    id: QuarantineId,
    #[schemars(with = "Id")]
    workspace_id: WorkspaceId,
    #[schemars(with = "PlatformName")]
    platform: Platform,
    #[schemars(with = "Time")]
    received_at: String,
    /// Why it could not be read.
    #[schemars(example = &"no event_type")]
    reason: String,
    /// The headers of the delivery, secrets masked; 64 at most.
    headers: Vec<Header>,
    /// The body, known secrets blanked.
    #[schemars(example = &"{}")]
    body: String,
    /// How many bytes the whole body has.
    #[schemars(with = "Count")]
    body_bytes: usize,
}

/// A header of a delivery.
#[derive(Serialize, JsonSchema)]
struct Header {
    #[schemars(example = &"user-agent")]
    name: String,
    #[schemars(example = &"axios/1.7")]
    value: String,
}

/// A delivery, with its body as this text.
fn shape(row: Quarantined, body: String) -> QuarantinedShape {
    QuarantinedShape {
        id: row.id,
        workspace_id: row.workspace,
        platform: row.platform,
        received_at: row.received_at.to_string(),
        reason: row.reason,
        headers: row.headers.into_iter().map(|(name, value)| Header { name, value }).collect(),
        body,
        body_bytes: row.body.len(),
    }
}

/// Reads a delivery again, with the parser of today, as if it came when it came. What its body lacks are secrets only, which no
/// parser looks for.
fn reread(service: &Service, mut row: Quarantined) -> Settlement {
    let Some(parser) = (service.parsers)(row.platform) else {
        return Settlement::Stay(row.id, format!("this version cannot read {}'s webhooks", row.platform));
    };
    let settings = reading::settings_of(&service.store.directory(), row.workspace, row.platform);
    // What a former version did not mend.
    mend(&mut row.body);
    match reading::read(parser, &row.body, row.received_at, settings.as_ref()) {
        Ok(Parsed { event, claim }) => {
            let (workspace, origin, received_at) = (row.workspace, reading::origin(&event), row.received_at);
            let mut raw = row.body;
            // A field that was not known as a secret then may be known as one now.
            parser.redact(&mut raw);
            Settlement::Release(row.id, Box::new(Append { workspace, event, claim, origin, received_at, raw }))
        }
        Err(reason) => Settlement::Stay(row.id, reason),
    }
}
