//! Blanks what nobody may keep: values of properties that HubSpot marks as sensitive, and the secrets that a relay or a workflow
//! carries along. HubSpot's own events hold no secret; what authenticates them is a header (HubSpot's guide).

use serde_json::{Value, value::RawValue};

use crate::{
    hubspot::property::{MARK, VALUE},
    json::{blank_any, values},
    redact_text::redact_text,
};

/// How many wrappers of a relay's are looked into.
const WRAPPERS_MAX: usize = 4;

/// Fields that may hold a secret that somebody added to a workflow's body.
pub(super) const SECRET_FIELDS: [&str; 5] = ["secret_key", "client_secret", "webhook_secret", "access_token", "hapikey"];

/// The fields that are blanked by the letter in what cannot be read.
pub(super) const TEXT_FIELDS: [&str; 8] =
    ["secret_key", "client_secret", "webhook_secret", "access_token", "hapikey", "authorization", "Authorization", "cookie"];

/// Words in the names of headers, and of the parameters of an address, that carry secrets; lower case.
const SECRET_WORDS: [&str; 7] = ["authorization", "secret", "token", "api-key", "apikey", "cookie", "signature"];

/// Overwrites the values of sensitive properties and of secrets, in place: a text by as many `*` as it has bytes, anything else by
/// a zero. In what is not JSON a mark cannot be read, so every value of a property goes.
pub(super) fn redact(body: &mut [u8]) {
    blank_any(body, |top| found(top, WRAPPERS_MAX));
    if serde_json::from_slice::<&RawValue>(body).is_err() {
        redact_text(body, &[VALUE]);
        // What was no UTF-8 may have been blanked, so that it is JSON now.
        blank_any(body, |top| found(top, WRAPPERS_MAX));
    }
}

/// What is to be blanked in an object, in the objects of an array, and in what they wrap.
fn found(value: &RawValue, wrappers: usize) -> Vec<&RawValue> {
    let objects: Vec<&RawValue> = match value.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(value.get()).unwrap_or_default(),
        _ => vec![value],
    };
    let mut all = Vec::new();
    for object in objects {
        if object.get().starts_with('[') && wrappers > 0 {
            all.extend(found(object, wrappers - 1));
        }
        if !object.get().starts_with('{') {
            continue;
        }
        all.extend(values(object, |key| SECRET_FIELDS.contains(&key)));
        // Of a mark that is repeated the last counts, as where the event is read: what is read must not be another event for it.
        if values(object, |key| key == MARK).last().is_some_and(|mark| is_set(mark)) {
            all.extend(values(object, |key| key == VALUE));
        }
        let shown = values(object, |key| matches!(key, "headers" | "query")).into_iter();
        all.extend(shown.filter(|part| part.get().starts_with('{')).flat_map(|part| values(part, is_secret)));
        if wrappers > 0 {
            all.extend(values(object, |key| key == "body").into_iter().flat_map(|inner| found(inner, wrappers - 1)));
        }
    }
    all
}

/// Whether a mark is there and is not denied.
fn is_set(mark: &RawValue) -> bool {
    match serde_json::from_str(mark.get()) {
        Ok(Value::Null | Value::Bool(false)) => false,
        Ok(Value::String(text)) => !matches!(text.trim().to_ascii_lowercase().as_str(), "" | "null" | "false" | "0"),
        Ok(Value::Number(number)) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

/// Whether a header or a parameter carries a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "key" || SECRET_WORDS.iter().any(|word| name.contains(word))
}
