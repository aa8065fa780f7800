//! Bodies that nobody thought of: any JSON, with what a platform gives a meaning strewn in, and fixtures that were changed or cut.

use proptest::{collection, prelude::*, sample};
use serde_json::{Map, Value};

/// How deep JSON goes, how many values it has, and how many each object or list has.
const DEPTH: u32 = 4;
const VALUES: u32 = 32;
const ENTRIES: u32 = 6;

/// What bodies of a platform are made of.
pub(crate) struct Samples {
    bodies: Vec<Value>,
    keys: Vec<String>,
    further: &'static [&'static str],
    texts: &'static [&'static str],
}

impl Samples {
    /// Of a platform's fixtures, the texts that some field gives a meaning, and the keys that no fixture has.
    pub(crate) fn new(
        bodies: impl IntoIterator<Item = Value>,
        texts: &'static [&'static str],
        further: &'static [&'static str],
    ) -> Samples {
        let bodies: Vec<Value> = bodies.into_iter().collect();
        let mut keys = Vec::new();
        bodies.iter().for_each(|body| collect_keys(body, &mut keys));
        keys.sort();
        keys.dedup();
        Samples { bodies, keys, further, texts }
    }

    /// Any JSON, with meaningful texts and the fields of a fixture among its own.
    pub(crate) fn json(&'static self) -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            sample::select(self.texts).prop_map(Value::from),
        ];
        let entries = 0..ENTRIES as usize;
        leaf.prop_recursive(DEPTH, VALUES, ENTRIES, move |inner| {
            let entry = (self.key(), inner.clone());
            prop_oneof![
                collection::vec(inner, entries.clone()).prop_map(Value::from),
                collection::vec(entry, entries.clone()).prop_map(|entries| Value::Object(Map::from_iter(entries))),
            ]
        })
    }

    /// A key: one that some fixture has, or a further one, or any.
    pub(crate) fn key(&'static self) -> impl Strategy<Value = String> {
        prop_oneof![
            3 => sample::select(&self.keys[..]),
            2 => sample::select(self.further).prop_map(str::to_owned),
            1 => any::<String>(),
        ]
    }

    /// Up to eleven fields of any name and value.
    pub(crate) fn fields(&'static self) -> impl Strategy<Value = Map<String, Value>> {
        collection::vec((self.key(), self.json()), 0..12).prop_map(Map::from_iter)
    }

    /// A fixture with one to four fields, at any depth, set to anything.
    pub(crate) fn mutated(&'static self) -> impl Strategy<Value = Value> {
        let change = (any::<sample::Index>(), any::<sample::Index>(), self.json());
        (sample::select(&self.bodies[..]), collection::vec(change, 1..5)).prop_map(|(mut body, changes)| {
            for (object, key, value) in changes {
                let mut paths = Vec::new();
                objects(&body, "", &mut paths);
                let path: &String = object.get(&paths);
                if let Some(object) = body.pointer_mut(path).and_then(Value::as_object_mut) {
                    let keys: Vec<String> = object.keys().cloned().collect();
                    object.insert(key.get(&keys).clone(), value);
                }
            }
            body
        })
    }

    /// The beginning of a fixture.
    pub(crate) fn cut(&'static self) -> impl Strategy<Value = Vec<u8>> {
        (sample::select(&self.bodies[..]), any::<sample::Index>()).prop_map(|(body, end)| {
            let text = body.to_string();
            text.as_bytes()[..end.index(text.len())].to_vec()
        })
    }
}

fn collect_keys(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            keys.extend(object.keys().cloned());
            object.values().for_each(|value| collect_keys(value, keys));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_keys(value, keys)),
        _ => {}
    }
}

/// The paths of all objects of a body that have fields; one path that leads nowhere if there are none.
fn objects(value: &Value, at: &str, paths: &mut Vec<String>) {
    fn walk(value: &Value, at: &str, paths: &mut Vec<String>) {
        let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
        match value {
            Value::Object(object) => {
                if !object.is_empty() {
                    paths.push(at.to_owned());
                }
                object.iter().for_each(|(key, value)| walk(value, &format!("{at}/{}", escaped(key)), paths));
            }
            Value::Array(values) => {
                values.iter().enumerate().for_each(|(index, value)| walk(value, &format!("{at}/{index}"), paths));
            }
            _ => {}
        }
    }
    walk(value, at, paths);
    if paths.is_empty() {
        paths.push("/nowhere".to_owned());
    }
}
