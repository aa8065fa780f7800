//! How a receiver can tell that a delivery is ours.
//!
//! Pure: the secrets, the id and the time of the attempt are arguments. Verification compares in constant time; here is only what
//! is sent.

use std::ops::RangeInclusive;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use hookline_model::time::Millis;
use hookline_platforms::verify::{SECRET_BYTES_MAX, SECRET_BYTES_MIN};
use sha2::Sha256;

use crate::dialect::Dialect;

/// What a secret of Standard Webhooks begins with.
pub const SECRET_PREFIX: &str = "whsec_";

/// The most secrets that sign one delivery: the one in use, and those it takes the place of.
pub const SECRETS_MAX: usize = 4;

/// How many bytes the key of a secret of Standard Webhooks has.
pub const KEY_BYTES: RangeInclusive<usize> = 24..=64;

/// How many characters a secret has that is no key.
pub const TEXT_BYTES: RangeInclusive<usize> = SECRET_BYTES_MIN..=SECRET_BYTES_MAX;

/// Where SmartLead puts its signature.
pub const SMARTLEAD_HEADER: &str = "X-Smartlead-Signature";

/// The headers of Standard Webhooks: the id, the time and the signatures.
const STANDARD_HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/// Where SmartLead's documents put the id of a delivery.
pub const SMARTLEAD_ID_HEADER: &str = "X-Request-Id";

/// What a subscription proves itself with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Secrets<'a> {
    /// The secrets, the one in use first; during a rotation the former ones after it. At most [`SECRETS_MAX`] sign.
    pub signing: &'a [String],
    /// SmartLead: another header than [`SMARTLEAD_HEADER`].
    pub header: Option<&'a str>,
    /// SmartLead: the bare hex digits, without `sha256=` before them.
    pub is_bare: bool,
    /// The headers that the subscriber configured, sent as they are in every dialect; the only proof that Instantly knows.
    pub headers: &'a [(String, String)],
}

/// Why nothing can be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// A secret of Standard Webhooks is `whsec_` and base64.
    #[error("a secret is not whsec_ followed by standard base64")]
    Secret,
    /// The id of a message stands between dots in what is signed.
    #[error("the id of a message must not be empty or have a dot or white space in it")]
    Id,
}

/// Why a secret is none for a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableSecret {
    /// It is to be one of Standard Webhooks, with a key of [`KEY_BYTES`].
    #[error("give whsec_ and the base64 of {} to {} bytes", KEY_BYTES.start(), KEY_BYTES.end())]
    Key,
    /// It is to be a text of [`TEXT_BYTES`].
    #[error("give {} to {} visible ASCII characters without spaces", TEXT_BYTES.start(), TEXT_BYTES.end())]
    Text,
    /// The dialect proves nothing by a secret.
    #[error("Instantly signs nothing; give a header instead")]
    Unsigned,
}

/// Whether deliveries in a dialect can be signed with a secret, or carry it.
///
/// # Errors
/// Which texts can be one.
pub fn usable(dialect: Dialect, secret: &str) -> Result<(), UnusableSecret> {
    let (is_usable, else_why) = match dialect {
        Dialect::Hookline | Dialect::Cloudevents => {
            (key(secret).is_ok_and(|key| KEY_BYTES.contains(&key.len())), UnusableSecret::Key)
        }
        Dialect::Smartlead | Dialect::Breakcold => {
            let is_text = secret.bytes().all(|byte| byte.is_ascii_graphic());
            (is_text && TEXT_BYTES.contains(&secret.len()), UnusableSecret::Text)
        }
        Dialect::Instantly => (false, UnusableSecret::Unsigned),
    };
    if is_usable { Ok(()) } else { Err(else_why) }
}

/// The key of a secret of Standard Webhooks: what its base64 means.
///
/// # Errors
/// When it is none.
pub fn key(secret: &str) -> Result<Vec<u8>, SignError> {
    let encoded = secret.strip_prefix(SECRET_PREFIX).ok_or(SignError::Secret)?;
    STANDARD.decode(encoded).ok().filter(|key| !key.is_empty()).ok_or(SignError::Secret)
}

