//! Filters and pages.

use hookline_model::{
    id::{CampaignId, ContactId},
    interest::Interest,
    kind::Kind,
    platform::Platform,
    time::Millis,
};

/// The most rows a page can have.
pub const PAGE_ROWS_MAX: usize = 500;

/// The most bytes of bodies a page carries: a page that would carry more has fewer rows, at least one, and a cursor.
pub const PAGE_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Which page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// At most this many rows, 1 to [`PAGE_ROWS_MAX`].
    pub limit: usize,
    /// Rows behind this one only.
    pub after: Option<Cursor>,
}

impl Default for PageRequest {
    fn default() -> Self {
        PageRequest { limit: 50, after: None }
    }
}

/// The last row of a page: the next page starts behind it. Newest first, so a later page has lesser cursors.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The time that the listing is sorted by.
    pub at: Millis,
    /// What tells rows of that time apart.
    pub key: Vec<u8>,
}

/// A page of a listing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where the next page starts, if there may be one.
    pub next: Option<Cursor>,
}

/// A contact named in a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactSelector {
    /// By its id.
    Id(ContactId),
    /// By an address of it.
    Email(String),
}

/// A campaign named in a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CampaignSelector {
    /// By its id.
    Id(CampaignId),
    /// By the platform's own id, whichever platform's.
    PlatformId(String),
}

/// Which events. Times are effective times: from `since` on, before `until`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// From this platform.
    pub platform: Option<Platform>,
    /// About this contact.
    pub contact: Option<ContactSelector>,
    /// In this campaign.
    pub campaign: Option<CampaignSelector>,
    /// At or after.
    pub since: Option<Millis>,
    /// Before.
    pub until: Option<Millis>,
}

/// Which contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// With this address.
    pub email: Option<String>,
    /// With this status.
    pub status: Option<String>,
    /// With this interest.
    pub interest: Option<Interest>,
    /// With this tag.
    pub tag: Option<String>,
    /// On this list.
    pub list: Option<String>,
    /// With this text in a name, company or address.
    pub q: Option<String>,
}

/// Which campaigns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignFilter {
    /// From this platform.
    pub platform: Option<Platform>,
    /// With this status.
    pub status: Option<String>,
}

/// Which messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmailFilter {
    /// `true` for inbound, `false` for outbound.
    pub inbound: Option<bool>,
    /// With this contact.
    pub contact: Option<ContactSelector>,
    /// In this campaign.
    pub campaign: Option<CampaignSelector>,
    /// With this status.
    pub status: Option<String>,
}
