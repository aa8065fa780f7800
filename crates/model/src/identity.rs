//! Identity: what makes two deliveries the same event.
//!
//! An [`Identity`] collects the fields that tell two real events apart and hashes them, each with its length in front, so that
//! no two different lists of fields hash alike. The workspace is not among them: routing must not change an event's id.

use std::{
    fmt::{self, Write},
    sync::OnceLock,
};

use sha2::{Digest, Sha256};

use crate::{event::ContactRef, key::CampaignKey, kind::Kind, platform::Platform};

/// How long after its first receipt an event without a time of its own absorbs repetitions, in milliseconds.
pub const CLAIM_WINDOW_MS: i64 = 10 * 60 * 1000;

/// How many bytes there is room for before any field is put: those of most identities.
const ROOM: usize = 320;

/// Collects the fields of an identity, and hashes them when all are there.
#[derive(Clone, Debug)]
pub struct Identity {
    platform: Platform,
    /// The fields so far, each name and value with its length in front.
    fields: Vec<u8>,
}

impl Identity {
    /// An identity of an event of this kind. `account` is the one within which the platform's ids are unique, or empty.
    #[must_use]
    pub fn new(platform: Platform, account: &str, kind: Kind) -> Identity {
        let fields = Vec::with_capacity(ROOM);
        Identity { platform, fields }.part("platform", platform.name()).part("account", account).part("kind", kind.name())
    }

    /// Adds a field. An empty value counts as present: leave the call out for an absent one.
    #[must_use]
    // Inlined where the name is known, putting it takes no loop.
    #[inline(always)]
    pub fn part(mut self, name: &str, value: impl AsRef<[u8]>) -> Identity {
        self.fields.extend_from_slice(&(name.len() as u64).to_be_bytes());
        self.fields.extend_from_slice(name.as_bytes());
        self.put(value.as_ref());
        self
    }

    fn put(&mut self, value: &[u8]) {
        self.fields.reserve(size_of::<u64>() + value.len());
        self.fields.extend_from_slice(&(value.len() as u64).to_be_bytes());
        self.fields.extend_from_slice(value);
    }

    /// Adds a field if there is one.
    #[must_use]
    #[inline]
    pub fn maybe(self, name: &str, value: Option<impl AsRef<[u8]>>) -> Identity {
        match value {
            Some(value) => self.part(name, value),
            None => self,
        }
    }

    /// Adds a field if there is one, as it is shown.
    #[must_use]
    pub fn shown(self, name: &str, value: Option<impl fmt::Display>) -> Identity {
        match value {
            Some(value) => self.written(name, |bytes| write!(bytes, "{value}")),
            None => self,
        }
    }

    /// Adds the key that an event with this contact is folded under, as it is shown.
    #[must_use]
    pub fn contact(self, contact: Option<&ContactRef>) -> Identity {
        match contact {
            Some(ContactRef { email: Some(email), .. }) => self.written("contact", |bytes| email.write_key(bytes)),
            Some(ContactRef { external: Some(external), .. }) => {
                self.written("contact", |bytes| bytes.write_str("ext:").and_then(|()| external.write_to(bytes)))
            }
            _ => self,
        }
    }

    /// Adds a campaign's key, as it is shown.
    #[must_use]
    pub fn campaign(self, campaign: Option<&CampaignKey>) -> Identity {
        match campaign {
            Some(key) => self.written("campaign", |bytes| key.write_to(bytes)),
            None => self,
        }
    }

    /// Adds a field that `write` writes.
    fn written(mut self, name: &str, write: impl FnOnce(&mut Bytes<'_>) -> fmt::Result) -> Identity {
        self = self.part(name, "");
        let from = self.fields.len();
        // Writing into memory does not fail.
        let _ = write(&mut Bytes(&mut self.fields));
        let length = (self.fields.len() - from) as u64;
        self.fields[from - 8..from].copy_from_slice(&length.to_be_bytes());
        self
    }

    /// The hash.
    #[must_use]
    pub fn digest(self) -> [u8; 32] {
        let Identity { platform, fields } = self;
        match (fields.split_first_chunk::<BLOCK>(), BEGINNINGS.get(platform as usize)) {
            (Some((first, rest)), Some(beginning)) => {
                let Beginning { block, hashed } = beginning.get_or_init(|| Beginning::of(platform));
                if block == first { hashed.clone().chain_update(rest).finalize().into() } else { Sha256::digest(&fields).into() }
            }
            _ => Sha256::digest(&fields).into(),
        }
    }
}

/// The first block of what identities hash, and what the hash is behind it: those of a platform whose ids are unique without an
/// account all begin alike, and so that block is hashed once.
struct Beginning {
    block: [u8; BLOCK],
    hashed: Sha256,
}

/// How many bytes SHA-256 hashes at a time.
const BLOCK: usize = 64;

/// By platform, in the order of [`Platform::ALL`].
static BEGINNINGS: [OnceLock<Beginning>; Platform::ALL.len()] = [const { OnceLock::new() }; Platform::ALL.len()];

impl Beginning {
    fn of(platform: Platform) -> Beginning {
        let Identity { fields, .. } = Identity::new(platform, "", Kind::Other);
        let mut block = [0; BLOCK];
        // Longer than a block for every platform's name; and a block is only taken for what begins exactly so.
        block.iter_mut().zip(fields).for_each(|(byte, field)| *byte = field);
        Beginning { block, hashed: Sha256::new_with_prefix(block) }
    }
}

/// Bytes that text is written to.
struct Bytes<'a>(&'a mut Vec<u8>);

