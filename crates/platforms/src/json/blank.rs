//! Blanks values in place: the stored bytes are the bytes received, but for these.

use std::{fmt, ops::Range, str, sync::OnceLock};

use memchr::memmem::Finder;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The keys that some value to be blanked stands under, or under which it is wrapped. Most bodies have none of them, and are not
/// read at all then.
pub(crate) struct Names {
    names: [&'static [&'static str]; 2],
    finders: OnceLock<Vec<Finder<'static>>>,
}

impl Names {
    /// These names and those, of letters, digits, hyphens and underscores.
    pub(crate) const fn new(names: &'static [&'static str], others: &'static [&'static str]) -> Names {
        Names { names: [names, others], finders: OnceLock::new() }
    }

    /// Whether one of them may be a key of the body: as it is, or with one of its letters written as an escape.
    pub(crate) fn may_be_in(&self, body: &[u8]) -> bool {
        let quoted = || {
            let names = self.names.into_iter().flatten().map(|name| format!("\"{name}\""));
            names.chain(["\\u".to_owned()]).map(|text| Finder::new(&text).into_owned()).collect()
        };
        self.finders.get_or_init(quoted).iter().any(|finder| finder.find(body).is_some())
    }
}

/// Overwrites the texts that `find` finds, given the whole body, with as many `*` as they have bytes. What is not JSON stays as it
/// is, and so does what has none of the names.
///
/// What `find` is given may be no JSON: in what is none, nothing may be found.
pub(crate) fn blank<F>(body: &mut [u8], names: &Names, find: F)
where
    F: for<'a> FnOnce(&'a str) -> Vec<&'a str>,
{
    let Some(text) = text_with(body, names) else { return };
    let spans: Vec<_> = find(text).into_iter().filter_map(|found| inside_quotes(body, found)).collect();
    for span in spans {
        if let Some(secret) = body.get_mut(span) {
            secret.fill(b'*');
        }
    }
}

/// Overwrites the values that `find` finds, of any type: a text as [`blank`] does, anything else with a zero and white space. The
/// body stays JSON, and as long as it is.
pub(crate) fn blank_any<F>(body: &mut [u8], names: &Names, find: F)
where
    F: for<'a> FnOnce(&'a str) -> Vec<&'a str>,
{
    let Some(text) = text_with(body, names) else { return };
    let found = find(text).into_iter();
    let spans: Vec<_> = found.filter_map(|token| Some((inside_quotes(body, token), place(body, token)?))).collect();
    for (text, whole) in spans {
        if let Some(secret) = text.and_then(|text| body.get_mut(text)) {
            secret.fill(b'*');
        } else if let Some([first, rest @ ..]) = body.get_mut(whole) {
            *first = b'0';
            rest.fill(b' ');
        }
    }
}

/// A body without the white space in front of it, if it is text and may have one of the names.
fn text_with<'b>(body: &'b [u8], names: &Names) -> Option<&'b str> {
    if !names.may_be_in(body) {
        return None;
    }
    str::from_utf8(body).ok().map(|text| text.trim_start_matches([' ', '\t', '\n', '\r']))
}

/// The values that stand under a wanted key in an object, or in the objects of an array; also of a key that is repeated, of which
/// other readers see only the last. What cannot be read holds nothing that could be found.
pub(crate) fn values(value: &str, wants: impl Fn(&str) -> bool) -> Vec<&str> {
    sorted_values(value, |key| wants(key).then_some(())).into_iter().map(|((), value)| value).collect()
}

/// The same for keys of several sorts, in one reading: each value with what its key is.
pub(crate) fn sorted_values<T>(value: &str, sort: impl Fn(&str) -> Option<T>) -> Vec<(T, &str)> {
    if !value.starts_with('[') {
        return values_of(value, &sort);
    }
    let elements: Vec<&RawValue> = serde_json::from_str(value).unwrap_or_default();
    elements.into_iter().flat_map(|element| values_of(element.get(), &sort)).collect()
}

/// The values of one object; nothing if it is none, or cannot be read to its end.
fn values_of<'v, T>(object: &'v str, sort: &impl Fn(&str) -> Option<T>) -> Vec<(T, &'v str)> {
    if !object.starts_with('{') {
        return Vec::new();
    }
    let mut reader = serde_json::Deserializer::from_str(object);
    match Wanted(sort).deserialize(&mut reader) {
        Ok(found) if reader.end().is_ok() => found,
        _ => Vec::new(),
    }
}

/// The place of `token`, a part of `body`, without its quotes; none if it is no text.
fn inside_quotes(body: &[u8], token: &str) -> Option<Range<usize>> {
    place(body, token.strip_prefix('"')?.strip_suffix('"')?)
}

/// The place of `part`, a part of `body`.
fn place(body: &[u8], part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
    Some(start..start + part.len())
}

/// Reads an object for the values under wanted keys.
struct Wanted<'w, W>(&'w W);

impl<'de, T, W: Fn(&str) -> Option<T>> DeserializeSeed<'de> for Wanted<'_, W> {
    type Value = Vec<(T, &'de str)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T, W: Fn(&str) -> Option<T>> Visitor<'de> for Wanted<'_, W> {
    type Value = Vec<(T, &'de str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(sort) = map.next_key_seed(Key(self.0))? {
            match sort {
                Some(sort) => values.push((sort, map.next_value::<&'de RawValue>()?.get())),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(values)
    }
}

/// Reads a key, its escapes undone, for what it is; no text is kept of it.
struct Key<'w, W>(&'w W);

impl<'de, T, W: Fn(&str) -> Option<T>> DeserializeSeed<'de> for Key<'_, W> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, W: Fn(&str) -> Option<T>> Visitor<'_> for Key<'_, W> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok((self.0)(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_however_it_is_written() {
        static NAMES: Names = Names::new(&["secret_key"], &["headers"]);
        for body in [r#"{"secret_key":1}"#, r#"[{"x":{"headers" :{}}}]"#, r#"{"s\u0065cret_key":1}"#, r#"{"\u0073ecret_key":1}"#]
        {
            assert!(NAMES.may_be_in(body.as_bytes()), "{body}");
        }
        for body in ["", r#"{"secret":"secret_key"#, r#"{"my_secret_key":"secret-key"}"#, r#"{"a":"\n"}"#, r#"{"SECRET_KEY":1}"#]
        {
            assert!(!NAMES.may_be_in(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn values_of_several_sorts_are_found_in_one_reading() {
        let found = sorted_values(r#"[{"a":1,"b":[2],"c":3,"\u0061":4},5,{"b":{}}]"#, |key| "ab".find(key));
        assert_eq!(found, [(0, "1"), (1, "[2]"), (0, "4"), (1, "{}")]);
    }

    #[test]
    fn what_is_not_json_to_its_end_has_no_values() {
        for body in [r#"{"a":1"#, r#"{"a":1}x"#, r#"{"a":1,"b":[}"#, r#"[{"a":1},]"#, r#"[{"a":1}]]"#, r#""a""#, ""] {
            assert_eq!(values(body, |key| key == "a"), [] as [&str; 0], "{body}");
        }
        assert_eq!(values("{\"a\":1} \n", |key| key == "a"), ["1"]);
    }
}
