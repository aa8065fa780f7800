//! Blanks the secrets that a relay carries along.
//!
//! Instantly's own bodies hold none: what authenticates a delivery is a header (Instantly's developer pages). An n8n webhook node
//! shows a request as `{"headers": {..}, "body": {..}}` (captures), and there that header stands in the body.

use std::{fmt, marker::PhantomData, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Words in the names of headers that carry secrets, lower case (public receivers of Instantly's webhooks).
const SECRET_HEADERS: [&str; 6] = ["authorization", "secret", "token", "api-key", "apikey", "cookie"];

/// Overwrites the text of every secret header under the top-level `headers` with as many `*` as it has bytes, also in the objects
/// of an array. What is not JSON stays as it is.
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
    let objects = if top.get().starts_with('[') { serde_json::from_str(top.get())? } else { vec![top] };
    let headers = objects.into_iter().flat_map(picked::<HeadersKey>);
    let secrets = headers.flat_map(picked::<SecretKey>);
    Ok(secrets.filter_map(|secret| inside_quotes(body, secret.get())).collect())
}

/// The place of `token`, a part of `body`, without its quotes; none if it is no text.
fn inside_quotes(body: &[u8], token: &str) -> Option<Range<usize>> {
    let text = token.strip_prefix('"')?.strip_suffix('"')?;
    let start = text.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
    Some(start..start + text.len())
}

/// Which values of an object are wanted.
trait Pick {
    fn wants(key: &str) -> bool;
}

/// The headers of a request.
struct HeadersKey;

impl Pick for HeadersKey {
    fn wants(key: &str) -> bool {
        key == "headers"
    }
}

/// A header that carries a secret.
struct SecretKey;

impl Pick for SecretKey {
    fn wants(key: &str) -> bool {
        let key = key.to_ascii_lowercase();
        SECRET_HEADERS.iter().any(|word| key.contains(word))
    }
}

/// The wanted values of an object. What is no object, or cannot be read, holds nothing that could be found.
fn picked<P: Pick>(object: &RawValue) -> Vec<&RawValue> {
    let is_object = object.get().starts_with('{');
    let read = || serde_json::from_str::<Picked<'_, P>>(object.get()).ok();
    is_object.then(read).flatten().map(|picked| picked.values).unwrap_or_default()
}

/// The wanted values of an object, also of a key that is repeated, of which other readers see only the last.
struct Picked<'a, P> {
    values: Vec<&'a RawValue>,
    pick: PhantomData<P>,
}

impl<'de, P: Pick> Deserialize<'de> for Picked<'de, P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Picked<'de, P>, D::Error> {
        deserializer.deserialize_map(PickedVisitor(PhantomData))
    }
}

struct PickedVisitor<P>(PhantomData<P>);

impl<'de, P: Pick> Visitor<'de> for PickedVisitor<P> {
    type Value = Picked<'de, P>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Picked<'de, P>, A::Error> {
        let mut values = Vec::new();
        // As `String`, so that escapes in the key are undone.
        while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
            if P::wants(&key) {
                values.push(value);
            }
        }
        Ok(Picked { values, pick: PhantomData })
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
    fn secret_headers_of_a_relay_are_blanked_in_place() {
        let cases = [
            (r#"{"headers":{"authorization":"Bearer x"}}"#, r#"{"headers":{"authorization":"********"}}"#),
            (r#"[{"headers":{"X-Webhook-Secret":"ab","host":"h"}}]"#, r#"[{"headers":{"X-Webhook-Secret":"**","host":"h"}}]"#),
            (r#"{"headers":{"x-shared-secret":"é\"","a":1}}"#, r#"{"headers":{"x-shared-secret":"****","a":1}}"#),
            (r#"{"headers":{"x-token":"a","x-token":"b"}}"#, r#"{"headers":{"x-token":"*","x-token":"*"}}"#),
        ];
        for (body, expected) in cases {
            assert_eq!(redacted(body), expected);
        }
    }

    #[test]
    fn all_else_stays_as_it_is() {
        for body in [
            "",
            "authorization: x",
            r#"{"event_type":"email_sent","secret":"a custom variable","token":"x"}"#,
            r#"{"headers":"authorization"}"#,
            r#"{"headers":{"authorization":5}}"#,
            r#"{"body":{"headers":{"authorization":"x"}}}"#,
            r#"{"headers":{"authorization":"x""#,
            "null",
        ] {
            assert_eq!(redacted(body), body);
        }
    }
}
