//! The systems that send us webhooks.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A system that sends us events. `Hookline` is our own API and console, whose changes are events of the same log.
///
/// Append-only: the declaration order is stored as a number in the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Platform {
    /// Instantly.
    Instantly,
    /// SmartLead.
    Smartlead,
    /// Lemlist.
    Lemlist,
    /// EmailBison.
    Emailbison,
    /// PlusVibe.
    Plusvibe,
    /// HubSpot, a CRM.
    Hubspot,
    /// Breakcold, a CRM.
    Breakcold,
    /// Changes made through Hookline's own API or console.
    Hookline,
}

/// A name that is not a platform's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown platform {0:?}")]
pub struct UnknownPlatform(pub String);

impl Platform {
    /// Every platform.
    pub const ALL: [Platform; 8] = [
        Platform::Instantly,
        Platform::Smartlead,
        Platform::Lemlist,
        Platform::Emailbison,
        Platform::Plusvibe,
        Platform::Hubspot,
        Platform::Breakcold,
        Platform::Hookline,
    ];

    /// The name used in addresses, filters and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Platform::Instantly => "instantly",
            Platform::Smartlead => "smartlead",
            Platform::Lemlist => "lemlist",
            Platform::Emailbison => "emailbison",
            Platform::Plusvibe => "plusvibe",
            Platform::Hubspot => "hubspot",
            Platform::Breakcold => "breakcold",
            Platform::Hookline => "hookline",
        }
    }

    /// Whether an external id of this platform stands for a person and so joins the addresses it was seen with.
    ///
    /// True for CRMs and for Hookline itself. A sending platform's lead id only stands in for a missing address.
    #[must_use]
    pub fn ids_join_people(self) -> bool {
        matches!(self, Platform::Hubspot | Platform::Breakcold | Platform::Hookline)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(name: &str) -> Result<Platform, UnknownPlatform> {
        Platform::ALL.into_iter().find(|platform| platform.name() == name).ok_or_else(|| UnknownPlatform(name.to_owned()))
    }
}
