//! One spelling of field names. The classic webhooks write `first_name`, the new ones `recordId`, and receivers of the classic
//! ones have been seen that read `firstName` (public receivers).

use crate::json::{Arena, Entry, Object, is_present};

/// An object with its keys in snake case. Of two fields that become one, that which says something goes first, then the one that
/// was written so.
pub(super) fn snake<'t>(arena: &'t Arena, object: Object<'t>) -> Object<'t> {
    if is_snake(object) {
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
    let (others, mut fields): (Vec<Entry<'t>>, Vec<Entry<'t>>) =
        object.sorted().into_owned().into_iter().partition(|(key, _)| is_other(key));
    fields.extend(others.into_iter().map(respelled));
    // Of one name the last of these fields counts: the first that says something, else the last that says nothing.
    let (said, mut fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(_, value)| is_present(*value));
    fields.extend(said.into_iter().rev());
    arena.object(fields)
}

/// Whether all keys of an object are in snake case.
pub(super) fn is_snake(object: Object<'_>) -> bool {
    !object.iter().any(|(key, _)| is_other(key))
}

/// Whether a key is written in another way.
fn is_other(key: &str) -> bool {
    match (key.as_bytes().first_chunk(), key.as_bytes().last_chunk()) {
        // Most keys are looked at in two steps.
        (Some(first), Some(last)) if key.len() <= 16 => has_capital(*first) || has_capital(*last),
        _ => key.bytes().any(|byte| byte.is_ascii_uppercase()),
    }
}

/// Whether one of eight bytes is a capital letter: what has its highest bit not set, but has it if so much is added that `A` has,
/// and has not if so much is added that what follows `Z` has.
fn has_capital(bytes: [u8; 8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x80 * ONES;
    let word = u64::from_le_bytes(bytes);
    let low = word & !HIGHEST;
    let (from_a, behind_z) = (low + (0x80 - b'A' as u64) * ONES, low + (0x80 - (b'Z' + 1) as u64) * ONES);
    from_a & !behind_z & !word & HIGHEST != 0
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
    fn a_capital_is_seen_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for at in 0..8 {
                for other in [0, b'@', b'[', b'_', b'z', 0x7f, 0x80, 0xff] {
                    let mut bytes = [other; 8];
                    bytes[at] = byte;
                    assert_eq!(has_capital(bytes), byte.is_ascii_uppercase(), "{bytes:?}");
                }
            }
        }
        for length in 0..20 {
            let plain = "abcdefgh_ijklmnopqrs_t".get(..length).expect("ASCII");
            assert!(!is_other(plain));
            assert!((0..length).all(|at| is_other(&format!("{}X{}", &plain[..at], &plain[at + 1..]))), "{length}");
        }
    }

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
