//! Blanks the secret of every classic body, and the secrets that a relay carries along.

use crate::{
    breakcold::envelope::{WRAPPER, WRAPPERS_MAX},
    json::{LookedFor, Secrets},
};

/// The field with the secret, beside the payload. It proves every delivery of a webhook, and never changes (Breakcold's classic
/// developer pages).
pub(super) const SECRET: &str = "secret";

/// The text of every top-level `secret`, also in the objects of an array and in what a relay has wrapped, and secrets in what it shows
/// beside that.
pub(super) static SECRETS: Secrets =
    Secrets::new(LookedFor { fields: &[SECRET], wrappers: &[WRAPPER], wrappings_max: WRAPPERS_MAX });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Blanks;

    fn redacted(body: &str) -> String {
        let mut bytes = body.as_bytes().to_vec();
        SECRETS.blank(&mut bytes);
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
