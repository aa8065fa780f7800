//! Reading a body into a tree.
//!
//! The reader is `serde_json`'s own, with its limit on depth; only what it finds is kept in another way than its `Value`: texts
//! stay where they are in the body, and everything else lies in one piece of memory that is given back at once, to the next tree.

use std::{
    cell::{Cell, OnceCell},
    fmt, mem,
    ops::Range,
    str,
};

use bumpalo::Bump;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{
    key_set::{KeySet, Marks, MarksOf, is_same, mark},
    node::{Entry, MARKED_MAX, Node, Number, Object, Table},
    secrets::{Blanks, places},
};

/// The least and the most memory that is taken at once, in bytes.
const ROOM_MIN: usize = 256;
const ROOM_MAX: usize = 16 * 1024;

thread_local! {
    /// The memory of the last tree of this thread, for the next one: at most [`ROOM_MAX`].
    static SPARE: Cell<Option<Bump>> = const { Cell::new(None) };
}

/// How many fields and elements there is room for before any is read.
const PENDING: usize = 24;

/// The memory of a tree.
pub(crate) struct Arena {
    memory: Bump,
    /// What is looked for in the first body that is read.
    secrets: Option<&'static dyn Blanks>,
    /// Where it was found in that body, if the tree tells.
    found: OnceCell<Option<Vec<Range<usize>>>>,
    /// Whether a name was repeated in an object, so that the tree has not all of them.
    has_dropped: Cell<bool>,
}

impl Arena {
    /// Memory for the tree of a body. What reading may take per byte is bounded in `crates/fuzz/src/work.rs`.
    pub(crate) fn new(body: &[u8]) -> Arena {
        let room = (2 * body.len()).clamp(ROOM_MIN, ROOM_MAX);
        let spare = SPARE.try_with(Cell::take).ok().flatten().filter(|spare| spare.chunk_capacity() >= room);
        let memory = spare.unwrap_or_else(|| Bump::with_capacity(room));
        Arena { memory, secrets: None, found: OnceCell::new(), has_dropped: Cell::new(false) }
    }

    /// The same, where it is also told where the body has its secrets.
    pub(crate) fn watching(body: &[u8], secrets: &'static dyn Blanks) -> Arena {
        let mut arena = Arena::new(body);
        arena.secrets = Some(secrets);
        arena
    }

    /// Where the first body that was read has its secrets; none if that must be looked for in the body itself.
    pub(crate) fn into_found(mut self) -> Option<Vec<Range<usize>>> {
        self.found.take().flatten()
    }

    /// Reads a body.
    ///
    /// # Errors
    /// When it is not JSON.
    pub(crate) fn read<'t>(&'t self, body: &'t [u8]) -> Result<Node<'t>, serde_json::Error> {
        // Looked at once as a whole, no text in it needs to be. What is no UTF-8 is read for the place of its fault.
        let read = match simdutf8::basic::from_utf8(body) {
            Ok(text) => self.read_with(serde_json::Deserializer::from_str(text)),
            Err(_) => self.read_with(serde_json::Deserializer::from_slice(body)),
        };
        if let Some(secrets) = self.secrets {
            let tree = read.as_ref().ok().filter(|_| !self.has_dropped.get());
            self.found.get_or_init(|| places(secrets, body, *tree?));
        }
        read
    }

    fn read_with<'t, R>(&'t self, mut reader: serde_json::Deserializer<R>) -> Result<Node<'t>, serde_json::Error>
    where
        R: serde_json::de::Read<'t>,
    {
        let mut pending = Pending { arena: self, elements: Vec::new(), fields: Vec::with_capacity(PENDING) };
        let node = pending.deserialize(&mut reader)?;
        reader.end()?;
        Ok(node)
    }

    /// An object of these fields, of which of two with one name the later counts.
    pub(crate) fn object<'t>(&'t self, mut fields: Vec<Entry<'t>>) -> Object<'t> {
        self.table(&mut fields, 0)
    }

    /// A text that is made up.
    pub(crate) fn text(&self, text: &str) -> &str {
        self.memory.alloc_str(text)
    }

    /// An object of the fields from a place on, which are taken away.
    fn table<'t>(&'t self, fields: &mut Vec<Entry<'t>>, from: usize) -> Object<'t> {
        let length = fields.len();
        let (mut keys, mut marks) = (KeySet::default(), MarksOf::default());
        if length - from > MARKED_MAX {
            sort(fields, from);
            fields[from..].iter().for_each(|(key, _)| _ = keys.insert(mark(key)));
        } else if !marked(&fields[from..], &mut keys, &mut marks) {
            drop_repeated(fields, from);
            (keys, marks) = (KeySet::default(), MarksOf::default());
            marked(&fields[from..], &mut keys, &mut marks);
        }
        if fields.len() < length {
            self.has_dropped.set(true);
        }
        let entries = &*self.memory.alloc_slice_copy(&fields[from..]);
        fields.truncate(from);
        let marks = Marks::new(self.memory.alloc_slice_fill_iter(marks.words()));
        Object(self.memory.alloc(Table { keys, marks, entries }))
    }
}

