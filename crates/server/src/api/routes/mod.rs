//! An agency's rules: where what comes to its addresses belongs.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod show;

use std::{collections::BTreeMap, sync::Arc};

use axum::extract::FromRequestParts;
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    id::{AgencyId, RouteId, WorkspaceId},
    platform::Platform,
    route::Route,
};

use crate::{
    api::auth::{AgencyRead, AgencyWrite, path_id},
    openapi::{Id, PlatformName, Time, inline_schemas},
    problem::Problem,
    service::Service,
};

/// A rule.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Route")]
pub(in crate::api) struct RouteShape {
    #[schemars(with = "Id")]
    id: RouteId,
    /// Of which platform's events; null is all of them.
    #[schemars(with = "Option<PlatformName>")]
    platform: Option<Platform>,
    /// What it looks for.
    #[serde(rename = "match")]
    #[schemars(with = "MatchShape")]
    matches: BTreeMap<&'static str, String>,
    /// Where the events belong.
    #[schemars(with = "Id")]
    workspace_id: WorkspaceId,
    #[schemars(with = "Time")]
    created_at: String,
}

inline_schemas! {
    /// What a rule looks for: exactly one of these.
    MatchShape {
        "type": "object",
        "description": "What it looks for: exactly one of these.",
        "properties": {
            "platform_workspace": {
                "type": "string", "minLength": 1, "maxLength": 200, "examples": ["0190a5b8-7d0c-7a51-b2ef-3f5fd24f3b11"],
                "description": "The platform's account: an Instantly workspace, a Lemlist team, a PlusVibe workspace, a HubSpot portal, \
                    a Breakcold space, of EmailBison `instance/workspace`, or the bare workspace while one instance is known."
            },
            "platform_client": {
                "type": "string", "minLength": 1, "maxLength": 200, "examples": ["1103"],
                "description": "The SmartLead client."
            },
            "campaign_id": {
                "type": "string", "minLength": 1, "maxLength": 200, "examples": ["2900417"],
                "description": "The platform's id of a campaign."
            },
            "sending_account": {
                "type": "string", "minLength": 1, "maxLength": 200, "examples": ["nora@try-brightpath.example"],
                "description": "The mailbox that the campaign sends from."
            },
            "sending_domain": {
                "type": "string", "minLength": 1, "maxLength": 200, "examples": ["try-brightpath.example"],
                "description": "The domain of that mailbox, exactly."
            },
            "campaign_name": {
                "type": "string", "minLength": 1, "maxLength": 200, "examples": ["ACME - *"],
                "description": "A pattern of the campaign's name: `*` is any text, `?` any character; case does not count."
            }
        },
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "examples": [{"campaign_id": "2900417"}]
    }
}

impl RouteShape {
    fn new(route: &Route) -> RouteShape {
        RouteShape {
            id: route.id,
            platform: route.platform,
            matches: [(route.matcher.by().name(), route.matcher.value().to_owned())].into(),
            workspace_id: route.workspace,
            created_at: route.created_at.to_string(),
        }
    }
}

/// The rule in the path, of this agency.
async fn find(parts: &mut Parts, service: &Arc<Service>, agency: AgencyId) -> Result<Route, Problem> {
    let id: RouteId = path_id(parts, service, "route_id", WHAT).await?;
    let routes = service.store.directory().routes(agency);
    routes.get(id).cloned().ok_or_else(|| Problem::not_found(WHAT))
}

/// What is not there when it is not.
const WHAT: &str = "route";

/// A rule of the agency in the path, which the key opens.
pub(in crate::api) struct RouteRead(Route);

impl FromRequestParts<Arc<Service>> for RouteRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<RouteRead, Problem> {
        let AgencyRead(agency) = AgencyRead::from_request_parts(parts, service).await?;
        find(parts, service, agency.id).await.map(RouteRead)
    }
}

/// The same, for writing.
pub(in crate::api) struct RouteWrite(Route);

impl FromRequestParts<Arc<Service>> for RouteWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<RouteWrite, Problem> {
        let AgencyWrite(agency) = AgencyWrite::from_request_parts(parts, service).await?;
        find(parts, service, agency.id).await.map(RouteWrite)
    }
}
