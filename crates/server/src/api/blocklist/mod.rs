//! The block list: addresses and domains that are not to be written to.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod show;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::id::ItemId;
use hookline_store::directory::Workspace;

use crate::{
    api::auth::{WorkspaceRead, WorkspaceWrite, path_id},
    blocking::{Blocked, Entry, find},
    openapi::{EmailText, Id, Time},
    problem::Problem,
    service::Service,
};

/// An entry of the block list: an address or a domain.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Blocked")]
pub(in crate::api) struct BlockedShape {
    /// Derived from what is blocked: the same address or domain has the same id.
    #[schemars(with = "Id")]
    id: ItemId,
    /// The address; null if it is a domain.
    #[schemars(with = "Option<EmailText>")]
    email: Option<String>,
    /// The domain; null if it is an address.
    #[schemars(example = &"halden.example")]
    domain: Option<String>,
    /// Why, if somebody said.
    #[schemars(example = &"a competitor")]
    reason: Option<String>,
    /// Since when it is on the list.
    #[schemars(with = "Time")]
    created_at: String,
}

impl BlockedShape {
    fn new(entry: Entry) -> BlockedShape {
        let (email, domain) = match entry.blocked {
            Blocked::Email(address) => (Some(address.to_string()), None),
            Blocked::Domain(domain) => (None, Some(domain)),
        };
        BlockedShape { id: entry.id, email, domain, reason: entry.reason, created_at: entry.listed_at }
    }
}

/// An entry in the path, of a workspace that the key opens.
pub(in crate::api) struct EntryRead(Entry);

impl FromRequestParts<Arc<Service>> for EntryRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<EntryRead, Problem> {
        let WorkspaceRead(workspace) = WorkspaceRead::from_request_parts(parts, service).await?;
        entry(parts, service, &workspace).await.map(EntryRead)
    }
}

/// The same, for writing.
pub(in crate::api) struct EntryWrite(Workspace, Entry);

impl FromRequestParts<Arc<Service>> for EntryWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<EntryWrite, Problem> {
        let WorkspaceWrite(workspace) = WorkspaceWrite::from_request_parts(parts, service).await?;
        let entry = entry(parts, service, &workspace).await?;
        Ok(EntryWrite(workspace, entry))
    }
}

async fn entry(parts: &mut Parts, service: &Arc<Service>, workspace: &Workspace) -> Result<Entry, Problem> {
    let id: ItemId = path_id(parts, service, "blocked_id", "entry of the block list").await?;
    find(service, workspace.id, id).await?.ok_or_else(|| Problem::not_found("entry of the block list"))
}
