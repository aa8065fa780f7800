//! Takes a body out of what relays wrap around it. Instantly itself sends one flat object (captures).

use crate::{
    ParseError,
    instantly::names::{self, EVENT_TYPE},
    json::{Arena, Fields, Node, Object},
};

/// The event's own object.
///
/// # Errors
/// If the body is not JSON, or not one object with or without a wrapper.
pub(super) fn open<'t>(arena: &'t Arena, body: &'t [u8]) -> Result<Object<'t>, ParseError> {
    let mut value = arena.read(body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    // Every turn goes one level deeper, and the reader has bounded the levels.
    loop {
        value = match value {
            Node::Object(object) => match wrapper(object).and_then(|key| object.get(key)) {
                Some(inner) => inner,
                None => return Ok(object),
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

/// The key under which the event's own object stands, if `object` is only a wrapper.
///
/// `body` is an n8n webhook node's view of a request (captures); `payload` is that of an object of Instantly's own log of
/// deliveries, whose other fields tell of the attempt (Instantly's developer pages). A `payload` beside the name of an event holds
/// variables of the lead (public relay code).
fn wrapper(object: Object<'_>) -> Option<&'static str> {
    let outer = Fields::new(object);
    let names_its_event = |key| outer.object(key).word(EVENT_TYPE).is_some();
    let holds_all = || !names::is_stated(outer) && object.get("body").is_some_and(|body| body.is_object() || body.is_array());
    if names_its_event("body") || holds_all() {
        return Some("body");
    }
    (outer.word(EVENT_TYPE).is_none() && names_its_event("payload")).then_some("payload")
}

fn refused(found: &str) -> ParseError {
    ParseError::Shape(format!("expected one JSON object, found {found}"))
}
