//! An event as the contract has it.

use schemars::JsonSchema;
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

use crate::shapes::{
    event_data::{self, EventData},
    words::{AnyJson, Count, EmailText, Id, KindName, PlatformName, Time},
};

crate::word_schemas! {
    /// How an event came: as it happened, from recorded deliveries, by a routing rule, parsed again, by the API, or as a test.
    OriginName = ["live", "import", "routed", "rerun", "manual", "test"], such as "live";
    /// Whether the platform stated the time, or the time of receipt stands in.
    TimeSourceName = ["stated", "received"], such as "stated";
}

/// An event.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub struct EventShape {
    #[schemars(with = "Id")]
    id: EventId,
    #[schemars(with = "KindName")]
    kind: Kind,
    #[schemars(with = "PlatformName")]
    platform: Platform,
    /// Which login of the platform it came from, if stated.
    #[schemars(example = &"1103")]
    account: Option<String>,
    #[schemars(with = "OriginName")]
    origin: Origin,
    /// When it happened.
    #[schemars(with = "Time")]
    occurred_at: String,
    #[schemars(with = "TimeSourceName")]
    time_source: TimeSource,
    /// When it came in.
    #[schemars(with = "Time")]
    received_at: String,
    /// How often it came again.
    duplicates: DuplicatesShape,
    #[schemars(with = "Id")]
    workspace_id: WorkspaceId,
    /// The address that the event names, else that of the contact.
    #[schemars(with = "Option<EmailText>")]
    contact_email: Option<String>,
    /// The contact that it belongs to now.
    #[schemars(with = "Option<Id>")]
    contact_id: Option<ContactId>,
    /// The campaign that it belongs to now.
    #[schemars(with = "Option<Id>")]
    campaign_id: Option<CampaignId>,
    /// The campaign's id at the platform.
    #[schemars(example = &"2900417")]
    platform_campaign_id: Option<String>,
    /// The campaign's name as the event has it.
    #[schemars(example = &"DACH cranes")]
    campaign_name: Option<String>,
    /// The message that it is about.
    #[schemars(with = "Option<Id>")]
    email_id: Option<EmailId>,
    /// The mailbox that the campaign sends from.
    #[schemars(example = &"nora@try-brightpath.example")]
    sending_account: Option<String>,
    #[schemars(with = "EventData")]
    data: Map<String, Value>,
    /// The body as received, with known secrets blanked; a text if it is no JSON. Only with `include=raw`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "AnyJson", extend("examples" = [{"event_type": "EMAIL_REPLY", "secret_key": "*********"}]))]
    raw: Option<Box<RawValue>>,
}

/// Repetitions of an event.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Duplicates")]
struct DuplicatesShape {
    #[schemars(with = "Count")]
    count: u64,
    /// When the last one came.
    #[schemars(with = "Option<Time>")]
    last_at: Option<String>,
}

impl EventShape {
    /// The shape of a stored event.
    #[must_use]
    pub fn new(stored: StoredEvent) -> EventShape {
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
            account: event.account.clone(),
            sending_account: event.sending_account.clone(),
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
