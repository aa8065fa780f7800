//! Hashes of JSON that do not depend on the order of keys: what went through a database comes back in another (captures).
//!
//! Nor do they depend on a secret: it is blanked in the stored body, which must be read as the event that it was received as.
//! Secrets are left out wherever some platform's redaction looks for them, in whatever is wrapped as well.

use sha2::{Digest, Sha256};

use super::{
    key_set::Keys,
    node::{Node, Object},
    secrets::{BESIDE, names_a_secret},
};

/// Fields that are secrets: every name that some platform's redaction looks for.
static SECRETS: Keys<6> = Keys::new(["secret", "secret_key", "client_secret", "webhook_secret", "access_token", "hapikey"]);

/// HubSpot's mark of a value that nobody may keep, and where the value stands.
const MARKED: (&str, &str) = ("isSensitive", "propertyValue");

/// How many bytes there is room for before anything is put.
const ROOM: usize = 512;

/// A hash of an object.
pub(crate) fn object_hash(object: Object<'_>) -> [u8; 32] {
    object_hash_without(object, &[])
}

/// A hash of an object without the fields of its own that are named.
pub(crate) fn object_hash_without(object: Object<'_>, left_out: &[&str]) -> [u8; 32] {
    let mut said = Vec::with_capacity(ROOM);
    put_fields(&mut said, object, |key| left_out.contains(&key));
    Sha256::digest(&said).into()
}

/// Puts an object by its sorted keys, so that nothing depends on how the map keeps them.
fn put_fields(said: &mut Vec<u8>, object: Object<'_>, is_left_out: impl Fn(&str) -> bool) {
    let is_marked = object.contains_key(MARKED.0);
    let may_be_secret = is_marked || SECRETS.may_be_in(object);
    let is_secret = |key: &str| may_be_secret && (SECRETS.has(key) || (is_marked && key == MARKED.1));
    let fields = object.sorted();
    let kept = || fields.iter().filter(|(key, _)| !is_left_out(key) && !is_secret(key));
    said.push(b'{');
    said.extend_from_slice(&(kept().count() as u64).to_be_bytes());
    for (key, value) in kept() {
        put_text(said, b'k', key);
        match value {
            Node::Object(beside) if BESIDE.contains(key) => put_fields(said, *beside, names_a_secret),
            value => put_value(said, *value),
        }
    }
}

/// Puts a value. The depth is bounded by the reader's.
fn put_value(said: &mut Vec<u8>, value: Node<'_>) {
    match value {
        Node::Null => said.push(b'n'),
        Node::Bool(flag) => said.push(if flag { b't' } else { b'f' }),
        Node::Number(number) => put_text(said, b'#', &number.text()),
        Node::Text(text) => put_text(said, b's', text),
        Node::Array(values) => {
            said.push(b'[');
            said.extend_from_slice(&(values.len() as u64).to_be_bytes());
            values.iter().for_each(|value| put_value(said, *value));
        }
        Node::Object(object) => put_fields(said, object, |_| false),
    }
}

/// Puts a text with its length in front.
fn put_text(said: &mut Vec<u8>, tag: u8, text: &str) {
    let length = (text.len() as u64).to_be_bytes();
    let [a, b, c, d, e, f, g, h] = length;
    said.reserve(1 + length.len() + text.len());
    said.extend_from_slice(&[tag, a, b, c, d, e, f, g, h]);
    said.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json::{Arena, node};

    fn hash(value: &Value) -> [u8; 32] {
        hash_without(value, &[])
    }

    fn hash_without(value: &Value, left_out: &[&str]) -> [u8; 32] {
        object_hash_without(node(value).as_object().expect("an object"), left_out)
    }

    #[test]
    fn the_order_of_keys_does_not_matter_and_all_else_does() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":{"c":[1,2],"d":null}}"#).expect("JSON");
        let other: Value = serde_json::from_str(r#"{"b":{"d":null,"c":[1,2]},"a":1}"#).expect("JSON");
        assert_eq!(hash(&one), hash(&other));
        for different in [
            json!({"a": 1, "b": {"c": [2, 1], "d": null}}),
            json!({"a": 1, "b": {"c": [1, 2]}}),
            json!({"a": "1", "b": {"c": [1, 2], "d": null}}),
            json!({"a": 1, "b": {"c": [[1], 2], "d": null}}),
        ] {
            assert_ne!(hash(&one), hash(&different), "{different}");
        }
    }

    #[test]
    fn a_body_is_hashed_by_its_names_in_order_however_they_came() {
        let read = |body: &'static str| {
            let arena = Arena::new(body.as_bytes());
            object_hash(arena.read(body.as_bytes()).expect("JSON").as_object().expect("an object"))
        };
        let sorted = read(r#"{"a":1,"b":{"c":2,"d":[{"e":3,"f":4}]},"g":5}"#);
        assert_eq!(read(r#"{"g":5,"b":{"d":[{"f":4,"e":3}],"c":2},"a":1}"#), sorted);
        assert_eq!(read(r#"{"a":1,"g":5,"b":{"c":2,"d":[{"e":3,"f":4}]}}"#), sorted);
        assert_ne!(read(r#"{"a":1,"b":{"c":2,"d":[{"e":4,"f":3}]},"g":5}"#), sorted);
    }

    #[test]
    fn secrets_are_left_out_wherever_they_are_blanked() {
        let with = |secret: &str| {
            json!({
                "a": 1, "secret_key": secret, "headers": {"host": "h", "X-Api-Key": secret}, "query": {"key": secret},
                "body": [{"secret": secret, "data": {"isSensitive": true, "propertyValue": secret}}],
            })
        };
        assert_eq!(hash(&with("abc")), hash(&with("***")));
        for path in ["/headers/host", "/body/0/data/isSensitive", "/a"] {
            let mut changed = with("abc");
            *changed.pointer_mut(path).expect("it is there") = json!("other");
            assert_ne!(hash(&with("abc")), hash(&changed), "{path}");
        }
        // Names that are none.
        for name in ["secrets", "X-Api-Key", "propertyValue", "key"] {
            assert_ne!(hash(&json!({name: "a"})), hash(&json!({name: "b"})), "{name}");
        }
    }

    #[test]
    fn what_is_left_out_is_left_out_at_the_top_alone() {
        let with = json!({"a": 1, "x": 2, "b": {"x": 3}});
        let left_out = hash_without(&with, &["x"]);
        assert_eq!(left_out, hash(&json!({"a": 1, "b": {"x": 3}})));
        assert_ne!(left_out, hash(&json!({"a": 1, "b": {}})));
    }
}
