//! Which keys an object may have, and which are known.
//!
//! A field is looked for under every name that it ever had, and most names are not there. What is asked here first answers that
//! without comparing texts.

use memchr::memchr_iter;

/// A set of keys, by their marks: it may say a key is in it which is not, and never the other way round.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeySet([u64; 4]);

impl KeySet {
    /// Puts a mark in; whether it was not there.
    pub(super) fn insert(&mut self, mark: u8) -> bool {
        let (word, bit) = place(mark);
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }

    /// Whether a key of this mark may be in it.
    #[inline]
    pub(super) fn may_have(&self, mark: u8) -> bool {
        let (word, bit) = place(mark);
        self.0[word] & bit != 0
    }
}

#[inline]
fn place(mark: u8) -> (usize, u64) {
    (usize::from(mark >> 6), 1 << (mark & 63))
}

/// The mark of a key: a number of its length and a few of its bytes.
#[inline]
pub(super) const fn mark(key: &str) -> u8 {
    let bytes = key.as_bytes();
    if bytes.is_empty() {
        return 0;
    }
    let (first, middle, last) = (bytes[0] as u32, bytes[bytes.len() / 2] as u32, bytes[bytes.len() - 1] as u32);
    // What is lost of the length tells nothing.
    let mixed = (bytes.len() as u32 & 0xff) * 53 + first * 7 + middle * 31 + last * 113;
    (mixed ^ mixed >> 8) as u8
}

/// A list of keys that is asked often whether a key is in it.
#[derive(Debug)]
pub(crate) struct Keys<const N: usize> {
    keys: [&'static str; N],
    marks: [u8; N],
}

impl<const N: usize> Keys<N> {
    /// These keys.
    pub(crate) const fn new(keys: [&'static str; N]) -> Keys<N> {
        let mut marks = [0; N];
        let mut at = 0;
        while at < N {
            marks[at] = mark(keys[at]);
            at += 1;
        }
        Keys { keys, marks }
    }

    /// Whether a key is one of them.
    pub(crate) fn has(&self, key: &str) -> bool {
        memchr_iter(mark(key), &self.marks).any(|at| self.keys[at] == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_its_keys_and_no_others() {
        static KEYS: Keys<4> = Keys::new(["", "a", "to_email", "campaign_id"]);
        assert!(["", "a", "to_email", "campaign_id"].iter().all(|key| KEYS.has(key)));
        // One of the same mark among them.
        assert_eq!(mark("to_email"), mark("to_xmail"));
        assert!(["b", "to_xmail", "campaign_i", "campaign_idd"].iter().all(|key| !KEYS.has(key)));
    }

    #[test]
    fn a_key_that_is_there_is_never_denied_and_most_others_are() {
        let keys = ["", "a", "to_email", "campaign_id", "event_timestamp", "schlüssel"];
        let mut set = KeySet::default();
        assert_eq!(keys.iter().filter(|key| set.insert(mark(key))).count(), keys.len());
        assert!(keys.iter().all(|key| set.may_have(mark(key)) && !set.insert(mark(key))));
        let others = (0..1_000).filter(|number| set.may_have(mark(&format!("other_{number}")))).count();
        assert!(others < 200, "{others}");
    }
}
