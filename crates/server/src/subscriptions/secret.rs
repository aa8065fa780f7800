//! What deliveries are signed with, or carry: which dialects have one, and which texts can be one.

use hookline_delivery::settings::Dialect;
use hookline_dialects::authenticity::{self, KEY_BYTES, TEXT_BYTES, UnusableSecret};

use crate::{chance::Entropy, problem::Problem};

/// How many random bytes a secret is made of.
const SECRET_BYTES: usize = 32;

/// A new secret for a dialect; none for one that proves nothing by a secret.
pub(crate) fn new_secret(dialect: Dialect, entropy: &dyn Entropy) -> Option<String> {
    has_secret(dialect).then(|| {
        let mut bytes = [0; SECRET_BYTES];
        entropy.fill(&mut bytes);
        authenticity::secret(&bytes)
    })
}

/// Whether deliveries in a dialect are signed, or carry a secret.
pub(crate) fn has_secret(dialect: Dialect) -> bool {
    dialect != Dialect::Instantly
}

/// Whether deliveries in a dialect are signed with two secrets for a while when one is exchanged: the others have room for one.
pub(crate) fn overlaps(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Hookline | Dialect::Cloudevents)
}

/// Refuses a secret that the dialect could not sign with.
///
/// # Errors
/// Which texts can be one, under the name `secret`.
pub(crate) fn usable(dialect: Dialect, secret: &str) -> Result<(), Problem> {
    authenticity::usable(dialect, secret).map_err(|unusable| {
        let detail = match unusable {
            UnusableSecret::Key => {
                let (min, max) = KEY_BYTES.into_inner();
                format!("Give whsec_ and the base64 of {min} to {max} bytes, or leave this out and one is made.")
            }
            UnusableSecret::Text => {
                let (min, max) = TEXT_BYTES.into_inner();
                format!("Give {min} to {max} visible ASCII characters without spaces.")
            }
            UnusableSecret::Unsigned => "Instantly signs nothing. Give a header instead, and leave this out.".to_owned(),
        };
        Problem::invalid("secret", detail)
    })
}
