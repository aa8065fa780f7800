//! `POST /v1/{workspaces|agencies}/{id}/webhooks/{webhook_id}/rotate-secret`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;

use hookline_delivery::settings::Secrets;

use crate::{
    api::{
        auth::WebhookWrite,
        fields::FieldsIfAny,
        once::{Once, Reply},
        query::NoQuery,
        webhooks::{change, shape::WebhookShape},
    },
    openapi::Operation,
    problem::Problem,
    service::Service,
    subscriptions::{changed, new_secret, overlaps},
};

/// How long the former secret signs as well, in seconds, if nothing is said: a day.
const OVERLAP_S: u64 = 24 * 60 * 60;

/// The longest that it does: thirty days.
const OVERLAP_S_MAX: u64 = 30 * 24 * 60 * 60;

/// How a secret is exchanged.
#[derive(JsonSchema)]
#[schemars(rename = "SecretRotation", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct Rotation {
    /// How long the former secret signs as well, in seconds; a day if it is left out, and 0 is not at all.
    #[schemars(range(max = OVERLAP_S_MAX), example = &3_600)]
    overlap_s: Option<u64>,
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Makes a new secret, which is in this answer and nowhere else, not in a repetition of it either. For `overlap_s` \
        deliveries are signed with both, so that a receiver with either is content. SmartLead's header has room for one signature \
        and Breakcold's body for one secret: there the new one holds at once. Instantly has no secret.";
    Operation::change::<WebhookShape>("Webhooks", "Exchange a webhook's secret", about).fields::<Rotation>().body_is_optional()
}

/// Makes a new secret; the former signs as well for a while.
pub(in crate::api) async fn rotate(
    WebhookWrite(row): WebhookWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    FieldsIfAny(mut fields): FieldsIfAny,
) -> Result<Reply, Problem> {
    let mut overlap: Option<u64> = None;
    fields.put("overlap_s", &mut overlap)?;
    fields.end()?;
    let overlap = overlap.unwrap_or(OVERLAP_S);
    if overlap > OVERLAP_S_MAX {
        return Err(Problem::invalid("overlap_s", format!("Give 0 to {OVERLAP_S_MAX} seconds.")));
    }
    let now = service.clock.now();
    let until = now.0.saturating_add(i64::try_from(overlap * 1_000).unwrap_or(i64::MAX));
    change(&service, row, once, |row, former| {
        let made = new_secret(former.settings.dialect, &*service.entropy).ok_or_else(|| {
            Problem::invalid("dialect", "Instantly signs nothing, so there is no secret. Change its headers instead.")
        })?;
        let has_both = overlap > 0 && overlaps(former.settings.dialect);
        let secrets = Secrets {
            secret: Some(made.clone()),
            previous: former.secrets.secret.filter(|_| has_both).map(|secret| (secret, until)),
            headers: former.secrets.headers,
        };
        Ok((changed(&service, row, former.settings, secrets)?, Some(made)))
    })
    .await
}