/// Puts the marks of a few fields; whether no two of them have one name.
fn marked(fields: &[Entry<'_>], keys: &mut KeySet, marks: &mut MarksOf) -> bool {
    for (key, _) in fields {
        let mark = mark(key);
        let is_it = |at: usize| is_same(fields[at].0, key);
        if !keys.insert(mark) && marks.have(mark, is_it) {
            return false;
        }
        marks.push(mark);
    }
    true
}

impl Drop for Arena {
    fn drop(&mut self) {
        let mut memory = mem::take(&mut self.memory);
        if memory.allocated_bytes() <= ROOM_MAX {
            memory.reset();
            // A thread that ends has no next tree.
            let _ = SPARE.try_with(|spare| spare.set(Some(memory)));
        }
    }
}

/// Sorts the fields from a place on by their names, and leaves the last of each name.
fn sort(fields: &mut Vec<Entry<'_>>, from: usize) {
    fields[from..].sort_by_key(|(key, _)| *key);
    let mut kept = from;
    for at in from..fields.len() {
        if kept > from && fields[kept - 1].0 == fields[at].0 {
            kept -= 1;
        }
        fields[kept] = fields[at];
        kept += 1;
    }
    fields.truncate(kept);
}

/// Leaves the last value of each name of the few fields from a place on, where the first of that name stood.
fn drop_repeated(fields: &mut Vec<Entry<'_>>, from: usize) {
    let mut kept = from;
    for at in from..fields.len() {
        let (key, value) = fields[at];
        match fields[from..kept].iter_mut().find(|(known, _)| *known == key) {
            Some(known) => known.1 = value,
            None => {
                fields[kept] = (key, value);
                kept += 1;
            }
        }
    }
    fields.truncate(kept);
}

/// What has been read of the objects and arrays that are not at their end yet, the innermost last.
struct Pending<'t> {
    arena: &'t Arena,
    elements: Vec<Node<'t>>,
    fields: Vec<Entry<'t>>,
}

