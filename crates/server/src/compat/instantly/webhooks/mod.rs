//! Webhooks of a workspace, as Instantly shows them.
//!
//! One that was made here remembers what it was asked for, under `instantly` of the settings' `extra`. One that was made
//! otherwise is shown if Instantly has words for what it asks for. Values of headers are secrets: a mask stands for each.

pub(super) mod asked;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod event_types;
pub(super) mod list;
pub(super) mod resume;
pub(super) mod show;
pub(super) mod test;
pub(super) mod update;
mod wanted;

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use serde_json::Number;
use uuid::Uuid;

use hookline_delivery::dispatch::Subscribed;
use hookline_model::id::{SubscriptionId, WorkspaceId};
use hookline_store::{
    directory::AddressOwner,
    subscriptions::{Subscription, SubscriptionStatus},
};

use crate::{compat::instantly::refused::Refused, service::Service, subscriptions::read};

use asked::Asked;

/// What stands for a header's value. Sent back unchanged, it leaves the value as it is.
pub(super) const MASK: &str = "********";

/// What a webhook without a name is called: our own words want one.
pub(super) const UNNAMED: &str = "Made through Instantly's API";

/// A webhook.
#[derive(Serialize)]
pub(super) struct WebhookShape {
    id: SubscriptionId,
    organization: WorkspaceId,
    campaign: Option<String>,
    name: Option<String>,
    target_hook_url: String,
    event_type: Option<String>,
    custom_interest_value: Option<Number>,
    headers: Option<BTreeMap<String, &'static str>>,
    timestamp_created: String,
    /// 1 is active, -1 stopped.
    status: i8,
    /// When it was stopped.
    timestamp_error: Option<String>,
}

impl WebhookShape {
    fn new(workspace: WorkspaceId, subscribed: &Subscribed, asked: Asked) -> WebhookShape {
        let Subscribed { row, settings, secrets, .. } = subscribed;
        let is_active = row.status == SubscriptionStatus::Active;
        let as_written = |name: &String| {
            let written = asked.header_names.iter().find(|written| written.eq_ignore_ascii_case(name));
            (written.unwrap_or(name).clone(), MASK)
        };
        let headers: BTreeMap<String, &str> = secrets.headers.keys().map(as_written).collect();
        WebhookShape {
            id: row.id,
            organization: workspace,
            campaign: asked.campaign,
            name: Some(settings.name.clone()).filter(|name| !name.is_empty() && name != UNNAMED),
            target_hook_url: settings.url.clone(),
            event_type: asked.event_type,
            custom_interest_value: asked.custom_interest_value,
            headers: Some(headers).filter(|headers| !headers.is_empty()),
            timestamp_created: row.created_at.to_string(),
            status: if is_active { 1 } else { -1 },
            timestamp_error: (!is_active).then(|| row.status_at.to_string()),
        }
    }
}

/// A webhook of the workspace that Instantly has words for.
struct Found {
    subscribed: Subscribed,
    asked: Asked,
}

impl Found {
    fn read(service: &Service, row: &Arc<Subscription>) -> Result<Option<Found>, Refused> {
        let subscribed = read(service, row)?;
        let asked = Asked::of(&subscribed.settings);
        Ok(asked.map(|asked| Found { subscribed, asked }))
    }

    fn shape(self, workspace: WorkspaceId) -> WebhookShape {
        WebhookShape::new(workspace, &self.subscribed, self.asked)
    }
}

/// The webhook of the workspace with this id.
fn find(service: &Service, workspace: WorkspaceId, id: Uuid) -> Result<Found, Refused> {
    let directory = service.store.directory();
    let row = directory.subscription(SubscriptionId(id)).filter(|row| row.owner == AddressOwner::Workspace(workspace));
    let found = row.map(|row| Found::read(service, row)).transpose()?.flatten();
    found.ok_or_else(Refused::absent)
}
