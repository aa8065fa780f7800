//! A campaign, described.

use schemars::JsonSchema;

use crate::shapes::words::{Count, ExactNumber, Id, PlatformName, Time};

/// A campaign that a platform runs.
#[derive(JsonSchema)]
#[schemars(rename = "Campaign")]
#[expect(dead_code, reason = "describes hookline_model::record::Campaign")]
pub struct CampaignSchema {
    /// Derived from its best key. Ids that the campaign had before lead to it too.
    id: Id,
    /// The platform's own integer if it has one, else the first 52 bits of the id.
    number: ExactNumber,
    platform: PlatformName,
    /// Within which account of the platform its id is unique; null if within the platform.
    #[schemars(example = &"1103")]
    account: Option<String>,
    /// Null if it is known by its name only.
    #[schemars(example = &"2900417")]
    platform_campaign_id: Option<String>,
    #[schemars(example = &"DACH cranes")]
    name: Option<String>,
    /// In the platform's word.
    #[schemars(example = &"ACTIVE")]
    status: Option<String>,
    counts: CampaignCounts,
    unique: CampaignUniques,
    first_event_at: Option<Time>,
    last_event_at: Option<Time>,
}

/// Counted events of a campaign.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes hookline_model::record::Campaign")]
struct CampaignCounts {
    sent: Count,
    opened: Count,
    clicked: Count,
    replied: Count,
    bounced: Count,
    unsubscribed: Count,
    interested: Count,
    meeting_booked: Count,
}

/// Contacts of a campaign, and how many of them did what.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes hookline_model::record::Campaign")]
struct CampaignUniques {
    contacts: Count,
    opened: Count,
    clicked: Count,
    replied: Count,
    bounced: Count,
    unsubscribed: Count,
    interested: Count,
}
