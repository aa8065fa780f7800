//! `POST /v1/agencies/{agency_id}/routes`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde_json::Value;

use hookline_model::{
    id::{RouteId, WorkspaceId},
    platform::Platform,
    route::{MatchBy, Matcher, MatcherError, ROUTE_PATTERNS_MAX, ROUTES_MAX, Route, Routes},
};
use hookline_store::directory::{Agency, DirectoryChange};

use crate::{
    api::{
        auth::AgencyWrite,
        fields::{Fields, missing},
        once::{Once, Reply},
        query::NoQuery,
        routes::{MatchShape, RouteShape},
    },
    chance::uuid_v7,
    openapi::{Id, Operation, PlatformName},
    problem::{Problem, ProblemType},
    service::Service,
};

/// What a rule is made of.
#[derive(JsonSchema)]
#[schemars(rename = "NewRoute", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct NewRouteFields {
    /// Of which platform's events; all of them if this is left out.
    platform: Option<PlatformName>,
    /// What it looks for: exactly one of these.
    #[serde(rename = "match")]
    matches: MatchShape,
    /// Where the events belong: a workspace of the agency.
    workspace_id: Id,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Makes a rule: events that come to the agency's addresses from now on and match belong in the workspace. What waits \
        already is placed by `POST .../unrouted/route`. An agency has up to 10,000 rules, 500 of them by `campaign_name`.";
    Operation::create::<RouteShape>("Routes", "Make a route", about).fields::<NewRouteFields>().problems(&[ProblemType::NotFound])
}

/// Makes a rule.
pub(in crate::api) async fn create(
    AgencyWrite(agency): AgencyWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let platform: Option<Platform> = fields.named("platform", "Give the name of a platform, such as smartlead.")?;
    let matcher = matcher(fields.inner("match")?)?;
    let workspace: WorkspaceId = fields.id("workspace_id")?.ok_or_else(|| missing("workspace_id"))?;
    fields.end()?;
    possible(platform, matcher.by())?;
    let directory = service.store.directory();
    let found = directory.workspace(workspace).filter(|found| found.agency == agency.id && !found.reserved);
    found.ok_or_else(|| Problem { field: Some("workspace_id".into()), ..Problem::not_found("workspace") })?;
    has_room(&directory.routes(agency.id), platform, &matcher)?;
    let created_at = service.clock.now();
    let id = RouteId(uuid_v7(&*service.entropy, created_at));
    let Agency { id: agency, .. } = agency;
    let route = Route { id, agency, platform, matcher, workspace, created_at };
    let reply = Reply::created(&RouteShape::new(&route));
    once.change(&service, vec![DirectoryChange::PutRoute(route)], reply).await
}

/// What the rule looks for: exactly one thing.
fn matcher(fields: Fields) -> Result<Matcher, Problem> {
    let names = MatchBy::ALL.map(MatchBy::name).join(", ");
    let one = || Problem::invalid("match", format!("Give exactly one of: {names}."));
    let (name, value) = fields.only().ok_or_else(one)?;
    let by = MatchBy::named(&name).ok_or_else(one)?;
    let field = format!("match.{name}");
    let Value::String(text) = value else { return Err(Problem::invalid(field, "Give a text.")) };
    if by == MatchBy::SendingDomain && text.contains(['*', '?']) {
        return Err(Problem::invalid(field, "Give one domain, whole: only campaign_name takes a pattern."));
    }
    Matcher::new(by, &text).map_err(|error| {
        let detail = match error {
            MatcherError::Text => "Give 1 to 200 characters, without line breaks and other control characters.",
            MatcherError::Address => "Give the e-mail address of a mailbox.",
            MatcherError::Domain => "Give a domain: what stands behind the @ of an address.",
        };
        Problem::invalid(field, detail)
    })
}

/// Refuses what no event could ever match.
fn possible(platform: Option<Platform>, by: MatchBy) -> Result<(), Problem> {
    match (platform, by) {
        (Some(Platform::Hookline), _) => {
            Err(Problem::invalid("platform", "Nothing comes from hookline. Give the platform that sends, or leave this out."))
        }
        (Some(Platform::Smartlead), MatchBy::PlatformWorkspace) => {
            Err(Problem::invalid("match", "SmartLead has clients and no workspaces. Use platform_client."))
        }
        (Some(platform), MatchBy::PlatformClient) if !by.applies_to(platform) => {
            Err(Problem::invalid("match", "Only SmartLead has clients. Use platform_workspace."))
        }
        _ => Ok(()),
    }
}

/// Refuses a second rule for the same, and more rules than there may be.
fn has_room(routes: &Routes, platform: Option<Platform>, matcher: &Matcher) -> Result<(), Problem> {
    let conflict = |detail: String| Err(Problem::new(ProblemType::Conflict, detail));
    let same = routes.rows().iter().find(|route| route.platform == platform && route.matcher == *matcher);
    if let Some(Route { id, workspace, .. }) = same {
        return conflict(format!(
            "The route {id} says already that this belongs in {workspace}. Delete it first to change that."
        ));
    }
    if routes.rows().len() >= ROUTES_MAX {
        return conflict(format!("There are {ROUTES_MAX} routes already. Delete those that are no longer needed."));
    }
    if matcher.by() == MatchBy::CampaignName && routes.patterns() >= ROUTE_PATTERNS_MAX {
        return conflict(format!(
            "There are {ROUTE_PATTERNS_MAX} routes by campaign_name already. Use another kind, or delete some."
        ));
    }
    Ok(())
}
