//! `GET /api/v2/webhooks/event-types`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;

use hookline_delivery::settings::Dialect;
use hookline_dialects::names::subscriptions;

use crate::{
    compat::instantly::{Answer, auth::Reading},
    service::Service,
};

/// What can be asked for.
#[derive(Serialize)]
pub(in crate::compat::instantly) struct TypesShape {
    event_types: Vec<TypeShape>,
}

#[derive(Serialize)]
struct TypeShape {
    id: &'static str,
    label: String,
    r#type: &'static str,
}

/// Every name that a webhook can be subscribed by. The workspace's labels are not known to us as such.
pub(in crate::compat::instantly) async fn list(Reading(_): Reading, State(_): State<Arc<Service>>) -> Answer<TypesShape> {
    let shape = |id: &'static str| TypeShape { id, label: label(id), r#type: "standard" };
    Ok(Json(TypesShape { event_types: subscriptions(Dialect::Instantly).into_iter().map(shape).collect() }))
}

/// `email_sent` as people write it: "Email Sent".
fn label(id: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_uppercase() + rest
    };
    id.split('_').map(word).collect::<Vec<_>>().join(" ")
}
