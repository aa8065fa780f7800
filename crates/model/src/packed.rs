//! The stored form of states: postcard, with each distinct stamp written once.
//!
//! Most values of a state come from a few entries, and a stamp takes some 26 bytes: repeated at each value, stamps would be most
//! of what is stored. So a stamp that was written before in the same state is written as its number. serde hands an element no
//! context, so the stamps seen so far are kept beside it, per thread, while one state is written or read.

use std::{cell::RefCell, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _, SeqAccess, Visitor},
    ser::SerializeTuple,
};

use crate::{platform::Platform, stamp::Stamp, time::Millis};

/// Room for a state in its stored form, in bytes; a larger one grows.
const PACKED_BYTES: usize = 1024;

thread_local! {
    /// The stamps of the state that is being written or read, in the order of their first appearance.
    static SEEN: RefCell<Vec<Stamp>> = const { RefCell::new(Vec::new()) };
}

/// Brings a state into its stored form.
///
/// # Errors
/// When it cannot be written, which no state of ours does.
pub fn pack<T: Serialize>(state: &T) -> Result<Vec<u8>, postcard::Error> {
    SEEN.with_borrow_mut(Vec::clear);
    // With room for nearly every state: to grow by doubling would copy each several times.
    postcard::to_extend(state, Vec::with_capacity(PACKED_BYTES))
}

/// Reads a state from its stored form.
///
/// # Errors
/// When the bytes are no such state.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, postcard::Error> {
    SEEN.with_borrow_mut(Vec::clear);
    postcard::from_bytes(bytes)
}

/// A stamp in full.
#[derive(Serialize, Deserialize)]
struct Whole {
    at: Millis,
    rank: u8,
    hash: [u8; 10],
    digest: [u8; 8],
    platform: Platform,
}

impl From<Stamp> for Whole {
    fn from(stamp: Stamp) -> Whole {
        let Stamp { at, rank, hash, digest, platform } = stamp;
        Whole { at, rank, hash, digest: digest.to_be_bytes(), platform }
    }
}

impl From<Whole> for Stamp {
    fn from(whole: Whole) -> Stamp {
        let Whole { at, rank, hash, digest, platform } = whole;
        Stamp { at, rank, hash, digest: u64::from_be_bytes(digest), platform }
    }
}

impl Serialize for Stamp {
    /// Its number among the stamps seen; behind the number of a new one follows the stamp in full.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = SEEN.with_borrow_mut(|seen| {
            let known = seen.iter().position(|candidate| candidate == self);
            if known.is_none() {
                seen.push(*self);
            }
            known.ok_or(seen.len() - 1)
        });
        match known {
            Ok(number) => {
                let mut tuple = serializer.serialize_tuple(1)?;
                tuple.serialize_element(&number)?;
                tuple.end()
            }
            Err(number) => {
                let mut tuple = serializer.serialize_tuple(2)?;
                tuple.serialize_element(&number)?;
                tuple.serialize_element(&Whole::from(*self))?;
                tuple.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Stamp, D::Error> {
        deserializer.deserialize_tuple(2, Numbered)
    }
}

struct Numbered;

impl<'de> Visitor<'de> for Numbered {
    type Value = Stamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number of a stamp, and behind a new number the stamp")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Stamp, A::Error> {
        let missing = || A::Error::custom("a stamp breaks off");
        let number: usize = elements.next_element()?.ok_or_else(missing)?;
        if let Some(stamp) = SEEN.with_borrow(|seen| seen.get(number).copied()) {
            return Ok(stamp);
        }
        let stamp = Stamp::from(elements.next_element::<Whole>()?.ok_or_else(missing)?);
        SEEN.with_borrow_mut(|seen| seen.push(stamp));
        Ok(stamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::Register;

    fn stamp(at: i64) -> Stamp {
        Stamp { at: Millis(at), rank: 3, hash: [7; 10], digest: u64::MAX - 1, platform: Platform::Instantly }
    }

    fn values(stamps: &[i64]) -> Vec<Register<u32>> {
        let registers = stamps.iter().map(|at| {
            let mut register = Register::default();
            register.set(stamp(*at), 1);
            register
        });
        registers.collect()
    }

    #[test]
    fn what_was_packed_is_read_back() {
        let state = values(&[5, 6, 5, 5, -1, 6]);
        let packed = pack(&state).expect("a state");
        assert_eq!(unpack::<Vec<Register<u32>>>(&packed).expect("a state"), state);
        let other = values(&[9, 9]);
        let packed = pack(&other).expect("a state");
        assert_eq!(unpack::<Vec<Register<u32>>>(&packed).expect("nothing of the state before"), other);
    }

    #[test]
    fn a_repeated_stamp_takes_one_byte() {
        let one = pack(&values(&[5])).expect("a state").len();
        let three = pack(&values(&[5, 5, 5])).expect("a state").len();
        // Of each further register: that it is set, its stamp's number, that it has a value, and the value.
        assert_eq!(three - one, 2 * 4);
    }

    #[test]
    fn bytes_that_break_off_are_refused() {
        let packed = pack(&values(&[5, 6])).expect("a state");
        for length in 0..packed.len() {
            assert!(unpack::<Vec<Register<u32>>>(&packed[..length]).is_err(), "{length} bytes");
        }
    }
}
