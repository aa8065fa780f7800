//! Blanks the secret that SmartLead puts into every body.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::smartlead::relay::{WRAPPERS, WRAPPERS_MAX};

/// The field with the secret, at the top of a body (SmartLead webhook guide).
const SECRET_KEY: &str = "secret_key";

/// Overwrites the text under every top-level `secret_key` with as many `*` as it has bytes, also in the objects of an array and
/// in what a relay has wrapped. What is not JSON stays as it is.
pub(super) fn redact(body: &mut [u8]) {
    for span in spans(body).unwrap_or_default() {
        if let Some(secret) = body.get_mut(span) {
            secret.fill(b'*');
        }
    }
}

/// Where the secrets stand in a body, without their quotes.
fn spans(body: &[u8]) -> Result<Vec<Range<usize>>, serde_json::Error> {
    let top: &RawValue = serde_json::from_slice(body)?;
    let mut secrets = Vec::new();
    collect(top, WRAPPERS_MAX, &mut secrets);
    Ok(secrets.into_iter().filter_map(|secret| inside_quotes(body, secret.get())).collect())
}

/// Collects the secrets of an object or of the objects of an array, and of what is wrapped in them, `depth` wrappings deep.
/// What cannot be read holds nothing that could be found.
fn collect<'a>(value: &'a RawValue, depth: usize, secrets: &mut Vec<&'a RawValue>) {
    let objects = match value.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(value.get()).unwrap_or_default(),
        _ => vec![value],
    };
    for object in objects.into_iter().filter(|value: &&RawValue| value.get().starts_with('{')) {
        let found = serde_json::from_str::<Found<'_>>(object.get()).unwrap_or_default();
        secrets.extend(found.secrets);
        if depth > 0 {
            found.wrapped.into_iter().for_each(|value| collect(value, depth - 1, secrets));
        }
    }
}

/// The place of `token`, a part of `body`, without its quotes; none if it is no text.
fn inside_quotes(body: &[u8], token: &str) -> Option<Range<usize>> {
    let text = token.strip_prefix('"')?.strip_suffix('"')?;
    let start = text.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
    Some(start..start + text.len())
}

/// What is of interest in an object. A key that is repeated counts each time, though other readers see only the last.
#[derive(Default)]
struct Found<'a> {
    /// The values under `secret_key`.
    secrets: Vec<&'a RawValue>,
    /// The values under a wrapper's keys.
    wrapped: Vec<&'a RawValue>,
}

impl<'de> Deserialize<'de> for Found<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Found<'de>, D::Error> {
        deserializer.deserialize_map(FoundVisitor)
    }
}

struct FoundVisitor;

impl<'de> Visitor<'de> for FoundVisitor {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found<'de>, A::Error> {
        let mut found = Found::default();
        // As `String`, so that escapes in the key are undone.
        while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
            if key == SECRET_KEY {
                found.secrets.push(value);
            } else if WRAPPERS.contains(&key.as_str()) {
                found.wrapped.push(value);
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(body: &str) -> String {
        let mut bytes = body.as_bytes().to_vec();
        redact(&mut bytes);
        String::from_utf8(bytes).expect("UTF-8 stays UTF-8")
    }

    #[test]
    fn secrets_are_blanked_in_place() {
        let cases = [
            (r#"{"secret_key":"abc","a":1}"#, r#"{"secret_key":"***","a":1}"#),
            (r#" { "a" : "abc" , "secret_key" : "abc" } "#, r#" { "a" : "abc" , "secret_key" : "***" } "#),
            (r#"{"secret_key":""}"#, r#"{"secret_key":""}"#),
            (r#"{"secret_key":"a\"b\u0041"}"#, r#"{"secret_key":"**********"}"#),
            (r#"{"secret_key":"é"}"#, r#"{"secret_key":"**"}"#),
            (r#"{"secret\u005fkey":"abc"}"#, r#"{"secret\u005fkey":"***"}"#),
            (r#"{"secret_key":"ab","secret_key":"cd"}"#, r#"{"secret_key":"**","secret_key":"**"}"#),
            (r#"[{"secret_key":"abc"}]"#, r#"[{"secret_key":"***"}]"#),
            (r#"{"headers":{},"body":{"secret_key":"abc"}}"#, r#"{"headers":{},"body":{"secret_key":"***"}}"#),
            (r#"[{"body":[{"data":{"secret_key":"abc"}}]}]"#, r#"[{"body":[{"data":{"secret_key":"***"}}]}]"#),
            (r#"[7,{"secret_key":"abc"},"x",{"secret_key":"d"}]"#, r#"[7,{"secret_key":"***"},"x",{"secret_key":"*"}]"#),
        ];
        for (body, expected) in cases {
            assert_eq!(redacted(body), expected);
        }
    }

    #[test]
    fn all_else_stays_as_it_is() {
        for body in [
            "",
            "secret_key=abc",
            r#"{"secret_key":"abc""#,
            r#"{"secret_key":"abc"} x"#,
            r#"{"secret_key":5,"SECRET_KEY":"abc"}"#,
            r#"{"a":{"secret_key":"abc"}}"#,
            r#"[[{"secret_key":"abc"}]]"#,
            r#""secret_key""#,
            "null",
        ] {
            assert_eq!(redacted(body), body);
        }
        let mut invalid = b"{\"secret_key\":\"a\xff\"}".to_vec();
        redact(&mut invalid);
        assert_eq!(invalid, b"{\"secret_key\":\"a\xff\"}");
    }

    #[test]
    fn deep_nesting_is_no_hindrance() {
        let deep = format!("{{\"a\":{}{},\"secret_key\":\"abc\"}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(redacted(&deep).ends_with("\"***\"}"));
    }
}
