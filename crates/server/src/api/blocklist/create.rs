//! `POST /v1/workspaces/{workspace_id}/blocklist`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;

use crate::{
    api::{
        auth::WorkspaceWrite,
        blocklist::BlockedShape,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
    },
    blocking::{Blocked, Moment, entry_for, later_than_any},
    openapi::{EmailText, Operation},
    problem::Problem,
    service::Service,
};

/// What is to be blocked: one of the two.
#[derive(JsonSchema)]
#[schemars(rename = "NewBlocked", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct NewBlocked {
    /// One address.
    #[schemars(with = "Option<EmailText>")]
    email: Option<String>,
    /// A whole domain.
    #[schemars(length(min = 1, max = 255), example = &"halden.example")]
    domain: Option<String>,
    /// Why. What is on the list already keeps its reason if none is given.
    #[schemars(length(min = 1, max = 200), example = &"a competitor")]
    reason: Option<String>,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Puts an address or a domain on the block list; give `email` or `domain`. An address blocks its contact, which is made \
        if it is not there. What is on the list already stays there since when it was. The change is an event, `contact.blocked`.";
    Operation::create::<BlockedShape>("Block list", "Block an address or a domain", about).fields::<NewBlocked>().reads_records()
}

pub(in crate::api) async fn create(
    WorkspaceWrite(workspace): WorkspaceWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    let blocked = match (fields.text("email")?, fields.text("domain")?) {
        (Some(email), None) => Blocked::parse(&email)
            .filter(|blocked| matches!(blocked, Blocked::Email(_)))
            .ok_or_else(|| Problem::invalid("email", "Give an e-mail address."))?,
        (None, Some(domain)) => {
            Blocked::domain(&domain).ok_or_else(|| Problem::invalid("domain", "Give a domain, such as halden.example."))?
        }
        _ => return Err(Problem::invalid("email", "Give either email or domain.")),
    };
    let reason = fields.name_if_given("reason")?;
    fields.end()?;
    let at = later_than_any(&service, workspace.id).await?;
    let entry = entry_for(&service, workspace.id, blocked, reason, at).await?;
    let nonce = once.nonce(&service);
    let event = Moment { workspace: workspace.id, at, nonce: &nonce }.block(&service, &entry);
    once.record(&service, event, Reply::created(&BlockedShape::new(entry))).await
}
