//! Blanks the secrets that a relay carries along.
//!
//! EmailBison signs nothing and its bodies hold no secret of ours. What authenticates a delivery is its address, or what a proxy
//! adds in a header. An n8n webhook node shows a request as `{"headers": {..}, "params": {..}, "query": {..}, "body": {..}}`, and
//! there the header, and a secret in the address (`?token=`), stand in the body.

use crate::{json::Secrets, relay};

/// The names of these fields where a body cannot be read.
pub(super) const SECRET_FIELDS: [&str; 10] = [
    "authorization",
    "cookie",
    "secret",
    "token",
    "x-api-key",
    "x-emailbison-signature",
    "x-sequencer-signature",
    "x-webhook-secret",
    "x-webhook-signature",
    "x-webhook-token",
];

/// The text of every secret header and parameter of a relay's, also in the objects of an array and of relays behind each other. Under
/// `data` stand the headers of a message, which are its own.
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
    fn secrets_beside_a_relayed_body_are_blanked_in_place() {
        let cases = [
            (r#"{"headers":{"authorization":"Bearer x"}}"#, r#"{"headers":{"authorization":"********"}}"#),
            (r#"[{"query":{"token":"ab","page":"2"}}]"#, r#"[{"query":{"token":"**","page":"2"}}]"#),
            (r#"{"query":{"Secret":"é\""},"headers":{}}"#, r#"{"query":{"Secret":"****"},"headers":{}}"#),
            (r#"{"headers":{"x-emailbison-signature":"0f"}}"#, r#"{"headers":{"x-emailbison-signature":"**"}}"#),
            (r#"{"body":{"query":{"token":"ab"},"body":{}}}"#, r#"{"body":{"query":{"token":"**"},"body":{}}}"#),
            (r#"{"headers":{"cookie":"a","cookie":"b"}}"#, r#"{"headers":{"cookie":"*","cookie":"*"}}"#),
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
            r#"{"event":{"type":"EMAIL_SENT","token":"x"},"data":{"headers":{"cookie":"x"},"reply":{"headers":"cookie: x"}}}"#,
            r#"{"headers":"authorization","query":["token"]}"#,
            r#"{"headers":{"authorization":5}}"#,
            r#"{"headers":{"authorization":"x""#,
            "null",
        ] {
            assert_eq!(redacted(body), body);
        }
    }
}
