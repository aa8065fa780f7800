//! Which keys an object may have.
//!
//! A field is looked for under every name that it ever had, and most names are not there. What is asked here first answers that
//! without comparing texts.

use serde_json::{Map, Value};

/// A set of keys that may say a key is in it which is not, and never the other way round.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeySet([u64; 4]);

impl KeySet {
    /// The keys of an object.
    pub(crate) fn of(object: &Map<String, Value>) -> KeySet {
        let mut set = KeySet::default();
        for key in object.keys() {
            let (word, bit) = place(key);
            set.0[word] |= bit;
        }
        set
    }

    /// The keys of this one and of another.
    pub(crate) fn and(self, other: KeySet) -> KeySet {
        KeySet(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// Whether a key may be in it.
    pub(crate) fn may_have(&self, key: &str) -> bool {
        let (word, bit) = place(key);
        self.0[word] & bit != 0
    }
}

/// The place of a key, by its length and a few of its bytes.
fn place(key: &str) -> (usize, u64) {
    let bytes = key.as_bytes();
    let at = |place: usize| bytes.get(place).map_or(0, |byte| usize::from(*byte));
    let mixed = bytes.len() * 53 + at(0) * 7 + at(bytes.len() / 2) * 31 + at(bytes.len().wrapping_sub(1)) * 113;
    (mixed / 64 % 4, 1 << (mixed % 64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_that_is_there_is_never_denied_and_most_others_are() {
        let object = json!({"": 1, "a": 1, "to_email": 1, "campaign_id": 1, "event_timestamp": 1, "schlüssel": 1});
        let object = object.as_object().expect("an object");
        let set = KeySet::of(object);
        assert!(object.keys().all(|key| set.may_have(key)));
        let others = (0..1_000).filter(|number| set.may_have(&format!("other_{number}"))).count();
        assert!(others < 200, "{others}");
    }
}
