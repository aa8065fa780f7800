//! Blanking a source's secret in a body: under the field that has it, and wherever else it is repeated.
//!
//! In place and byte for byte, so that the stored body is the received one but for this. JSON stays JSON.

use std::{fmt, ops::Range};

use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The keys that relays put a body under.
const WRAPPERS: [&str; 3] = ["body", "data", "payload"];
/// How many wrappings are looked into.
const WRAPPERS_MAX: usize = 3;
/// How many values of one field are looked at: a delivery has one, and who sends more makes no work.
const TEXTS_MAX: usize = 16;
/// What a blanked byte becomes.
const BLANK: u8 = b'*';

/// The texts under a field: at the top of a body, in the objects of an array, and in what a relay has wrapped. 16 at most, the
/// first ones. A body that is not JSON has none.
pub(crate) fn texts(body: &[u8], field: &str) -> Vec<String> {
    let found = values(body, field).unwrap_or_default();
    found.into_iter().filter_map(|value| serde_json::from_str(value.get()).ok()).take(TEXTS_MAX).collect()
}

/// Overwrites every text under a field, in the same places, all of them.
pub(crate) fn field(body: &mut [u8], field: &str) {
    let found = values(body, field).unwrap_or_default();
    let spans: Vec<Range<usize>> = found.into_iter().filter_map(|value| inside_quotes(body, value.get())).collect();
    for span in spans {
        if let Some(text) = body.get_mut(span) {
            text.fill(BLANK);
        }
    }
}

/// Overwrites a secret wherever it stands, written with escapes or without. In a body that is JSON only inside of texts: a number
/// is no secret, and must stay one.
pub(crate) fn value(body: &mut [u8], secret: &[u8]) {
    if !holds(body, secret) {
        return;
    }
    let only_in_texts = serde_json::from_slice::<IgnoredAny>(body).is_ok();
    let (mut at, mut is_text) = (0, false);
    while at < body.len() {
        let may_begin = is_text || !only_in_texts;
        if let Some(length) = match_at(&body[at..], secret).filter(|_| may_begin) {
            body[at..at + length].fill(BLANK);
            at += length;
            continue;
        }
        let (unit, length) = unit(&body[at..]);
        if unit == Some('"') && length == 1 {
            is_text = !is_text;
        }
        // In a body that is no JSON an escape may be none: every byte may be the first of the secret.
        at += if only_in_texts && is_text { length } else { 1 };
    }
}

/// Whether a secret stands in these bytes, written with escapes or without.
pub(crate) fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    !secret.is_empty() && (0..bytes.len()).any(|at| match_at(&bytes[at..], secret).is_some())
}

/// How many of these bytes are the secret that begins here; none if it does not.
fn match_at(bytes: &[u8], secret: &[u8]) -> Option<usize> {
    let (mut at, mut rest) = (0, secret);
    while !rest.is_empty() {
        let bytes = bytes.get(at..).filter(|bytes| !bytes.is_empty())?;
        let raw = bytes.first() == rest.first() && bytes.first() != Some(&b'\\');
        if raw {
            (at, rest) = (at + 1, &rest[1..]);
            continue;
        }
        // A backslash: an escape, or, where there are none, itself.
        let (unit, length) = unit(bytes);
        let mut encoded = [0; 4];
        let escaped = unit.and_then(|unit| rest.strip_prefix(unit.encode_utf8(&mut encoded).as_bytes()));
        match escaped {
            Some(behind) if length > 1 => (at, rest) = (at + length, behind),
            _ if bytes.first() == rest.first() => (at, rest) = (at + 1, &rest[1..]),
            _ => return None,
        }
    }
    Some(at)
}

/// The first character of a JSON text and how many bytes it is written with. Half of a pair of surrogates is no character, nor is
/// a byte of a longer one.
fn unit(bytes: &[u8]) -> (Option<char>, usize) {
    match bytes {
        [b'\\', b'u', rest @ ..] => {
            let digits = rest.first_chunk::<4>().and_then(|digits| std::str::from_utf8(digits).ok());
            match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                Some(code) => (char::from_u32(code), 6),
                None => (None, 2),
            }
        }
        [b'\\', escaped, ..] => {
            let stands_for = match escaped {
                b'"' => Some('"'),
                b'\\' => Some('\\'),
                b'/' => Some('/'),
                _ => None,
            };
            (stands_for, 2)
        }
        [byte, ..] => (byte.is_ascii().then_some(char::from(*byte)), 1),
        [] => (None, 1),
    }
}

