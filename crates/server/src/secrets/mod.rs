//! Secrets at rest: sealed with a master key that is not in the store.
//!
//! XChaCha20-Poly1305 with a random nonce. Where a secret belongs is bound into its seal: moved to another row or field, it does
//! not open. A check value is kept beside them, so that a wrong key is noticed when the server starts.

mod opened;
mod place;
#[cfg(test)]
mod tests;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use hookline_platforms::verify::Secret;
use hookline_store::{Error, Store, directory::DirectoryChange};

use crate::chance::Entropy;

pub(crate) use opened::OpenedSources;
pub(crate) use place::{Field, Place};

/// The form of what is sealed: this byte, the nonce, then the cipher's text with its tag.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;
/// What the check value says once it is open.
const CHECK: &[u8] = b"hookline";

/// The key that stored secrets are sealed with: 32 bytes, 64 hexadecimal digits as text.
#[derive(Debug)]
pub struct MasterKey(Secret);

/// What was sealed does not open: another key, another place, or changed bytes. Which of them cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CannotOpen;

/// Why the server cannot start with a master key.
#[derive(Debug)]
pub enum MasterKeyError {
    /// It is not the one that the stored secrets were sealed with.
    Wrong,
    /// The store failed.
    Store(Error),
}

impl std::fmt::Display for MasterKeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MasterKeyError::Wrong => f.write_str(
                "the master key is not the one that the stored secrets were sealed with: put the former one back, in \
                 HOOKLINE_MASTER_KEY or as master.key in the data folder",
            ),
            MasterKeyError::Store(error) => write!(f, "check the master key: {error}"),
        }
    }
}

impl std::error::Error for MasterKeyError {}

impl MasterKey {
    /// The key that a text of 64 hexadecimal digits says, in either case; none of another text.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<MasterKey> {
        let mut bytes = Zeroizing::new(vec![0; KEY_BYTES]);
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(MasterKey(Secret::from_bytes(std::mem::take(&mut *bytes))))
    }

    /// A new key.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> MasterKey {
        let mut bytes = vec![0; KEY_BYTES];
        entropy.fill(&mut bytes);
        MasterKey(Secret::from_bytes(bytes))
    }

    /// The key as text: to be kept where nobody else can read it.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.expose()))
    }

    /// Seals a secret for one place.
    pub(crate) fn seal(&self, entropy: &dyn Entropy, place: &Place, secret: &Secret) -> Result<Vec<u8>, CannotOpen> {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let bound = place.bytes();
        let payload = Payload { msg: secret.expose(), aad: &bound };
        let sealed = self.cipher()?.encrypt(&XNonce::from(nonce), payload).map_err(|_| CannotOpen)?;
        Ok([&[VERSION][..], &nonce, &sealed].concat())
    }

    /// Opens what was sealed for a place.
    pub(crate) fn open(&self, place: &Place, sealed: &[u8]) -> Result<Secret, CannotOpen> {
        let rest = sealed.strip_prefix(&[VERSION]).ok_or(CannotOpen)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(CannotOpen)?;
        let bound = place.bytes();
        let payload = Payload { msg: text, aad: &bound };
        self.cipher()?.decrypt(&XNonce::from(*nonce), payload).map(Secret::from_bytes).map_err(|_| CannotOpen)
    }

    /// A key of the right length is a key: this fails for nobody who has one.
    fn cipher(&self) -> Result<XChaCha20Poly1305, CannotOpen> {
        XChaCha20Poly1305::new_from_slice(self.0.expose()).map_err(|_| CannotOpen)
    }
}

/// Checks at the start that a key is the one of the stored secrets. A store without secrets takes any, and keeps by what to check
/// it from now on.
///
/// # Errors
/// When it is another key, or the store fails.
pub async fn check_master_key(store: &dyn Store, key: &MasterKey, entropy: &dyn Entropy) -> Result<(), MasterKeyError> {
    let directory = store.directory();
    if directory.key_check().is_some_and(|check| key.open(&Place::Check, check).is_ok()) {
        return Ok(());
    }
    if holds_secrets(store) {
        return Err(MasterKeyError::Wrong);
    }
    let check = Secret::from_bytes(CHECK.to_vec());
    let sealed = key.seal(entropy, &Place::Check, &check).map_err(|CannotOpen| MasterKeyError::Wrong)?;
    store.change_directory(vec![DirectoryChange::PutKeyCheck(sealed)]).await.map_err(MasterKeyError::Store)
}

/// Whether the store holds secrets, which only the key opens that they were sealed with.
#[must_use]
pub fn holds_secrets(store: &dyn Store) -> bool {
    let directory = store.directory();
    // A subscription has its secrets sealed also if there are none.
    !directory.subscriptions().is_empty()
        || directory.sources().any(|source| source.secret.is_some() || source.secret_previous.is_some())
}
