//! Takes a body out of what relays wrap around it, and tells the two generations apart by their shape.

use crate::{
    Delivery, ParseError,
    breakcold::{
        names,
        snake::{is_snake, snake},
    },
    json::{Arena, Entry, Fields, Node, Object, is_present},
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
pub(super) struct Body<'t> {
    /// Who sent it.
    pub(super) generation: Generation,
    /// Breakcold's workspace (a "space" in the classic one), else what the source is set to.
    pub(super) account: Option<String>,
    envelope: Object<'t>,
    content: Object<'t>,
    is_lead: bool,
}

impl<'t> Body<'t> {
    /// What stands around the content.
    pub(super) fn envelope(&self) -> Fields<'t> {
        Fields::new(self.envelope)
    }

    /// The `payload`, or the `data`.
    pub(super) fn content(&self) -> Fields<'t> {
        Fields::new(self.content)
    }

    /// The same as an object.
    pub(super) fn content_map(&self) -> Object<'t> {
        self.content
    }

    /// Whether the content is a lead's own object: other events may show it as well.
    pub(super) fn is_lead(&self) -> bool {
        self.is_lead
    }
}

/// The event's own object.
///
/// # Errors
/// If the body is not JSON, or not one object of either generation, with or without a wrapper.
pub(super) fn open<'t>(arena: &'t Arena, delivery: &Delivery<'t>) -> Result<Body<'t>, ParseError> {
    let value = arena.read(delivery.body).map_err(|error| ParseError::NotJson(error.to_string()))?;
    let envelope = snake(arena, unwrap(value)?);
    let is_object = |key: &str| envelope.get(key).is_some_and(Node::is_object);
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
    let content = match envelope.get(content) {
        Some(Node::Object(content)) => tidy(arena, content),
        _ => arena.object(Vec::new()),
    };
    let is_lead = ["first_name", "last_name", "linkedin_url", "is_tracked"].iter().any(|key| content.contains_key(key));
    let mut body = Body { generation, account: None, envelope, content, is_lead };
    let stated = body.envelope().id(account).or_else(|| body.content().id(account));
    body.account = stated.or_else(|| delivery.settings.account.clone());
    Ok(body)
}

/// The object that an event is in.
fn unwrap(mut value: Node<'_>) -> Result<Object<'_>, ParseError> {
    for _ in 0..=WRAPPERS_MAX {
        let object = match value {
            Node::Object(object) => object,
            Node::Array([Node::Object(only)]) => *only,
            Node::Array([other]) => return Err(refused(&format!("an array of {}", sort(*other)))),
            Node::Array(elements) => return Err(refused(&format!("an array of {}", elements.len()))),
            other => return Err(refused(sort(other))),
        };
        let inner = object.get(WRAPPER).filter(|inner| inner.is_object() || inner.is_array());
        match inner.filter(|_| Fields::new(object).word(names::EVENT).is_none()) {
            Some(inner) => value = inner,
            None => return Ok(object),
        }
    }
    Err(refused(&format!("one wrapped more than {WRAPPERS_MAX} times")))
}

/// The content in one spelling, and the objects of Breakcold's inside of it.
fn tidy<'t>(arena: &'t Arena, content: Object<'t>) -> Object<'t> {
    let content = snake(arena, content);
    let tidied = |(key, value): Entry<'t>| match value {
        Node::Object(object) if NESTED.contains(&key) => (key, Node::Object(snake(arena, object))),
        _ => (key, value),
    };
    let is_tidy = |(key, value): Entry<'t>| match value {
        Node::Object(object) => is_snake(object) || !NESTED.contains(&key),
        _ => true,
    };
    if content.iter().all(is_tidy) {
        return content;
    }
    arena.object(content.iter().map(tidied).collect())
}

fn refused(found: &str) -> ParseError {
    ParseError::Shape(format!("expected one JSON object, found {found}"))
}

fn sort(value: Node<'_>) -> &'static str {
    match value {
        Node::Null => "null",
        Node::Bool(_) => "a truth value",
        Node::Number(_) => "a number",
        Node::Text(_) => "a text",
        Node::Array(_) => "an array",
        Node::Object(_) => "an object",
    }
}
