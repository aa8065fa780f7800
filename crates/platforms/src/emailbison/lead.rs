//! The lead's own fields.

use std::collections::BTreeMap;

use serde_json::Value;

use hookline_model::event::{Change, Facts};

use crate::{
    emailbison::parts::Parts,
    json::{Fields, fold, is_present, is_scalar},
};

/// The most custom fields taken from one event.
const CUSTOM_FIELDS_MAX: usize = 200;

/// The longest name of a custom field, in bytes.
const CUSTOM_FIELD_NAME_BYTES_MAX: usize = 200;

/// What stands in for an empty variable (production receivers).
const STAND_IN: &str = "-";

/// What agencies call the variables that have a place of their own, in lower case without white space, hyphens and underscores.
const LINKEDIN: [&str; 5] = ["linkedin", "linkedinurl", "linkedinprofile", "linkedinprofileurl", "personlinkedinurl"];
const PHONE: [&str; 3] = ["phone", "phonenumber", "mobilephone"];
const WEBSITE: [&str; 3] = ["website", "websiteurl", "companywebsite"];

/// Sets the lead's fields.
pub(super) fn apply(parts: Parts<'_>, facts: &mut Facts) {
    let name = |key: &str| said(parts.lead, key).map(Change::Set);
    facts.first_name = name("first_name");
    facts.last_name = name("last_name");
    facts.company_name = name("company");
    let mut variables = variables(parts);
    let mut take = |names: &[&str]| take(&mut variables, names).map(Change::Set);
    facts.linkedin_url = take(&LINKEDIN);
    facts.phone = take(&PHONE);
    facts.website_url = take(&WEBSITE);
    if let Some(title) = said(parts.lead, "title") {
        variables.insert("title".to_owned(), Value::from(title));
    }
    facts.custom_fields = variables.into_iter().take(CUSTOM_FIELDS_MAX).map(|(name, value)| (name, Change::Set(value))).collect();
}

/// A name of the lead's that says something.
fn said(lead: Fields<'_>, key: &str) -> Option<String> {
    lead.name(key).filter(|name| name != STAND_IN)
}

/// The custom variables, a list of names and values. Of a name that is repeated the last value that says something counts.
fn variables(parts: Parts<'_>) -> BTreeMap<String, Value> {
    let lists = [parts.data.elements("custom_variables"), parts.lead.elements("custom_variables")];
    let listed = lists.into_iter().flatten().filter_map(|element| {
        let element = Fields::new(element.as_object()?);
        Some((element.text("name")?, element.value("value")?))
    });
    let sound = listed.filter(|(name, value)| {
        let is_empty = value.as_str().is_some_and(|text| text.trim() == STAND_IN);
        name.len() <= CUSTOM_FIELD_NAME_BYTES_MAX && is_present(*value) && is_scalar(*value) && !is_empty
    });
    sound.map(|(name, value)| (fold(&name), value.to_value())).collect()
}

/// Takes the text of the first variable that has one of these names, in their order and then in the variables' own.
fn take(variables: &mut BTreeMap<String, Value>, names: &[&str]) -> Option<String> {
    let plain = |key: &str| key.to_lowercase().replace(|c: char| c.is_whitespace() || matches!(c, '-' | '_'), "");
    let rank = |key: &str| names.iter().position(|known| *known == plain(key));
    let key = variables.keys().filter_map(|key| Some((rank(key)?, key))).min()?.1.clone();
    match variables.remove(&key)? {
        Value::String(text) => Some(text.trim().to_owned()),
        value => Some(value.to_string()),
    }
}
