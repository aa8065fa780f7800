//! Takes a body out of what is wrapped around it.
//!
//! EmailBison posts `{"event", "data"}` bare. Its API answers a request for a sample with that under `data`, a trial with it
//! under `data.payload`, and lists events as rows with it under `payload` (the vendor's pages, captures); people paste and re-post
//! all of these. Relays put it under `body`, or in an array of one.

use crate::{
    ParseError,
    emailbison::names,
    json::{Arena, Fields, Node, Object},
};

/// The keys that a body may stand under.
pub(super) const WRAPPERS: [&str; 3] = ["payload", "data", "body"];

/// How many wrappings are taken off.
const WRAPPINGS_MAX: usize = 6;

/// A body without its wrappings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened<'t> {
    /// The event's own object.
    pub(super) object: Object<'t>,
    /// Whether it was wrapped as the API's answers with samples are.
    pub(super) is_answer: bool,
}

/// Opens a body.
///
/// # Errors
/// If it is not JSON, not one object with or without wrappings, or holds two events.
pub(super) fn open<'t>(arena: &'t Arena, body: &'t [u8]) -> Result<Opened<'t>, ParseError> {
    let mut value = arena.read(body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    let mut is_answer = false;
    for _ in 0..=WRAPPINGS_MAX {
        let object = match value {
            Node::Object(object) => object,
            other => match inside(arena, other) {
                Ok(inner) => {
                    value = inner;
                    continue;
                }
                Err(found) => return Err(ParseError::Shape(format!("expected one JSON object, found {found}"))),
            },
        };
        let Some(key) = wrapper(object)? else { return Ok(Opened { object, is_answer }) };
        is_answer |= key == "data" || object.contains_key("success");
        value = object.get(key).unwrap_or(Node::Null);
    }
    Err(ParseError::Shape(format!("expected an event in at most {WRAPPINGS_MAX} wrappings")))
}

/// The one element of an array, or the JSON in a text; else what was found.
fn inside<'t>(arena: &'t Arena, value: Node<'t>) -> Result<Node<'t>, String> {
    match value {
        Node::Array([only]) => Ok(*only),
        Node::Array(elements) => Err(format!("an array of {}", elements.len())),
        Node::Text(text) => json_in(arena, text).ok_or_else(|| "a text".to_owned()),
        Node::Number(_) => Err("a number".to_owned()),
        Node::Bool(_) => Err("a truth value".to_owned()),
        Node::Null => Err("null".to_owned()),
        Node::Object(_) => Ok(value),
    }
}

/// The object that a text is: the API sometimes answers with a sample as text (the vendor's pages).
fn json_in<'t>(arena: &'t Arena, text: &'t str) -> Option<Node<'t>> {
    text.trim_start().starts_with('{').then(|| arena.read(text.as_bytes()).ok()).flatten()
}

/// How well something names an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    /// Not at all.
    None,
    /// Flat, by a name that nobody has heard of: anything has a `type`.
    Unheard,
    /// Flat, by a name of EmailBison's.
    Known,
    /// As EmailBison does.
    Envelope,
}

/// The key that the event stands under, if `object` is only a wrapping: what is inside names an event better than it does.
fn wrapper(object: Object<'_>) -> Result<Option<&'static str>, ParseError> {
    let own = own_naming(object);
    // Nothing inside can name it better: most bodies end here.
    if own == Naming::Envelope {
        return Ok(None);
    }
    let inside = WRAPPERS.map(|key| (object.get(key).map_or(Naming::None, |value| naming(value, WRAPPINGS_MAX)), key));
    let best = inside.iter().map(|(naming, _)| *naming).max().filter(|best| *best > own);
    let mut keys = inside.iter().filter(|(naming, _)| Some(*naming) == best).map(|(_, key)| *key);
    match (keys.next(), keys.next()) {
        (Some(one), Some(other)) => {
            Err(ParseError::Shape(format!("expected one event, found one under {one:?} and another under {other:?}")))
        }
        (one, _) => Ok(one),
    }
}

/// How well an object names an event at its own top.
fn own_naming(object: Object<'_>) -> Naming {
    let fields = Fields::new(object);
    if names::is_envelope(fields) {
        return Naming::Envelope;
    }
    match names::flat(fields, names::is_known) {
        Some(name) if names::is_known(name) => Naming::Known,
        Some(_) => Naming::Unheard,
        None => Naming::None,
    }
}

/// How well a value names an event, itself or up to `depth` wrappings further in. A text is looked into, but no text inside it.
fn naming(value: Node<'_>, depth: usize) -> Naming {
    match value {
        Node::Object(object) if depth > 0 => {
            let inside = WRAPPERS.iter().filter_map(|key| object.get(key)).map(|value| naming(value, depth - 1));
            inside.fold(own_naming(object), Naming::max)
        }
        Node::Object(object) => own_naming(object),
        Node::Array([only]) if depth > 0 => naming(*only, depth - 1),
        // In memory of its own: a text may be looked into once for every wrapping around it.
        Node::Text(text) if depth > 0 => {
            let arena = Arena::new(text.as_bytes());
            json_in(&arena, text).map_or(Naming::None, |value| naming(value, 0))
        }
        _ => Naming::None,
    }
}