/// The values under a field of a body, in their order.
fn values<'a>(body: &'a [u8], field: &str) -> Result<Vec<&'a RawValue>, serde_json::Error> {
    let top: &RawValue = serde_json::from_slice(body)?;
    let mut found = Vec::new();
    collect(top, field, WRAPPERS_MAX, &mut found);
    Ok(found)
}

/// Collects the values under a field of an object or of the objects of an array, and of what is wrapped in them, `depth`
/// wrappings deep. What cannot be read holds nothing that could be found.
fn collect<'a>(value: &'a RawValue, field: &str, depth: usize, found: &mut Vec<&'a RawValue>) {
    let objects = match value.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(value.get()).unwrap_or_default(),
        _ => vec![value],
    };
    for object in objects.into_iter().filter(|value: &&RawValue| value.get().starts_with('{')) {
        let mut reader = serde_json::Deserializer::from_str(object.get());
        let Ok((values, wrapped)) = Pick(field).deserialize(&mut reader) else { continue };
        found.extend(values);
        if depth > 0 {
            wrapped.into_iter().for_each(|value| collect(value, field, depth - 1, found));
        }
    }
}

/// The place of `token`, a part of `body`, without its quotes; none if it is no text.
fn inside_quotes(body: &[u8], token: &str) -> Option<Range<usize>> {
    let text = token.strip_prefix('"')?.strip_suffix('"')?;
    let start = text.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
    Some(start..start + text.len())
}

/// Picks the values under a field, and those under the wrappers' keys. A key that is repeated counts each time, though other
/// readers see only the last.
struct Pick<'f>(&'f str);

