//! The fields of a body, and of the one other place where they may stand.

use std::borrow::Cow;

use hookline_model::{key::EmailAddress, time::Millis};

use super::{
    address::address,
    key_set::{KeySet, Keys, mark},
    node::{Entry, Node, Object},
    scalar::{flag, id, integer, is_present, is_uuid, message_id, name, ordinal, text, trimmed, verbatim},
};
use crate::time_text;

/// The fields of an object; no fields at all where there is no object. A custom variable may be named like a field of the
/// platform's, so a field is known by its name *and* its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    /// An object whose fields go before those of `top`, such as a nested `data`.
    inner: Option<Object<'a>>,
    top: Option<Object<'a>>,
}

impl<'a> Fields<'a> {
    /// The fields of `object`.
    pub(crate) fn new(object: Object<'a>) -> Fields<'a> {
        Fields { inner: None, top: Some(object) }
    }

    /// No fields.
    pub(crate) fn none() -> Fields<'a> {
        Fields { inner: None, top: None }
    }

    /// The fields of the object under `key` before those of `object` itself. A value under it that is no object is a field like
    /// any other.
    pub(crate) fn with_inner(object: Object<'a>, key: &str) -> Fields<'a> {
        Fields { inner: object.get(key).and_then(Node::as_object), top: Some(object) }
    }

    /// The fields at the top alone.
    pub(crate) fn top(self) -> Fields<'a> {
        Fields { inner: None, ..self }
    }

    /// Whether there is a nested object.
    pub(crate) fn is_nested(self) -> bool {
        self.inner.is_some()
    }

    /// The nested object if there is one, else the object.
    pub(crate) fn innermost(self) -> Option<Object<'a>> {
        self.inner.or(self.top)
    }

    /// The whole object, if there is one.
    pub(crate) fn map(self) -> Option<Object<'a>> {
        self.top
    }

    /// The first value under a key that is not absent and that `read` makes sense of.
    // Inlined where the key is known, all that is left of looking for what is not there is a look at one bit.
    #[inline]
    pub(crate) fn find<T>(self, key: &str, read: impl Fn(Node<'a>) -> Option<T>) -> Option<T> {
        let mark = mark(key);
        if self.may_have(mark) { self.find_marked(key, mark, read) } else { None }
    }

    #[inline]
    fn may_have(self, mark: u8) -> bool {
        let may_have = |object: Option<Object<'a>>| object.is_some_and(|object| object.may_have(mark));
        may_have(self.inner) || may_have(self.top)
    }

    /// The values that are not absent under these keys.
    #[inline]
    pub(crate) fn values<const N: usize>(self, keys: &'static Keys<N>) -> impl Iterator<Item = Entry<'a>> {
        let keys_of = |object: Option<Object<'a>>| object.map_or_else(KeySet::default, Object::keys);
        let there = keys_of(self.inner).with(keys_of(self.top));
        keys.marked_in(there).filter_map(move |(key, mark)| Some((key, self.find_marked(key, mark, Some)?)))
    }

    fn find_marked<T>(self, key: &str, mark: u8, read: impl Fn(Node<'a>) -> Option<T>) -> Option<T> {
        let at = |object: Object<'a>| {
            let value = if object.may_have(mark) { object.get_marked(key, mark) } else { None };
            value.filter(|value| is_present(*value)).and_then(&read)
        };
        self.inner.and_then(at).or_else(|| self.top.and_then(at))
    }

    /// A value that is not absent.
    #[inline]
    pub(crate) fn value(self, key: &str) -> Option<Node<'a>> {
        self.find(key, Some)
    }

    /// The object under a key.
    #[inline]
    pub(crate) fn map_at(self, key: &str) -> Option<Object<'a>> {
        self.find(key, Node::as_object)
    }

    /// The fields of the object under a key; none where there is no object.
    #[inline]
    pub(crate) fn object(self, key: &str) -> Fields<'a> {
        self.map_at(key).map_or_else(Fields::none, Fields::new)
    }

    /// Whether an object stands under a key.
    #[inline]
    pub(crate) fn has_object(self, key: &str) -> bool {
        self.map_at(key).is_some()
    }

    /// The elements of the array under a key; nothing where there is none.
    #[inline]
    pub(crate) fn elements(self, key: &str) -> &'a [Node<'a>] {
        self.find(key, Node::as_array).unwrap_or_default()
    }

    /// A text as it was written, white space around it included: bodies.
    #[inline]
    pub(crate) fn verbatim(self, key: &str) -> Option<String> {
        self.find(key, verbatim)
    }

    /// A text without the white space around it.
    #[inline]
    pub(crate) fn text(self, key: &str) -> Option<String> {
        self.find(key, text)
    }

    /// The same where it need not be kept.
    #[inline]
    pub(crate) fn said(self, key: &str) -> Option<Cow<'a, str>> {
        self.find(key, |value| match value {
            Node::Text(text) => Some(Cow::Borrowed(trimmed(text))),
            other => verbatim(other).map(Cow::Owned),
        })
    }

    /// The first text under any of the keys, where it need not be kept.
    #[inline]
    pub(crate) fn said_of(self, keys: &[&str]) -> Option<Cow<'a, str>> {
        first(keys, |key| self.said(key))
    }

    /// The first text under any of the keys.
    #[inline]
    pub(crate) fn text_of(self, keys: &[&str]) -> Option<String> {
        first(keys, |key| self.text(key))
    }

    /// A name: a text whose runs of white space, line breaks among them, are folded to single spaces.
    #[inline]
    pub(crate) fn name(self, key: &str) -> Option<String> {
        self.find(key, name)
    }

    /// The first name under any of the keys.
    #[inline]
    pub(crate) fn name_of(self, keys: &[&str]) -> Option<String> {
        first(keys, |key| self.name(key))
    }

    /// A text that is no number and no truth value: the name of an event.
    #[inline]
    pub(crate) fn word(self, key: &str) -> Option<&'a str> {
        self.find(key, Node::as_str).map(trimmed)
    }

    /// An id as text, whether it was written as text or as a number.
    #[inline]
    pub(crate) fn id(self, key: &str) -> Option<String> {
        self.find(key, id)
    }

    /// The first id under any of the keys.
    #[inline]
    pub(crate) fn id_of(self, keys: &[&str]) -> Option<String> {
        first(keys, |key| self.id(key))
    }

    /// An id only if it is a UUID.
    #[inline]
    pub(crate) fn uuid(self, key: &str) -> Option<String> {
        self.find(key, |value| id(value).filter(|id| is_uuid(id)))
    }

    /// A whole number, whether it was written as a number or as text.
    #[inline]
    pub(crate) fn integer(self, key: &str) -> Option<i64> {
        self.find(key, integer)
    }

    /// How many.
    #[inline]
    pub(crate) fn count(self, key: &str) -> Option<u64> {
        self.find(key, |value| integer(value).and_then(|count| u64::try_from(count).ok()))
    }

    /// A number counted from 1: a step of a sequence, or a variant.
    #[inline]
    pub(crate) fn step(self, key: &str) -> Option<u32> {
        self.find(key, ordinal)
    }

    /// A truth value, also as text or as 0 and 1.
    #[inline]
    pub(crate) fn flag(self, key: &str) -> Option<bool> {
        self.find(key, flag)
    }

    /// A list of texts, or the one text that stands in its place.
    pub(crate) fn texts(self, key: &str) -> Vec<&'a str> {
        let present = |value: &Node<'a>| value.as_str().filter(|_| is_present(*value)).map(trimmed);
        match self.value(key) {
            Some(Node::Array(values)) => values.iter().filter_map(present).collect(),
            Some(value) => present(&value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A time; see [`time_text`] for its spellings.
    #[inline]
    pub(crate) fn time(self, key: &str) -> Option<Millis> {
        self.find(key, time_text::from_node)
    }

    /// An e-mail address, if there is a valid one.
    #[inline]
    pub(crate) fn address(self, key: &str) -> Option<EmailAddress> {
        self.find(key, |value| value.as_str().and_then(|text| address(text).ok()))
    }

    /// The first valid address under any of the keys.
    #[inline]
    pub(crate) fn address_of(self, keys: &[&str]) -> Option<EmailAddress> {
        first(keys, |key| self.address(key))
    }

    /// The same where it mostly is one that is known already, which is then not made again.
    pub(crate) fn address_of_known(self, keys: &[&str], known: Option<&EmailAddress>) -> Option<EmailAddress> {
        // What has a colon may be a scheme with an address, and not read as itself.
        let is_known = |text: &str, known: &EmailAddress| text == known.as_str() && text.is_ascii() && !text.contains(':');
        let read = |value: Node<'_>| {
            let text = value.as_str()?;
            known.filter(|known| is_known(text, known)).cloned().or_else(|| address(text).ok())
        };
        first(keys, |key| self.find(key, read))
    }

    /// A Message-ID without its angle brackets.
    #[inline]
    pub(crate) fn message_id(self, key: &str) -> Option<String> {
        self.find(key, message_id)
    }
}

