//! Blanks the secrets that a relay carries along.
//!
//! Instantly's own bodies hold none: what authenticates a delivery is a header (Instantly's developer pages). An n8n webhook node
//! shows a request as `{"headers": {..}, "body": {..}}` (captures), and there that header stands in the body.

use crate::{json::Secrets, relay};

/// The text of every secret header and parameter of a relay's, also in the objects of an array and of relays behind each other.
pub(super) static SECRETS: Secrets = relay::secrets(&[], &["body"]);

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
    fn secret_headers_of_a_relay_are_blanked_in_place() {
        let cases = [
            (r#"{"headers":{"authorization":"Bearer x"}}"#, r#"{"headers":{"authorization":"********"}}"#),
            (r#"[{"headers":{"X-Webhook-Secret":"ab","host":"h"}}]"#, r#"[{"headers":{"X-Webhook-Secret":"**","host":"h"}}]"#),
            (r#"{"headers":{"x-shared-secret":"é\"","a":1}}"#, r#"{"headers":{"x-shared-secret":"****","a":1}}"#),
            (
                r#"{"body":{"headers":{"authorization":"x"},"body":{}}}"#,
                r#"{"body":{"headers":{"authorization":"*"},"body":{}}}"#,
            ),
            (r#"{"query":{"token":"ab","page":"2"}}"#, r#"{"query":{"token":"**","page":"2"}}"#),
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
            r#"{"headers":{"authorization":"x""#,
            "null",
        ] {
            assert_eq!(redacted(body), body);
        }
    }
}
