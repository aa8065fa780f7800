//! What a replay delivers again.

use hookline_model::{entry::Origin, id::ContactId, time::Millis};
use hookline_store::deliveries::{Fed, Snapshot};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{matching, settings::Settings};

/// Which of the events that its subscription asks for a replay delivers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplayFilter {
    /// Of these kinds only, written as a subscription's are; all if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// About this contact only: its id, or an address in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

impl ReplayFilter {
    /// Whether it, or the subscription, looks at more than the event.
    #[must_use]
    pub fn wants_records(&self, settings: &Settings) -> bool {
        self.contact.is_some() || settings.filter.wants_records()
    }

    /// Whether an event of the log is delivered again that came in the period, as far as the event alone decides that.
    ///
    /// An event that was read again counts as what came live: it is what that delivery says today. Its age does not matter, since
    /// somebody asks for it.
    #[must_use]
    pub fn takes_event(&self, settings: &Settings, fed: &Fed, (since, until): (Millis, Millis)) -> bool {
        let as_live = settings.takes(Origin::Live) && fed.origin == Origin::Rerun;
        fed.received_at >= since
            && fed.received_at < until
            && (as_live || settings.takes(fed.origin))
            && matching::matches_kinds(&settings.kinds, &fed.event)
            && matching::matches_names(settings, &fed.event)
            && (self.kinds.is_empty() || matching::matches_kinds(&self.kinds, &fed.event))
            && matching::matches_source(settings, &fed.event)
    }

    /// Whether its records pass too; `data` is the event's `data` as it is shown.
    #[must_use]
    pub fn takes_records(&self, settings: &Settings, snapshot: &Snapshot, data: impl FnOnce() -> Value) -> bool {
        let is_about = |wanted: &String| match wanted.parse::<ContactId>() {
            Ok(id) => snapshot.event.contact_id == Some(id),
            Err(_) => {
                let own = snapshot.event.event.contact.as_ref().and_then(|contact| contact.email.as_ref());
                let contacts = snapshot.contact.as_ref().and_then(|contact| contact.email.as_deref());
                own.is_some_and(|own| own.as_str() == wanted) || contacts == Some(wanted)
            }
        };
        self.contact.as_ref().is_none_or(is_about) && matching::matches_records(settings, snapshot, data)
    }
}
