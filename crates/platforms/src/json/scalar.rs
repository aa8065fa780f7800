//! Lenient reading of single values.
//!
//! Relays turn numbers into text and back, and portals write null, `""` and the text `"null"` where nothing is known (live
//! captures). All three are absent here, and so is a value of a type that makes no sense: an optional field never fails an event.

use uuid::Uuid;

use super::node::{Node, Number};

/// The longest id that is believed to be one, in bytes.
const ID_BYTES_MAX: usize = 255;

/// The longest Message-ID, in bytes: a line of RFC 5322.
const MESSAGE_ID_BYTES_MAX: usize = 998;

/// The largest integer that JSON readers keep exactly when they read it as a float.
const EXACT_FLOAT_MAX: f64 = 9_007_199_254_740_992.0;

/// Whether a value says anything.
pub(crate) fn is_present(value: Node<'_>) -> bool {
    match value {
        Node::Null => false,
        Node::Text(text) => !matches!(text.trim(), "" | "null"),
        _ => true,
    }
}

/// Whether a value is a text, a number or a truth value.
pub(crate) fn is_scalar(value: Node<'_>) -> bool {
    !value.is_object() && !value.is_array() && !value.is_null()
}

/// A text with its runs of white space folded to single spaces.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// A text cut to at most `max` characters.
pub(crate) fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

/// Whether a text is a UUID in its usual form.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == uuid::fmt::Hyphenated::LENGTH && Uuid::try_parse(text).is_ok()
}

/// A text, or a number's text, white space around it included.
pub(super) fn verbatim(value: Node<'_>) -> Option<String> {
    match value {
        Node::Text(text) => Some(text.to_owned()),
        Node::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The same without the white space around it.
pub(super) fn text(value: Node<'_>) -> Option<String> {
    match value {
        Node::Text(text) => Some(text.trim().to_owned()),
        other => verbatim(other),
    }
}

/// The same with its runs of white space folded.
pub(super) fn name(value: Node<'_>) -> Option<String> {
    match value {
        Node::Text(text) => Some(fold(text)),
        other => verbatim(other),
    }
}

/// An id: a UUID in lower case, any other as it is. The UUID of zeros stands for none.
pub(super) fn id(value: Node<'_>) -> Option<String> {
    let id = match value {
        Node::Text(text) => text.trim().to_owned(),
        Node::Number(number) => integer_text(number)?,
        _ => return None,
    };
    if is_uuid(&id) {
        let is_nil = id.bytes().all(|byte| matches!(byte, b'0' | b'-'));
        return (!is_nil).then(|| id.to_ascii_lowercase());
    }
    (id.len() <= ID_BYTES_MAX && !id.contains(char::is_control)).then_some(id)
}

/// An id in a text, if it says anything.
pub(crate) fn id_of_text(text: &str) -> Option<String> {
    let value = Node::Text(text);
    id(value).filter(|_| is_present(value))
}

/// A whole number, whether it was written as a number or as text.
pub(super) fn integer(value: Node<'_>) -> Option<i64> {
    match value {
        Node::Text(text) => text.trim().parse().ok(),
        Node::Number(number) => integer_text(number)?.parse().ok(),
        _ => None,
    }
}

/// A number counted from 1: a step or a variant.
pub(super) fn ordinal(value: Node<'_>) -> Option<u32> {
    integer(value).and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0)
}

/// A truth value, also as text or as 0 and 1.
pub(super) fn flag(value: Node<'_>) -> Option<bool> {
    match value {
        Node::Bool(flag) => Some(flag),
        Node::Text(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Node::Text(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => integer(value).and_then(|number| [false, true].get(usize::try_from(number).ok()?).copied()),
    }
}

/// A Message-ID without its angle brackets.
pub(super) fn message_id(value: Node<'_>) -> Option<String> {
    let text = value.as_str()?.trim();
    let id = text.strip_prefix('<').unwrap_or(text);
    let id = id.strip_suffix('>').unwrap_or(id).trim();
    let sound = !id.is_empty() && id != "null" && id.len() <= MESSAGE_ID_BYTES_MAX && !id.contains(char::is_control);
    sound.then(|| id.to_owned())
}

/// A number as the digits of an integer, if it is one. Relays write ids as floats (`8123.0`).
fn integer_text(number: Number) -> Option<String> {
    match number {
        Number::Unsigned(_) | Number::Signed(_) => Some(number.to_string()),
        // `+ 0.0` makes a negative zero a plain one.
        Number::Float(float) => is_exact(float).then(|| format!("{:.0}", float + 0.0)),
    }
}

/// Whether a float is a whole number that no reader has rounded.
fn is_exact(float: f64) -> bool {
    float.fract() == 0.0 && float.abs() < EXACT_FLOAT_MAX
}
