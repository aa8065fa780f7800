//! What a hook is to be: its name, its URL, its events and its categories, in every form that SmartLead's documents have for
//! them.

use std::collections::BTreeSet;

use hookline_delivery::{
    guard::Guard,
    priority::{Level, MEMORY},
    settings::Settings,
};
use hookline_dialects::{Dialect, names};
use hookline_model::kind::Kind;
use serde_json::{Value, json};

use super::{account::Account, categories, fields::Fields, refusal::Refusal};

/// The longest name of a category, in characters.
const CATEGORY_CHARACTERS_MAX: usize = 200;

/// The names that a hook is not made with unless it asks for them: the other name of a first send, and the alert that SmartLead
/// sends outside of webhooks.
const ON_REQUEST: [&str; 2] = ["FIRST_EMAIL_SENT", "EMAIL_ACCOUNT_DISCONNECTED"];

/// What was sent of it. What was not sent stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// What people call it.
    pub(super) name: Option<String>,
    /// Where to.
    pub(super) url: Option<String>,
    /// The names of its events, in upper case.
    pub(super) events: Option<Vec<String>>,
    /// The names of categories.
    pub(super) categories: Option<Vec<String>>,
}

impl Wanted {
    /// Reads what all endpoints have.
    pub(super) fn read(fields: &mut Fields, account: &Account, guard: &Guard) -> Result<Wanted, Refusal> {
        let name = fields.name()?;
        let url = url(fields, guard)?;
        let (events, categories) = (events(fields)?, categories(fields, account)?);
        Ok(Wanted { name, url, events, categories })
    }

    /// Puts it into settings of a hook of this level.
    pub(super) fn put(self, settings: &mut Settings, level: Level) {
        settings.dialect = Dialect::Smartlead;
        if let Some(url) = self.url {
            settings.url = url;
        }
        if let Some(name) = self.name {
            settings.name = name;
        }
        if let Some(categories) = self.categories {
            settings.filter.categories = categories;
        }
        let memory = settings.extra.entry(MEMORY.to_owned()).or_insert_with(|| json!({}));
        memory["level"] = json!(level);
        if let Some(events) = self.events {
            memory["names"] = json!(events);
            settings.kinds = kinds(&events);
            let variant = names::smartlead_variant(events.iter().map(String::as_str));
            settings.variant = Some(variant.name().to_owned());
        }
    }
}

/// The kinds that names mean, in the order of kinds.
fn kinds(events: &[String]) -> Vec<String> {
    let meanings: Vec<_> = events.iter().filter_map(|name| names::meaning(Dialect::Smartlead, name)).collect();
    let is_meant = |kind: &&Kind| meanings.iter().any(|meaning| meaning.kinds().contains(kind));
    Kind::ALL.iter().filter(is_meant).map(|kind| kind.name().to_owned()).collect()
}

/// All names, for a hook of which no events are said.
pub(super) fn all_events() -> Vec<String> {
    let all = names::subscriptions(Dialect::Smartlead);
    all.into_iter().filter(|name| !ON_REQUEST.contains(name)).map(ToOwned::to_owned).collect()
}

fn url(fields: &mut Fields, guard: &Guard) -> Result<Option<String>, Refusal> {
    let Some(text) = fields.text("webhook_url")? else { return Ok(None) };
    match guard.typed(&text) {
        Ok(url) => Ok(Some(url)),
        Err(why) => Err(Refusal::invalid("webhook_url", text.trim(), Some(&why.to_string()))),
    }
}

/// The names that are asked for, by `event_type_map`, `event_types` or `event_type`; none if there is none of these fields.
fn events(fields: &mut Fields) -> Result<Option<Vec<String>>, Refusal> {
    let map = fields.ticked("event_type_map")?;
    if map.as_ref().is_some_and(Vec::is_empty) {
        return Err(Refusal::form("event_type_map", "must have at least 1 event that is true"));
    }
    let mut given: Vec<Value> = map.iter().flatten().map(|name| json!(name)).collect();
    let list = fields.list("event_types")?;
    let single = fields.given("event_type");
    if map.is_none() && list.is_none() && single.is_none() {
        return Ok(None);
    }
    given.extend(list.into_iter().flatten());
    match single {
        Some(Value::Array(values)) => given.extend(values),
        single => given.extend(single),
    }
    let mut names: BTreeSet<String> = BTreeSet::new();
    for value in given {
        let Value::String(name) = &value else { return Err(Refusal::invalid("event_types", &value.to_string(), None)) };
        let name = name.trim();
        names::canonical(Dialect::Smartlead, name).ok_or_else(|| Refusal::invalid("event_types", name, None))?;
        names.insert(name.to_ascii_uppercase());
    }
    if names.is_empty() {
        return Err(Refusal::form("event_type", "does not contain 1 required value(s)"));
    }
    Ok(Some(names.into_iter().collect()))
}

/// The categories that are asked for, by `category_id_map`, `categories` or `category_id`; none if there is none of these
/// fields. An empty map is every category.
fn categories(fields: &mut Fields, account: &Account) -> Result<Option<Vec<String>>, Refusal> {
    let map = fields.ticked("category_id_map")?;
    let list = fields.list("categories")?;
    let single = fields.given("category_id");
    if map.is_none() && list.is_none() && single.is_none() {
        return Ok(None);
    }
    let by_id = map.into_iter().flatten().map(Value::String).chain(single).map(|id| by_id(&id, account));
    let by_name = list.into_iter().flatten().map(|value| category(&value, account));
    let mut names: Vec<String> = Vec::new();
    for name in by_id.chain(by_name) {
        let name = name?;
        if !names.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            names.push(name);
        }
    }
    Ok(Some(names))
}

/// The name of a category by its number, of those that the account has.
fn by_id(id: &Value, account: &Account) -> Result<String, Refusal> {
    let known = super::fields::whole(id).and_then(|id| categories::named(account, id));
    known.ok_or_else(|| Refusal::invalid("category", &written(id), None))
}

/// The name of a category, by its number or its name. A name may be a new one: names are the account's own.
fn category(value: &Value, account: &Account) -> Result<String, Refusal> {
    if super::fields::whole(value).is_some() {
        return by_id(value, account);
    }
    let text = written(value);
    let is_name = value.is_string() && !text.is_empty() && text.chars().count() <= CATEGORY_CHARACTERS_MAX;
    let is_sound = is_name && !text.contains(char::is_control);
    if is_sound { Ok(text) } else { Err(Refusal::invalid("category", &text, None)) }
}

/// A category as it was sent.
fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}
