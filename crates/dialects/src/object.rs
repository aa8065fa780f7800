//! A JSON object whose fields stay in the order they are put in: people read bodies too.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

/// A value of an [`Object`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    /// Any value.
    Value(Value),
    /// An object in order.
    Object(Object),
}

/// An object in order. A name that is put twice stays as it was put first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object(Vec<(String, Json)>);

impl Object {
    pub(crate) fn new() -> Object {
        Object::default()
    }

    /// Whether there is a field of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Puts a field.
    pub(crate) fn put(mut self, name: &str, value: impl Into<Json>) -> Object {
        if !self.has(name) {
            self.0.push((name.to_owned(), value.into()));
        }
        self
    }

    /// Puts a field that is left out where nothing is known.
    pub(crate) fn maybe(self, name: &str, value: Option<impl Into<Json>>) -> Object {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// Puts a field that is null where nothing is known.
    pub(crate) fn nullable(self, name: &str, value: Option<impl Into<Json>>) -> Object {
        let value = value.map_or(Json::Value(Value::Null), Into::into);
        self.put(name, value)
    }
}

impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Json {
        Json::Value(value.into())
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Json {
        Json::Object(object)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Value(value) => value.serialize(serializer),
            Json::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
