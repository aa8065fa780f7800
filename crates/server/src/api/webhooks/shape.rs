//! A webhook as it is shown.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use hookline_delivery::{
    dispatch::Subscribed,
    policy::{Policy, Preset},
    settings::{Dialect, Filter, Signature},
};
use hookline_model::{entry::Origin, id::SubscriptionId, kind::Kind, platform::Platform};
use hookline_store::{deliveries::Standing, subscriptions::SubscriptionStatus};

use crate::openapi::{Count, ExactNumber, FreeFields, Id, PlatformName, Time, inline_schemas, word_schemas};

word_schemas! {
    /// A wire format and vocabulary: our own, that of a platform, or CloudEvents.
    DialectName = Dialect::ALL.map(Dialect::name), such as "hookline";
    /// How a receiver is treated that does not answer.
    PresetName = Preset::ALL.map(preset_name), such as "standard";
    /// Whether it is sent to. What comes while it is paused or disabled is sent when it is resumed.
    WebhookStatusName = SubscriptionStatus::ALL.map(SubscriptionStatus::name), such as "active";
}

inline_schemas! {
    /// How an event came.
    OriginWord {"type": "string", "enum": ORIGINS.map(Origin::name), "examples": ["live"]}
}

/// All origins.
pub(super) const ORIGINS: [Origin; 6] =
    [Origin::Live, Origin::Import, Origin::Routed, Origin::Rerun, Origin::Manual, Origin::Test];

/// The name of a preset.
fn preset_name(preset: Preset) -> &'static str {
    match preset {
        Preset::Standard => "standard",
        Preset::Smartlead => "smartlead",
        Preset::Instantly => "instantly",
        Preset::Breakcold => "breakcold",
    }
}

/// A webhook.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Webhook")]
pub(super) struct WebhookShape {
    #[schemars(with = "Id")]
    id: SubscriptionId,
    /// The same as a number, for clients that know numbers only.
    #[schemars(with = "ExactNumber")]
    number: u64,
    #[schemars(example = &"Replies to the CRM")]
    name: String,
    #[schemars(example = &"https://crm.example.com/hooks/hookline")]
    url: String,
    /// Kinds, groups of kinds such as `email.*`, or `*`.
    #[schemars(example = &["email.replied", "contact.interested"])]
    kinds: Vec<String>,
    filter: FilterShape,
    #[schemars(with = "DialectName")]
    dialect: &'static str,
    /// In which of the dialect's shapes; null is the usual one.
    #[schemars(example = &"nested")]
    variant: Option<String>,
    /// How SmartLead's signature is sent; null is as SmartLead sends it.
    signature: Option<SignatureShape>,
    policy: PolicyShape,
    /// The names of the headers that the receiver is sent beside the usual. Their values are in no answer.
    #[schemars(example = &["authorization"])]
    headers: Vec<String>,
    /// Events that came longer ago than so many seconds are skipped; null is never.
    #[schemars(example = &86_400)]
    max_age: Option<u64>,
    /// How many requests a second at most; null is no bound.
    #[schemars(example = &20)]
    rate: Option<u32>,
    /// How many requests at once; null is 8.
    #[schemars(example = &4)]
    concurrency: Option<u16>,
    /// Whether what is about one contact arrives in the order of the log.
    #[schemars(example = false)]
    ordered: bool,
    /// Of which origins; null is `live` and `manual`.
    #[schemars(with = "Option<Vec<OriginWord>>")]
    origins: Option<Vec<&'static str>>,
    #[schemars(with = "WebhookStatusName")]
    status: &'static str,
    /// Why it is paused or disabled.
    #[schemars(example = &"5 deliveries failed in a row")]
    status_reason: Option<String>,
    /// Kinds of which nothing is sent there, each with the webhook that is sent it instead: one of the user level, where both
    /// were made through SmartLead's API.
    #[schemars(with = "BTreeMap<String, Id>", example = &BTreeMap::<String, String>::new())]
    muted_by: BTreeMap<Kind, SubscriptionId>,
    /// Whether deliveries are signed, or carry a secret.
    #[schemars(example = true)]
    has_secret: bool,
    /// The secret, in the answer that made it and in no other: else null.
    #[schemars(example = &"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: Option<String>,
    /// Until when the secret of before signs as well, or did; null if there is none, or the dialect has room for one only.
    #[schemars(with = "Option<Time>")]
    secret_previous_until: Option<String>,
    /// How many were delivered.
    #[schemars(with = "Count")]
    delivered: u64,
    /// How many failed for good.
    #[schemars(with = "Count")]
    failed: u64,
    /// How many were left out for their age.
    #[schemars(with = "Count")]
    skipped: u64,
    /// How many events the dialect has no words for.
    #[schemars(with = "Count")]
    not_expressible: u64,
    /// How many positions of the log it is behind. Up to 2,048 that were looked at and not wanted may be among them.
    #[schemars(with = "Count")]
    backlog: u64,
    #[schemars(with = "Time")]
    created_at: String,
    #[schemars(with = "Time")]
    updated_at: String,
}

