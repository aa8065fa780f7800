//! What a webhook is to be: the body of a `POST` or `PATCH`, read and checked.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use hookline_delivery::{
    client::receiver_header,
    guard::Guard,
    settings::{HEADERS_MAX, Secrets, Settings},
};

use crate::compat::instantly::{
    body::Body,
    refused::Refused,
    webhooks::{
        MASK, UNNAMED,
        asked::{Asked, is_event_type},
    },
};

/// Reads a body: what it has goes in the place of what there was, and null clears.
pub(super) fn wanted(
    mut body: Body,
    mut asked: Asked,
    mut settings: Settings,
    mut secrets: Secrets,
    guard: &Guard,
) -> Result<(Settings, Secrets), Refused> {
    if let Some(url) = body.text("target_hook_url")? {
        let url = url.unwrap_or_default();
        let url = url.trim();
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(Refused::bad("body/target_hook_url must match pattern \"^https?://\""));
        }
        settings.url = guard.typed(url).map_err(|forbidden| Refused::bad(format!("body/target_hook_url: {forbidden}")))?;
    }
    if let Some(name) = body.text("name")? {
        let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        settings.name = name.unwrap_or_else(|| UNNAMED.to_owned());
        if settings.name.contains(char::is_control) {
            return Err(Refused::bad("body/name must NOT have control characters"));
        }
    }
    if let Some(campaign) = body.id("campaign")? {
        asked.campaign = campaign.map(|id| id.to_string());
    }
    if let Some(name) = body.text("event_type")? {
        if name.as_deref().is_some_and(|name| !is_event_type(name)) {
            return Err(Refused::bad("body/event_type must be equal to one of the allowed values"));
        }
        asked.event_type = name;
    }
    if let Some(value) = body.given("custom_interest_value") {
        asked.custom_interest_value = number(&value)?;
    }
    match body.given("headers") {
        None => {}
        Some(Value::Null) => (asked.header_names, secrets.headers) = Default::default(),
        Some(Value::Object(given)) => (asked.header_names, secrets.headers) = headers(given, &secrets.headers)?,
        Some(_) => return Err(Refused::bad("body/headers must be object")),
    }
    asked.put(&mut settings);
    Ok((settings, secrets))
}

/// A number, in the spelling that events have: whole ones without a point.
fn number(value: &Value) -> Result<Option<Number>, Refused> {
    let wrong = || Refused::bad("body/custom_interest_value must be number");
    let number = match value {
        Value::Null => return Ok(None),
        Value::Number(number) => number.clone(),
        Value::String(text) => text.trim().parse().map_err(|_| wrong())?,
        _ => return Err(wrong()),
    };
    let whole = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0);
    // Exact: it is a whole number below 2^53.
    Ok(Some(whole.map_or(number, |float| Number::from(float as i64))))
}

/// Headers: their names as they were written, and their values by name in lower case. A mask leaves a value as it was.
fn headers(
    given: serde_json::Map<String, Value>,
    former: &BTreeMap<String, String>,
) -> Result<(Vec<String>, BTreeMap<String, String>), Refused> {
    if given.len() > HEADERS_MAX {
        return Err(Refused::bad(format!("body/headers must NOT have more than {HEADERS_MAX} properties")));
    }
    let (mut names, mut headers) = (Vec::new(), BTreeMap::new());
    for (name, value) in given {
        let shown: String = name.chars().take(64).collect();
        let Value::String(value) = value else {
            return Err(Refused::bad(format!("body/headers/{shown} must be string")));
        };
        let (parsed, _) = receiver_header(&name, &value).map_err(|error| Refused::bad(format!("body/headers: {error}")))?;
        let key = parsed.as_str().to_owned();
        let value = match former.get(&key) {
            Some(former) if value == MASK => former.clone(),
            None if value == MASK => {
                return Err(Refused::bad(format!("body/headers/{shown} is the mask of a value that is not there")));
            }
            _ => value,
        };
        if headers.insert(key, value).is_some() {
            return Err(Refused::bad(format!("body/headers/{shown} is there twice; case does not count")));
        }
        names.push(name);
    }
    Ok((names, headers))
}
