//! The shape of a body: the name of its event, and which fields of which types it has. Platforms change both without saying so.
//!
//! A [`Glance`] is one pass over the bytes of a body that a parser has read, without building it: a fingerprint that two bodies
//! share if they have the same fields of the same types, whatever their order. What the fields are called is asked for with
//! [`fields`], only of a shape that nobody knows yet.
//!
//! Elements of an array are one field, `tags[]`. Objects whose keys are data are *free*: what is in them is not looked at. Those
//! are `custom_fields` and the like, and the ones that [`FreeObjects`] lists. A key that is a number, an id or an address is `*`.

mod name;
#[cfg(test)]
mod tests;
mod walk;

use std::{collections::BTreeSet, fmt};

use hookline_model::platform::Platform;

use self::walk::Walk;

/// How many objects and arrays deep fields are looked at.
pub const DEPTH_MAX: usize = 6;
/// How many fields of a body are looked at, one that has several types counted for each. Of a body that has more, nobody can say
/// what it lacks.
pub const FIELDS_MAX: usize = 300;
/// How many elements of an array are looked at.
pub const ELEMENTS_MAX: usize = 16;
/// The longest path of a field that is looked at, in bytes.
pub const PATH_BYTES_MAX: usize = 200;
/// The longest name of an event, in characters; what is longer is cut.
pub const NAME_CHARS_MAX: usize = 200;

/// What a value is in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `null`.
    Null = 1,
    /// `true` or `false`.
    Boolean = 2,
    /// A number.
    Number = 4,
    /// A text.
    String = 8,
    /// An array.
    Array = 16,
    /// An object.
    Object = 32,
}

/// A set of types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Types(u8);

impl Type {
    /// Every type, as they are listed.
    pub const ALL: [Type; 6] = [Type::Null, Type::Boolean, Type::Number, Type::String, Type::Array, Type::Object];

    /// The name in the API, which is JSON Schema's.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Boolean => "boolean",
            Type::Number => "number",
            Type::String => "string",
            Type::Array => "array",
            Type::Object => "object",
        }
    }
}

impl Types {
    /// The types with these bits: those of [`Types::bits`].
    #[must_use]
    pub fn from_bits(bits: u8) -> Types {
        Types(bits & 63)
    }

    /// A bit per type, for keeping.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }

    /// These and one more.
    #[must_use]
    pub fn with(self, one: Type) -> Types {
        Types(self.0 | one as u8)
    }

    /// Whether a type is among them.
    #[must_use]
    pub fn has(self, one: Type) -> bool {
        self.0 & one as u8 != 0
    }

    /// How many they are.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether there is anything but `null` among them.
    #[must_use]
    pub fn has_value(self) -> bool {
        self.0 & !(Type::Null as u8) != 0
    }
}

impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Type::ALL.into_iter().filter(|one| self.has(*one)).map(Type::name).collect();
        f.write_str(&names.join("|"))
    }
}

/// Objects whose keys are data, by the number of their path: see [`Field::number`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeObjects(pub BTreeSet<u64>);

/// What a body is at first sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// The name of the event as it was written, without white space around it; empty if there is none.
    pub name: String,
    /// The same for bodies of the same fields and types. Part of no stored format.
    pub fingerprint: u64,
}

/// A field of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it is, such as `lead.tags[].name`.
    pub path: String,
    /// The number of its path, the same in every process.
    pub number: u64,
    /// The number of the path of what it is in.
    pub parent: u64,
    /// What it is there, one or more for elements of an array.
    pub types: Types,
}

/// The number of the path of a body itself.
pub const ROOT: u64 = walk::SEED;

/// The name and the fingerprint of a body; `None` if it is no JSON.
#[must_use]
pub fn glance(platform: Platform, body: &[u8], free: &FreeObjects) -> Option<Glance> {
    let mut walk = Walk::new(platform, free, false);
    walk.over(body)?;
    Some(Glance { fingerprint: walk.fingerprint(), name: walk.into_name() })
}

/// The fields of a body, sorted by path; none if it is no JSON.
#[must_use]
pub fn fields(platform: Platform, body: &[u8], free: &FreeObjects) -> Vec<Field> {
    let mut walk = Walk::new(platform, free, true);
    if walk.over(body).is_none() {
        return Vec::new();
    }
    walk.into_fields()
}