/// How SmartLead's signature is sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookSignature")]
struct SignatureShape {
    /// In which header; null is `X-Smartlead-Signature`.
    #[schemars(example = &"X-Signature")]
    header: Option<String>,
    /// Whether the hex digits stand alone, without `sha256=` before them.
    #[schemars(example = true)]
    bare: bool,
}

/// Which events of the kinds. A list that is empty lets everything through; case does not count.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookFilter")]
struct FilterShape {
    /// From one of these platforms.
    #[schemars(with = "Vec<PlatformName>")]
    platforms: Vec<Platform>,
    /// In one of these campaigns, by our id, its number, or the platform's id.
    #[schemars(example = &["2900417"])]
    campaigns: Vec<String>,
    /// Whose category is one of these: the event's, else the contact's. An interest without a category goes by the name of the
    /// category that SmartLead has for it.
    #[schemars(example = &["Interested"])]
    categories: Vec<String>,
    /// Whether `categories` holds for changes of a category only, and lets everything else through.
    #[schemars(example = false)]
    category_changes_only: bool,
    /// Sent from one of these mailboxes.
    #[schemars(example = &["nora@try-brightpath.example"])]
    sending_accounts: Vec<String>,
    /// Whose contact has one of these tags.
    #[schemars(example = &["vip"])]
    tags: Vec<String>,
    /// Whose `data` has these values.
    #[schemars(with = "FreeFields")]
    data: BTreeMap<String, Value>,
}

/// How a receiver is treated that does not answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookPolicy")]
struct PolicyShape {
    #[schemars(with = "PresetName")]
    preset: &'static str,
    /// How long an attempt may take, in ms, the answer's body included.
    #[schemars(example = 15_000)]
    timeout_ms: u64,
    /// What is waited before each retry, in seconds.
    #[schemars(example = &[5, 30, 120])]
    schedule: Vec<u64>,
    /// How many deliveries in a row may fail until it is paused.
    #[schemars(example = 5)]
    pause_after: u32,
}

impl WebhookShape {
    /// Without its secret; `backlog` is how many positions of the log it is behind.
    pub(super) fn new(subscribed: &Subscribed, standing: Standing, backlog: u64) -> WebhookShape {
        let Subscribed { row, settings, policy, secrets } = subscribed;
        WebhookShape {
            id: row.id,
            number: row.id.number(),
            name: settings.name.clone(),
            url: settings.url.clone(),
            kinds: settings.kinds.clone(),
            filter: FilterShape::new(&settings.filter),
            dialect: settings.dialect.name(),
            variant: settings.variant.clone(),
            signature: settings.signature.clone().map(|Signature { header, bare }| SignatureShape { header, bare }),
            policy: PolicyShape::new(settings.policy.preset, policy),
            headers: secrets.headers.keys().cloned().collect(),
            max_age: settings.max_age,
            rate: settings.rate,
            concurrency: settings.concurrency,
            ordered: settings.ordered,
            origins: settings.origins.as_ref().map(|origins| origins.iter().map(|origin| origin.name()).collect()),
            status: row.status.name(),
            status_reason: row.status_reason.clone(),
            muted_by: BTreeMap::new(),
            has_secret: secrets.secret.is_some(),
            secret: None,
            secret_previous_until: secrets.previous.as_ref().map(|(_, until)| hookline_model::time::Millis(*until).to_string()),
            delivered: standing.delivered,
            failed: standing.failed,
            skipped: standing.skipped,
            not_expressible: standing.not_expressible,
            backlog,
            created_at: row.created_at.to_string(),
            updated_at: row.updated_at.to_string(),
        }
    }
}

impl WebhookShape {
    /// The same with a secret that was made just now.
    pub(super) fn with_secret(self, secret: Option<String>) -> WebhookShape {
        WebhookShape { secret, ..self }
    }
}

impl WebhookShape {
    /// The same of a webhook that these mute.
    pub(super) fn with_muted(self, muted_by: BTreeMap<Kind, SubscriptionId>) -> WebhookShape {
        WebhookShape { muted_by, ..self }
    }
}

impl FilterShape {
    fn new(filter: &Filter) -> FilterShape {
        let Filter { platforms, campaigns, categories, category_changes_only, sending_accounts, tags, data } = filter.clone();
        FilterShape { platforms, campaigns, categories, category_changes_only, sending_accounts, tags, data }
    }
}

impl PolicyShape {
    fn new(preset: Preset, policy: &Policy) -> PolicyShape {
        PolicyShape {
            preset: preset_name(preset),
            timeout_ms: u64::try_from(policy.timeout.as_millis()).unwrap_or(u64::MAX),
            schedule: policy.schedule.iter().map(std::time::Duration::as_secs).collect(),
            pause_after: policy.pause_after,
        }
    }
}
