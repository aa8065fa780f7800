//! Hashes of JSON that do not depend on the order of keys: what went through a database comes back in another (captures).

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// A hash of an object.
pub(crate) fn object_hash(object: &Map<String, Value>) -> [u8; 32] {
    object_hash_without(object, &[])
}

/// A hash of an object without the fields of its own that are named.
pub(crate) fn object_hash_without(object: &Map<String, Value>, left_out: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash_object(&mut hash, object, left_out);
    hash.finalize().into()
}

/// Hashes an object by its sorted keys, so that nothing depends on how the map keeps them.
fn hash_object(hash: &mut Sha256, object: &Map<String, Value>, left_out: &[&str]) {
    let mut fields: Vec<_> = object.iter().filter(|(key, _)| !left_out.contains(&key.as_str())).collect();
    fields.sort_by_key(|(key, _)| *key);
    hash.update(b"{");
    hash.update((fields.len() as u64).to_be_bytes());
    for (key, value) in fields {
        hash_text(hash, b'k', key);
        hash_value(hash, value);
    }
}

/// Hashes a value. The depth is bounded by the reader's.
fn hash_value(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update(b"n"),
        Value::Bool(flag) => hash.update(if *flag { b"t" } else { b"f" }),
        Value::Number(number) => hash_text(hash, b'#', &number.to_string()),
        Value::String(text) => hash_text(hash, b's', text),
        Value::Array(values) => {
            hash.update(b"[");
            hash.update((values.len() as u64).to_be_bytes());
            values.iter().for_each(|value| hash_value(hash, value));
        }
        Value::Object(object) => hash_object(hash, object, &[]),
    }
}

/// Hashes a text with its length in front.
fn hash_text(hash: &mut Sha256, tag: u8, text: &str) {
    hash.update([tag]);
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hash(value: &Value) -> [u8; 32] {
        object_hash(value.as_object().expect("an object"))
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
    fn what_is_left_out_is_left_out_at_the_top_alone() {
        let with = json!({"a": 1, "x": 2, "b": {"x": 3}});
        let left_out = object_hash_without(with.as_object().expect("an object"), &["x"]);
        assert_eq!(left_out, hash(&json!({"a": 1, "b": {"x": 3}})));
        assert_ne!(left_out, hash(&json!({"a": 1, "b": {}})));
    }
}
