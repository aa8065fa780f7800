//! Sources: platforms connected to a workspace or an agency.

use std::collections::BTreeMap;

use hookline_model::{
    platform::Platform,
    source::{Ack, Method},
    time::Millis,
};

use crate::directory::AddressOwner;

/// How many names a source may alias.
pub const NAMES_MAX: usize = 200;
/// How many bytes a name that is aliased, or its alias, may have.
pub const NAME_BYTES_MAX: usize = 200;

/// A platform connected to a workspace or an agency: how its deliveries are verified, read and answered.
///
/// Secrets are sealed by whoever puts them in: a store keeps bytes that it cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Whose it is.
    pub owner: AddressOwner,
    /// The platform; one owner has one source of it.
    pub platform: Platform,
    /// Which change of it this is: 1 of a new one, and one more with every change.
    pub revision: u32,
    /// How deliveries are verified.
    pub method: Method,
    /// The header that the method looks at, lower case.
    pub header: Option<String>,
    /// The field of the body that the method looks at.
    pub field: Option<String>,
    /// The secret, sealed.
    pub secret: Option<Vec<u8>>,
    /// The secret of before, sealed, which is valid as well.
    pub secret_previous: Option<Vec<u8>>,
    /// The platform's account, when bodies omit it.
    pub account: Option<String>,
    /// How what cannot be read is answered.
    pub ack: Ack,
    /// Whether deliveries are taken.
    pub enabled: bool,
    /// Names of fields or types that this platform's account uses, and the names that they stand for. Bounded by [`NAMES_MAX`]
    /// and [`NAME_BYTES_MAX`].
    pub names: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was changed last.
    pub updated_at: Millis,
}

impl Source {
    /// Whether its names are within their bounds.
    #[must_use]
    pub fn names_fit(&self) -> bool {
        let fits = |text: &String| text.len() <= NAME_BYTES_MAX;
        self.names.len() <= NAMES_MAX && self.names.iter().all(|(name, stands_for)| fits(name) && fits(stands_for))
    }

    /// Roughly what it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        let sealed = [&self.secret, &self.secret_previous].into_iter().flatten().map(Vec::len);
        let texts = [&self.header, &self.field, &self.account].into_iter().flatten().map(String::len);
        let names = self.names.iter().map(|(name, stands_for)| name.len() + stands_for.len());
        sealed.chain(texts).chain(names).sum()
    }
}