/// A secret of Standard Webhooks from random bytes; 24 to 64 are usual.
#[must_use]
pub fn secret(random: &[u8]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(random))
}

/// Whether a dialect sets this header itself, where SmartLead's signature is in `header` if that is not its own: one of the
/// subscriber's that is called so would never be sent.
#[must_use]
pub fn is_set(dialect: Dialect, header: Option<&str>, name: &str) -> bool {
    let set: &[&str] = match dialect {
        Dialect::Hookline | Dialect::Cloudevents => &STANDARD_HEADERS,
        Dialect::Smartlead => &[header.unwrap_or(SMARTLEAD_HEADER), SMARTLEAD_ID_HEADER],
        Dialect::Instantly | Dialect::Breakcold => &[],
    };
    set.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The headers that prove a delivery, and those that the subscriber configured. `at` is the time of this attempt, `id` that of
/// the message, which every try has.
///
/// A configured header never takes the place of a signature's.
///
/// # Errors
/// When a secret or the id cannot be used.
pub fn sign(
    dialect: Dialect,
    secrets: &Secrets<'_>,
    id: &str,
    at: Millis,
    body: &[u8],
) -> Result<Vec<(String, String)>, SignError> {
    let mut headers = match dialect {
        Dialect::Hookline | Dialect::Cloudevents => standard(secrets.signing, id, at, body)?,
        Dialect::Smartlead => smartlead(secrets, id, body),
        // Breakcold's secret is in the body.
        Dialect::Instantly | Dialect::Breakcold => Vec::new(),
    };
    let own = headers.len();
    for (name, value) in secrets.headers {
        if !headers[..own].iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            headers.push((name.clone(), value.clone()));
        }
    }
    Ok(headers)
}

/// Standard Webhooks, version 1: every secret gives a signature, so that a receiver with any of them is content.
fn standard(secrets: &[String], id: &str, at: Millis, body: &[u8]) -> Result<Vec<(String, String)>, SignError> {
    if id.is_empty() || id.contains(|c: char| c == '.' || c.is_whitespace()) {
        return Err(SignError::Id);
    }
    let timestamp = at.0.div_euclid(1000).to_string();
    let signature = |secret: &String| {
        let head = format!("{id}.{timestamp}.");
        Ok(format!("v1,{}", STANDARD.encode(hmac(&key(secret)?, &[head.as_bytes(), body]))))
    };
    let signatures: Vec<String> = secrets.iter().take(SECRETS_MAX).map(signature).collect::<Result<_, SignError>>()?;
    // Without a secret there is still the id, by which a repetition is known.
    let [of_id, of_time, of_signatures] = STANDARD_HEADERS.map(ToOwned::to_owned);
    let mut headers = vec![(of_id, id.to_owned()), (of_time, timestamp)];
    if !signatures.is_empty() {
        headers.push((of_signatures, signatures.join(" ")));
    }
    Ok(headers)
}

/// SmartLead's signature, of the body under the text of the secret, beside the id that its documents give for telling
/// repetitions. The header holds one signature only: that of the secret in use.
fn smartlead(secrets: &Secrets<'_>, id: &str, body: &[u8]) -> Vec<(String, String)> {
    let signature = secrets.signing.first().map(|secret| {
        let digits = hex::encode(hmac(secret.as_bytes(), &[body]));
        let prefix = if secrets.is_bare { "" } else { "sha256=" };
        (secrets.header.unwrap_or(SMARTLEAD_HEADER).to_owned(), format!("{prefix}{digits}"))
    });
    signature.into_iter().chain([(SMARTLEAD_ID_HEADER.to_owned(), id.to_owned())]).collect()
}

/// HMAC-SHA256 of the parts, one after the other.
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("HMAC takes keys of every length") };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests;
