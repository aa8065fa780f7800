//! Takes a body out of what relays wrap around it, and tells the two generations apart by their shape.

use serde_json::{Map, Value};

use crate::{
    Delivery, ParseError,
    breakcold::snake::snake,
    json::{Fields, KeySet, is_present},
};

/// Where a relay puts the body: an n8n webhook node shows a request as `{"headers", "body"}`, some of them in an array of one.
pub(super) const WRAPPER: &str = "body";

/// How many wrappings are taken off.
pub(super) const WRAPPERS_MAX: usize = 3;

/// Objects inside of an event's content whose fields are Breakcold's. Those of any other are the workspace's.
const NESTED: [&str; 11] = ["lead", "campaign", "email", "message", "task", "note", "list", "status", "tag", "author", "call"];

/// Which Breakcold sent a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    /// The one with `id_space`, `secret` and `payload`.
    Classic,
    /// The one with `eventId`, `workspaceId` and `data`.
    New,
}

/// A body, its field names in snake case.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// Who sent it.
    pub(super) generation: Generation,
    /// Breakcold's workspace (a "space" in the classic one), else what the source is set to.
    pub(super) account: Option<String>,
    envelope: Map<String, Value>,
    envelope_keys: KeySet,
    content: Map<String, Value>,
    content_keys: KeySet,
}

impl Body {
    /// What stands around the content.
    pub(super) fn envelope(&self) -> Fields<'_> {
        Fields::with_keys(&self.envelope, self.envelope_keys)
    }

    /// The `payload`, or the `data`.
    pub(super) fn content(&self) -> Fields<'_> {
        Fields::with_keys(&self.content, self.content_keys)
    }

    /// The same as an object.
    pub(super) fn content_map(&self) -> &Map<String, Value> {
        &self.content
    }

    /// Whether the content is a lead's own object: other events may show it as well.
    pub(super) fn is_lead(&self) -> bool {
        ["first_name", "last_name", "linkedin_url", "is_tracked"].iter().any(|key| self.content.contains_key(*key))
    }
}

/// The event's own object.
///
/// # Errors
/// If the body is not JSON, or not one object of either generation, with or without a wrapper.
pub(super) fn open(delivery: &Delivery<'_>) -> Result<Body, ParseError> {
    let value: Value = serde_json::from_slice(delivery.body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    let mut envelope = snake(unwrap(value)?);
    let is_object = |key: &str| envelope.get(key).is_some_and(Value::is_object);
    let is_stated = |key: &str| envelope.get(key).is_some_and(is_present);
    let is_new = is_stated("event_id") || is_stated("workspace_id");
    let generation = match (is_object("payload"), is_object("data")) {
        (_, true) if is_new => Generation::New,
        (true, _) => Generation::Classic,
        (false, true) => Generation::New,
        // An event that says nothing is one all the same.
        (false, false) if is_new => Generation::New,
        (false, false) if is_stated("id_space") => Generation::Classic,
        (false, false) => {
            let expected = "expected an object under payload, beside id_space, or under data, beside eventId and workspaceId";
            return Err(ParseError::Shape(expected.to_owned()));
        }
    };
    let (content, account) = match generation {
        Generation::Classic => ("payload", "id_space"),
        Generation::New => ("data", "workspace_id"),
    };
    let content = match envelope.remove(content) {
        Some(Value::Object(content)) => tidy(content),
        _ => Map::new(),
    };
    let (envelope_keys, content_keys) = (KeySet::of(&envelope), KeySet::of(&content));
    let mut body = Body { generation, account: None, envelope, envelope_keys, content, content_keys };
    let stated = body.envelope().id(account).or_else(|| body.content().id(account));
    body.account = stated.or_else(|| delivery.settings.account.clone());
    Ok(body)
}

/// The object that an event is in.
fn unwrap(mut value: Value) -> Result<Map<String, Value>, ParseError> {
    for _ in 0..=WRAPPERS_MAX {
        let mut object = match value {
            Value::Object(object) => object,
            Value::Array(mut elements) => match (elements.len(), elements.pop()) {
                (1, Some(Value::Object(only))) => only,
                (1, Some(other)) => return Err(refused(&format!("an array of {}", sort(&other)))),
                (length, _) => return Err(refused(&format!("an array of {length}"))),
            },
            other => return Err(refused(sort(&other))),
        };
        let is_wrapper = Fields::new(&object).word("event").is_none()
            && object.get(WRAPPER).is_some_and(|inner| inner.is_object() || inner.is_array());
        match object.remove(WRAPPER).filter(|_| is_wrapper) {
            Some(inner) => value = inner,
            None => return Ok(object),
        }
    }
    Err(refused(&format!("one wrapped more than {WRAPPERS_MAX} times")))
}

/// The content in one spelling, and the objects of Breakcold's inside of it.
fn tidy(content: Map<String, Value>) -> Map<String, Value> {
    let tidied = |(key, value): (String, Value)| match value {
        Value::Object(object) if NESTED.contains(&key.as_str()) => (key, Value::Object(snake(object))),
        value => (key, value),
    };
    snake(content).into_iter().map(tidied).collect()
}

fn refused(found: &str) -> ParseError {
    ParseError::Shape(format!("expected one JSON object, found {found}"))
}

fn sort(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
