//! Writes JSON whose texts, and so the whole of it, stay within a bound.
//!
//! Texts are cut while they are written, so that it holds for every shape and nothing is copied for it.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

use crate::telling::NotExpressible;

/// The most bytes of one text in a body, as it is written, escapes included. What is longer is cut and ends with [`CUT_MARK`].
pub const TEXT_BYTES_MAX: usize = 256 * 1024;

/// The most bytes of a whole body. Where it would be larger, texts are cut shorter, by halves.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The shortest that texts are cut to.
const TEXT_BYTES_MIN: usize = 256;

/// What a text that was cut ends with.
pub const CUT_MARK: &str = " [... cut by Hookline]";

/// The JSON of `value`.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, NotExpressible> {
    let mut text_max = TEXT_BYTES_MAX;
    loop {
        let mut body = Vec::new();
        let mut writer = Serializer::with_formatter(&mut body, Cutting { text_max, left: 0, is_cut: false });
        value.serialize(&mut writer).map_err(|error| NotExpressible::Unwritable(error.to_string()))?;
        if body.len() <= BODY_BYTES_MAX {
            return Ok(body);
        }
        if text_max <= TEXT_BYTES_MIN {
            return Err(NotExpressible::TooLarge);
        }
        text_max /= 2;
    }
}

/// Writes compact JSON and cuts texts.
struct Cutting {
    text_max: usize,
    /// How many more bytes the text that is being written may have.
    left: usize,
    /// Whether it had more.
    is_cut: bool,
}

impl Formatter for Cutting {
    fn begin_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        (self.left, self.is_cut) = (self.text_max, false);
        CompactFormatter.begin_string(writer)
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if self.is_cut {
            return Ok(());
        }
        let end = (0..=self.left.min(fragment.len())).rev().find(|end| fragment.is_char_boundary(*end)).unwrap_or(0);
        self.is_cut = end < fragment.len();
        self.left -= end;
        CompactFormatter.write_string_fragment(writer, &fragment[..end])
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        let bytes = if matches!(escape, CharEscape::AsciiControl(_)) { 6 } else { 2 };
        self.is_cut |= self.left < bytes;
        if self.is_cut {
            return Ok(());
        }
        self.left -= bytes;
        CompactFormatter.write_char_escape(writer, escape)
    }

    fn end_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.is_cut {
            writer.write_all(CUT_MARK.as_bytes())?;
        }
        CompactFormatter.end_string(writer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(value: &Value) -> Value {
        serde_json::from_slice(&json(value).expect("a body")).expect("JSON")
    }

    #[test]
    fn what_fits_is_written_as_it_is() {
        let value = json!({"a\"b": ["\u{1}\n\"\\", "ü\u{2028}", 1.5, null, true], "whole": "x".repeat(TEXT_BYTES_MAX)});
        assert_eq!(read(&value), value);
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_marked() {
        for unit in ["x", "ü", "𝄞", "\u{1}", "\"", "a\u{1}ü"] {
            let whole = unit.repeat(TEXT_BYTES_MAX + 1);
            let read = read(&json!({"text": whole}));
            let text = read["text"].as_str().expect("a text");
            let kept = text.strip_suffix(CUT_MARK).expect("a mark");
            assert!(whole.starts_with(kept) && kept.len() <= TEXT_BYTES_MAX, "{unit:?}");
            assert!(kept.len() >= TEXT_BYTES_MAX / 6 - 6, "{unit:?}");
        }
    }

    #[test]
    fn a_large_body_has_its_texts_cut_shorter_until_it_fits() {
        let value = json!((0..100).map(|_| "x".repeat(100_000)).collect::<Vec<_>>());
        let body = json(&value).expect("a body");
        assert!(body.len() <= BODY_BYTES_MAX && body.len() > BODY_BYTES_MAX / 4, "{}", body.len());
        let read: Vec<String> = serde_json::from_slice(&body).expect("texts");
        assert!(read.iter().all(|text| text.ends_with(CUT_MARK)));
    }

    #[test]
    fn what_cannot_be_made_to_fit_is_refused() {
        let value = json!((0..BODY_BYTES_MAX).map(|_| 0).collect::<Vec<_>>());
        assert_eq!(json(&value), Err(NotExpressible::TooLarge));
    }
}
