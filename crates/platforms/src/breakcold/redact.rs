//! Blanks the secret of every classic body, and the secrets that a relay carries along.

use crate::{
    breakcold::envelope::{WRAPPER, WRAPPERS_MAX},
    json::{Names, blank, sorted_values, values},
};

/// The field with the secret, beside the payload. It proves every delivery of a webhook, and never changes (Breakcold's classic
/// developer pages).
pub(super) const SECRET: &str = "secret";

/// Words in the names of headers that carry secrets, lower case.
const SECRET_HEADERS: [&str; 6] = ["authorization", "secret", "token", "api-key", "apikey", "cookie"];

/// A body without these has nothing to blank.
static NAMES: Names = Names::new(&[SECRET, "headers"]);

/// Overwrites the text of every top-level `secret`, and of every secret header under `headers`, with as many `*` as it has bytes,
/// also in the objects of an array and in what a relay has wrapped. What is not JSON stays as it is.
pub(super) fn redact(body: &mut [u8]) {
    blank(body, &NAMES, |top| {
        let mut secrets = Vec::new();
        collect(top, WRAPPERS_MAX, &mut secrets);
        secrets
    });
}

/// Collects the secrets of an object or of the objects of an array, and of what is wrapped in them, `depth` wrappings deep.
fn collect<'a>(value: &'a str, depth: usize, secrets: &mut Vec<&'a str>) {
    let sort = |key: &str| match key {
        SECRET => Some(Sort::Secret),
        "headers" => Some(Sort::Headers),
        WRAPPER if depth > 0 => Some(Sort::Wrapped),
        _ => None,
    };
    for (sort, value) in sorted_values(value, sort) {
        match sort {
            Sort::Secret => secrets.push(value),
            Sort::Headers if value.starts_with('{') => secrets.extend(values(value, is_secret)),
            Sort::Headers => {}
            Sort::Wrapped => collect(value, depth - 1, secrets),
        }
    }
}

/// What stands under a key.
enum Sort {
    /// A secret.
    Secret,
    /// Headers, some of which may be.
    Headers,
    /// What a relay has wrapped.
    Wrapped,
}

/// Whether a header carries a secret.
fn is_secret(header: &str) -> bool {
    let header = header.to_ascii_lowercase();
    SECRET_HEADERS.iter().any(|word| header.contains(word))
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
    fn the_secret_is_blanked_in_place() {
        let cases = [
            (r#"{"secret":"wh_1","a":"secret"}"#, r#"{"secret":"****","a":"secret"}"#),
            (r#"[ {"secret" : "é\"" } ]"#, r#"[ {"secret" : "****" } ]"#),
            (r#"{"secret":"a","s\u0065cret":"b"}"#, r#"{"secret":"*","s\u0065cret":"*"}"#),
            (r#"{"body":{"secret":"ab"}}"#, r#"{"body":{"secret":"**"}}"#),
            (r#"[{"body":[{"body":{"secret":"ab"}}]}]"#, r#"[{"body":[{"body":{"secret":"**"}}]}]"#),
        ];
        for (body, expected) in cases {
            assert_eq!(redacted(body), expected);
        }
    }

    #[test]
    fn secret_headers_of_a_relay_are_blanked() {
        let body = r#"[{"headers":{"X-API-KEY":"ab","Cookie":"c","host":"h"},"body":{"secret":"d"}}]"#;
        let expected = r#"[{"headers":{"X-API-KEY":"**","Cookie":"*","host":"h"},"body":{"secret":"*"}}]"#;
        assert_eq!(redacted(body), expected);
    }

    #[test]
    fn all_else_stays_as_it_is() {
        for body in [
            "",
            "secret: x",
            r#"{"payload":{"secret":"a custom field"}}"#,
            r#"{"secret":5,"headers":"authorization"}"#,
            r#"{"secret":"a""#,
            r#"{"body":"secret"}"#,
            "null",
        ] {
            assert_eq!(redacted(body), body);
        }
    }
}
