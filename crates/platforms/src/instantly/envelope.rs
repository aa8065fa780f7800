//! Takes a body out of what relays wrap around it. Instantly itself sends one flat object (captures).

use serde_json::{Map, Value};

use crate::{
    ParseError,
    instantly::names::{self, EVENT_TYPE},
    json::Fields,
};

/// The event's own object.
///
/// # Errors
/// If the body is not JSON, or not one object with or without a wrapper.
pub(super) fn open(body: &[u8]) -> Result<Map<String, Value>, ParseError> {
    let mut value: Value = serde_json::from_slice(body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    // Every turn goes one level deeper, and the reader has bounded the levels.
    loop {
        value = match value {
            Value::Object(mut object) => match wrapper(&object).and_then(|key| object.remove(key)) {
                Some(inner) => inner,
                None => return Ok(object),
            },
            Value::Array(mut elements) => match (elements.len(), elements.pop()) {
                (1, Some(only)) => only,
                (length, _) => return Err(refused(&format!("an array of {length}"))),
            },
            Value::String(_) => return Err(refused("a text")),
            Value::Number(_) => return Err(refused("a number")),
            Value::Bool(_) => return Err(refused("a truth value")),
            Value::Null => return Err(refused("null")),
        };
    }
}

/// The key under which the event's own object stands, if `object` is only a wrapper.
///
/// `body` is an n8n webhook node's view of a request (captures); `payload` is that of an object of Instantly's own log of
/// deliveries, whose other fields tell of the attempt (Instantly's developer pages). A `payload` beside the name of an event holds
/// variables of the lead (public relay code).
fn wrapper(object: &Map<String, Value>) -> Option<&'static str> {
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
