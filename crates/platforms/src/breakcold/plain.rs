//! Values of fields that a workspace defines: texts, numbers, lists of them, or objects that wrap one.

use serde_json::Value;

use crate::json::{Node, Object, is_present, is_scalar, trimmed};

/// The most elements of a list that are kept.
const ELEMENTS_MAX: usize = 50;

/// How deep a value may be wrapped.
const DEPTH_MAX: usize = 3;

/// Where an object has the value that it wraps.
const WRAPPED: [&str; 7] = ["value", "name", "label", "title", "email", "url", "phone"];

/// The one value that a field has: the first of a list, what an object wraps. None if there is none.
pub(super) fn single(value: Node<'_>) -> Option<Node<'_>> {
    unwrapped(value, DEPTH_MAX)
}

/// The text of the one value that a field has, a number's digits included, without the white space around it.
pub(super) fn text(value: Node<'_>) -> Option<String> {
    match single(value)? {
        Node::Text(text) => Some(trimmed(text).to_owned()),
        Node::Number(number) => Some(number.text()),
        _ => None,
    }
}

/// The texts of a field that may be a list.
pub(super) fn texts(value: Node<'_>) -> Vec<String> {
    match value {
        Node::Array(values) => values.iter().copied().filter_map(text).take(ELEMENTS_MAX).collect(),
        other => text(other).into_iter().collect(),
    }
}

/// A field as it is kept: a single value, or a list of them.
pub(super) fn kept(value: Node<'_>) -> Option<Value> {
    let Node::Array(values) = value else { return single(value).map(Node::to_value) };
    let values: Vec<Value> = values.iter().copied().filter_map(single).take(ELEMENTS_MAX).map(Node::to_value).collect();
    (!values.is_empty()).then_some(Value::Array(values))
}

fn unwrapped(value: Node<'_>, depth: usize) -> Option<Node<'_>> {
    let inside = depth.checked_sub(1);
    match value {
        Node::Array(values) => values.iter().find_map(|value| unwrapped(*value, inside?)),
        Node::Object(object) => wrapped(object, inside?),
        scalar => (is_scalar(scalar) && is_present(scalar)).then_some(scalar),
    }
}

fn wrapped(object: Object<'_>, depth: usize) -> Option<Node<'_>> {
    WRAPPED.iter().find_map(|key| unwrapped(object.get(key)?, depth))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::json::node;

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
            assert_eq!(text(node(&value)).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_list_is_kept_as_a_list_of_bounded_length() {
        assert_eq!(kept(node(&json!(["a", null, {"label": "b"}, 5, [], {}]))), Some(json!(["a", "b", 5])));
        assert_eq!(kept(node(&json!([null, ""]))), None);
        assert_eq!(kept(node(&json!({"value": false}))), Some(json!(false)));
        let long = Value::from((0..200).collect::<Vec<_>>());
        assert_eq!(kept(node(&long)).and_then(|kept| kept.as_array().map(Vec::len)), Some(50));
        assert_eq!(texts(node(&long)).len(), 50);
        assert_eq!(texts(node(&json!("a"))), ["a"]);
    }
}
