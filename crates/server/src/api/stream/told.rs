//! Events of a stream in the words of a dialect, as a webhook would send them.

use std::sync::Arc;

use serde::Serialize;

use hookline_delivery::{
    dispatch::{Subscribed, Voice},
    settings::{Dialect, Secrets, Settings},
};
use hookline_model::{
    entry::Origin,
    id::{DeliveryId, EventId, SubscriptionId},
};
use hookline_store::{
    deliveries::Snapshot,
    directory::{AddressOwner, Workspace},
    subscriptions::{Subscription, SubscriptionStatus},
};

use crate::{
    passing_on::Dialects,
    problem::Problem,
    subscriptions::{blank, usable},
};

/// What bodies say that their webhook is called.
const NAME: &str = "events/stream";

/// An event in the words of a dialect. Signing is left to whoever passes it on, who knows the time.
#[derive(Serialize)]
pub(super) struct ToldShape {
    /// The id of the message: the same whenever this event is streamed.
    id: DeliveryId,
    /// The id of the event.
    event_id: EventId,
    /// What the body is; null if there is none.
    content_type: Option<String>,
    /// The body, byte for byte; null if the dialect has no words for the event.
    body: Option<String>,
}

/// Tells events as a webhook of these settings would.
pub(super) struct Teller(Subscribed);

impl Teller {
    /// One that tells a workspace's events. The secret is what bodies carry in dialects that have it there.
    pub(super) fn new(
        workspace: &Workspace,
        dialect: Dialect,
        variant: Option<String>,
        secret: Option<String>,
    ) -> Result<Teller, Problem> {
        let is_carried = matches!(dialect, Dialect::Smartlead | Dialect::Breakcold);
        let secret = secret.filter(|_| is_carried);
        if let Some(secret) = &secret {
            usable(dialect, secret).map_err(|problem| Problem { field: Some(super::SECRET.into()), ..problem })?;
        }
        let settings = Settings { name: NAME.to_owned(), kinds: vec!["*".to_owned()], dialect, variant, ..blank() };
        let policy = settings.check().map_err(|error| Problem::invalid(error.field, error.detail))?;
        // Nothing of it is stored: a stream is known by its workspace.
        let row = Subscription {
            id: SubscriptionId(workspace.id.0),
            owner: AddressOwner::Workspace(workspace.id),
            status: SubscriptionStatus::Active,
            status_reason: None,
            status_at: workspace.created_at,
            settings: String::new(),
            secrets: Vec::new(),
            created_at: workspace.created_at,
            updated_at: workspace.created_at,
            since: 0,
        };
        Ok(Teller(Subscribed { row: Arc::new(row), settings, policy, secrets: Secrets { secret, ..Secrets::default() } }))
    }

    /// Whether events of an origin are told: those that a webhook is sent, unless it asks for others.
    pub(super) fn takes(&self, origin: Origin) -> bool {
        self.0.settings.takes(origin)
    }

    /// An event with its records, told.
    pub(super) fn tell(&self, snapshot: &Snapshot) -> ToldShape {
        let event_id = snapshot.event.event.id;
        let id = DeliveryId::derive(self.0.row.id, event_id, 0);
        let rendered = Dialects.render(&self.0, snapshot, &id.to_string());
        let (content_type, body) = match rendered {
            // Bodies are JSON in UTF-8.
            Some(rendered) => {
                let body = Dialects.reveal(&self.0, rendered.body);
                (Some(rendered.content_type.into_owned()), Some(String::from_utf8_lossy(&body).into_owned()))
            }
            None => (None, None),
        };
        ToldShape { id, event_id, content_type, body }
    }
}
