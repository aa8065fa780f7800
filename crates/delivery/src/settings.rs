//! What a subscription is set to: which events, told how, sent where, and how its receiver is treated.

use std::{collections::BTreeMap, time::Duration};

use hookline_dialects::authenticity::{SMARTLEAD_ID_HEADER, is_set};
use hookline_model::{entry::Origin, kind::Kind, platform::Platform};
use memchr::memmem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    client::receiver_header,
    policy::{Policy, PolicyError, PolicySettings},
};

/// The most requests to one receiver at once.
pub const CONCURRENCY_MAX: u16 = 64;

/// How many requests to one receiver at once, as a rule.
pub const CONCURRENCY: u16 = 8;

/// The most requests a second that a rate can allow.
pub const RATE_MAX: u32 = 10_000;

/// The most entries that a list of kinds or of a filter has. How long they are is bounded by what all settings of a subscription
/// have together, [`SETTINGS_BYTES_MAX`](hookline_store::subscriptions::SETTINGS_BYTES_MAX).
pub const LIST_MAX: usize = 200;

/// The most headers that a receiver is sent beside the usual.
pub const HEADERS_MAX: usize = 32;

pub use hookline_dialects::Dialect;

/// What a subscription is set to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// Where to.
    pub url: String,
    /// Which kinds: names, `email.*`, or `*`. By what an event means: `contact.interested` also matches a change of category
    /// whose category is an interest.
    pub kinds: Vec<String>,
    /// Which of these.
    #[serde(default, skip_serializing_if = "Filter::is_empty")]
    pub filter: Filter,
    /// In which words; our own, if nothing is said.
    #[serde(default = "own_dialect")]
    pub dialect: Dialect,
    /// In which of the dialect's shapes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// How its signature is sent, where SmartLead's own way is not wanted; of the dialect `smartlead` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// How its receiver is treated.
    #[serde(default)]
    pub policy: PolicySettings,
    /// Events that came longer ago than so many seconds are not sent any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// How many requests a second it is sent at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
    /// How many requests at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u16>,
    /// Whether what is about one contact arrives in the order of the log: the next is not sent before the last one ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ordered: bool,
    /// Of which origins; live and by hand, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<Origin>>,
    /// What the interface it was made through remembers of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, Value>,
}

/// How a signature of the dialect `smartlead` is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signature {
    /// In which header, if it is another than SmartLead's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Whether the hex digits stand alone, without `sha256=` before them.
    pub bare: bool,
}

/// Which events of the kinds. A list that is empty lets everything through; names are compared without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// From one of these platforms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<Platform>,
    /// In one of these campaigns, by our id, its number, or the platform's id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<String>,
    /// Whose category is one of these: the event's, else the contact's. An interest without a category goes by the name of the
    /// category that SmartLead has for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Whether `categories` holds for changes of a category only, and lets everything else through.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub category_changes_only: bool,
    /// Sent from one of these mailboxes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sending_accounts: Vec<String>,
    /// Whose contact has one of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whose `data` has these values, by the names of their fields. A value may be any JSON: it is bounded by
    /// [`SETTINGS_BYTES_MAX`](hookline_store::subscriptions::SETTINGS_BYTES_MAX) alone, which all settings have together.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, Value>,
}

impl Filter {
    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Whether it looks at more than the event.
    #[must_use]
    pub fn wants_records(&self) -> bool {
        !self.categories.is_empty() || !self.tags.is_empty() || !self.data.is_empty() || !self.campaigns.is_empty()
    }
}

/// What is secret of a subscription: it is stored sealed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Secrets {
    /// What deliveries are signed with, or carry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What they were signed with before, and still are, until then (milliseconds since 1970).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<(String, i64)>,
    /// Headers that the receiver wants to be sent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// The fewest bytes of a text that is blanked: a header may have any value, and a shorter one is part of too much else.
const BLANKED_BYTES_MIN: usize = 8;

impl Secrets {
    /// Overwrites them, in place, in what a receiver answered: some answer with what they were sent. A header's value of less than
    /// eight bytes stays.
    pub fn blank(&self, bytes: &mut [u8]) {
        let texts = self.secret.iter().chain(self.previous.iter().map(|(secret, _)| secret)).chain(self.headers.values());
        for text in texts.filter(|text| text.len() >= BLANKED_BYTES_MIN) {
            let quoted = serde_json::Value::from(text.as_str()).to_string();
            for written in [text.as_str(), quoted.trim_matches('"')] {
                let mut at = 0;
                while let Some(found) = memmem::find(&bytes[at..], written.as_bytes()) {
                    bytes[at + found..at + found + written.len()].fill(b'*');
                    at += found + written.len();
                }
            }
        }
    }
}

impl std::fmt::Debug for Secrets {
    /// Names, never values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.headers.keys().collect();
        f.debug_struct("Secrets").field("has_secret", &self.secret.is_some()).field("headers", &names).finish()
    }
}

/// Why settings cannot be: the field, and what to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {detail}")]
pub struct SettingsError {
    /// The field.
    pub field: &'static str,
    /// What to mend.
    pub detail: String,
}

