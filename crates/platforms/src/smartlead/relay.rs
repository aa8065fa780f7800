//! What relays put around a body: an array of one, or an object that holds it under `body` or `data`.
//!
//! A body is taken out of its wrapping only where there is no doubt: what is inside names an event, what is around it does not
//! (or names one that nobody has heard of), and there is one inside and not two.

use hookline_model::kind::Kind;

use crate::{
    ParseError,
    json::{Arena, Draft, Fields, Node, Object, filled},
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
pub(super) fn object<'t>(arena: &'t Arena, body: &'t [u8]) -> Result<Object<'t>, ParseError> {
    let value = arena.read(body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    let object = unwrap(single(value)?)?;
    Ok(take_in_fields(arena, object))
}

/// The object that a value is, or that is alone in the array it is.
fn single(value: Node<'_>) -> Result<Object<'_>, ParseError> {
    let found = match value {
        Node::Object(object) => return Ok(object),
        Node::Array([Node::Object(only)]) => return Ok(*only),
        Node::Array([_]) => "an array of something else".to_owned(),
        Node::Array(elements) => format!("an array of {}", elements.len()),
        Node::Text(_) => "a text".to_owned(),
        Node::Number(_) => "a number".to_owned(),
        Node::Bool(_) => "a truth value".to_owned(),
        Node::Null => "null".to_owned(),
    };
    Err(ParseError::Shape(format!("expected one JSON object, found {found}")))
}

/// The object inside; the object itself if it is no wrapping.
fn unwrap(object: Object<'_>) -> Result<Object<'_>, ParseError> {
    if !WRAPPERS.iter().any(|key| object.contains_key(key)) {
        return Ok(object);
    }
    let own = own_naming(object);
    match WRAPPERS.map(|key| object.get(key).is_some_and(|value| naming(value, WRAPPERS_MAX) > own)) {
        [false, false] => Ok(object),
        [true, true] => {
            Err(ParseError::Shape("expected one event, found one under \"body\" and another under \"data\"".to_owned()))
        }
        [is_body, _] => {
            let inside = object.get(if is_body { "body" } else { "data" }).unwrap_or(Node::Null);
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
fn own_naming(object: Object<'_>) -> Naming {
    match names::of(Fields::new(object)) {
        Some((_, name)) if names::is_known(name) => Naming::Known,
        // Anything has a `type`.
        Some(("type", _)) | None => Naming::None,
        Some(_) => Naming::Unheard,
    }
}

/// How well a value names an event, itself or `depth - 1` wrappings further in.
fn naming(value: Node<'_>, depth: usize) -> Naming {
    let object = match value {
        Node::Object(object) => object,
        Node::Array([Node::Object(only)]) => *only,
        _ => return Naming::None,
    };
    if depth == 0 {
        return Naming::None;
    }
    let inside = WRAPPERS.iter().filter_map(|key| object.get(key)).map(|value| naming(value, depth - 1));
    inside.fold(own_naming(object), Naming::max)
}

/// Puts the fields of a wrapping beside a name that stands outside of it, as some relays part the two. A field that is there
/// already stays, and so does a wrapping that names an event of another kind. Alerts have their own `data`.
fn take_in_fields<'t>(arena: &'t Arena, object: Object<'t>) -> Object<'t> {
    let kind_of = |object: Object<'_>| names::of(Fields::new(object)).map(|(_, name)| names::kind(name));
    if !WRAPPERS.iter().any(|key| object.get(key).is_some_and(Node::is_object)) {
        return object;
    }
    let Some(kind) = kind_of(object).filter(|kind| !matches!(kind, Kind::Other | Kind::AccountError)) else {
        return object;
    };
    WRAPPERS.into_iter().fold(object, |object, key| match object.get(key).and_then(Node::as_object) {
        Some(fields) if kind_of(fields).is_none_or(|of| of == kind) => {
            let mut without = Draft::new(Some(object));
            without.remove(key);
            filled(arena, without.finish(arena).unwrap_or(object), fields, true)
        }
        _ => object,
    })
}
