//! What relays put around a body: an array of one, or an object that holds it under `body` or `data`.
//!
//! A body is taken out of its wrapping only where there is no doubt: what is inside names an event, what is around it does not
//! (or names one that nobody has heard of), and there is one inside and not two.

use serde_json::{Map, Value};

use hookline_model::kind::Kind;

use crate::{
    ParseError,
    json::{Fields, is_present},
    smartlead::names,
};

/// The keys that relays put a body under.
pub(super) const WRAPPERS: [&str; 2] = ["body", "data"];

/// How many wrappings are taken off.
pub(super) const WRAPPERS_MAX: usize = 3;

/// The one JSON object of a body, without what relays put around it.
///
/// # Errors
/// When the body is not JSON, not one object, or holds two.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, ParseError> {
    let value: Value = serde_json::from_slice(body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    let mut object = unwrap(single(value)?)?;
    take_in_fields(&mut object);
    Ok(object)
}

/// The object that a value is, or that is alone in the array it is.
fn single(value: Value) -> Result<Map<String, Value>, ParseError> {
    let found = match value {
        Value::Object(object) => return Ok(object),
        Value::Array(mut elements) => match (elements.len(), elements.pop()) {
            (1, Some(Value::Object(object))) => return Ok(object),
            (1, _) => "an array of something else".to_owned(),
            (length, _) => format!("an array of {length}"),
        },
        Value::String(_) => "a text".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::Bool(_) => "a truth value".to_owned(),
        Value::Null => "null".to_owned(),
    };
    Err(ParseError::Shape(format!("expected one JSON object, found {found}")))
}

/// The object inside; the object itself if it is no wrapping.
fn unwrap(mut object: Map<String, Value>) -> Result<Map<String, Value>, ParseError> {
    let own = own_naming(&object);
    match WRAPPERS.map(|key| object.get(key).is_some_and(|value| naming(value, WRAPPERS_MAX) > own)) {
        [false, false] => Ok(object),
        [true, true] => {
            Err(ParseError::Shape("expected one event, found one under \"body\" and another under \"data\"".to_owned()))
        }
        [is_body, _] => {
            let inside = object.remove(if is_body { "body" } else { "data" }).unwrap_or_default();
            unwrap(single(inside)?)
        }
    }
}

/// How well something names an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    /// Not at all.
    None,
    /// By a name that nobody has heard of.
    Unheard,
    /// By a name of SmartLead's.
    Known,
}

/// How well an object names an event at its own top.
fn own_naming(object: &Map<String, Value>) -> Naming {
    match names::of(Fields::new(object)) {
        Some((_, name)) if names::is_known(name) => Naming::Known,
        // Anything has a `type`.
        Some(("type", _)) | None => Naming::None,
        Some(_) => Naming::Unheard,
    }
}

/// How well a value names an event, itself or `depth - 1` wrappings further in.
fn naming(value: &Value, depth: usize) -> Naming {
    let object = match value {
        Value::Object(object) => object,
        Value::Array(elements) => match &elements[..] {
            [Value::Object(object)] => object,
            _ => return Naming::None,
        },
        _ => return Naming::None,
    };
    if depth == 0 {
        return Naming::None;
    }
    let inside = WRAPPERS.iter().filter_map(|key| object.get(*key)).map(|value| naming(value, depth - 1));
    inside.fold(own_naming(object), Naming::max)
}

/// Puts the fields of a wrapping beside a name that stands outside of it, as some relays part the two. A field that is there
/// already stays, and so does a wrapping that names an event of another kind. Alerts have their own `data`.
fn take_in_fields(object: &mut Map<String, Value>) {
    let kind_of = |object: &Map<String, Value>| names::of(Fields::new(object)).map(|(_, name)| names::kind(name));
    let Some(kind) = kind_of(object).filter(|kind| !matches!(kind, Kind::Other | Kind::AccountError)) else {
        return;
    };
    for key in WRAPPERS {
        let inside = object.get(key).and_then(Value::as_object);
        let fits = inside.is_some_and(|fields| kind_of(fields).is_none_or(|of| of == kind));
        if fits && let Some(Value::Object(fields)) = object.remove(key) {
            for (key, value) in fields {
                if !object.get(&key).is_some_and(is_present) {
                    object.insert(key, value);
                }
            }
        }
    }
}
