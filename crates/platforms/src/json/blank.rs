//! Blanks values in place: the stored bytes are the bytes received, but for these.

use std::{fmt, ops::Range};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Overwrites the texts that `find` finds, given the whole body, with as many `*` as they have bytes. What is not JSON stays as
/// it is.
pub(crate) fn blank<F>(body: &mut [u8], find: F)
where
    F: for<'a> FnOnce(&'a RawValue) -> Vec<&'a RawValue>,
{
    let spans = match serde_json::from_slice::<&RawValue>(body) {
        Ok(top) => find(top).into_iter().filter_map(|found| inside_quotes(body, found.get())).collect::<Vec<_>>(),
        Err(_) => return,
    };
    for span in spans {
        if let Some(secret) = body.get_mut(span) {
            secret.fill(b'*');
        }
    }
}

/// Overwrites the values that `find` finds, of any type: a text as [`blank`] does, anything else with a zero and white space. The
/// body stays JSON, and as long as it is.
pub(crate) fn blank_any<F>(body: &mut [u8], find: F)
where
    F: for<'a> FnOnce(&'a RawValue) -> Vec<&'a RawValue>,
{
    let spans: Vec<_> = match serde_json::from_slice::<&RawValue>(body) {
        Ok(top) => {
            let found = find(top).into_iter().map(RawValue::get);
            found.filter_map(|token| Some((inside_quotes(body, token), place(body, token)?))).collect()
        }
        Err(_) => return,
    };
    for (text, whole) in spans {
        if let Some(secret) = text.and_then(|text| body.get_mut(text)) {
            secret.fill(b'*');
        } else if let Some([first, rest @ ..]) = body.get_mut(whole) {
            *first = b'0';
            rest.fill(b' ');
        }
    }
}

/// The values that stand under a wanted key in an object, or in the objects of an array; also of a key that is repeated, of which
/// other readers see only the last. What cannot be read holds nothing that could be found.
pub(crate) fn values<'a>(value: &'a RawValue, wants: impl Fn(&str) -> bool) -> Vec<&'a RawValue> {
    let objects: Vec<&'a RawValue> = match value.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(value.get()).unwrap_or_default(),
        _ => vec![value],
    };
    let mut found = Vec::new();
    for object in objects.into_iter().filter(|object| object.get().starts_with('{')) {
        let mut reader = serde_json::Deserializer::from_str(object.get());
        found.extend(Wanted(&wants).deserialize(&mut reader).unwrap_or_default());
    }
    found
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

impl<'de, W: Fn(&str) -> bool> DeserializeSeed<'de> for Wanted<'_, W> {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, W: Fn(&str) -> bool> Visitor<'de> for Wanted<'_, W> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        // As `String`, so that escapes in the key are undone.
        while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
            if (self.0)(&key) {
                values.push(value);
            }
        }
        Ok(values)
    }
}