/// What is found under the first key under which something is.
// A loop that is laid out where the keys are known, so that each is looked for like a single one.
#[inline(always)]
fn first<T>(keys: &[&str], find: impl Fn(&str) -> Option<T>) -> Option<T> {
    for key in keys {
        let found = find(key);
        if found.is_some() {
            return found;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json::node;

    /// Reads the field `x` of an object that holds only that.
    fn of<T>(value: &Value, read: impl Fn(Fields<'_>) -> T) -> T {
        read(Fields::new(node(&json!({"x": value})).as_object().expect("an object")))
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
            assert_eq!(of(&value, |fields| fields.id("x")).as_deref(), expected, "{value}");
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
            assert_eq!(of(&value, |fields| fields.step("x")), expected, "{value}");
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
            assert_eq!(of(&value, |fields| fields.flag("x")), expected, "{value}");
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
            assert_eq!(of(&value, |fields| fields.message_id("x")).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn an_address_that_is_known_is_the_one_that_is_read() {
        let texts = ["jo@x.example", "JO@x.example", " jo@x.example", "al@x.example", "mailto:jo@x.example", "jö@x.example", "x"];
        let all = || texts.iter().map(|text| (text, EmailAddress::parse(text).ok()));
        for (text, read) in all().map(|(text, _)| (text, of(&json!(text), |fields| fields.address("x")))) {
            for (_, known) in all() {
                assert_eq!(
                    of(&json!(text), |fields| fields.address_of_known(&["y", "x"], known.as_ref())),
                    read,
                    "{text} {known:?}"
                );
            }
        }
    }

    #[test]
    fn one_text_stands_for_a_list_of_it() {
        assert_eq!(of(&json!("a"), |fields| fields.texts("x").len()), 1);
        assert_eq!(of(&json!(["a", null, 5, " b ", "null"]), |fields| fields.texts("x").join("|")), "a|b");
        assert_eq!(of(&json!({"a": "b"}), |fields| fields.texts("x").len()), 0);
    }
}
