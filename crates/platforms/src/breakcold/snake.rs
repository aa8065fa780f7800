//! One spelling of field names. The classic webhooks write `first_name`, the new ones `recordId`, and receivers of the classic
//! ones have been seen that read `firstName` (public receivers).

use serde_json::{Map, Value};

use crate::json::is_present;

/// An object with its keys in snake case. Of two fields that become one, that which says something goes first, then the one that
/// was written so.
pub(super) fn snake(object: Map<String, Value>) -> Map<String, Value> {
    if !object.keys().any(|key| key.contains(|c: char| c.is_ascii_uppercase())) {
        return object;
    }
    let mut snaked = Map::new();
    let (others, kept): (Vec<_>, Vec<_>) =
        object.into_iter().map(|(key, value)| (snake_key(&key), key, value)).partition(|(snake, key, _)| snake != key);
    for (key, _, value) in kept.into_iter().chain(others) {
        if !snaked.get(&key).is_some_and(is_present) {
            snaked.insert(key, value);
        }
    }
    snaked
}

/// `firstName` as `first_name`: an underscore before every capital that a small letter or a digit precedes.
fn snake_key(key: &str) -> String {
    let mut snake = String::with_capacity(key.len() + 4);
    let mut before = ' ';
    for c in key.chars() {
        if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
        before = c;
    }
    snake
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_put_into_snake_case() {
        let cases = [
            ("firstName", "first_name"),
            ("first_name", "first_name"),
            ("eventId", "event_id"),
            ("EventID", "event_id"),
            ("icebreaker_2", "icebreaker_2"),
            ("v2Id", "v2_id"),
            ("Größe", "größe"),
            ("", ""),
        ];
        for (key, expected) in cases {
            assert_eq!(snake_key(key), expected);
        }
    }

    #[test]
    fn a_field_that_says_something_is_not_hidden_by_one_that_does_not() {
        let of = |value: Value| snake(value.as_object().expect("an object").clone());
        let cases = [
            (json!({"a_b": 1, "aB": 2}), json!({"a_b": 1})),
            (json!({"a_b": null, "aB": 2}), json!({"a_b": 2})),
            (json!({"a_b": "", "aB": null}), json!({"a_b": null})),
            (json!({"AB": 1, "x": {"yZ": 1}}), json!({"ab": 1, "x": {"yZ": 1}})),
        ];
        for (value, expected) in cases {
            assert_eq!(Value::Object(of(value.clone())), expected, "{value}");
        }
    }
}
