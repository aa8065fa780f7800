//! One spelling of field names. The classic webhooks write `first_name`, the new ones `recordId`, and receivers of the classic
//! ones have been seen that read `firstName` (public receivers).

use crate::json::{Arena, Entry, Object, is_present};

/// An object with its keys in snake case. Of two fields that become one, that which says something goes first, then the one that
/// was written so.
pub(super) fn snake<'t>(arena: &'t Arena, object: Object<'t>) -> Object<'t> {
    if !object.iter().any(|(key, _)| is_other(key)) {
        return object;
    }
    let mut spelled = String::new();
    let mut respelled = |(key, value): Entry<'t>| match is_other(key) {
        true => (snake_key(arena, key, &mut spelled), value),
        false => (key, value),
    };
    let fields: Vec<Entry<'t>> = object.iter().map(&mut respelled).collect();
    let length = fields.len();
    let snaked = arena.object(fields);
    if snaked.len() == length {
        return snaked;
    }
    // What is written so, then the others in the order of their names, which is the same in any order of the body.
    let (others, mut fields): (Vec<Entry<'t>>, Vec<Entry<'t>>) = object.sorted().into_iter().partition(|(key, _)| is_other(key));
    fields.extend(others.into_iter().map(respelled));
    // Of one name the last of these fields counts: the first that says something, else the last that says nothing.
    let (said, mut fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(_, value)| is_present(*value));
    fields.extend(said.into_iter().rev());
    arena.object(fields)
}

/// Whether a key is written in another way.
fn is_other(key: &str) -> bool {
    // All bytes are looked at, since most have none.
    key.bytes().fold(false, |is_other, byte| is_other | byte.is_ascii_uppercase())
}

/// `firstName` as `first_name`: an underscore before every capital that a small letter or a digit precedes. It is spelled in the
/// given memory.
fn snake_key<'t>(arena: &'t Arena, key: &str, spelled: &mut String) -> &'t str {
    spelled.clear();
    let mut before = ' ';
    for c in key.chars() {
        if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            spelled.push('_');
        }
        spelled.push(c.to_ascii_lowercase());
        before = c;
    }
    arena.text(spelled)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use serde_json::Value;

    use super::*;
    use crate::json::{Node, node};

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
            assert_eq!(snake_key(&Arena::new(b""), key, &mut "x".to_owned()), expected);
        }
    }

    #[test]
    fn a_field_that_says_something_is_not_hidden_by_one_that_does_not() {
        let arena = Arena::new(b"");
        let of = |value: &Value| Node::Object(snake(&arena, node(value).as_object().expect("an object"))).to_value();
        let cases = [
            (json!({"a_b": 1, "aB": 2}), json!({"a_b": 1})),
            (json!({"a_b": null, "aB": 2}), json!({"a_b": 2})),
            (json!({"a_b": "", "aB": null}), json!({"a_b": null})),
            (json!({"AB": 1, "x": {"yZ": 1}}), json!({"ab": 1, "x": {"yZ": 1}})),
        ];
        for (value, expected) in cases {
            assert_eq!(of(&value), expected, "{value}");
        }
    }
}
