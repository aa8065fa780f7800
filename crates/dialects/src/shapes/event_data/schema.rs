//! `data` of an event, described.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::shapes::words::{AnyJson, Count, EmailText, FreeFields, Id, InterestName, Time};

crate::word_schemas! {
    /// How bad a bounce is: the address is dead, a passing fault, or nobody says.
    pub(crate) BounceTypeName = ["hard", "soft", "unknown"], such as "hard";
}

crate::word_schemas! {
    /// What a CRM keeps beside people and campaigns, and `block` for an entry of the block list.
    ItemSortName = ["list", "status", "tag", "note", "task", "message", "block"], such as "note";
}

/// What an event says of an item.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is put together fact by fact")]
pub(super) struct StatedItem {
    sort: ItemSortName,
    /// The platform's own id of it.
    #[schemars(example = &"5d7c7f1e")]
    external_id: String,
    /// By our names where we have one; null if it was cleared.
    fields: FreeFields,
}

/// The facts that an event states, by our names. An event of a message always has the fields of a message, null when unknown;
/// everything else is there only if it was stated, and null if it was explicitly cleared. What else a platform said that is worth
/// showing stands beside, under names of its own.
#[derive(JsonSchema)]
#[schemars(transform = stated_only, extend("additionalProperties" = true), example = of_a_reply())]
#[expect(dead_code, reason = "describes what is put together fact by fact")]
pub struct EventData {
    #[schemars(example = &"Re: Crane downtime")]
    subject: Option<String>,
    #[schemars(example = &"Gerne, Dienstag?")]
    body_text: Option<String>,
    /// As received: hostile until it is sanitised.
    #[schemars(example = &"<p>Gerne, Dienstag?</p>")]
    body_html: Option<String>,
    /// The Message-ID, without angle brackets.
    #[schemars(example = &"CAD-x7f@mail.kranwerk.example")]
    message_id: Option<String>,
    #[schemars(with = "Option<EmailText>")]
    from: Option<String>,
    #[schemars(example = &"nora@try-brightpath.example")]
    to: Option<String>,
    /// The step of the campaign, from 1.
    #[schemars(with = "Option<Count>")]
    sequence_number: Option<u32>,
    /// When the message was sent; of an event about one that was sent.
    #[schemars(with = "Option<Time>")]
    sent_at: Option<String>,
    /// When the message came in; of an event about one that came in.
    #[schemars(with = "Option<Time>")]
    received_at: Option<String>,
    /// The message that was answered, as far as the event tells of it.
    in_reply_to: Option<AnsweredMessage>,
    /// How often the message was opened, as the platform counts.
    #[schemars(with = "Count")]
    opened_count: u64,
    #[schemars(with = "Time")]
    first_opened_at: String,
    #[schemars(with = "Time")]
    last_opened_at: String,
    bounce_type: BounceTypeName,
    #[schemars(example = &"550 no such user")]
    bounce_reason: Option<String>,
    /// The links that were clicked.
    #[schemars(example = ["https://brightpath.example/demo"])]
    links: Vec<String>,
    #[schemars(example = &"Tobias")]
    first_name: Option<String>,
    #[schemars(example = &"Weber")]
    last_name: Option<String>,
    #[schemars(example = &"Tobias Weber")]
    full_name: Option<String>,
    #[schemars(example = &"Kranwerk")]
    company_name: Option<String>,
    #[schemars(example = &"+49 30 555 0100")]
    phone: Option<String>,
    #[schemars(example = &"https://linkedin.com/in/t-weber")]
    linkedin_url: Option<String>,
    #[schemars(example = &"https://kranwerk.example")]
    website_url: Option<String>,
    /// The lead's score: any number.
    #[schemars(example = 80)]
    score: Option<f64>,
    /// The agency's own fields; null is one that was cleared.
    #[schemars(with = "FreeFields")]
    custom_fields: BTreeMap<String, AnyJson>,
    interest: Option<InterestName>,
    /// The platform's category or label, in its own words.
    #[schemars(example = &"Interested")]
    category: Option<String>,
    blocked: bool,
    tags: SetChange,
    lists: SetChange,
    /// The list, status, tag, note, task or message that the event is about.
    item: StatedItem,
    /// Whether the platform asks that the contact be forgotten.
    erase: bool,
    /// The opt-outs that the event lifts.
    lifted_event_ids: Vec<Id>,
    contact_links: Vec<ContactLink>,
    campaign_aliases: Vec<CampaignAlias>,
    /// The campaign's state, in the platform's words.
    #[schemars(example = &"ACTIVE")]
    campaign_status: Option<String>,
    /// The platform's own id of the contact.
    #[schemars(example = &"4170220119")]
    external_contact_id: String,
}

