//! The payloads. Breakcold has published that of `lead.create` only, so the others are ours: in its own habits of naming, and
//! described by the schemas that derive from these types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// A lead. The first part is as Breakcold has published it for `lead.create`, of which what Hookline does not keep is null, empty
/// or 0. `status`, `lists` and `tags` are there in `lead.status.update`, `lead.list.update`, `lead.tags.update` and `lead.track`.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lead {
    pub(crate) id: String,
    pub(crate) email: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) company: Option<String>,
    pub(crate) company_role: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) timezone: Option<String>,
    pub(crate) notes: Option<String>,
    pub(crate) linkedin_url: Option<String>,
    pub(crate) website_url: Option<String>,
    pub(crate) avatar_url: Option<String>,
    pub(crate) twitter_name: Option<String>,
    pub(crate) twitter_company_name: Option<String>,
    pub(crate) icebreaker: String,
    pub(crate) icebreaker_2: String,
    pub(crate) icebreaker_3: String,
    pub(crate) icebreaker_4: String,
    pub(crate) created_at: String,
    /// Null until the first change.
    pub(crate) updated_at: Option<String>,
    pub(crate) is_deleted: bool,
    pub(crate) is_deleted_at: Option<String>,
    pub(crate) custom_fields: Option<BTreeMap<String, Value>>,
    pub(crate) custom_fields_schema: Option<BTreeMap<String, Value>>,
    pub(crate) email_bounce_score: Option<f64>,
    pub(crate) order: u64,
    pub(crate) contract_value: u64,
    pub(crate) is_tracked: bool,
    pub(crate) id_space: String,
    pub(crate) id_import_task: Option<String>,
    pub(crate) id_linkedin_company: Option<String>,
    pub(crate) id_linkedin: Option<String>,
    pub(crate) id_twitter_company: Option<String>,
    pub(crate) id_twitter: Option<String>,
    /// The name of the status that the lead is in now, in a list; an empty list if it was taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<Vec<String>>,
    /// The names of the lists that the lead is on now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lists: Option<Vec<String>>,
    /// The names of the tags that the lead has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<Vec<String>>,
}

/// A campaign: of `campaign.create`, `campaign.update`, `campaign.delete`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Campaign {
    pub(crate) id: String,
    pub(crate) id_space: String,
    /// When it happened.
    pub(crate) event_at: String,
    pub(crate) name: Option<String>,
    /// In the words of the platform that runs it.
    pub(crate) status: Option<String>,
    pub(crate) is_deleted: bool,
}

/// The campaign that an email is of.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CampaignRef {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) status: Option<String>,
}

/// A campaign's email to a lead: of the six `campaign.email.` events.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CampaignEmail {
    /// The message's: of a reply the reply's own, else that of the one that was sent.
    pub(crate) id: String,
    /// That of the one that was sent.
    pub(crate) id_email: String,
    pub(crate) id_space: String,
    pub(crate) id_lead: String,
    pub(crate) id_campaign: Option<String>,
    /// When it happened.
    pub(crate) event_at: String,
    pub(crate) from_email: Option<String>,
    pub(crate) to_email: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) text: Option<String>,
    /// As received: hostile until it is sanitised.
    pub(crate) html: Option<String>,
    /// The Message-ID, without angle brackets.
    pub(crate) message_id: Option<String>,
    /// The step of the campaign, from 1.
    pub(crate) step: Option<u32>,
    /// The link clicked, of a click.
    pub(crate) link: Option<String>,
    /// `hard` or `soft`, of a bounce of which that is known.
    pub(crate) bounce_type: Option<String>,
    /// Why it bounced.
    pub(crate) reason: Option<String>,
    pub(crate) lead: Lead,
    pub(crate) campaign: Option<CampaignRef>,
}

/// A task, a note, or a message of another channel: of the `lead.task.`, `lead.note.`, `lead.linkedin.`, `lead.twitter.` and
/// `lead.email.` events. What an event has no word for is null.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) id_space: String,
    pub(crate) id_lead: Option<String>,
    /// When it happened.
    pub(crate) event_at: String,
    pub(crate) title: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) author: Option<String>,
    /// Of a task: `todo` or `done`.
    pub(crate) status: Option<String>,
    pub(crate) due_at: Option<String>,
    /// Of a message: `inbound` or `outbound`, if known.
    pub(crate) direction: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) subject: Option<String>,
    /// As received: hostile until it is sanitised.
    pub(crate) html: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) is_deleted: bool,
    pub(crate) lead: Option<Lead>,
}

/// A list, a status or a tag: of the `list.`, `status.` and `tag.` events.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    pub(crate) id: String,
    pub(crate) id_space: String,
    /// When it happened.
    pub(crate) event_at: String,
    pub(crate) name: Option<String>,
    pub(crate) color: Option<String>,
    pub(crate) is_deleted: bool,
}

/// Any of them.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Payload {
    Lead(Box<Lead>),
    Campaign(Campaign),
    CampaignEmail(Box<CampaignEmail>),
    Item(Box<Item>),
    Definition(Definition),
}
