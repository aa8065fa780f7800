//! Lenient reading of single values.
//!
//! Relays turn numbers into text and back, and portals write null, `""` and the text `"null"` where nothing is known (live
//! captures). All three are absent here, and so is a value of a type that makes no sense: an optional field never fails an event.

use std::borrow::Cow;

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
        Node::Text(text) => match text.as_bytes() {
            // Nearly all that says something begins with a letter or a digit, and not like `null`.
            [first, ..] if first.is_ascii_alphanumeric() && *first != b'n' => true,
            _ => !matches!(text.trim(), "" | "null"),
        },
        _ => true,
    }
}

/// Whether a value is a text, a number or a truth value.
pub(crate) fn is_scalar(value: Node<'_>) -> bool {
    !value.is_object() && !value.is_array() && !value.is_null()
}

/// A text with its runs of white space folded to single spaces.
pub(crate) fn fold(text: &str) -> String {
    folded(text).into_owned()
}

/// The same where it need not be kept.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    if is_folded(text) {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    Cow::Owned(folded)
}

/// Whether folding a text would leave it as it is; of a text that is not ASCII it is not said.
fn is_folded(text: &str) -> bool {
    let mut was_space = true;
    for byte in text.bytes() {
        let is_space = byte == b' ';
        if !(0x20..0x7f).contains(&byte) || is_space && was_space {
            return false;
        }
        was_space = is_space;
    }
    !was_space
}

/// A text cut to at most `max` characters.
pub(crate) fn cut(text: &str, max: usize) -> String {
    // As many bytes are at most as many characters.
    let end = if text.len() <= max { None } else { text.char_indices().nth(max) };
    text[..end.map_or(text.len(), |(end, _)| end)].to_owned()
}

/// Whether a text is a UUID in its usual form.
pub(crate) fn is_uuid(text: &str) -> bool {
    let Ok(mut bytes) = <[u8; uuid::fmt::Hyphenated::LENGTH]>::try_from(text.as_bytes()) else { return false };
    for at in [8, 13, 18, 23] {
        if bytes[at] != b'-' {
            return false;
        }
        bytes[at] = b'0';
    }
    // Asked of every id, whose value nobody wants. All bytes are looked at, several at a time.
    bytes.iter().fold(true, |is_hex, byte| is_hex & byte.is_ascii_hexdigit())
}

/// A text without the white space around it, of which most have none.
#[inline]
pub(crate) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// A text, or a number's text, white space around it included.
pub(super) fn verbatim(value: Node<'_>) -> Option<String> {
    match value {
        Node::Text(text) => Some(text.to_owned()),
        Node::Number(number) => Some(number.text()),
        _ => None,
    }
}

/// The same without the white space around it.
pub(super) fn text(value: Node<'_>) -> Option<String> {
    match value {
        Node::Text(text) => Some(trimmed(text).to_owned()),
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
    match value {
        Node::Text(text) => sound_id(trimmed(text)),
        Node::Number(number) => integer_text(number),
        _ => None,
    }
}

fn sound_id(text: &str) -> Option<String> {
    if is_uuid(text) {
        let is_nil = text.bytes().all(|byte| matches!(byte, b'0' | b'-'));
        return (!is_nil).then(|| text.to_ascii_lowercase());
    }
    (text.len() <= ID_BYTES_MAX && !has_control(text)).then(|| text.to_owned())
}

/// Whether a text has a control character.
fn has_control(text: &str) -> bool {
    // Beyond ASCII there are more of them. All bytes are looked at, several at a time.
    let is_plain = text.bytes().fold(true, |is_plain, byte| is_plain & (0x20..0x7f).contains(&byte));
    !is_plain && text.contains(char::is_control)
}

/// An id in a text, if it says anything.
pub(crate) fn id_of_text(text: &str) -> Option<String> {
    sound_id(trimmed(text)).filter(|_| is_present(Node::Text(text)))
}

/// A whole number, whether it was written as a number or as text.
pub(super) fn integer(value: Node<'_>) -> Option<i64> {
    match value {
        Node::Text(text) => trimmed(text).parse().ok(),
        Node::Number(Number::Unsigned(number)) => i64::try_from(number).ok(),
        Node::Number(Number::Signed(number)) => Some(number),
        Node::Number(Number::Float(float)) => is_exact(float).then_some(float as i64),
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
    let text = trimmed(value.as_str()?);
    let id = text.strip_prefix('<').unwrap_or(text);
    let id = id.strip_suffix('>').unwrap_or(id).trim();
    let sound = !id.is_empty() && id != "null" && id.len() <= MESSAGE_ID_BYTES_MAX && !has_control(id);
    sound.then(|| id.to_owned())
}

/// A number as the digits of an integer, if it is one. Relays write ids as floats (`8123.0`).
fn integer_text(number: Number) -> Option<String> {
    match number {
        Number::Unsigned(_) | Number::Signed(_) => Some(number.text()),
        // `+ 0.0` makes a negative zero a plain one.
        Number::Float(float) => is_exact(float).then(|| format!("{:.0}", float + 0.0)),
    }
}

/// Whether a float is a whole number that no reader has rounded.
fn is_exact(float: f64) -> bool {
    float.fract() == 0.0 && float.abs() < EXACT_FLOAT_MAX
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use uuid::Uuid;

    use super::*;

    /// Texts with what folding, cutting and trimming look at.
    fn any_text() -> impl Strategy<Value = String> {
        "[a-z n\\t\u{0}\u{85}\u{a0}é🦀]{0,12}|null| null |0c1d7a52-6b1e-4f0a-9A1E-52f9be0a7711"
    }

    proptest! {
        #[test]
        fn the_short_ways_lead_where_the_long_ones_do(text in any_text(), max in 0usize..14) {
            prop_assert_eq!(fold(&text), text.split_whitespace().collect::<Vec<_>>().join(" "));
            prop_assert_eq!(cut(&text, max), text.chars().take(max).collect::<String>());
            prop_assert_eq!(trimmed(&text), text.trim());
            prop_assert_eq!(has_control(&text), text.contains(char::is_control));
            prop_assert_eq!(is_present(Node::Text(&text)), !matches!(text.trim(), "" | "null"));
        }

        #[test]
        fn a_uuid_is_one_in_its_usual_form(
            text in "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|[0-9a-f-]{36}|[0-9a-f]{32}",
            at in 0usize..36,
            put in "[0-9a-gA-G-]|",
        ) {
            let mut changed = text.clone();
            changed.replace_range(at.min(text.len())..(at + 1).min(text.len()), &put);
            for text in [text, changed] {
                prop_assert_eq!(is_uuid(&text), text.len() == 36 && Uuid::try_parse(&text).is_ok(), "{}", text);
            }
        }
    }
}
