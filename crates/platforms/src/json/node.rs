//! JSON as it is read here: values that borrow their texts from the body, and lie in the memory of an [`Arena`](super::Arena).
//!
//! All of them are copied freely: a value is at most three words, an object one.

use std::{borrow::Cow, cmp::Ordering, fmt};

use serde_json::Value;

use super::key_set::{KeySet, MARKS_MAX, Marks, is_same, mark};

/// The most fields of an object that are looked for by their marks. Those of a larger one are sorted, so that nobody can make
/// looking for one of them slow.
pub(super) const MARKED_MAX: usize = MARKS_MAX;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Node<'t> {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, its escapes undone.
    Text(&'t str),
    /// An array.
    Array(&'t [Node<'t>]),
    /// An object.
    Object(Object<'t>),
}

/// A number, as JSON readers keep it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    /// A whole number that is not negative.
    Unsigned(u64),
    /// A whole number below zero.
    Signed(i64),
    /// Any other; finite.
    Float(f64),
}

/// An object: its fields, in the order of the body or sorted by name, and each name once. Of a field that is repeated the last
/// value counts.
#[derive(Clone, Copy)]
pub(crate) struct Object<'t>(pub(super) &'t Table<'t>);

/// A field.
pub(crate) type Entry<'t> = (&'t str, Node<'t>);

/// What an object is made of.
pub(super) struct Table<'t> {
    /// Which names there may be.
    pub(super) keys: KeySet,
    /// The mark of each field's name; none if the fields are sorted by name.
    pub(super) marks: Marks<'t>,
    /// The fields.
    pub(super) entries: &'t [Entry<'t>],
}

impl<'t> Node<'t> {
    /// The text, if it is one.
    pub(crate) fn as_str(self) -> Option<&'t str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub(crate) fn as_object(self) -> Option<Object<'t>> {
        match self {
            Node::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements, if it is an array.
    pub(crate) fn as_array(self) -> Option<&'t [Node<'t>]> {
        match self {
            Node::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Whether it is an object.
    pub(crate) fn is_object(self) -> bool {
        matches!(self, Node::Object(_))
    }

    /// Whether it is an array.
    pub(crate) fn is_array(self) -> bool {
        matches!(self, Node::Array(_))
    }

    /// Whether it is `null`.
    pub(crate) fn is_null(self) -> bool {
        matches!(self, Node::Null)
    }

    /// The same as a value of its own, for an event to keep. The depth is bounded by the reader's.
    pub(crate) fn to_value(self) -> Value {
        match self {
            Node::Null => Value::Null,
            Node::Bool(flag) => Value::Bool(flag),
            Node::Number(number) => number.to_value(),
            Node::Text(text) => Value::from(text),
            Node::Array(elements) => elements.iter().map(|element| element.to_value()).collect(),
            Node::Object(object) => object.iter().map(|(key, value)| (key.to_owned(), value.to_value())).collect(),
        }
    }
}

impl Number {
    /// The number as a value.
    pub(crate) fn to_value(self) -> Value {
        match self {
            Number::Unsigned(number) => Value::from(number),
            Number::Signed(number) => Value::from(number),
            Number::Float(number) => Value::from(number),
        }
    }

    /// The number as JSON writes it.
    pub(crate) fn text(self) -> String {
        match self {
            Number::Unsigned(number) => number.to_string(),
            Number::Signed(number) => number.to_string(),
            Number::Float(_) => self.to_value().to_string(),
        }
    }
}

impl<'t> Object<'t> {
    /// The value under a key.
    #[inline]
    pub(crate) fn get(self, key: &str) -> Option<Node<'t>> {
        let mark = mark(key);
        if self.may_have(mark) { self.get_marked(key, mark) } else { None }
    }

    /// Which names there may be.
    #[inline]
    pub(super) fn keys(self) -> KeySet {
        self.0.keys
    }

    /// Whether there may be a field whose name has this mark.
    #[inline]
    pub(super) fn may_have(self, mark: u8) -> bool {
        self.0.keys.may_have(mark)
    }

    /// The value under a key with this mark.
    pub(super) fn get_marked(self, key: &str, mark: u8) -> Option<Node<'t>> {
        let Table { marks, entries, .. } = self.0;
        if marks.is_empty() {
            return self.get_sorted(key);
        }
        marks.find(mark, |at| entries.get(at).filter(|(name, _)| is_same(name, key))).map(|(_, value)| *value)
    }

    /// The value under a key, of fields that are sorted. Apart, since nearly no object is so large.
    #[cold]
    fn get_sorted(self, key: &str) -> Option<Node<'t>> {
        let entries = self.0.entries;
        let at = entries.binary_search_by(|(name, _)| (*name).cmp(key)).ok()?;
        Some(entries[at].1)
    }

    /// How many fields it has.
    pub(crate) fn len(self) -> usize {
        self.0.entries.len()
    }

    /// Whether there is a field of this name, whatever it says.
    pub(crate) fn contains_key(self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The fields, in no order that means anything.
    pub(crate) fn iter(self) -> impl DoubleEndedIterator<Item = Entry<'t>> {
        self.0.entries.iter().copied()
    }

    /// The fields, sorted by name.
    pub(crate) fn sorted(self) -> Cow<'t, [Entry<'t>]> {
        let Table { marks, entries, .. } = self.0;
        // What comes out of a database often is.
        if marks.is_empty() || entries.is_sorted_by(|(one, _), (other, _)| order(one, other).is_lt()) {
            return Cow::Borrowed(entries);
        }
        let mut entries = entries.to_vec();
        entries.sort_unstable_by(|(one, _), (other, _)| order(one, other));
        Cow::Owned(entries)
    }
}

/// The fields of objects by their names without white space around them, sorted, so that the same ones are taken in whatever order
/// they stand. Of several with one name that of the last object counts, and within an object the last in the order of the names
/// as they were written.
pub(crate) fn by_name<'t>(objects: impl IntoIterator<Item = Object<'t>>, wants: impl Fn(&Entry<'t>) -> bool) -> Vec<Entry<'t>> {
    let mut fields: Vec<Entry<'t>> = Vec::new();
    for object in objects {
        if object.iter().all(|(name, _)| is_trimmed(name)) {
            fields.extend(object.iter().filter(&wants));
        } else {
            fields.extend(object.sorted().iter().map(|(name, value)| (name.trim(), *value)).filter(&wants));
        }
    }
    // Of the same name the later stays behind.
    fields.sort_by(|(one, _), (other, _)| order(one, other));
    fields.dedup_by(|later, earlier| {
        let is_same = later.0 == earlier.0;
        if is_same {
            *earlier = *later;
        }
        is_same
    });
    fields
}

/// The order of two texts, mostly by their first bytes as a number.
fn order(one: &str, other: &str) -> Ordering {
    let first = |text: &str| text.as_bytes().first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
    match (first(one), first(other)) {
        (Some(a), Some(b)) if a != b => a.cmp(&b),
        _ => one.cmp(other),
    }
}

/// Whether a name has no white space around it; of one that is not ASCII there it is not said.
fn is_trimmed(name: &str) -> bool {
    let is_dark = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    is_dark(name.as_bytes().first()) && is_dark(name.as_bytes().last())
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl PartialEq for Object<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}