impl Write for Bytes<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// A second guard beside the id, for events whose time does not identify them.
///
/// The hash is the identity's, without the time. The first delivery under a hash gives the event its id; a later one under the
/// same hash is the same event whatever time it states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Claim {
    /// Holds for ever: the identity has a message id.
    Forever([u8; 16]),
    /// Holds for [`CLAIM_WINDOW_MS`] of receipt: the event has no believable time of its own.
    Window([u8; 16]),
}

impl Claim {
    /// The claim of a test delivery of the same event.
    #[must_use]
    pub fn of_test(&self) -> Claim {
        let digest = crate::id::test_digest(self.hash());
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[..16]);
        match self {
            Claim::Forever(_) => Claim::Forever(hash),
            Claim::Window(_) => Claim::Window(hash),
        }
    }

    /// The hash under which the claim is looked up.
    #[must_use]
    pub fn hash(&self) -> &[u8; 16] {
        match self {
            Claim::Forever(hash) | Claim::Window(hash) => hash,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{EmailAddress, ExternalId};

    #[test]
    fn fields_do_not_run_into_each_other() {
        let base = || Identity::new(Platform::Smartlead, "", Kind::EmailSent);
        assert_ne!(base().part("a", "bc").digest(), base().part("ab", "c").digest());
        assert_ne!(base().part("a", "b").part("c", "d").digest(), base().part("a", "bcd").digest());
        assert_ne!(base().part("a", "").digest(), base().digest());
        assert_eq!(base().maybe("a", None::<&str>).digest(), base().digest());
    }

    #[test]
    fn the_hash_is_that_of_all_fields_however_they_begin() {
        // Twice, since the first may make what the second begins with.
        for platform in Platform::ALL.into_iter().chain(Platform::ALL) {
            assert!(Beginning::of(platform).block.iter().any(|byte| *byte != 0));
            for account in ["", "a", "4170220"] {
                for kind in Kind::ALL.iter().copied() {
                    let identity = Identity::new(platform, account, kind).part("a", "b");
                    let whole: [u8; 32] = Sha256::digest(&identity.fields).into();
                    assert_eq!(identity.digest(), whole, "{platform} {account} {kind}");
                }
            }
        }
    }

    #[test]
    fn what_is_shown_is_a_field_like_any_other() {
        let base = || Identity::new(Platform::Smartlead, "", Kind::EmailSent);
        assert_eq!(base().shown("a", Some(1_234)).part("b", "c").digest(), base().part("a", "1234").part("b", "c").digest());
        assert_eq!(base().shown("a", None::<u32>).digest(), base().digest());
    }

    #[test]
    fn keys_are_fields_as_they_are_shown() {
        let base = || Identity::new(Platform::Smartlead, "", Kind::EmailSent);
        let external =
            |account: &str| ExternalId { platform: Platform::Hubspot, account: account.to_owned(), id: "5".to_owned() };
        let email = EmailAddress::parse("jo@x.example").ok();
        for (email, external) in [
            (email.clone(), None),
            (email, Some(external(""))),
            (None, Some(external("a:%b"))),
            (None, Some(external("c"))),
            (None, None),
        ] {
            let contact = ContactRef { email, external };
            assert_eq!(base().contact(Some(&contact)).digest(), base().shown("contact", contact.key()).digest(), "{contact:?}");
        }
        for campaign in [CampaignKey::External(external("a:b")), CampaignKey::Named(external(""))] {
            assert_eq!(base().campaign(Some(&campaign)).digest(), base().shown("campaign", Some(&campaign)).digest());
        }
        assert_eq!(base().contact(None).campaign(None).digest(), base().digest());
    }
}
