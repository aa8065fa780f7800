//! A contact, described.

use hookline_model::contact::STATUSES;
use std::collections::BTreeMap;

use schemars::JsonSchema;

use crate::shapes::words::{AnyJson, Count, EmailText, FreeFields, Id, InterestName, PlatformName, Time};

crate::word_schemas! {
    /// How far it came with a contact: the first that applies of what docs/records.md lists.
    pub ContactStatus = STATUSES, such as "replied";
}

/// Somebody whom campaigns write to.
#[derive(JsonSchema)]
#[schemars(rename = "Contact")]
#[expect(dead_code, reason = "describes hookline_model::record::Contact")]
pub struct ContactSchema {
    /// Derived from its best key. Ids that the contact had before lead to it too.
    id: Id,
    /// Null if it is known by a platform's id only.
    email: Option<EmailText>,
    #[schemars(example = &"Tobias")]
    first_name: Option<String>,
    #[schemars(example = &"Weber")]
    last_name: Option<String>,
    #[schemars(example = &"Kranwerk")]
    company_name: Option<String>,
    #[schemars(example = &"+49 30 555 0100")]
    phone: Option<String>,
    #[schemars(example = &"https://linkedin.com/in/t-weber")]
    linkedin_url: Option<String>,
    #[schemars(example = &"https://kranwerk.example")]
    website_url: Option<String>,
    /// The agency's own fields.
    #[schemars(with = "FreeFields")]
    custom_fields: BTreeMap<String, AnyJson>,
    status: ContactStatus,
    /// What decided the status.
    #[schemars(example = &"email.replied of 2026-02-11T13:20:44.000Z from smartlead")]
    status_reason: Option<String>,
    interest: Option<InterestName>,
    /// The platform's category or label, in its own words.
    #[schemars(example = &"Interested")]
    category: Option<String>,
    /// The lead's score: any number.
    #[schemars(example = 80)]
    score: Option<f64>,
    /// The last time that the contact or a sender did something.
    last_activity_at: Option<Time>,
    /// The earliest opt-out that holds.
    #[schemars(extend("examples" = [null]))]
    unsubscribed_at: Option<Time>,
    /// The first bounce that is not soft.
    #[schemars(extend("examples" = [null]))]
    bounced_at: Option<Time>,
    /// Whether nobody may write to the contact any more.
    blocked: bool,
    #[schemars(example = ["warm"])]
    tags: Vec<String>,
    #[schemars(example = ["DACH"])]
    lists: Vec<String>,
    counts: ContactCounts,
    /// Every id that platforms know the contact by.
    external: Vec<ExternalContact>,
    /// Its first event.
    created_at: Option<Time>,
    /// Its last event.
    updated_at: Option<Time>,
}

/// Counted events of a contact.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes hookline_model::record::Contact")]
struct ContactCounts {
    sent: Count,
    opened: Count,
    clicked: Count,
    replied: Count,
    bounced: Count,
}

/// An id that a platform knows a contact by.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes hookline_model::record::Contact")]
struct ExternalContact {
    platform: PlatformName,
    /// Within which account of the platform the id is unique; null if within the platform.
    #[schemars(example = &"1103")]
    account: Option<String>,
    #[schemars(example = &"4170220119")]
    id: String,
    /// Empty in this version.
    #[schemars(with = "FreeFields", extend("examples" = [{}]))]
    fields: BTreeMap<String, AnyJson>,
}
