//! Changes to bytes.

use rand::{Rng, RngExt};

use super::Sources;
use crate::words::pick;

/// How large a large input is: at most what the server lets in by default.
const LARGE_BYTES: usize = 1024 * 1024;
/// The longest span that is repeated.
const SPAN_MAX: usize = 512;

/// Pieces of JSON, and of what is nearly JSON.
const PIECES: [&str; 26] = [
    "\"", "\\", "\\u", "\\ud83d", "\\\"", ",", ":", "{", "}", "[", "]", "{\"", "\":\"", "\":{", "null", "true", "-", "e9", "0",
    " ", "\n", "\u{0}", "\u{feff}", "é", "[{", "}]",
];

/// Makes one change.
pub(super) fn change(bytes: &mut Vec<u8>, sources: &Sources<'_>, chance: &mut impl Rng) {
    let at = chance.random_range(0..=bytes.len());
    let end = (at + chance.random_range(0..=SPAN_MAX.min(1 + bytes.len() / 4))).min(bytes.len());
    match chance.random_range(0..9) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let span = bytes[at..end].to_vec();
            let to = chance.random_range(0..=bytes.len());
            bytes.splice(to..to, span);
        }
        3 => {
            let piece = pick(chance, &PIECES).copied().unwrap_or_default();
            bytes.splice(at..at, piece.bytes());
        }
        4 => {
            let word = if chance.random() { sources.words.key(chance) } else { sources.words.text(chance) };
            bytes.splice(at..at, word.into_bytes());
        }
        5 => bytes.insert(at, chance.random()),
        6 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << chance.random_range(0..8);
            }
        }
        7 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = chance.random();
            }
        }
        _ => bytes[at..end].reverse(),
    }
}

/// A large input: one sort of thing very often, by itself or within a body.
pub(super) fn large(body: &[u8], chance: &mut impl Rng) -> Vec<u8> {
    let length = chance.random_range(LARGE_BYTES / 16..LARGE_BYTES);
    let often = |piece: &str| piece.repeat(length / piece.len());
    let value = match chance.random_range(0..10) {
        0 => format!("\"{}\"", often("x")),
        1 => format!("\"{}\"", often("<p>&amp;")),
        2 => format!("\"{}\"", often("\\n")),
        3 => format!("\"{}\"", often("a@b.example, ")),
        4 => format!("[{}0]", often("0,")),
        5 => format!("[{}{{}}]", often("{\"id\":1,\"email\":\"a@b.example\"},")),
        6 => often("["),
        7 => often("{\"body\":"),
        8 => format!("\"{}\"", often("5.1.1 ")),
        _ => {
            let fields: Vec<String> = (0..length / 16).map(|number| format!("\"f{number}\":{number}")).collect();
            format!("{{{}}}", fields.join(","))
        }
    };
    // In place of the value behind some colon, so that a field of the body has it.
    let colons: Vec<usize> = body.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at + 1).collect();
    let Some(at) = pick(chance, &colons).copied() else { return value.into_bytes() };
    let end = body[at..].iter().position(|byte| matches!(byte, b',' | b'}')).map_or(body.len(), |length| at + length);
    [&body[..at], value.as_bytes(), &body[end..]].concat()
}
