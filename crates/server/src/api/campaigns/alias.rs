//! `POST /v1/workspaces/{workspace_id}/campaigns/{campaign_id}/aliases`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    id::CampaignId,
    key::{CampaignKey, ExternalId},
    kind::Kind,
    platform::Platform,
};

use crate::{
    api::{
        campaigns::aliasing::{Target, has_room, joining, statement},
        fields::{Fields, missing},
        once::{Once, Reply},
        query::NoQuery,
    },
    openapi::{Id, Operation, PlatformName},
    problem::{Problem, ProblemType},
    service::Service,
};

/// Which campaign at a platform is the one in the path.
#[derive(JsonSchema)]
#[schemars(rename = "NewAlias", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct AliasFields {
    platform: PlatformName,
    /// The account within which the platform's id is unique. To be left out if it is unique without.
    #[schemars(length(min = 1, max = 200), example = &"https://send.example.com")]
    account: Option<String>,
    /// The campaign's id at the platform.
    #[schemars(length(min = 1, max = 200), example = &"2900418")]
    platform_campaign_id: String,
}

/// An alias of a campaign.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Alias")]
struct AliasShape<'a> {
    /// The id that the alias would have as a campaign of its own; it leads to the campaign now.
    #[schemars(with = "Id")]
    id: CampaignId,
    /// The campaign. Its id is that of its best key, and may change with an alias.
    #[schemars(with = "Id")]
    campaign_id: CampaignId,
    #[schemars(with = "PlatformName")]
    platform: Platform,
    #[schemars(example = &"https://send.example.com")]
    account: Option<&'a str>,
    #[schemars(example = &"2900418")]
    platform_campaign_id: &'a str,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Says that a campaign at a platform is this one, such as one that was made anew. From then on the two are one record, \
        also of what happened before, and both ids lead to it. A campaign has up to 100 aliases.";
    Operation::create::<AliasShape<'_>>("Campaigns", "Make an alias", about).fields::<AliasFields>().reads_records()
}

/// Says that a campaign at a platform is the one in the path.
pub(in crate::api) async fn alias(
    Target { workspace, keys }: Target,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let platform: Option<Platform> = fields.named("platform", "Give the name of a platform, such as smartlead.")?;
    let account = fields.name_if_given("account")?;
    let id = fields.name("platform_campaign_id")?;
    fields.end()?;
    let platform = platform.ok_or_else(|| missing("platform"))?;
    let external = ExternalId { platform, account: account.clone().unwrap_or_default(), id };
    let other = CampaignKey::External(external.clone());
    if keys.contains(&other) {
        let detail = "This is the campaign already. Nothing was changed.";
        return Err(Problem::new(ProblemType::Conflict, detail));
    }
    let other_id = CampaignId::derive(workspace.id, &other);
    let others = service.store.campaign_keys(workspace.id, other_id).await?.unwrap_or_default();
    has_room(keys.len() + others.len())?;
    let best = others.iter().chain([&other]).chain(&keys).min().unwrap_or(&other);
    let reply = Reply::created(&AliasShape {
        id: other_id,
        campaign_id: CampaignId::derive(workspace.id, best),
        platform,
        account: account.as_deref(),
        platform_campaign_id: &external.id,
    });
    let event = statement(&service, workspace.id, Kind::CampaignAliased, joining(&keys, &other), &once).await?;
    once.record(&service, event, reply).await
}
