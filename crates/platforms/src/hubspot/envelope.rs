//! Takes a batch apart, and a body out of what relays wrap around it.

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::{
    ParseError,
    hubspot::names,
    json::{Arena, Fields, Node, Object, elements, values},
};

/// The most events taken from one body. HubSpot sends up to 100.
const EVENTS_MAX: usize = 1_000;

/// How many wrappers are looked into for a batch. A relay puts one around it, and perhaps an array of one around that.
const WRAPPERS_MAX: usize = 4;

/// The key under which an n8n webhook node shows the body of a request.
const BODY: &str = "body";

/// The events of a batch, each with its own bytes; `None` if the body is one object.
///
/// # Errors
/// If it is a batch that is empty or too long, or that is not JSON.
pub(super) fn split(body: &[u8]) -> Result<Option<Vec<&[u8]>>, ParseError> {
    let mut rest = body;
    for _ in 0..WRAPPERS_MAX {
        let Some(found) = elements(rest, EVENTS_MAX) else {
            match wrapped(rest) {
                Some(inner) => rest = inner,
                None => return Ok(None),
            }
            continue;
        };
        let found = found.map_err(|text| match serde_json::from_slice::<IgnoredAny>(rest) {
            Ok(_) => ParseError::Shape(text),
            Err(_) => ParseError::NotJson(text),
        })?;
        match (&found[..], found.first().and_then(|only| wrapped(only))) {
            ([], _) => return Err(ParseError::NamesNothing("expected at least one event, found an empty array".to_owned())),
            ([_], Some(inner)) if inner.starts_with(b"[") => rest = inner,
            _ => return Ok(Some(found)),
        }
    }
    Ok(None)
}

/// What a relay's wrapper holds, as it stands in the body, if `bytes` are one.
fn wrapped(bytes: &[u8]) -> Option<&[u8]> {
    let object = serde_json::from_slice::<&RawValue>(bytes).ok().map(RawValue::get).filter(|value| value.starts_with('{'))?;
    let is_word = |value: &&str| value.starts_with('"');
    if values(object, |key| names::KEYS.contains(&key)).iter().any(is_word) {
        return None;
    }
    let inner = values(object, |key| key == BODY).pop()?;
    inner.starts_with(['[', '{']).then_some(inner.as_bytes())
}

/// The object of one event, or of one record.
///
/// # Errors
/// If the body is not JSON, or not one object with or without a wrapper.
pub(super) fn open<'t>(arena: &'t Arena, body: &'t [u8]) -> Result<Object<'t>, ParseError> {
    let mut value = arena.read(body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    // Every turn goes one level deeper, and the reader has bounded the levels.
    loop {
        value = match value {
            Node::Object(object) => match object.get(BODY) {
                Some(inner) if is_wrapper(object, inner) => inner,
                _ => return Ok(object),
            },
            Node::Array([only]) => *only,
            Node::Array(elements) => return Err(refused(&format!("an array of {}", elements.len()))),
            Node::Text(_) => return Err(refused("a text")),
            Node::Number(_) => return Err(refused("a number")),
            Node::Bool(_) => return Err(refused("a truth value")),
            Node::Null => return Err(refused("null")),
        };
    }
}

/// Whether an object that has `inner` under `body` is only a relay's view of a request: an event has a name of its own, and the
/// fields that somebody picked are no objects.
fn is_wrapper(object: Object<'_>, inner: Node<'_>) -> bool {
    (inner.is_object() || inner.is_array()) && names::stated(Fields::new(object)).is_none()
}

fn refused(found: &str) -> ParseError {
    ParseError::Shape(format!("expected one JSON object, or an array of them, found {found}"))
}
