//! Objects that are changed before they are read: the tree itself never is.

use super::{
    arena::Arena,
    node::{Entry, Node, Object},
    scalar::is_present,
};

/// An object with a few of its fields changed. Each change is looked through for each field, so they must be few: those whose
/// names a parser knows.
#[derive(Clone, Debug)]
pub(crate) struct Draft<'t> {
    base: Option<Object<'t>>,
    /// The fields that were put or taken away.
    changed: Vec<(&'static str, Option<Node<'t>>)>,
}

/// How many changes there is room for before any is made.
const CHANGES: usize = 8;

impl<'t> Draft<'t> {
    /// An object, as yet unchanged; without one, an empty one.
    pub(crate) fn new(base: Option<Object<'t>>) -> Draft<'t> {
        Draft { base, changed: Vec::with_capacity(CHANGES) }
    }

    /// The value under a key.
    pub(crate) fn get(&self, key: &str) -> Option<Node<'t>> {
        match self.changed.iter().find(|(name, _)| *name == key) {
            Some((_, value)) => *value,
            None => self.base.and_then(|base| base.get(key)),
        }
    }

    /// Whether something stands under a key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some_and(is_present)
    }

    /// Takes a field away.
    pub(crate) fn remove(&mut self, key: &'static str) -> Option<Node<'t>> {
        let value = self.get(key)?;
        self.set(key, None);
        Some(value)
    }

    /// Puts a value under a key.
    pub(crate) fn insert(&mut self, key: &'static str, value: Node<'t>) {
        self.set(key, Some(value));
    }

    /// Puts a value that says something under a key where nothing stands.
    pub(crate) fn put(&mut self, key: &'static str, value: Node<'t>) {
        if is_present(value) && !self.has(key) {
            self.insert(key, value);
        }
    }

    /// The object that it became; none if there was none and nothing was put.
    pub(crate) fn finish(self, arena: &'t Arena) -> Option<Object<'t>> {
        if self.changed.is_empty() {
            return self.base;
        }
        let is_changed = |key: &str| self.changed.iter().any(|(name, _)| *name == key);
        let kept = self.base.into_iter().flat_map(Object::iter).filter(|(key, _)| !is_changed(key));
        let put = self.changed.iter().filter_map(|(key, value)| Some((*key, (*value)?)));
        let mut fields = Vec::with_capacity(self.base.map_or(0, Object::len) + self.changed.len());
        fields.extend(kept.chain(put));
        Some(arena.object(fields))
    }

    fn set(&mut self, key: &'static str, value: Option<Node<'t>>) {
        match self.changed.iter_mut().find(|(name, _)| *name == key) {
            Some(changed) => changed.1 = value,
            None => self.changed.push((key, value)),
        }
    }
}

/// An object with the fields of another where it says nothing itself; of those, what says nothing is only taken over if `all` are.
pub(crate) fn filled<'t>(arena: &'t Arena, object: Object<'t>, with: Object<'t>, all: bool) -> Object<'t> {
    let wanted = |(key, value): &Entry<'t>| (all || is_present(*value)) && !object.get(key).is_some_and(is_present);
    // Of two with one name the later counts.
    let mut fields = Vec::with_capacity(object.len() + with.len());
    fields.extend(object.iter().chain(with.iter().filter(wanted)));
    arena.object(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<'t>(arena: &'t Arena, body: &'t str) -> Object<'t> {
        arena.read(body.as_bytes()).expect("JSON").as_object().expect("an object")
    }

    fn written(object: Object<'_>) -> Value {
        Node::Object(object).to_value()
    }

    #[test]
    fn a_draft_is_the_object_with_its_changes() {
        let arena = Arena::new(b"");
        let object = read(&arena, r#"{"a":1,"b":null,"c":"null","d":4}"#);
        let mut draft = Draft::new(Some(object));
        assert_eq!((draft.remove("a"), draft.remove("a"), draft.remove("x")), (object.get("a"), None, None));
        for key in ["b", "c", "d", "e"] {
            draft.put(key, Node::Bool(true));
        }
        draft.put("f", Node::Null);
        draft.insert("d", Node::Text("x"));
        draft.insert("g", Node::Null);
        assert!(draft.has("b") && !draft.has("g") && !draft.has("a") && draft.get("g").is_some());
        let made = draft.finish(&arena).expect("an object");
        assert_eq!(written(made), json!({"b": true, "c": true, "d": "x", "e": true, "g": null}));
        assert_eq!(written(object), json!({"a": 1, "b": null, "c": "null", "d": 4}));
        assert_eq!(Draft::new(None).finish(&arena), None);
    }

    #[test]
    fn an_object_is_filled_where_it_says_nothing() {
        let arena = Arena::new(b"");
        let object = read(&arena, r#"{"a":1,"b":null,"c":""}"#);
        let with = read(&arena, r#"{"a":2,"b":"x","c":null,"d":null,"e":5}"#);
        assert_eq!(written(filled(&arena, object, with, false)), json!({"a": 1, "b": "x", "c": "", "e": 5}));
        assert_eq!(written(filled(&arena, object, with, true)), json!({"a": 1, "b": "x", "c": null, "d": null, "e": 5}));
    }
}