impl<'t> DeserializeSeed<'t> for &mut Pending<'t> {
    type Value = Node<'t>;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Node<'t>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for &mut Pending<'t> {
    type Value = Node<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Node<'t>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node<'t>, E> {
        Ok(Node::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node<'t>, E> {
        Ok(Node::Number(Number::Unsigned(number)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node<'t>, E> {
        Ok(Node::Number(u64::try_from(number).map_or(Number::Signed(number), Number::Unsigned)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node<'t>, E> {
        Ok(Node::Number(Number::Float(number)))
    }

    fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Node<'t>, E> {
        Ok(Node::Text(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'t>, E> {
        Ok(Node::Text(self.arena.text(text)))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut array: A) -> Result<Node<'t>, A::Error> {
        let from = self.elements.len();
        while let Some(element) = array.next_element_seed(&mut *self)? {
            self.elements.push(element);
        }
        let elements = &*self.arena.memory.alloc_slice_copy(&self.elements[from..]);
        self.elements.truncate(from);
        Ok(Node::Array(elements))
    }

    fn visit_map<A: MapAccess<'t>>(self, mut object: A) -> Result<Node<'t>, A::Error> {
        let from = self.fields.len();
        while let Some(key) = object.next_key_seed(Key(self.arena))? {
            let value = object.next_value_seed(&mut *self)?;
            self.fields.push((key, value));
        }
        Ok(Node::Object(self.arena.table(&mut self.fields, from)))
    }
}

/// Reads a key.
struct Key<'t>(&'t Arena);

impl<'t> DeserializeSeed<'t> for Key<'t> {
    type Value = &'t str;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<&'t str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'t> Visitor<'t> for Key<'t> {
    type Value = &'t str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'t str) -> Result<&'t str, E> {
        Ok(key)
    }

    fn visit_str<E>(self, key: &str) -> Result<&'t str, E> {
        Ok(self.0.text(key))
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};
    use serde_json::{Value, json};

    use super::*;

    /// What the tree of a body says, as `serde_json` would have read it.
    fn read(body: &[u8]) -> Result<Value, String> {
        let arena = Arena::new(body);
        arena.read(body).map(Node::to_value).map_err(|error| error.to_string())
    }

    fn plainly(body: &[u8]) -> Result<Value, String> {
        serde_json::from_slice(body).map_err(|error| error.to_string())
    }

    #[test]
    fn it_says_what_serde_json_says_and_refuses_what_it_refuses() {
        let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        let bodies = [
            r#" {"a":1,"b":[null,true,-5,1.5e3,-0,0.1,18446744073709551615,-9223372036854775808,1e400],"c":{}} "#,
            r#"{"a":1,"b":[null,true,-5,1.5e3,-0.0,0.1,18446744073709551616,-9223372036854775809,123456789012345678901234567890]}"#,
            r#"{"a\u0062":"\ud83e\udd80\n","":"é","a":"x","a":{"b":2},"a\u0000":[]}"#,
            r#"{"a":1"#,
            r#"{"a":1}x"#,
            r#"{"a":"\ud800"}"#,
            "{\"a\":\"\n\"}",
            r#"{1:2}"#,
            r#"[1,]"#,
            "",
            "nul",
            &deep(127),
            &deep(128),
        ];
        for body in bodies {
            assert_eq!(read(body.as_bytes()), plainly(body.as_bytes()), "{body}");
        }
        for body in [&b"{\"a\":\"\xff\"}"[..], b"\xff", b"{\"\xc3\":1}", b"{\"a\":1}\xff", b"[\"\xe2\x82\"]"] {
            assert_eq!(read(body), plainly(body), "{body:?}");
        }
    }

    #[test]
    fn of_a_repeated_field_the_last_counts_in_small_objects_and_in_large_ones() {
        for others in [0, MARKED_MAX - 2, MARKED_MAX - 1, 500] {
            let more: String = (0..others).map(|number| format!(r#","f{number}":{number}"#)).collect();
            let body = format!(r#"{{"a":1,"b":2{more},"a":3,"\u0062":4}}"#);
            let arena = Arena::new(body.as_bytes());
            let object = arena.read(body.as_bytes()).expect("JSON").as_object().expect("an object");
            assert_eq!(
                (object.get("a"), object.get("b")),
                (Some(Node::Number(Number::Unsigned(3))), Some(Node::Number(Number::Unsigned(4))))
            );
            assert_eq!(object.iter().count(), others + 2);
            assert!((0..others).all(|number| object.contains_key(&format!("f{number}"))));
            assert!(!object.contains_key("c") && !object.contains_key(""));
            assert!(object.sorted().is_sorted_by_key(|(key, _)| *key));
        }
    }

    #[test]
    fn a_field_is_seen_to_be_repeated_wherever_it_stands() {
        let names: Vec<String> = (0..MARKED_MAX - 1).map(|number| format!("name_{number}")).collect();
        for repeated in &names {
            let fields: String = names.iter().map(|name| format!(r#""{name}":1,"#)).collect();
            let body = format!(r#"{{{fields}"{repeated}":2}}"#);
            assert_eq!(read(body.as_bytes()), plainly(body.as_bytes()), "{repeated}");
            let arena = Arena::new(body.as_bytes());
            let object = arena.read(body.as_bytes()).expect("JSON").as_object().expect("an object");
            assert_eq!(object.get(repeated), Some(Node::Number(Number::Unsigned(2))), "{repeated}");
        }
    }

    #[test]
    fn an_object_is_made_of_fields() {
        let arena = Arena::new(b"");
        let made = arena.object(vec![("a", Node::Null), ("b", Node::Bool(true)), ("a", Node::Text(arena.text("x")))]);
        assert_eq!(Node::Object(made).to_value(), json!({"a": "x", "b": true}));
        assert_eq!(Node::Object(arena.object(Vec::new())).to_value(), json!({}));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_serde_json_reads_them(body in collection::vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(read(&body), plainly(&body));
        }

        #[test]
        fn what_is_nearly_json_is_read_as_serde_json_reads_it(
            parts in collection::vec(
                prop::sample::select(&["{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\n\"", "\"\\u00e9\"", "1", "-2.5", "null", "\"é\""]),
                0..30,
            ),
        ) {
            let body = parts.concat();
            prop_assert_eq!(read(body.as_bytes()), plainly(body.as_bytes()));
        }
    }
}
