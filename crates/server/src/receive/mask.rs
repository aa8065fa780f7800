//! Headers as they are kept with a delivery in quarantine: enough to see what was wrong, nothing that opens a door.

use http::HeaderMap;

/// What stands where a secret stood.
const MASK: &str = "***";

/// How many headers are kept.
const HEADERS_MAX: usize = 64;

/// Parts of a header's name by which its value is a secret or proves one.
const SECRET_PARTS: [&str; 8] = ["authorization", "cookie", "secret", "token", "signature", "api-key", "apikey", "password"];

/// The headers with secrets masked. `address`, the token of the webhook address, is masked wherever a proxy repeated it.
pub(super) fn headers(headers: &HeaderMap, address: &str) -> Vec<(String, String)> {
    headers
        .iter()
        .take(HEADERS_MAX)
        .map(|(name, value)| {
            let secret = SECRET_PARTS.iter().any(|part| name.as_str().contains(part));
            let shown = if secret { MASK.to_owned() } else { String::from_utf8_lossy(value.as_bytes()).replace(address, MASK) };
            (name.as_str().to_owned(), shown)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn secrets_are_masked_and_the_rest_is_kept() {
        let cases = [
            ("authorization", "Bearer x", MASK),
            ("proxy-authorization", "x", MASK),
            ("cookie", "a=b", MASK),
            ("x-webhook-secret", "x", MASK),
            ("x-auth-token", "x", MASK),
            ("x-hubspot-signature-v3", "x", MASK),
            ("webhook-signature", "v1,x", MASK),
            ("x-api-key", "x", MASK),
            ("user-agent", "axios/1.6", "axios/1.6"),
            ("x-original-uri", "/public/smartlead-webhook/ADDRESS?x=1", "/public/smartlead-webhook/***?x=1"),
        ];
        let mut map = HeaderMap::new();
        for (name, value, _) in cases {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let masked = headers(&map, "ADDRESS");
        for (name, _, expected) in cases {
            assert!(masked.contains(&(name.to_owned(), expected.to_owned())), "{name}: {masked:?}");
        }
    }

    #[test]
    fn headers_are_bounded() {
        let mut map = HeaderMap::new();
        for number in 0..100 {
            map.append(HeaderName::from_static("x-many"), HeaderValue::from(number));
        }
        assert_eq!(headers(&map, "-").len(), HEADERS_MAX);
    }
}
