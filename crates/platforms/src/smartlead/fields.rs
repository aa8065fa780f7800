//! Lenient reading of JSON values.
//!
//! Relays turn numbers into text and back, and portals write null, `""` and the text `"null"` where nothing is known (live
//! captures). All three are absent here, and so is a value of a type that makes no sense: an optional field never fails an event.

use serde_json::{Map, Number, Value};

use hookline_model::{key::EmailAddress, time::Millis};

use crate::{key_set::KeySet, smartlead::mailbox, time_text};

/// The longest id that is believed to be one, in bytes.
const ID_BYTES_MAX: usize = 255;

/// The longest Message-ID, in bytes: a line of RFC 5322.
const MESSAGE_ID_BYTES_MAX: usize = 998;

/// The largest integer that JSON readers keep exactly when they read it as a float.
const EXACT_FLOAT_MAX: f64 = 9_007_199_254_740_992.0;

/// The fields of an object; no fields at all where there is no object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    object: Option<&'a Map<String, Value>>,
    keys: KeySet,
}

impl<'a> Fields<'a> {
    /// The fields of `object`.
    pub(super) fn new(object: &'a Map<String, Value>) -> Fields<'a> {
        Fields { object: Some(object), keys: KeySet::of(object) }
    }

    /// The object itself, if there is one.
    pub(super) fn map(self) -> Option<&'a Map<String, Value>> {
        self.object
    }

