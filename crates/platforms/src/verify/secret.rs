//! A secret in memory, and the one place where secrets are compared.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret text. Its memory is overwritten when it is dropped.
///
/// It can be neither compared nor written down by accident:
///
/// ```compile_fail
/// # use hookline_platforms::verify::Secret;
/// let equal = Secret::new("first".to_owned()) == Secret::new("second".to_owned());
/// ```
///
/// ```compile_fail
/// # use hookline_platforms::verify::Secret;
/// let text = serde_json::to_string(&Secret::new("first".to_owned()));
/// ```
///
/// ```
/// # use hookline_platforms::verify::Secret;
/// assert_eq!(format!("{:?}", Secret::new("first".to_owned())), "Secret(***)");
/// ```
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes a text; nothing of it is copied.
    #[must_use]
    pub fn new(text: String) -> Secret {
        Secret::from_bytes(text.into_bytes())
    }

    /// Takes bytes; nothing of them is copied.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Secret {
        Secret(Zeroizing::new(bytes))
    }

    /// The secret itself: to be given to a cipher or a hash, or to [`same`].
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Whether two values are the same, one of which is a secret or follows from one.
///
/// Takes as long for every pair of values of their lengths: their hashes are compared, in constant time, so that neither where
/// two values part nor whether their lengths agree can be measured.
#[must_use]
pub fn same(expected: &[u8], given: &[u8]) -> bool {
    Sha256::digest(expected).ct_eq(&Sha256::digest(given)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_is_the_same() {
        assert!(same(b"", b"") && same(b"abc", b"abc"));
        for (one, other) in [(&b"abc"[..], &b"abd"[..]), (b"abc", b"ab"), (b"abc", b""), (b"abc", b"abc\0"), (b"abc", b"ABC")] {
            assert!(!same(one, other) && !same(other, one));
        }
    }
}
