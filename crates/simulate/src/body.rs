//! A JSON object whose fields keep their order, as platforms write them.

use serde::Serialize;

/// An object under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(Vec<(&'static str, String)>);

impl Object {
    pub(crate) fn new() -> Object {
        Object::default()
    }

    /// Adds a field.
    pub(crate) fn put(mut self, name: &'static str, value: impl Serialize) -> Object {
        // Texts, numbers and lists of them always serialise.
        self.0.push((name, serde_json::to_string(&value).unwrap_or_else(|_| "null".to_owned())));
        self
    }

    /// Adds a field if there is a value; leaves it out otherwise.
    pub(crate) fn maybe(self, name: &'static str, value: Option<impl Serialize>) -> Object {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// Adds an object as a field.
    pub(crate) fn put_object(mut self, name: &'static str, object: &Object) -> Object {
        self.0.push((name, object.text()));
        self
    }

    /// Adds a list of objects as a field.
    pub(crate) fn put_list(mut self, name: &'static str, objects: &[Object]) -> Object {
        let texts: Vec<String> = objects.iter().map(Object::text).collect();
        self.0.push((name, format!("[{}]", texts.join(","))));
        self
    }

    /// Adds the fields of another object behind its own.
    pub(crate) fn and(mut self, object: Object) -> Object {
        self.0.extend(object.0);
        self
    }

    /// The fields sorted by the length of their names, as they come out of some databases.
    pub(crate) fn sorted_by_length(mut self) -> Object {
        self.0.sort_by_key(|(name, _)| (name.len(), *name));
        self
    }

    fn text(&self) -> String {
        let fields: Vec<String> = self.0.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.text().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn fields_keep_their_order_and_values_are_escaped() {
        let inner = Object::new().put("quote", "a \"b\"\r\n\u{202f}").maybe("absent", None::<u8>).maybe("number", Some(5));
        let object =
            Object::new().put("z", None::<u8>).put_object("inner", &inner).put_list("list", &[Object::new(), inner.clone()]);
        let bytes = object.clone().and(Object::new().put("a", [1, 2])).bytes();
        let text = String::from_utf8(bytes).expect("text");
        let places: Vec<_> = ["\"z\"", "\"inner\"", "\"list\"", "\"a\""].iter().map(|name| text.find(name)).collect();
        assert!(places.is_sorted() && places[0].is_some(), "{text}");
        let inner = json!({"quote": "a \"b\"\r\n\u{202f}", "number": 5});
        let expected = json!({"z": null, "inner": inner, "list": [{}, inner], "a": [1, 2]});
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), expected);
        assert_eq!(object.sorted_by_length().bytes().first_chunk::<8>(), Some(b"{\"z\":nul"));
    }
}