/// The message that was answered.
#[derive(JsonSchema)]
#[schemars(transform = stated_only)]
#[expect(dead_code, reason = "describes what is put together fact by fact")]
struct AnsweredMessage {
    #[schemars(example = &"Crane downtime")]
    subject: Option<String>,
    #[schemars(example = &"Dear Mr Weber")]
    body_text: Option<String>,
    /// As received: hostile until it is sanitised.
    #[schemars(example = &"<p>Dear Mr Weber</p>")]
    body_html: Option<String>,
    /// The Message-ID, without angle brackets.
    #[schemars(example = &"a1b2@try-brightpath.example")]
    message_id: Option<String>,
    #[schemars(example = &"nora@try-brightpath.example")]
    from: Option<String>,
    #[schemars(with = "Option<EmailText>")]
    to: Option<String>,
    #[schemars(with = "Option<Count>")]
    sequence_number: Option<u32>,
    #[schemars(with = "Option<Time>")]
    sent_at: Option<String>,
    #[schemars(with = "Count")]
    opened_count: u64,
    #[schemars(with = "Time")]
    first_opened_at: String,
    #[schemars(with = "Time")]
    last_opened_at: String,
    email_id: Option<Id>,
}

/// What an event says of a set of names.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is put together fact by fact")]
struct SetChange {
    /// Names now in. One that is both added and removed is in.
    #[schemars(example = ["warm"])]
    added: Vec<String>,
    /// Names now out.
    #[schemars(example = ["cold"])]
    removed: Vec<String>,
    /// The whole set, if the platform lists it.
    #[schemars(example = ["warm"])]
    all: Option<Vec<String>>,
}

/// That two keys are the same contact, or are not.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is put together fact by fact")]
struct ContactLink {
    #[schemars(with = "EmailText")]
    a: String,
    #[schemars(with = "EmailText")]
    b: String,
    linked: bool,
}

/// That two keys are the same campaign, or are not.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is put together fact by fact")]
struct CampaignAlias {
    #[schemars(example = &"smartlead::2900417")]
    a: String,
    #[schemars(example = &"smartlead::2900418")]
    b: String,
    aliased: bool,
}

/// What a reply states.
fn of_a_reply() -> Value {
    json!({
        "subject": "Re: Crane downtime",
        "body_text": "Gerne, Dienstag?",
        "body_html": null,
        "message_id": "CAD-x7f@mail.kranwerk.example",
        "from": "t.weber@kranwerk.example",
        "to": "nora@try-brightpath.example",
        "sequence_number": 1,
        "received_at": "2026-02-11T13:20:44.000Z",
        "in_reply_to": {
            "subject": "Crane downtime",
            "body_text": null,
            "body_html": "<p>Dear Mr Weber</p>",
            "message_id": "a1b2@try-brightpath.example",
            "from": "nora@try-brightpath.example",
            "to": "t.weber@kranwerk.example",
            "sequence_number": 1,
            "sent_at": "2026-02-11T08:03:27.000Z",
            "email_id": "6f1c2c7e-8a54-4c0b-9d53-0f2f7c2f6d11",
        },
        "reply_category": 1,
    })
}

/// No field has to be there.
fn stated_only(schema: &mut Schema) {
    schema.remove("required");
}
