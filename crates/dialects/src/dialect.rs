//! The dialects and their variants.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A wire format and vocabulary that subscribers are told events in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Hookline's own: the shapes of the API.
    Hookline,
    /// SmartLead's webhooks.
    Smartlead,
    /// Instantly's webhooks.
    Instantly,
    /// The webhooks of the classic Breakcold.
    Breakcold,
    /// CloudEvents 1.0, structured mode, around Hookline's own shapes.
    Cloudevents,
}

/// Which of a dialect's shapes, where its platform has published several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// All fields at the top.
    Flat,
    /// SmartLead's older documents: the objects `lead`, `email`, `reply`, `link`.
    Nested,
    /// Instantly's fields at the top, and once more in an object `data`.
    Data,
}

/// A name that is not a dialect's or a variant's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {sort} {name:?}: expected one of {expected}")]
pub struct UnknownName {
    /// `dialect` or `variant`.
    pub sort: &'static str,
    /// What was written.
    pub name: String,
    /// What could have been.
    pub expected: String,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 5] =
        [Dialect::Hookline, Dialect::Smartlead, Dialect::Instantly, Dialect::Breakcold, Dialect::Cloudevents];

    /// The name used in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Hookline => "hookline",
            Dialect::Smartlead => "smartlead",
            Dialect::Instantly => "instantly",
            Dialect::Breakcold => "breakcold",
            Dialect::Cloudevents => "cloudevents",
        }
    }

    /// Its variants, the default first; none where there is one shape only.
    #[must_use]
    pub fn variants(self) -> &'static [Variant] {
        match self {
            Dialect::Smartlead => &[Variant::Flat, Variant::Nested],
            Dialect::Instantly => &[Variant::Data, Variant::Flat],
            Dialect::Hookline | Dialect::Breakcold | Dialect::Cloudevents => &[],
        }
    }

    /// The variant of this name.
    ///
    /// # Errors
    /// When the dialect has no variant of that name.
    pub fn variant(self, name: &str) -> Result<Variant, UnknownName> {
        let known = self.variants();
        known.iter().copied().find(|variant| variant.name() == name).ok_or_else(|| {
            let expected = known.iter().map(|variant| variant.name()).collect::<Vec<_>>().join(", ");
            let expected = if expected.is_empty() { format!("none, as {self} has none") } else { expected };
            UnknownName { sort: "variant", name: name.to_owned(), expected }
        })
    }

    /// The variant that is meant: the default, unless it is one of the dialect's own.
    pub(crate) fn settled(self, variant: Option<Variant>) -> Option<Variant> {
        let known = self.variants();
        variant.filter(|variant| known.contains(variant)).or_else(|| known.first().copied())
    }
}

impl Variant {
    /// The name used in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Variant::Flat => "flat",
            Variant::Nested => "nested",
            Variant::Data => "data",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Dialect {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Dialect, UnknownName> {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == name).ok_or_else(|| UnknownName {
            sort: "dialect",
            name: name.to_owned(),
            expected: Dialect::ALL.map(Dialect::name).join(", "),
        })
    }
}