impl From<PolicyError> for SettingsError {
    fn from(error: PolicyError) -> SettingsError {
        SettingsError { field: "policy", detail: error.to_string() }
    }
}

impl Settings {
    /// Checks what does not depend on anything else; the URL is the guard's to judge.
    ///
    /// # Errors
    /// When a value is out of its bounds.
    pub fn check(&self) -> Result<Policy, SettingsError> {
        let wrong = |field, detail: &str| Err(SettingsError { field, detail: detail.to_owned() });
        if self.name.chars().count() > 200 {
            return wrong("name", "Give at most 200 characters.");
        }
        if self.kinds.is_empty() || self.kinds.len() > LIST_MAX {
            return wrong("kinds", &format!("Give 1 to {LIST_MAX} kinds, or [\"*\"] for all."));
        }
        if let Some(unknown) = self.kinds.iter().find(|pattern| !is_pattern(pattern)) {
            let short: String = unknown.chars().take(64).collect();
            return wrong(
                "kinds",
                &format!("{short:?} is no kind; give a name such as email.replied, a group such as email.*, or *."),
            );
        }
        let Filter { platforms, campaigns, categories, category_changes_only: _, sending_accounts, tags, data } = &self.filter;
        let texts = [campaigns, categories, sending_accounts, tags].map(Vec::len);
        if texts.into_iter().chain([platforms.len(), data.len()]).any(|length| length > LIST_MAX) {
            return wrong("filter", &format!("Give at most {LIST_MAX} values in each list."));
        }
        if let Some(variant) = &self.variant
            && let Err(unknown) = self.dialect.variant(variant)
        {
            let expected: String = unknown.expected.chars().take(200).collect();
            return wrong("variant", &format!("Give one that the dialect {} has: {expected}.", self.dialect));
        }
        if let Some(signature) = &self.signature {
            if self.dialect != Dialect::Smartlead {
                return wrong(
                    "signature",
                    "Only the dialect smartlead has a signature that can be sent otherwise. Leave it out.",
                );
            }
            if let Some(header) = &signature.header {
                let parsed = receiver_header(header, "");
                let parsed = parsed.map_err(|error| SettingsError { field: "signature", detail: format!("{error}.") })?.0;
                if parsed.as_str().eq_ignore_ascii_case(SMARTLEAD_ID_HEADER) {
                    return wrong("signature", "X-Request-Id holds the id of the delivery. Give another header.");
                }
            }
        }
        if self.concurrency.is_some_and(|concurrency| !(1..=CONCURRENCY_MAX).contains(&concurrency)) {
            return wrong("concurrency", &format!("Give 1 to {CONCURRENCY_MAX} requests at once."));
        }
        if self.rate.is_some_and(|rate| !(1..=RATE_MAX).contains(&rate)) {
            return wrong("rate", &format!("Give 1 to {RATE_MAX} requests a second."));
        }
        if self.max_age == Some(0) {
            return wrong("max_age", "Give one or more seconds, or leave it out.");
        }
        Ok(self.policy.policy()?)
    }

    /// Checks that every header of the receiver's own is one that is sent: the proofs of the dialect go in the place of others of
    /// their names.
    ///
    /// # Errors
    /// With the first that would never be sent.
    pub fn check_headers(&self, headers: &BTreeMap<String, String>) -> Result<(), SettingsError> {
        let signed_in = self.signature.as_ref().and_then(|signature| signature.header.as_deref());
        let Some(name) = headers.keys().find(|name| is_set(self.dialect, signed_in, name)) else { return Ok(()) };
        let detail = format!("{name} is set by the server itself in the dialect {}. Leave it out.", self.dialect);
        Err(SettingsError { field: "headers", detail })
    }

    /// The names of the dialect's platform that it was made with, as they were written, if it was made through an interface that
    /// has such names: the texts under `names` of what the interface remembers under the dialect's name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.extra.get(self.dialect.name()).and_then(|memory| memory.get("names"));
        names.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Forgets the names that it was made with, since its kinds are set to something else by other words.
    pub fn forget_names(&mut self) {
        for memory in self.extra.values_mut().filter_map(Value::as_object_mut) {
            memory.remove("names");
        }
    }

    /// How long ago an event may have come to be sent.
    #[must_use]
    pub fn max_age(&self) -> Option<Duration> {
        self.max_age.map(Duration::from_secs)
    }

    /// Whether events of an origin are sent.
    #[must_use]
    pub fn takes(&self, origin: Origin) -> bool {
        match &self.origins {
            Some(origins) => origins.contains(&origin),
            None => matches!(origin, Origin::Live | Origin::Manual),
        }
    }
}

/// The dialect of who names none.
fn own_dialect() -> Dialect {
    Dialect::Hookline
}

/// Whether a text is a kind, a group of kinds, or all of them.
#[must_use]
pub fn is_pattern(pattern: &str) -> bool {
    match pattern.strip_suffix(".*") {
        Some(group) => Kind::ALL.iter().any(|kind| kind.name().split_once('.').is_some_and(|(head, _)| head == group)),
        None => pattern == "*" || pattern.parse::<Kind>().is_ok(),
    }
}

#[cfg(test)]
mod tests;
