//! The lead's own fields, which PlusVibe flattens into the body, among its own (public receivers).

use std::collections::BTreeMap;

use serde_json::Value;

use hookline_model::event::{Change, Facts};

use crate::{
    json::{Entry, Fields, Keys, by_name, is_present, is_scalar},
    plusvibe::{SECRET, names::KEYS},
};

/// The most custom fields taken from one event.
const CUSTOM_FIELDS_MAX: usize = 200;

/// The longest name of a custom field, in bytes.
const CUSTOM_FIELD_NAME_BYTES_MAX: usize = 200;

/// Fields with a place of their own on a contact.
static OWN_PLACE: Keys<7> =
    Keys::new(["email", "first_name", "last_name", "company_name", "phone_number", "linkedin_person_url", "company_website"]);

/// PlusVibe's own fields and those of the messages: never the lead's, whatever their type.
static ENVELOPE: Keys<56> = Keys::new([
    SECRET,
    "webhook_id",
    "webhook_name",
    "workspace_id",
    "workspace_name",
    "campaign_id",
    "camp_id",
    "campaign_name",
    "camp_name",
    "lead_id",
    "lead_email",
    "from_email",
    "to_email",
    "recipient_email",
    "email_account_name",
    "email_account_id",
    "sender_email",
    "sender_first_name",
    "sender_last_name",
    "cc_email",
    "subject",
    "body",
    "text_body",
    "snippet",
    "reply_body",
    "email_body",
    "last_lead_reply",
    "last_lead_reply_subject",
    "latest_subject",
    "latest_message",
    "actual_replied_from",
    "message_id",
    "references",
    "last_email_id",
    "email_id",
    "thread_id",
    "sentiment",
    "label",
    "status",
    "has_replied",
    "step",
    "variation",
    "created_at",
    "modified_at",
    "date",
    "replied_at",
    "timestamp",
    "sender_mx",
    "lead_mx",
    "is_verified",
    "is_camp_paused",
    "msg",
    "bounce_message",
    "bounce_msg",
    "bounce_type",
    "_id",
]);

/// Sets the lead's names and the like.
pub(super) fn apply(body: Fields<'_>, facts: &mut Facts) {
    let set = |key: &str| body.name(key).map(Change::Set);
    facts.first_name = set("first_name");
    facts.last_name = set("last_name");
    facts.company_name = set("company_name");
    facts.phone = set("phone_number");
    facts.linkedin_url = set("linkedin_person_url");
    facts.website_url = set("company_website");
}

/// The lead's variables, and those fields of its record that have no place of their own.
pub(super) fn custom_fields(body: Fields<'_>) -> BTreeMap<String, Change<Value>> {
    let kept = unknown(body).into_iter().take(CUSTOM_FIELDS_MAX);
    kept.map(|(name, value)| (name.to_owned(), Change::Set(value.to_value()))).collect()
}

/// The fields that have no place of their own, sorted by name, so that the same ones are taken in whatever order they stand. In
/// a nested form those beside it are a relay's.
pub(super) fn unknown<'a>(body: Fields<'a>) -> Vec<Entry<'a>> {
    by_name(body.innermost(), |(name, value)| is_present(*value) && is_scalar(*value) && is_custom(name))
}

/// Whether a field of this name can be the lead's, and is none that has a place of its own.
fn is_custom(name: &str) -> bool {
    let sound = !name.is_empty() && name.len() <= CUSTOM_FIELD_NAME_BYTES_MAX;
    sound && !OWN_PLACE.has(name) && !ENVELOPE.has(name) && !KEYS.contains(&name)
}
