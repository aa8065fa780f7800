//! A lead of the classic generation: the object of `lead.create`, and what Breakcold's REST API says of leads beyond that.

use std::{collections::BTreeMap, mem};

use serde_json::Value;

use hookline_model::event::{Change, Facts};

use crate::{
    breakcold::plain,
    json::{Entry, Fields, Keys, Node, is_scalar},
};

/// The most custom fields taken from one event.
pub(super) const CUSTOM_FIELDS_MAX: usize = 200;

/// The longest name of a custom field, in bytes.
const NAME_BYTES_MAX: usize = 200;

/// Fields of a lead that have no place of their own on a contact, kept under their names among the custom ones.
static KEPT: Keys<26> = Keys::new([
    "company_role",
    "city",
    "timezone",
    "notes",
    "avatar_url",
    "twitter_name",
    "twitter_company_name",
    "icebreaker",
    "icebreaker_2",
    "icebreaker_3",
    "icebreaker_4",
    "email_bounce_score",
    "contract_value",
    "contract_name",
    "contract_currency",
    "is_contract",
    "is_tracked",
    "is_company",
    "is_draft",
    "linkedin_company_url",
    "facebook_username",
    "youtube_username",
    "instagram_username",
    "telegram_username",
    "whatsapp_username",
    "search_query",
]);

/// Where the workspace's own fields are.
const CUSTOM: [&str; 3] = ["custom_fields", "custom_attributes", "attributes"];

/// Sets what a lead's object says of the contact. What is null or empty there says nothing.
pub(super) fn apply(lead: Fields<'_>, facts: &mut Facts) {
    let name = |keys: &[&str]| lead.name_of(keys).map(Change::Set);
    facts.first_name = name(&["first_name"]);
    facts.last_name = name(&["last_name"]);
    // Under `name` may be that of the list that a lead was put on.
    facts.full_name = name(&["full_name"]);
    facts.company_name = name(&["company", "company_name"]).or_else(|| lead.object("company").name("name").map(Change::Set));
    facts.phone = lead.text("phone").map(Change::Set);
    facts.linkedin_url = lead.text("linkedin_url").map(Change::Set);
    facts.website_url = lead.text("website_url").map(Change::Set);
    let score = lead.find("lead_score", |value| matches!(value, Node::Number(_)).then(|| value.to_value()));
    facts.score = score.map(Change::Set);
    let own = lead.values(&KEPT).filter(|(_, value)| is_scalar(*value));
    let custom = CUSTOM.iter().rev().filter_map(|key| lead.map_at(key)).flat_map(|object| object.sorted().into_owned());
    facts.custom_fields = custom_fields(custom.chain(own));
}

/// Custom fields, sorted by name so that the same are taken in whatever order they stand; of two with one name the later stays.
pub(super) fn custom_fields<'a>(fields: impl Iterator<Item = Entry<'a>>) -> BTreeMap<String, Change<Value>> {
    let sound = fields.map(|(name, value)| (name.trim(), value));
    let sound = sound.filter(|(name, _)| !name.is_empty() && name.len() <= NAME_BYTES_MAX);
    let mut kept: Vec<(&str, Value)> = sound.filter_map(|(name, value)| Some((name, plain::kept(value)?))).collect();
    kept.sort_by_key(|(name, _)| *name);
    kept.dedup_by(|later, earlier| {
        let is_same = later.0 == earlier.0;
        if is_same {
            mem::swap(later, earlier);
        }
        is_same
    });
    kept.into_iter().take(CUSTOM_FIELDS_MAX).map(|(name, value)| (name.to_owned(), Change::Set(value))).collect()
}
