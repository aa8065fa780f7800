//! The pass over a body: a visitor that is told what stands where, and keeps nothing of what it says.

use std::{collections::HashMap, fmt};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use hookline_model::platform::Platform;

use super::{
    DEPTH_MAX, ELEMENTS_MAX, FIELDS_MAX, Field, FreeObjects, NAME_CHARS_MAX, PATH_BYTES_MAX, Type, Types,
    name::{Place, places, rank},
};
use crate::json::cut;

/// The number of the path of the body itself.
pub(super) const SEED: u64 = 0xcbf2_9ce4_8422_2325;
/// What stands for the elements of an array.
const ELEMENT: &str = "[]";
/// What stands for a key that is data.
const ANY_KEY: &str = "*";
/// Names of objects whose keys are data, in lower case and without `_` and `-`.
const FREE: [&str; 11] = [
    "customfields",
    "customvariables",
    "customvalues",
    "customattributes",
    "customproperties",
    "variables",
    "properties",
    "attributes",
    "metadata",
    "headers",
    "leaddata",
];
/// The longest spelling of one of them, in bytes.
const FREE_BYTES_MAX: usize = 20;

/// A number of a number and a text: quick, the same in every process, and no secret.
fn mix(number: u64, text: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut mixed = number ^ (text.len() as u64).wrapping_mul(ODD);
    for chunk in text.chunks(8) {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        mixed = (mixed ^ u64::from_le_bytes(bytes)).wrapping_mul(ODD);
        mixed ^= mixed >> 29;
    }
    mixed.wrapping_mul(ODD) ^ (mixed >> 32)
}

/// A pass.
pub(super) struct Walk<'f> {
    places: &'static [Place],
    free: &'f FreeObjects,
    /// A number per field and type that was seen, those within arrays once.
    seen: Vec<u64>,
    name: Option<(usize, String)>,
    /// Who wants to know the names of the fields: where we are, and what was found by the number of its path.
    naming: Option<(String, HashMap<u64, Field>)>,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Spot<'k> {
    /// The number of its path.
    number: u64,
    /// That of what it is in.
    parent: u64,
    /// How many objects and arrays it is in.
    depth: usize,
    /// The length of its path in bytes.
    length: usize,
    /// Its key if it is a place of a name itself or of an object with one.
    key: Option<&'k str>,
    /// How good a place it is for the name of the event.
    rank: Option<usize>,
    /// Whether an object here is free by its name.
    is_free: bool,
    /// Whether it is within an array.
    is_repeated: bool,
}

