//! What mutations put in: the names and texts of the seeds, and values that trip readers.

use std::collections::BTreeSet;

use rand::{Rng, RngExt};
use serde_json::Value;

use crate::Target;

/// The longest text of a seed that is kept.
const TEXT_BYTES_MAX: usize = 120;

/// Numbers, as JSON writes them, at and beyond the edges of what readers hold them in.
pub(crate) const NUMBERS: [&str; 26] = [
    "0",
    "-0",
    "1",
    "-1",
    "1.0",
    "0.5",
    "2e0",
    "1e3",
    "127",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "1774431207",
    "1774431207418",
    "1774431207418000",
    "253402300800000",
    "-62135596800001",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e308",
    "1e309",
    "-1e309",
    "5e-324",
];

/// Texts that readers give a meaning, or stumble over.
pub(crate) const TEXTS: [&str; 54] = [
    "",
    " ",
    "null",
    "undefined",
    "None",
    "true",
    "0",
    "-1",
    "NaN",
    "{}",
    "[]",
    "\"",
    "\\",
    "<",
    ">",
    "<>",
    "a@b",
    "@",
    "a@",
    "a@b.example",
    "Jo <jo@x.example>",
    "\"Jo, Jr.\" <jo@x.example>, Al <al@x.example>",
    "JO@X.EXAMPLE ",
    "<a@b>",
    "mailto:jo@x.example",
    "2026-03-04T09:15:22.4+00:00",
    "2026-03-04 09:15:22",
    "2026-02-30T00:00:00Z",
    "0000-00-00",
    "9999-12-31T23:59:60Z",
    "Wed, 04 Mar 2026 09:15:22 GMT",
    "3/4/2026, 9:15:22 AM",
    "+002026-03-04T09:15:22Z",
    "1774431207",
    "1774431207418",
    "5.1.1",
    "452 4.2.2",
    "&#39;&amp;&#x1F980;&#xD800;&#99999999;",
    "<p>a<br>b</p><script>x</script>",
    "<style",
    "<!--",
    "&",
    "&#",
    "%40%",
    "\u{0}",
    "\u{feff}",
    "\u{202e}x",
    "\u{130}",
    "\u{df}\u{1e9e}",
    "e\u{301}",
    "\u{1F980}",
    "\u{2028}",
    "9f0f5f3e-0000-4000-8000-000000000001",
    "0x1F",
];

/// Keys that relays put around a body, and under which secrets stand.
const KEYS: [&str; 16] = [
    "body",
    "data",
    "payload",
    "headers",
    "query",
    "event",
    "type",
    "id",
    "email",
    "secret",
    "Authorization",
    "x-api-key",
    "cookie",
    "key",
    "uris",
    "verb",
];

/// What mutations of a target put in.
#[derive(Debug)]
pub(crate) struct Words {
    /// Keys of objects.
    pub(crate) keys: Vec<String>,
    /// Texts.
    pub(crate) texts: Vec<String>,
}

impl Words {
    /// The words of a target, given its seeds.
    pub(crate) fn new(target: Target, seeds: &[Vec<u8>]) -> Words {
        let mut keys: BTreeSet<String> = KEYS.iter().chain(target.secret_fields()).map(ToString::to_string).collect();
        let mut texts: BTreeSet<String> = TEXTS.iter().map(ToString::to_string).collect();
        texts.extend(target.names());
        for seed in seeds {
            if let Ok(value) = serde_json::from_slice(seed) {
                collect(&value, &mut keys, &mut texts);
            }
        }
        Words { keys: keys.into_iter().collect(), texts: texts.into_iter().collect() }
    }

    /// A key.
    pub(crate) fn key(&self, chance: &mut impl Rng) -> String {
        pick(chance, &self.keys).cloned().unwrap_or_default()
    }

    /// A text.
    pub(crate) fn text(&self, chance: &mut impl Rng) -> String {
        pick(chance, &self.texts).cloned().unwrap_or_default()
    }
}

fn collect(value: &Value, keys: &mut BTreeSet<String>, texts: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                keys.insert(key.clone());
                collect(value, keys, texts);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, keys, texts)),
        Value::String(text) if text.len() <= TEXT_BYTES_MAX => {
            texts.insert(text.clone());
        }
        _ => {}
    }
}

/// One of them, if there is any.
pub(crate) fn pick<'a, T>(chance: &mut impl Rng, of: &'a [T]) -> Option<&'a T> {
    if of.is_empty() { None } else { of.get(chance.random_range(0..of.len())) }
}
