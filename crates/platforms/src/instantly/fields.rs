//! Lenient reading of JSON values, and of the two places where a field may stand.
//!
//! Relays turn scalars into text, and write null, `""` and the text `"null"` where nothing is known (public relay code). All three
//! are absent here, and so is a value of a type that makes no sense: a custom variable of the agency's may be named like a field of
//! the envelope, so a field is known by its name *and* its type.

use serde_json::{Map, Number, Value};
use uuid::Uuid;

use hookline_model::key::{AddressError, EmailAddress};

use crate::key_set::KeySet;

/// The longest id that is believed to be one, in bytes.
const ID_BYTES_MAX: usize = 255;

/// The longest Message-ID, in bytes: a line of RFC 5322.
const MESSAGE_ID_BYTES_MAX: usize = 998;

/// The largest integer that JSON readers keep exactly when they read it as a float.
const EXACT_FLOAT_MAX: f64 = 9_007_199_254_740_992.0;

/// The fields of a body: those of its nested `data` object, if it has one, before those at its top.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    data: Option<&'a Map<String, Value>>,
    top: &'a Map<String, Value>,
    /// Of both.
    keys: KeySet,
}

impl<'a> Fields<'a> {
    /// The fields of a body. A `data` that is no object is a custom variable of that name.
    pub(super) fn new(top: &'a Map<String, Value>) -> Fields<'a> {
        let data = top.get("data").and_then(Value::as_object);
        Fields { data, top, keys: data.map_or_else(KeySet::default, KeySet::of).and(KeySet::of(top)) }
    }

    /// The fields of an object inside a body.
    pub(super) fn inside(object: &'a Map<String, Value>) -> Fields<'a> {
        Fields { data: None, top: object, keys: KeySet::of(object) }
    }

    /// The fields at the top alone.
    pub(super) fn top(self) -> Fields<'a> {
        Fields { data: None, ..self }
    }

    /// The object that holds the lead's fields among its own: the nested one, else the body.
    pub(super) fn innermost(self) -> &'a Map<String, Value> {
        self.data.unwrap_or(self.top)
    }

    /// The whole body.
    pub(super) fn map(self) -> &'a Map<String, Value> {
        self.top
    }

    /// The first value under a key that `read` makes sense of.
    pub(super) fn find<T>(self, key: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        if !self.keys.may_have(key) {
            return None;
        }
        let places = [self.data, Some(self.top)];
        places.into_iter().flatten().filter_map(|object| object.get(key).filter(|value| is_present(value))).find_map(read)
    }

    /// The object under a key.
    pub(super) fn object(self, key: &str) -> Option<&'a Map<String, Value>> {
        self.find(key, Value::as_object)
    }

    /// A text as it was written, white space around it included: bodies.
    pub(super) fn verbatim(self, key: &str) -> Option<String> {
        self.find(key, verbatim)
    }

    /// A text without the white space around it.
    pub(super) fn text(self, key: &str) -> Option<String> {
        self.verbatim(key).map(|text| text.trim().to_owned())
    }

    /// The first text under any of the keys.
    pub(super) fn text_of(self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| self.text(key))
    }

    /// A name: a text whose runs of white space, line breaks among them, are folded to single spaces.
    pub(super) fn name_of(self, keys: &[&str]) -> Option<String> {
        self.text_of(keys).map(|text| fold(&text))
    }

    /// A text that is no number and no truth value: the name of an event.
    pub(super) fn word(self, key: &str) -> Option<&'a str> {
        self.find(key, Value::as_str).map(str::trim)
    }

    /// An id as text, whether it was written as text or as a number.
    pub(super) fn id(self, key: &str) -> Option<String> {
        self.find(key, id)
    }

    /// An id only if it is a UUID, as all of Instantly's own are (Instantly's developer pages).
    pub(super) fn uuid(self, key: &str) -> Option<String> {
        self.find(key, |value| id(value).filter(|id| is_uuid(id)))
    }

    /// A whole number, whether it was written as a number or as text.
    pub(super) fn integer(self, key: &str) -> Option<i64> {
        self.find(key, integer)
    }

    /// A number counted from 1: a step or a variant.
    pub(super) fn ordinal(self, key: &str) -> Option<u32> {
        self.find(key, |value| integer(value).and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0))
    }

    /// A truth value, also as text or as 0 and 1.
    pub(super) fn flag(self, key: &str) -> Option<bool> {
        self.find(key, |value| match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
            _ => integer(value).and_then(|number| [false, true].get(usize::try_from(number).ok()?).copied()),
        })
    }

    /// An e-mail address, if there is a valid one.
    pub(super) fn address(self, key: &str) -> Option<EmailAddress> {
        self.find(key, |value| value.as_str().and_then(|text| address(text).ok()))
    }

    /// A Message-ID without its angle brackets. One without `@` is none.
    pub(super) fn message_id(self, key: &str) -> Option<String> {
        self.find(key, |value| {
            let text = value.as_str()?.trim();
            let id = text.strip_prefix('<').unwrap_or(text);
            let id = id.strip_suffix('>').unwrap_or(id).trim();
            let forbidden = |c: char| c.is_control() || c.is_whitespace();
            let sound = id.len() <= MESSAGE_ID_BYTES_MAX && id.contains('@') && !id.contains(forbidden);
            sound.then(|| id.to_owned())
        })
    }
}

/// Whether a value says anything.
pub(super) fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !matches!(text.trim(), "" | "null"),
        _ => true,
    }
}

/// Whether a value is a text, a number or a truth value.
pub(super) fn is_scalar(value: &Value) -> bool {
    !value.is_object() && !value.is_array() && !value.is_null()
}

/// A text with its runs of white space folded to single spaces.
pub(super) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text cut to at most `max` characters.
pub(super) fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

/// Whether a text is a UUID in its usual form.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == uuid::fmt::Hyphenated::LENGTH && Uuid::try_parse(text).is_ok()
}

/// Reads one address: `jo@x.example`, `mailto:jo@x.example`, `Jo Brandt <jo@x.example>`.
pub(super) fn address(text: &str) -> Result<EmailAddress, AddressError> {
    let text = text.trim();
    let inner = text.rfind('<').map_or(text, |open| text[open + 1..].trim_end().trim_end_matches('>'));
    let bare = match inner.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &inner[7..],
        _ => inner,
    };
    EmailAddress::parse(bare)
}

/// A text, or a number's text.
fn verbatim(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id: a UUID in lower case, any other as it is. The UUID of zeros stands for none.
pub(super) fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => integer_text(number)?,
        _ => return None,
    };
    if is_uuid(&id) {
        let lower = id.to_ascii_lowercase();
        return (lower != Uuid::nil().as_hyphenated().to_string()).then_some(lower);
    }
    (id.len() <= ID_BYTES_MAX && !id.contains(char::is_control)).then_some(id)
}

/// A whole number.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => integer_text(number)?.parse().ok(),
        _ => None,
    }
}

/// A number as the digits of an integer, if it is one. Relays write integers as floats (`2.0`).
fn integer_text(number: &Number) -> Option<String> {
    if number.is_i64() || number.is_u64() {
        return Some(number.to_string());
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < EXACT_FLOAT_MAX)?;
    // `+ 0.0` makes a negative zero a plain one.
    Some(format!("{:.0}", float + 0.0))
}