    /// A value that is not absent.
    pub(super) fn value(self, key: &str) -> Option<&'a Value> {
        if !self.keys.may_have(key) {
            return None;
        }
        self.object?.get(key).filter(|value| is_present(value))
    }

    /// The object under a key.
    pub(super) fn object(self, key: &str) -> Fields<'a> {
        match self.value(key).and_then(Value::as_object) {
            Some(object) => Fields::new(object),
            None => Fields { object: None, keys: KeySet::default() },
        }
    }

    /// Whether an object stands under a key.
    pub(super) fn has_object(self, key: &str) -> bool {
        self.object(key).object.is_some()
    }

    /// A text as it was written, white space around it included: bodies.
    pub(super) fn verbatim(self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
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
    pub(super) fn name(self, key: &str) -> Option<String> {
        self.text(key).map(|text| fold(&text))
    }

    /// An id as text, whether it was written as text or as a number.
    pub(super) fn id(self, key: &str) -> Option<String> {
        let id = match self.value(key)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => integer_text(number)?,
            _ => return None,
        };
        (id.len() <= ID_BYTES_MAX && !id.contains(char::is_control)).then_some(id)
    }

    /// A whole number, whether it was written as a number or as text.
    pub(super) fn integer(self, key: &str) -> Option<i64> {
        match self.value(key)? {
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => integer_text(number)?.parse().ok(),
            _ => None,
        }
    }

    /// How many.
    pub(super) fn count(self, key: &str) -> Option<u64> {
        self.integer(key).and_then(|count| u64::try_from(count).ok())
    }

    /// A step of a sequence, counted from 1.
    pub(super) fn step(self, key: &str) -> Option<u32> {
        self.integer(key).and_then(|step| u32::try_from(step).ok()).filter(|step| *step > 0)
    }

    /// A truth value, also as text or as 0 and 1.
    pub(super) fn flag(self, key: &str) -> Option<bool> {
        match self.value(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
            _ => self.integer(key).and_then(|number| [false, true].get(usize::try_from(number).ok()?).copied()),
        }
    }

    /// A list of texts, or the one text that stands in its place.
    pub(super) fn texts(self, key: &str) -> Vec<&'a str> {
        let present = |value: &'a Value| value.as_str().filter(|_| is_present(value)).map(str::trim);
        match self.value(key) {
            Some(Value::Array(values)) => values.iter().filter_map(present).collect(),
            Some(value) => present(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A time; see [`time_text`] for its spellings.
    pub(super) fn time(self, key: &str) -> Option<Millis> {
        self.value(key).and_then(time_text::from_value)
    }

    /// An e-mail address, if there is a valid one.
    pub(super) fn address(self, key: &str) -> Option<EmailAddress> {
        self.text(key).and_then(|text| mailbox::address(&text).ok())
    }

    /// The first valid address under any of the keys.
    pub(super) fn address_of(self, keys: &[&str]) -> Option<EmailAddress> {
        keys.iter().find_map(|key| self.address(key))
    }

    /// A Message-ID without its angle brackets.
    pub(super) fn message_id(self, key: &str) -> Option<String> {
        let text = self.value(key)?.as_str()?.trim();
        let id = text.strip_prefix('<').unwrap_or(text);
        let id = id.strip_suffix('>').unwrap_or(id).trim();
        let sound = !id.is_empty() && id != "null" && id.len() <= MESSAGE_ID_BYTES_MAX && !id.contains(char::is_control);
        sound.then(|| id.to_owned())
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

/// A text with its runs of white space folded to single spaces.
pub(super) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text cut to at most `max` characters.
pub(super) fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

/// A number as the digits of an integer, if it is one. Relays write ids as floats (`8123.0`).
fn integer_text(number: &Number) -> Option<String> {
    if number.is_i64() || number.is_u64() {
        return Some(number.to_string());
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < EXACT_FLOAT_MAX)?;
    // `+ 0.0` makes a negative zero a plain one.
    Some(format!("{:.0}", float + 0.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Reads the field `x` of an object that holds only that.
    fn of<T>(value: Value, read: impl Fn(Fields<'_>) -> T) -> T {
        let object = Map::from_iter([("x".to_owned(), value)]);
        read(Fields::new(&object))
    }

    #[test]
    fn ids_are_text_of_any_width() {
        let cases = [
            (json!(4_170_220_119_u64), Some("4170220119")),
            (json!(u64::MAX), Some("18446744073709551615")),
            (json!(-3), Some("-3")),
            (json!(8123.0), Some("8123")),
            (json!(-0.0), Some("0")),
            (json!(8123.5), None),
            (json!(1e300), None),
            (json!(" 4170220119 "), Some("4170220119")),
            (json!("0c1d"), Some("0c1d")),
            (json!("null"), None),
            (json!(" null "), None),
            (json!(""), None),
            (json!("a\u{0}b"), None),
            (json!("9".repeat(256)), None),
            (json!(true), None),
            (json!([1]), None),
            (json!({"id": 1}), None),
            (json!(null), None),
        ];
        for (value, expected) in cases {
            assert_eq!(of(value.clone(), |fields| fields.id("x")).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn steps_count_from_one() {
        let cases = [
            (json!(1), Some(1)),
            (json!("2"), Some(2)),
            (json!(3.0), Some(3)),
            (json!(0), None),
            (json!(-1), None),
            (json!(4_294_967_296_u64), None),
            (json!("x"), None),
            (json!([]), None),
        ];
        for (value, expected) in cases {
            assert_eq!(of(value.clone(), |fields| fields.step("x")), expected, "{value}");
        }
    }

    #[test]
    fn flags_are_also_texts_and_numbers() {
        let cases = [
            (json!(true), Some(true)),
            (json!("True"), Some(true)),
            (json!(1), Some(true)),
            (json!("0"), Some(false)),
            (json!(false), Some(false)),
            (json!(2), None),
            (json!(-1), None),
            (json!("perhaps"), None),
            (json!(null), None),
        ];
        for (value, expected) in cases {
            assert_eq!(of(value.clone(), |fields| fields.flag("x")), expected, "{value}");
        }
    }

    #[test]
    fn message_ids_lose_their_brackets() {
        let cases = [
            (json!("<a@b>"), Some("a@b")),
            (json!(" < a@b > "), Some("a@b")),
            (json!("a@b"), Some("a@b")),
            (json!("<>"), None),
            (json!("<null>"), None),
            (json!(5), None),
            (json!("x".repeat(999)), None),
        ];
        for (value, expected) in cases {
            assert_eq!(of(value.clone(), |fields| fields.message_id("x")).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn one_text_stands_for_a_list_of_it() {
        assert_eq!(of(json!("a"), |fields| fields.texts("x").len()), 1);
        assert_eq!(of(json!(["a", null, 5, " b ", "null"]), |fields| fields.texts("x").join("|")), "a|b");
        assert_eq!(of(json!({"a": "b"}), |fields| fields.texts("x").len()), 0);
    }
}
