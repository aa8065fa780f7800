//! What of a body is mended before it is read: programs on its way write what no reader of JSON takes.

use memchr::memchr;

/// The mark that some programs put in front of a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// The escape of the character that stands for one that is broken: as long as that of half a character.
const REPLACEMENT: &[u8; 6] = b"\\ufffd";

/// Takes a byte order mark off a body, and puts a replacement character in the place of half a character that is written as an
/// escape, such as `\ud83d`. Who cuts a text by its UTF-16, as JavaScript does, cuts an emoji in two and writes the half so: a
/// reply must not be lost for that.
pub(crate) fn mend(body: &mut Vec<u8>) {
    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    mend_halves(body);
}

fn mend_halves(body: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = body.get(at..).and_then(|rest| memchr(b'\\', rest)) {
        at += found;
        match half(&body[at..]) {
            None => at += 2,
            Some(Half::First) if body.get(at + REPLACEMENT.len()..).and_then(half) == Some(Half::Second) => {
                at += 2 * REPLACEMENT.len();
            }
            Some(_) => {
                body[at..at + REPLACEMENT.len()].copy_from_slice(REPLACEMENT);
                at += REPLACEMENT.len();
            }
        }
    }
}

/// Half a character of UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    First,
    Second,
}

/// Which half of a character the escape is that bytes begin with, if it is one.
fn half(bytes: &[u8]) -> Option<Half> {
    let [b'\\', b'u', b'd' | b'D', second, third, fourth, ..] = bytes else { return None };
    if !third.is_ascii_hexdigit() || !fourth.is_ascii_hexdigit() {
        return None;
    }
    match second.to_ascii_lowercase() {
        b'8' | b'9' | b'a' | b'b' => Some(Half::First),
        b'c'..=b'f' => Some(Half::Second),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*, sample};
    use serde_json::Value;

    use super::*;

    fn mended(body: &str) -> String {
        let mut body = body.as_bytes().to_vec();
        mend(&mut body);
        String::from_utf8(body).expect("it stays a text")
    }

    #[test]
    fn half_a_character_is_replaced_and_a_whole_one_is_kept() {
        for (body, expected) in [
            (r#"{"a":"Tue\ud83d"}"#, r#"{"a":"Tue\ufffd"}"#),
            (r#"{"a":"\uDE00 Tue"}"#, r#"{"a":"\ufffd Tue"}"#),
            (r#"{"a":"\ud83d\ude00"}"#, r#"{"a":"\ud83d\ude00"}"#),
            (r#"{"a":"\ud83d\ud83d\ude00\ude00"}"#, r#"{"a":"\ufffd\ud83d\ude00\ufffd"}"#),
            (r#"{"a":"\ud83d\u0041\\ud83d\\\ud83d"}"#, r#"{"a":"\ufffd\u0041\\ud83d\\\ufffd"}"#),
            (r#"{"a":"\ud7ff\ue000\ud83"}"#, r#"{"a":"\ud7ff\ue000\ud83"}"#),
            ("\u{feff}{\"a\":1}", r#"{"a":1}"#),
            ("\\", "\\"),
            (r"\ud83d", r"\ufffd"),
            (r"\ud83d\", r"\ufffd\"),
        ] {
            assert_eq!(mended(body), expected);
        }
    }

    proptest! {
        #[test]
        fn what_was_mended_can_be_read_and_is_not_mended_again(
            parts in collection::vec(sample::select(&[r"\ud83d", r"\ude00", r"\\", r"\n", r"\u0041", "ud83d", "x", "é"]), 0..12),
        ) {
            let once = mended(&format!("\"{}\"", parts.concat()));
            prop_assert!(serde_json::from_str::<Value>(&once).is_ok(), "{once}");
            prop_assert_eq!(mended(&once), once);
        }

        #[test]
        fn what_can_be_read_stays_as_it_is(text in ".{0,40}") {
            let body = Value::from(text).to_string();
            prop_assert_eq!(mended(&body), body);
        }
    }
}
