//! `GET /v1/{workspaces|agencies}/{id}/sources/{platform}/aliases`.

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};

use hookline_store::directory::AddressOwner;

use crate::{
    api::{
        query::{NoQuery, Query},
        sources::{
            SourceRead,
            aliases::{AliasesShape, NamesShape, campaigns_of, names_of},
        },
    },
    openapi::{FilterText, Operation},
    problem::Problem,
    service::Service,
};

/// What it is, of a workspace.
pub(in crate::api) fn describe_of_workspace() -> Operation {
    let about = "Which names of events the workspace's own source reads as which, and which campaigns of the platform were stated \
        to be one. Nothing of what its agency's source aliases.";
    Operation::show::<AliasesShape>("Sources", "Show aliases", about)
        .query::<FilterText>(
            "account",
            "The account within which the ids of the campaigns are unique. Left out: those that are unique without.",
        )
        .reads_records()
}

/// What it is, of an agency.
pub(in crate::api) fn describe_of_agency() -> Operation {
    let about = "Which names of events the agency's source reads as which.";
    Operation::show::<NamesShape>("Sources", "Show an agency's aliases", about)
}

/// The aliases of a workspace.
pub(in crate::api) async fn show_of_workspace(
    SourceRead(owner, platform): SourceRead,
    mut query: Query,
    State(service): State<Arc<Service>>,
) -> Result<impl IntoResponse, Problem> {
    let account = query.text("account")?.unwrap_or_default();
    query.end()?;
    let AddressOwner::Workspace(workspace) = owner else { return Err(Problem::not_found("workspace")) };
    let campaigns = campaigns_of(&service, workspace, platform, &account).await?;
    Ok(Json(AliasesShape { names: names_of(&service, owner, platform), campaigns }))
}

/// The aliases of an agency.
pub(in crate::api) async fn show_of_agency(
    SourceRead(owner, platform): SourceRead,
    _: NoQuery,
    State(service): State<Arc<Service>>,
) -> Result<impl IntoResponse, Problem> {
    Ok(Json(names_of(&service, owner, platform)))
}
