//! Blanks the secret that SmartLead puts into every body, and those that a relay carries along.

use crate::{
    json::{LookedFor, Secrets},
    smartlead::relay::{WRAPPERS, WRAPPERS_MAX},
};

/// The field with the secret, at the top of a body (SmartLead webhook guide).
const SECRET_KEY: &str = "secret_key";

/// The text under every top-level `secret_key`, also in the objects of an array and in what a relay has wrapped, and secrets in what
/// it shows beside that.
pub(super) static SECRETS: Secrets =
    Secrets::new(LookedFor { fields: &[SECRET_KEY], wrappers: &WRAPPERS, wrappings_max: WRAPPERS_MAX });

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
            (
                r#"{"headers":{"Authorization":"Bearer x","host":"h"},"query":{"key":"ab","token":"c"},"body":{}}"#,
                r#"{"headers":{"Authorization":"********","host":"h"},"query":{"key":"**","token":"*"},"body":{}}"#,
            ),
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
        SECRETS.blank(&mut invalid);
        assert_eq!(invalid, b"{\"secret_key\":\"a\xff\"}");
    }

    #[test]
    fn deep_nesting_is_no_hindrance() {
        let deep = format!("{{\"a\":{}{},\"secret_key\":\"abc\"}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(redacted(&deep).ends_with("\"***\"}"));
    }
}
