//! Subscriptions, as a store keeps them: whose, how they stand, and what they are set to. What the settings say is not the
//! store's business, and what is secret in them it cannot read.

use hookline_model::{id::SubscriptionId, time::Millis};
use serde::{Deserialize, Serialize};

use crate::directory::AddressOwner;

/// The most bytes that the settings of a subscription take.
pub const SETTINGS_BYTES_MAX: usize = 64 * 1024;

/// The most subscriptions that an agency, with its workspaces, has.
pub const SUBSCRIPTIONS_MAX: usize = 10_000;

/// Whether a subscription is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// It is.
    Active,
    /// It is not, and what comes meanwhile is sent when it is resumed.
    Paused,
    /// It is not: too much of what was sent failed, or its receiver is gone. What comes meanwhile is sent when it is resumed.
    Disabled,
}

impl SubscriptionStatus {
    /// All of them.
    pub const ALL: [SubscriptionStatus; 3] =
        [SubscriptionStatus::Active, SubscriptionStatus::Paused, SubscriptionStatus::Disabled];

    /// Its name: `active`, `paused` or `disabled`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SubscriptionStatus::Active => "active",
            SubscriptionStatus::Paused => "paused",
            SubscriptionStatus::Disabled => "disabled",
        }
    }
}

/// Who wants to be told what, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose events: a workspace's, or those of all workspaces of an agency.
    pub owner: AddressOwner,
    /// Whether it is sent to.
    pub status: SubscriptionStatus,
    /// Why not.
    pub status_reason: Option<String>,
    /// Since when it stands so.
    pub status_at: Millis,
    /// What it is set to, as JSON: at most [`SETTINGS_BYTES_MAX`].
    pub settings: String,
    /// What is secret of it, sealed.
    pub secrets: Vec<u8>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last set to something else.
    pub updated_at: Millis,
    /// Where the log ended when it was made: it is told what comes behind.
    pub since: u64,
}
