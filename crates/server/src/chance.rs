//! Ids and keys from an entropy source that is handed in.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::{Builder, Uuid};

use hookline_model::time::Millis;

/// What every key's text starts with, so that secret scanners and people recognise one.
const KEY_PREFIX: &str = "hk_";

/// A source of chance: the operating system's in the binary, a seeded one in tests.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// A UUID v4.
pub(crate) fn uuid_v4(entropy: &dyn Entropy) -> Uuid {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    Builder::from_random_bytes(bytes).into_uuid()
}

/// A UUID v7 of the instant `now`.
pub(crate) fn uuid_v7(entropy: &dyn Entropy, now: Millis) -> Uuid {
    let mut bytes = [0; 10];
    entropy.fill(&mut bytes);
    Builder::from_unix_timestamp_millis(u64::try_from(now.0).unwrap_or(0), &bytes).into_uuid()
}

/// The text of a new API key: 256 random bits, 46 characters.
pub(crate) fn key_text(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    #[test]
    fn ids_carry_their_versions_and_keys_their_length() {
        let entropy = Counting::default();
        assert_eq!(uuid_v4(&entropy).get_version_num(), 4);
        let v7 = uuid_v7(&entropy, Millis(1_770_797_007_500));
        assert_eq!(v7.get_version_num(), 7);
        assert_eq!(v7.get_timestamp().map(|at| at.to_unix()), Some((1_770_797_007, 500_000_000)));
        let key = key_text(&entropy);
        assert_eq!(key.len(), 46);
        assert!(key.starts_with("hk_") && key[3..].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_ne!(key, key_text(&entropy));
    }
}
