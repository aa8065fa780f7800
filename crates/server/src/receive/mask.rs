//! What is kept of a delivery opens no door: neither the body that everybody sees who may read the workspace, nor the headers that
//! are kept with a delivery in quarantine.

use http::HeaderMap;
use memchr::memmem;

use hookline_platforms::verify::Rule;

/// What stands where a secret stood.
const MASK: &str = "***";

/// How many headers are kept.
const HEADERS_MAX: usize = 64;

/// Parts of a header's name by which its value is a secret or proves one.
const SECRET_PARTS: [&str; 9] =
    ["authorization", "cookie", "secret", "token", "signature", "api-key", "api_key", "apikey", "password"];

/// The headers with secrets masked: those that are known to have some, the one that the source is verified by, and whatever else
/// has its secret in it. `address`, the token of the webhook address, is masked wherever a proxy repeated it.
pub(super) fn headers(headers: &HeaderMap, address: &str, rule: Option<&Rule>) -> Vec<(String, String)> {
    headers
        .iter()
        .take(HEADERS_MAX)
        .map(|(name, value)| {
            let of_source = |rule: &Rule| rule.header() == Some(name) || rule.stands_in(value.as_bytes());
            let secret = SECRET_PARTS.iter().any(|part| name.as_str().contains(part)) || rule.is_some_and(of_source);
            let shown = if secret { MASK.to_owned() } else { String::from_utf8_lossy(value.as_bytes()).replace(address, MASK) };
            (name.as_str().to_owned(), shown)
        })
        .collect()
}

/// Overwrites the token of the webhook address in a body, in place: platforms write down where they post to, and who may read a
/// client's events may not write into every other client of the agency. A token has no character that JSON writes otherwise.
pub(super) fn body(body: &mut [u8], address: &str) {
    let mut at = 0;
    while let Some(found) = memmem::find(&body[at..], address.as_bytes()) {
        body[at + found..at + found + address.len()].fill(b'*');
        at += found + address.len();
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use hookline_model::source::Method;
    use hookline_platforms::verify::Secret;

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
        let masked = headers(&map, "ADDRESS", None);
        for (name, _, expected) in cases {
            assert!(masked.contains(&(name.to_owned(), expected.to_owned())), "{name}: {masked:?}");
        }
    }

    #[test]
    fn what_a_source_is_verified_by_is_masked_wherever_it_stands() {
        let secrets = vec![Secret::new("s3cret-of-ours".to_owned()), Secret::new("s3cret-of-before".to_owned())];
        let rule = Rule::new(Method::HeaderSecret, Some(HeaderName::from_static("x-proof")), None, secrets);
        let cases = [
            ("x-proof", "anything", MASK),
            ("referer", "https://a.example/?key=s3cret-of-ours&x=1", MASK),
            ("x-before", "s3cret-of-before", MASK),
            ("x-other", "s3cret-of-others", "s3cret-of-others"),
        ];
        let mut map = HeaderMap::new();
        for (name, value, _) in cases {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let expected = cases.map(|(name, _, shown)| (name.to_owned(), shown.to_owned()));
        assert_eq!(headers(&map, "ADDRESS", Some(&rule)), expected);
    }

    #[test]
    fn the_address_is_overwritten_wherever_a_body_has_it() {
        let mut bytes = *b"{\"webhook_url\":\"https:\\/\\/h\\/in\\/ADDR?x=ADDR\",\"ADD\":\"ADDADDR\"}";
        body(&mut bytes, "ADDR");
        assert_eq!(bytes.as_slice(), b"{\"webhook_url\":\"https:\\/\\/h\\/in\\/****?x=****\",\"ADD\":\"ADD****\"}");
    }

    #[test]
    fn headers_are_bounded() {
        let mut map = HeaderMap::new();
        for number in 0..100 {
            map.append(HeaderName::from_static("x-many"), HeaderValue::from(number));
        }
        assert_eq!(headers(&map, "-", None).len(), HEADERS_MAX);
    }
}
