//! Values of fields that a workspace defines: texts, numbers, lists of them, or objects that wrap one.

use serde_json::{Map, Value};

use crate::json::{is_present, is_scalar};

/// The most elements of a list that are kept.
const ELEMENTS_MAX: usize = 50;

/// How deep a value may be wrapped.
const DEPTH_MAX: usize = 3;

/// Where an object has the value that it wraps.
const WRAPPED: [&str; 7] = ["value", "name", "label", "title", "email", "url", "phone"];

/// The one value that a field has: the first of a list, what an object wraps. None if there is none.
pub(super) fn single(value: &Value) -> Option<&Value> {
    unwrapped(value, DEPTH_MAX)
}

/// The text of the one value that a field has, a number's digits included, without the white space around it.
pub(super) fn text(value: &Value) -> Option<String> {
    match single(value)? {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The texts of a field that may be a list.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(text).take(ELEMENTS_MAX).collect(),
        other => text(other).into_iter().collect(),
    }
}

/// A field as it is kept: a single value, or a list of them.
pub(super) fn kept(value: &Value) -> Option<Value> {
    let Value::Array(values) = value else { return single(value).cloned() };
    let values: Vec<Value> = values.iter().filter_map(single).take(ELEMENTS_MAX).cloned().collect();
    (!values.is_empty()).then_some(Value::Array(values))
}

fn unwrapped(value: &Value, depth: usize) -> Option<&Value> {
    let inside = depth.checked_sub(1);
    match value {
        Value::Array(values) => values.iter().find_map(|value| unwrapped(value, inside?)),
        Value::Object(object) => wrapped(object, inside?),
        scalar => (is_scalar(scalar) && is_present(scalar)).then_some(scalar),
    }
}

fn wrapped(object: &Map<String, Value>, depth: usize) -> Option<&Value> {
    WRAPPED.iter().find_map(|key| unwrapped(object.get(*key)?, depth))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_has_one_text_however_it_is_wrapped() {
        let cases = [
            (json!(" a "), Some("a")),
            (json!(5), Some("5")),
            (json!(["", null, "b", "c"]), Some("b")),
            (json!({"id": "x", "name": "d"}), Some("d")),
            (json!([{"value": "null"}, {"value": "e"}]), Some("e")),
            (json!([{"value": {"name": "f"}}]), Some("f")),
            (json!([{"value": {"name": {"name": "g"}}}]), None),
            (json!({"id": "x"}), None),
            (json!(true), None),
            (json!(null), None),
            (json!([]), None),
        ];
        for (value, expected) in cases {
            assert_eq!(text(&value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_list_is_kept_as_a_list_of_bounded_length() {
        assert_eq!(kept(&json!(["a", null, {"label": "b"}, 5, [], {}])), Some(json!(["a", "b", 5])));
        assert_eq!(kept(&json!([null, ""])), None);
        assert_eq!(kept(&json!({"value": false})), Some(json!(false)));
        let long = Value::from((0..200).collect::<Vec<_>>());
        assert_eq!(kept(&long).and_then(|kept| kept.as_array().map(Vec::len)), Some(50));
        assert_eq!(texts(&long).len(), 50);
        assert_eq!(texts(&json!("a")), ["a"]);
    }
}
