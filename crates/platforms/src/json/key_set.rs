//! Which keys an object may have.
//!
//! A field is looked for under every name that it ever had, and most names are not there. What is asked here first answers that
//! without comparing texts.

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
    pub(super) fn may_have(&self, mark: u8) -> bool {
        let (word, bit) = place(mark);
        self.0[word] & bit != 0
    }
}

fn place(mark: u8) -> (usize, u64) {
    (usize::from(mark >> 6), 1 << (mark & 63))
}

/// The mark of a key: a number of its length and a few of its bytes.
#[inline]
pub(super) fn mark(key: &str) -> u8 {
    let bytes = key.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return 0 };
    let [first, middle, last] = [*first, bytes[bytes.len() / 2], *last].map(u32::from);
    // What is lost of the length tells nothing.
    let mixed = (bytes.len() as u32 & 0xff) * 53 + first * 7 + middle * 31 + last * 113;
    (mixed ^ mixed >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

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