impl<'f> Walk<'f> {
    pub(super) fn new(platform: Platform, free: &'f FreeObjects, is_naming: bool) -> Walk<'f> {
        let naming = is_naming.then(|| (String::new(), HashMap::new()));
        Walk { places: places(platform), free, seen: Vec::with_capacity(64), name: None, naming }
    }

    /// Walks over a body; `None` if it is no JSON.
    pub(super) fn over(&mut self, body: &[u8]) -> Option<()> {
        let mut read = serde_json::Deserializer::from_slice(body);
        let spot =
            Spot { number: SEED, parent: SEED, depth: 0, length: 0, key: None, rank: None, is_free: false, is_repeated: false };
        At { walk: self, spot }.deserialize(&mut read).ok()?;
        read.end().ok()
    }

    /// A number of all that was seen, in whatever order.
    pub(super) fn fingerprint(&mut self) -> u64 {
        self.seen.sort_unstable();
        self.seen.iter().fold(SEED, |mixed, number| mix(mixed, &number.to_le_bytes()))
    }

    pub(super) fn into_name(self) -> String {
        self.name.map(|(_, name)| name).unwrap_or_default()
    }

    pub(super) fn into_fields(self) -> Vec<Field> {
        let mut fields: Vec<Field> = self.naming.map(|(_, found)| found.into_values().collect()).unwrap_or_default();
        fields.sort_by(|a, b| a.path.cmp(&b.path));
        fields
    }

    fn see(&mut self, spot: Spot<'_>, one: Type) {
        if spot.depth == 0 || self.seen.len() >= FIELDS_MAX {
            return;
        }
        let number = mix(spot.number, &[one as u8]);
        // Or a long array would take the room of what stands behind it.
        if !(spot.is_repeated && self.seen.contains(&number)) {
            self.seen.push(number);
        }
        if let Some((path, found)) = &mut self.naming {
            let field = Field { path: path.clone(), number: spot.number, parent: spot.parent, types: Types::default() };
            let field = found.entry(spot.number).or_insert(field);
            field.types = field.types.with(one);
        }
    }

    fn hear(&mut self, spot: Spot<'_>, text: &str) {
        let Some(rank) = spot.rank else { return };
        let text = text.trim();
        if !text.is_empty() && self.name.as_ref().is_none_or(|(best, _)| rank < *best) {
            self.name = Some((rank, cut(text, NAME_CHARS_MAX)));
        }
    }

    /// Goes one deeper; answers what [`Walk::leave`] needs.
    fn enter(&mut self, part: &str, is_element: bool) -> usize {
        let Some((path, _)) = &mut self.naming else { return 0 };
        let before = path.len();
        if before > 0 && !is_element {
            path.push('.');
        }
        path.push_str(part);
        before
    }

    fn leave(&mut self, before: usize) {
        if let Some((path, _)) = &mut self.naming {
            path.truncate(before);
        }
    }
}

/// Whether objects under a key are free.
fn is_free(key: &str) -> bool {
    if key.len() > FREE_BYTES_MAX || !key.starts_with(['c', 'C', 'v', 'V', 'p', 'P', 'a', 'A', 'm', 'M', 'h', 'H', 'l', 'L']) {
        return false;
    }
    let letters = || key.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
    FREE.iter().any(|free| letters().eq(free.bytes()))
}

/// Whether a key is data: a number, an id or an address.
fn is_data(key: &str) -> bool {
    let bytes = key.as_bytes();
    let Some(first) = bytes.first() else { return false };
    (first.is_ascii_digit() && bytes.iter().all(u8::is_ascii_digit))
        || (bytes.len() >= 24 && bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-'))
        || bytes.contains(&b'@')
}

/// A value at a spot.
struct At<'w, 'f, 'k> {
    walk: &'w mut Walk<'f>,
    spot: Spot<'k>,
}

impl<'de> DeserializeSeed<'de> for At<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.walk.see(self.spot, Type::Boolean);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.walk.see(self.spot, Type::Number);
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.walk.see(self.spot, Type::Number);
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.walk.see(self.spot, Type::Number);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.walk.hear(self.spot, text);
        self.walk.see(self.spot, Type::String);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.walk.see(self.spot, Type::Null);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let At { walk, spot } = self;
        walk.see(spot, Type::Array);
        let length = spot.length + ELEMENT.len();
        if spot.depth < DEPTH_MAX && length <= PATH_BYTES_MAX {
            let number = mix(spot.number, ELEMENT.as_bytes());
            // The elements of a body that is an array are as deep as the fields of one that is an object.
            let inner = Spot {
                number,
                parent: spot.number,
                depth: spot.depth + 1,
                length,
                key: None,
                rank: None,
                is_free: false,
                is_repeated: true,
            };
            let before = walk.enter(ELEMENT, true);
            for _ in 0..ELEMENTS_MAX {
                if elements.next_element_seed(At { walk: &mut *walk, spot: inner })?.is_none() {
                    walk.leave(before);
                    return Ok(());
                }
            }
            walk.leave(before);
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let At { walk, spot } = self;
        walk.see(spot, Type::Object);
        if spot.depth >= DEPTH_MAX || spot.is_free || walk.free.0.contains(&spot.number) {
            while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        while let Some((inner, before)) = entries.next_key_seed(Key { walk: &mut *walk, of: spot })? {
            if inner.length > PATH_BYTES_MAX {
                entries.next_value::<IgnoredAny>()?;
            } else {
                entries.next_value_seed(At { walk: &mut *walk, spot: inner })?;
            }
            walk.leave(before);
        }
        Ok(())
    }
}

/// A key of the object at a spot.
struct Key<'w, 'f, 'k> {
    walk: &'w mut Walk<'f>,
    of: Spot<'k>,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_, '_> {
    type Value = (Spot<'static>, usize);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_, '_> {
    type Value = (Spot<'static>, usize);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let Key { walk, of } = self;
        let shown = if is_data(key) { ANY_KEY } else { key };
        let length = of.length + usize::from(of.length > 0) + shown.len();
        // A path that is too long is not looked at, and not written down either.
        let before = if length > PATH_BYTES_MAX { walk.enter("", true) } else { walk.enter(shown, false) };
        let inner = Spot {
            number: mix(of.number, shown.as_bytes()),
            parent: of.number,
            depth: of.depth + 1,
            length,
            key: (key == "event").then_some("event"),
            rank: rank(walk.places, of.key, key, of.depth),
            is_free: is_free(key),
            is_repeated: of.is_repeated,
        };
        Ok((inner, before))
    }
}
