//! What an input reached, in place of coverage: which errors, kinds, facts and forms. An input that reaches something new is kept
//! and mutated on.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use hookline_platforms::{ParseError, Parsed};

/// Fields of a stored event whose texts are of a fixed list: each text is something else to reach.
const LISTED: [&str; 7] = ["kind", "platform", "time_source", "bounce_type", "interest", "sort", "set"];
/// Fields of a stored event whose own fields are named by strangers.
const FREE: [&str; 2] = ["custom_fields", "variables"];
/// The longest text that may be of a fixed list.
const LISTED_CHARS_MAX: usize = 24;

/// What an input reached, each thing as a number.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    things: Vec<u64>,
    allocated: u64,
}

impl Reached {
    /// What was reached.
    #[must_use]
    pub fn things(&self) -> &[u64] {
        &self.things
    }

    /// How much was allocated by the reading that allocated most, in bytes.
    #[must_use]
    pub fn allocated(&self) -> u64 {
        self.allocated
    }

    /// Reaches a thing.
    pub(crate) fn add(&mut self, thing: impl Hash) {
        let mut hasher = DefaultHasher::new();
        thing.hash(&mut hasher);
        self.things.push(hasher.finish());
    }

    /// Takes notice of what was allocated.
    pub(crate) fn took(&mut self, bytes: u64) {
        self.allocated = self.allocated.max(bytes);
    }

    /// Reaches an error: its words, without what it repeats of the body.
    pub(crate) fn error(&mut self, error: &ParseError) {
        let text = error.to_string();
        let outside = text.split('"').step_by(2);
        let words: Vec<String> = outside.map(|part| part.chars().filter(|c| !c.is_ascii_digit()).collect()).collect();
        self.add(("error", words));
    }

    /// Reaches an event, whose stored form this is: its kind with every field that is set, and the set of its facts as a whole.
    pub(crate) fn event(&mut self, parsed: &Parsed, stored: &Value) {
        let kind = parsed.event.kind.name();
        let claim = parsed.claim.map(|claim| std::mem::discriminant(&claim));
        self.add(("claim", kind, claim));
        let mut path = Vec::new();
        self.fields(kind, stored, &mut path);
        let facts = |value: &Value| value.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
        self.add(("facts", kind, facts(stored), stored.get("facts").and_then(facts)));
    }

    fn fields<'v>(&mut self, kind: &str, value: &'v Value, path: &mut Vec<&'v str>) {
        match value {
            Value::Object(object) => {
                let is_free = path.last().is_some_and(|name| FREE.contains(name));
                for (name, value) in object {
                    path.push(if is_free { "*" } else { name });
                    self.fields(kind, value, path);
                    path.pop();
                }
            }
            Value::Array(values) => {
                path.push("[]");
                values.iter().for_each(|value| self.fields(kind, value, path));
                path.pop();
            }
            Value::String(text) => {
                let is_listed = path.last().is_some_and(|name| LISTED.contains(name)) && text.len() <= LISTED_CHARS_MAX;
                let is_word = text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.'));
                self.add((kind, &*path, "text", (is_listed && is_word).then_some(text)));
            }
            Value::Number(number) => self.add((kind, &*path, "number", number.is_f64(), number.is_i64())),
            Value::Bool(flag) => self.add((kind, &*path, "flag", flag)),
            Value::Null => self.add((kind, &*path, "null")),
        }
    }
}
