//! `DELETE /v1/workspaces/{workspace_id}/campaigns/{campaign_id}/aliases/{alias_id}`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use http::request::Parts;

use hookline_model::{id::CampaignId, key::CampaignKey, kind::Kind};

use crate::{
    api::{
        auth::path_id,
        campaigns::aliasing::{Target, parting, statement},
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// One of several keys of a campaign.
pub(in crate::api) struct Alias(Target, CampaignKey);

impl FromRequestParts<Arc<Service>> for Alias {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Alias, Problem> {
        let target = Target::from_request_parts(parts, service).await?;
        let id: CampaignId = path_id(parts, service, "alias_id", "alias").await?;
        let is_it = |key: &&CampaignKey| CampaignId::derive(target.workspace.id, key) == id;
        let key = target.keys.iter().find(is_it).filter(|_| target.keys.len() > 1).cloned();
        let key = key.ok_or_else(|| Problem::not_found("alias"))?;
        Ok(Alias(target, key))
    }
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Says that an alias is a campaign of its own. From then on it is, also of what happened before; its other aliases stay \
        with the campaign.";
    Operation::remove("Campaigns", "Delete an alias", about).reads_records()
}

/// Says that an alias is a campaign of its own.
pub(in crate::api) async fn unalias(
    Alias(Target { workspace, keys }, other): Alias,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    let event = statement(&service, workspace.id, Kind::CampaignUnaliased, parting(&keys, &other), &once).await?;
    once.record(&service, event, Reply::deleted()).await
}
