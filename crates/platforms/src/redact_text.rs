//! Blanking secrets in text that cannot be read: a body that was cut off has its secret all the same.

use std::ops::Range;

/// Overwrites every text that stands behind one of these field names, and a colon, with as many `*` as it has bytes.
///
/// Goes by the letter: `"secret_key" : "..."` wherever it stands, whatever is around it. The text ends at its closing quote (one
/// behind a backslash is none), or with the body. Names match exactly; one that is written with escapes is not found. In a body
/// that is JSON this changes values of such fields only, at any depth, and leaves it JSON.
pub fn redact_text(body: &mut [u8], fields: &[&str]) {
    let quotes = (0..body.len()).filter(|at| body[*at] == b'"');
    let spans: Vec<Range<usize>> = quotes.filter_map(|at| value_after(body, at + 1, fields)).collect();
    for span in spans {
        body[span].fill(b'*');
    }
}

/// The text behind the field name that begins at `start`, without its quotes; none if no such name begins there.
fn value_after(body: &[u8], start: usize, fields: &[&str]) -> Option<Range<usize>> {
    let rest = &body[start..];
    let behind_name = |field: &&str| rest.strip_prefix(field.as_bytes())?.strip_prefix(b"\"");
    let behind_name = fields.iter().find_map(behind_name)?;
    let value = behind_name.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    let begins = body.len() - value.len();
    Some(begins..begins + text_length(value))
}

/// How long a text is: up to its closing quote, or all there is.
fn text_length(value: &[u8]) -> usize {
    let mut escaped = false;
    let ends = |byte: &u8| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    };
    value.iter().position(ends).unwrap_or(value.len())
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*, sample};

    use super::*;

    const FIELDS: &[&str] = &["secret_key", "token"];

    fn redacted(body: &[u8]) -> Vec<u8> {
        let mut bytes = body.to_vec();
        redact_text(&mut bytes, FIELDS);
        bytes
    }

    #[test]
    fn values_behind_the_names_are_blanked_in_place() {
        let cases = [
            (r#"{"secret_key":"abc""#, r#"{"secret_key":"***""#),
            (r#"{"secret_key":"abc"#, r#"{"secret_key":"***"#),
            (r#"{"secret_key":"abc\"#, r#"{"secret_key":"****"#),
            (r#"{"secret_key":"#, r#"{"secret_key":"#),
            (r#"{"secret_key":""#, r#"{"secret_key":""#),
            (r#"{"secret_key":"a\"b","x":"y"#, r#"{"secret_key":"****","x":"y"#),
            (r#"{"secret_key":"a\\","x":"y"#, r#"{"secret_key":"***","x":"y"#),
            ("{\"secret_key\" \t\r\n: \n\"abc\"", "{\"secret_key\" \t\r\n: \n\"***\""),
            (r#""token":"a" "secret_key":"b"#, r#""token":"*" "secret_key":"*"#),
            (r#"{"a":{"secret_key":"abc"}}"#, r#"{"a":{"secret_key":"***"}}"#),
            (r#"{"secret_key":"é"}"#, r#"{"secret_key":"**"}"#),
            // Whatever this was meant to be, both may be the secret.
            (r#""secret_key":"secret_key":"x""#, r#""secret_key":"**********":"*""#),
        ];
        for (body, expected) in cases {
            assert_eq!(String::from_utf8_lossy(&redacted(body.as_bytes())), expected);
        }
    }

    #[test]
    fn all_else_stays_as_it_is() {
        for body in [
            "",
            "secret_key=abc",
            r#"{"SECRET_KEY":"abc""#,
            r#"{"my_secret_key":"abc""#,
            r#"{"secret_key_2":"abc""#,
            r#"{"secret_key":5,"a":"abc""#,
            r#"{"secret_key","abc""#,
            r#"{"say":"the \"secret_key\":\"abc\" of"#,
            r#"{"secret\u005fkey":"abc""#,
        ] {
            assert_eq!(redacted(body.as_bytes()), body.as_bytes(), "{body}");
        }
    }

    #[test]
    fn without_names_nothing_is_a_secret() {
        let mut body = br#"{"secret_key":"abc"}"#.to_vec();
        redact_text(&mut body, &[]);
        assert_eq!(body, br#"{"secret_key":"abc"}"#);
    }

    /// Pieces that, in some order, are nearly what is looked for.
    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let known: &[&str] = &["\"", "\\", "secret_key", "token", "\"secret_key\"", ":", " ", "\n", "\":\"", "abc", "*", "{"];
        let piece = prop_oneof![
            4 => sample::select(known).prop_map(|piece| piece.as_bytes().to_vec()),
            1 => collection::vec(any::<u8>(), 0..4),
        ];
        collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    /// Whether an odd number of backslashes stands before this place.
    fn is_escaped(body: &[u8], at: usize) -> bool {
        body[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
    }

    /// Whether `body`, up to `end`, is inside a text behind a field's name.
    fn is_inside_a_secret(body: &[u8], end: usize) -> bool {
        let opens_behind_a_name = |quote: usize| {
            let before = body[..quote].trim_ascii_end().strip_suffix(b":").map(<[u8]>::trim_ascii_end);
            before.is_some_and(|before| FIELDS.iter().any(|field| before.ends_with(format!("\"{field}\"").as_bytes())))
        };
        let stays_open = |from: usize| (from..end).all(|at| body[at] != b'"' || is_escaped(body, at));
        (0..end).any(|quote| body[quote] == b'"' && opens_behind_a_name(quote) && stays_open(quote + 1))
    }

    proptest! {
        #[test]
        fn exactly_the_secrets_change_and_the_length_never(body in pieces()) {
            let after = redacted(&body);
            prop_assert_eq!(after.len(), body.len());
            for (at, (was, is)) in body.iter().zip(&after).enumerate() {
                let closes = *was == b'"' && !is_escaped(&body, at);
                let secret = !closes && is_inside_a_secret(&body, at);
                prop_assert_eq!(*is, if secret { b'*' } else { *was }, "at {} of {:?}", at, String::from_utf8_lossy(&body));
            }
        }

        #[test]
        fn json_stays_json(name in sample::select(FIELDS), value in any::<String>(), other in any::<String>()) {
            let body = serde_json::json!({"a": {name: value}, "b": other}).to_string();
            let after: serde_json::Value = serde_json::from_slice(&redacted(body.as_bytes())).expect("JSON stays JSON");
            prop_assert_eq!(&after["b"], &serde_json::Value::from(other));
            let blanked = after["a"][name].as_str().expect("a text stays a text");
            prop_assert!(blanked.bytes().all(|byte| byte == b'*') && blanked.len() >= value.len());
        }
    }
}
