//! What deliveries are signed with, or carry: which dialects have one, and which texts can be one.

use hookline_delivery::settings::Dialect;
use hookline_dialects::authenticity;
use hookline_platforms::verify::{SECRET_BYTES_MAX, SECRET_BYTES_MIN};

use crate::{chance::Entropy, problem::Problem};

/// How many random bytes a secret is made of.
const SECRET_BYTES: usize = 32;

/// The fewest and the most bytes that the key of a secret of Standard Webhooks has.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

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
    let refused = |detail: String| Err(Problem::invalid("secret", detail));
    match dialect {
        Dialect::Hookline | Dialect::Cloudevents => {
            if authenticity::key(secret).is_ok_and(|key| KEY_BYTES.contains(&key.len())) {
                return Ok(());
            }
            refused(format!(
                "Give whsec_ and the base64 of {} to {} bytes, or leave this out and one is made.",
                KEY_BYTES.start(),
                KEY_BYTES.end()
            ))
        }
        Dialect::Smartlead | Dialect::Breakcold => {
            let is_text = secret.bytes().all(|byte| byte.is_ascii_graphic());
            if is_text && (SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&secret.len()) {
                return Ok(());
            }
            refused(format!("Give {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} visible ASCII characters without spaces."))
        }
        Dialect::Instantly => refused("Instantly signs nothing. Give a header instead, and leave this out.".to_owned()),
    }
}
