//! Statements that campaigns are one, or are not: events of Hookline's own.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use hookline_model::{
    entry::Origin,
    event::{AliasFact, Event, Facts},
    id::{CampaignId, EventId, WorkspaceId},
    identity::Identity,
    key::CampaignKey,
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};
use hookline_store::{Append, directory::Workspace};

use crate::{
    api::{
        auth::{WorkspaceWrite, path_id},
        once::Once,
    },
    problem::{Problem, ProblemType},
    service::Service,
    stated::later_than_any,
};

/// The most keys that one campaign gets by this.
pub(in crate::api) const KEYS_MAX: usize = 100;

/// A campaign of the workspace in the path, which the key opens for writing, with its keys, the best one first.
pub(in crate::api) struct Target {
    pub(super) workspace: Workspace,
    pub(super) keys: Vec<CampaignKey>,
}

impl FromRequestParts<Arc<Service>> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Target, Problem> {
        let WorkspaceWrite(workspace) = WorkspaceWrite::from_request_parts(parts, service).await?;
        let id: CampaignId = path_id(parts, service, "campaign_id", "campaign").await?;
        let keys = service.store.campaign_keys(workspace.id, id).await?;
        let keys = keys.ok_or_else(|| Problem::not_found("campaign"))?;
        Ok(Target { workspace, keys })
    }
}

/// Refuses a campaign of too many keys.
pub(in crate::api) fn has_room(keys: usize) -> Result<(), Problem> {
    if keys < KEYS_MAX {
        return Ok(());
    }
    let detail = format!("A campaign has at most {KEYS_MAX} aliases. Delete those that are no longer needed.");
    Err(Problem::new(ProblemType::Conflict, detail))
}

fn fact(a: &CampaignKey, b: &CampaignKey, aliased: bool) -> AliasFact {
    AliasFact { a: a.clone(), b: b.clone(), aliased }
}

/// That `other` is the campaign of these keys.
pub(in crate::api) fn joining(keys: &[CampaignKey], other: &CampaignKey) -> Vec<AliasFact> {
    keys.iter().take(1).map(|key| fact(key, other, true)).collect()
}

/// That `other` is a campaign of its own, and the others stay one, also if only it held them together.
pub(super) fn parting(keys: &[CampaignKey], other: &CampaignKey) -> Vec<AliasFact> {
    let rest: Vec<&CampaignKey> = keys.iter().filter(|key| *key != other).collect();
    let mut facts: Vec<AliasFact> = rest.iter().map(|key| fact(key, other, false)).collect();
    facts.extend(rest.iter().skip(1).map(|key| fact(rest[0], key, true)));
    facts
}

/// The event that says so.
pub(in crate::api) async fn statement(
    service: &Service,
    workspace: WorkspaceId,
    kind: Kind,
    aliases: Vec<AliasFact>,
    once: &Once,
) -> Result<Append, Problem> {
    let received_at = service.clock.now();
    let occurred_at = later_than_any(service, workspace, &[Kind::CampaignAliased, Kind::CampaignUnaliased]).await?;
    let mut identity = Identity::new(Platform::Hookline, "", kind).part("nonce", once.nonce(service));
    for alias in &aliases {
        identity = identity.part("a", alias.a.to_string()).part("b", alias.b.to_string());
    }
    let event = Event {
        id: EventId::derive(occurred_at, &identity.digest()),
        kind,
        platform: Platform::Hookline,
        account: None,
        occurred_at,
        time_source: TimeSource::Stated,
        contact: None,
        campaign: None,
        sending_account: None,
        outbound: None,
        inbound: None,
        facts: Facts { aliases, ..Facts::default() },
    };
    let raw = serde_json::to_vec(&event.facts.aliases).unwrap_or_default();
    Ok(Append { workspace, event, claim: None, origin: Origin::Manual, received_at, raw })
}
