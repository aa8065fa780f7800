//! An event as the contract has it.

use serde::Serialize;
use serde_json::{
    Map, Value,
    value::{RawValue, to_raw_value},
};

use hookline_model::{
    entry::Origin,
    id::{CampaignId, ContactId, EmailId, EventId, WorkspaceId},
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};
use hookline_store::StoredEvent;

use crate::api::event_data;

/// An event.
#[derive(Serialize)]
pub(super) struct EventShape {
    id: EventId,
    kind: Kind,
    platform: Platform,
    account: Option<String>,
    origin: Origin,
    occurred_at: String,
    time_source: TimeSource,
    received_at: String,
    duplicates: DuplicatesShape,
    workspace_id: WorkspaceId,
    contact_email: Option<String>,
    contact_id: Option<ContactId>,
    campaign_id: Option<CampaignId>,
    platform_campaign_id: Option<String>,
    campaign_name: Option<String>,
    email_id: Option<EmailId>,
    sending_account: Option<String>,
    data: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct DuplicatesShape {
    count: u64,
    last_at: Option<String>,
}

impl EventShape {
    /// The shape of a stored event.
    pub(super) fn new(stored: StoredEvent) -> EventShape {
        let StoredEvent { event, workspace, .. } = stored;
        let data = event_data::render(&event, workspace);
        let own_email = event.contact.as_ref().and_then(|contact| contact.email.as_ref());
        let email_id = event.email_key().map(|key| EmailId::derive(workspace, key));
        let campaign = event.campaign.as_ref();
        EventShape {
            id: event.id,
            kind: event.kind,
            platform: event.platform,
            origin: stored.origin,
            occurred_at: event.occurred_at.to_string(),
            time_source: event.time_source,
            received_at: stored.received_at.to_string(),
            duplicates: DuplicatesShape {
                count: stored.duplicates.count,
                last_at: stored.duplicates.last_at.map(|at| at.to_string()),
            },
            workspace_id: workspace,
            contact_email: own_email.map(ToString::to_string).or(stored.contact_email),
            contact_id: stored.contact_id,
            campaign_id: stored.campaign_id,
            platform_campaign_id: campaign.and_then(|campaign| campaign.key.platform_campaign_id()).map(ToOwned::to_owned),
            campaign_name: campaign.and_then(|campaign| campaign.name.clone()),
            email_id,
            account: event.account,
            sending_account: event.sending_account,
            data,
            raw: stored.raw.and_then(|body| raw(&body)),
        }
    }
}

/// A body as JSON if it is that, byte for byte, since reading and writing it again would change numbers and drop repeated names;
/// else as a text. A text can always be written, so this is never `None`.
fn raw(body: &[u8]) -> Option<Box<RawValue>> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str::<Box<RawValue>>(&text).or_else(|_| to_raw_value(&text)).ok()
}