impl<'de> DeserializeSeed<'de> for Pick<'_> {
    type Value = (Vec<&'de RawValue>, Vec<&'de RawValue>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Pick<'_> {
    type Value = (Vec<&'de RawValue>, Vec<&'de RawValue>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut values, mut wrapped) = (Vec::new(), Vec::new());
        // As `String`, so that escapes in the key are undone.
        while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
            if key == self.0 {
                values.push(value);
            } else if WRAPPERS.contains(&key.as_str()) {
                wrapped.push(value);
            }
        }
        Ok((values, wrapped))
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*, sample};
    use serde_json::{Value, json};

    use super::*;

    const SECRET: &str = "s3cret/wü\"rd\\x";

    fn blanked(body: &str, secret: &str) -> String {
        let mut bytes = body.as_bytes().to_vec();
        value(&mut bytes, secret.as_bytes());
        String::from_utf8(bytes).expect("UTF-8 stays UTF-8")
    }

    #[test]
    fn a_field_is_found_at_the_top_and_in_wrappings() {
        let cases: [(&str, &[&str]); 9] = [
            (r#"{"secret":"a","x":{"secret":"b"}}"#, &["a"]),
            (r#"{"secret":"a","secret":"b"}"#, &["a", "b"]),
            (r#"{"s\u0065cret":"a\u0062"}"#, &["ab"]),
            (r#"[{"headers":{},"body":{"secret":"a"}}]"#, &["a"]),
            (r#"{"body":[{"data":{"payload":{"secret":"a","body":{"secret":"too deep"}}}}]}"#, &["a"]),
            (r#"{"secret":5}"#, &[]),
            (r#"{"Secret":"a"}"#, &[]),
            (r#"{"secret":"a""#, &[]),
            ("secret=a", &[]),
        ];
        for (body, expected) in cases {
            assert_eq!(texts(body.as_bytes(), "secret"), expected, "{body}");
            let mut after = body.as_bytes().to_vec();
            field(&mut after, "secret");
            let left = texts(&after, "secret");
            assert!(left.len() == expected.len() && left.iter().all(|text| text.bytes().all(|byte| byte == BLANK)), "{body}");
        }
    }

    #[test]
    fn no_more_than_sixteen_texts_are_looked_at_and_all_are_blanked() {
        let mut body = serde_json::to_vec(&vec![json!({"secret": "a"}); 40]).expect("JSON");
        assert_eq!(texts(&body, "secret").len(), TEXTS_MAX);
        field(&mut body, "secret");
        assert!(!body.contains(&b'a'));
    }

    #[test]
    fn a_secret_is_blanked_however_it_is_written_and_only_in_texts() {
        let cases = [
            (r#"{"a":"12345678","b":12345678}"#, "12345678", r#"{"a":"********","b":12345678}"#),
            (r#"{"a":"x12345678y12345678"}"#, "12345678", r#"{"a":"x********y********"}"#),
            (r#"{"abcdefgh":["abcdefgh"]}"#, "abcdefgh", r#"{"********":["********"]}"#),
            (r#"{"a":"ab\/cdefg"}"#, "ab/cdefg", r#"{"a":"*********"}"#),
            (r#"{"a":"ab\u002fcdefg"}"#, "ab/cdefg", r#"{"a":"*************"}"#),
            // The `n` belongs to the escape before it.
            (r#"{"a":"\nabcdefg"}"#, "nabcdefg", r#"{"a":"\nabcdefg"}"#),
            (r#"{"a":"\u00e9abcde"}"#, "e9abcde", r#"{"a":"\u00e9abcde"}"#),
            (r#"{"a":"abcdefg"}"#, "abcdefgh", r#"{"a":"abcdefg"}"#),
            // No JSON: everywhere.
            ("k=12345678&n=12345678", "12345678", "k=********&n=********"),
            (r#"{"a":"\nabcdefg","#, "nabcdefg", r#"{"a":"\********","#),
            (r#"{"a":"abc\def"#, r"abc\def", r#"{"a":"*******"#),
            ("", "12345678", ""),
            (r#"{"a":"b"}"#, "", r#"{"a":"b"}"#),
        ];
        for (body, secret, expected) in cases {
            assert_eq!(blanked(body, secret), expected);
        }
        assert!(holds(b"x abcdefgh", b"abcdefgh") && !holds(b"abcdefg", b"abcdefgh") && !holds(b"", b"abcdefgh"));
    }

    fn any_text() -> impl Strategy<Value = String> {
        let pieces: &[&str] = &[SECRET, "s3cret/wü", "\"rd\\x", "\n", "\\", "\"", "é", "🦀", "x"];
        collection::vec(sample::select(pieces), 0..6).prop_map(|pieces| pieces.concat())
    }

    /// Writes a text as JSON, every character for which `escape` says so as an escape.
    fn written(text: &str, escape: &[bool]) -> String {
        let unit = |(character, escape): (char, &bool)| {
            let mut units = [0; 2];
            if *escape {
                return character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}")).collect();
            }
            let quoted = Value::from(character.to_string()).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        };
        text.chars().zip(escape.iter().cycle()).map(unit).collect()
    }

    proptest! {
        #[test]
        fn nothing_of_it_is_left_and_json_stays_json(
            texts in collection::vec(any_text(), 1..4),
            escape in collection::vec(any::<bool>(), 1..7),
        ) {
            let members: Vec<String> = texts.iter().map(|text| format!("\"{}\"", written(text, &escape))).collect();
            let body = format!("[{}]", members.join(" , "));
            let after = blanked(&body, SECRET);
            prop_assert_eq!(after.len(), body.len());
            let left: Vec<String> = serde_json::from_str(&after).expect("JSON stays JSON");
            for (was, is) in texts.iter().zip(left) {
                prop_assert!(!is.contains(SECRET), "{} {}", body, after);
                let without = |text: &str| text.replace(BLANK as char, "");
                prop_assert_eq!(without(&is), was.replace(SECRET, ""), "{} {}", body, after);
            }
        }

        #[test]
        fn whatever_the_bytes_are_the_length_stays_and_the_secret_goes(body in collection::vec(any::<u8>(), 0..60), at in 0usize..60) {
            let mut bytes = body;
            let at = at.min(bytes.len());
            bytes.splice(at..at, *b"12345678");
            // Never JSON, whose numbers are let alone.
            bytes.insert(0, b'x');
            let length = bytes.len();
            value(&mut bytes, b"12345678");
            prop_assert_eq!(bytes.len(), length);
            prop_assert!(!holds(&bytes, b"12345678"));
        }
    }
}
