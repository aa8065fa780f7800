//! Chance from a seed: every thing in the simulated world has chance of its own, found by what the thing is.
//!
//! Nothing is drawn from one long stream, so a contact's name does not depend on how many mails were sent before it was needed,
//! and a body can be rendered twice, alike.

use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use uuid::Uuid;

/// What the chance is for. Two things of the same numbers are told apart by it.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(crate) enum About {
    Seed,
    Company,
    Person,
    Campaign,
    Burst,
    Story,
    Message,
    Reply,
    Event,
    Disorder,
    Record,
}

/// One step of SplitMix64.
fn mix(state: u64) -> u64 {
    let mixed = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number that is always the same for the same thing.
pub(crate) fn number(seed: u64, about: About, parts: &[u64]) -> u64 {
    parts.iter().fold(mix(seed ^ mix(about as u64)), |state, part| mix(state ^ part))
}

/// The chance of a thing.
pub(crate) fn of(seed: u64, about: About, parts: &[u64]) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(number(seed, about, parts))
}

/// Whether something happens that happens this often in a thousand.
pub(crate) fn happens(rng: &mut ChaCha8Rng, per_mille: u32) -> bool {
    rng.random_range(0..1000) < per_mille
}

/// One of several.
pub(crate) fn pick<'a, T>(rng: &mut ChaCha8Rng, among: &'a [T]) -> &'a T {
    &among[rng.random_range(0..among.len())]
}

/// One of several, each as often as its weight says.
pub(crate) fn weighted<T: Copy>(rng: &mut ChaCha8Rng, among: &[(u32, T)]) -> T {
    let total = among.iter().map(|(weight, _)| weight).sum();
    let mut drawn = rng.random_range(0..total);
    for (weight, value) in among {
        if drawn < *weight {
            return *value;
        }
        drawn -= weight;
    }
    among[0].1
}

/// A random UUID (version 4).
pub(crate) fn uuid(rng: &mut ChaCha8Rng) -> Uuid {
    uuid::Builder::from_random_bytes(rng.random()).into_uuid()
}

/// A UUID that begins with a time (version 7).
pub(crate) fn uuid_at(rng: &mut ChaCha8Rng, at_ms: i64) -> Uuid {
    let random: [u8; 10] = rng.random();
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at_ms).unwrap_or(0), &random).into_uuid()
}

/// Hexadecimal digits, as some databases have them for ids.
pub(crate) fn hex(rng: &mut ChaCha8Rng, length: usize) -> String {
    (0..length).map(|_| char::from(*pick(rng, b"0123456789abcdef"))).collect()
}

/// Letters and digits, as mail programs and link makers put them into ids.
pub(crate) fn token(rng: &mut ChaCha8Rng, length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    (0..length).map(|_| char::from(*pick(rng, LETTERS))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_has_the_same_chance_and_another_has_another() {
        let draw = |seed, about, parts: &[u64]| uuid(&mut of(seed, about, parts));
        assert_eq!(draw(1, About::Person, &[7]), draw(1, About::Person, &[7]));
        assert_ne!(draw(1, About::Person, &[7]), draw(2, About::Person, &[7]));
        assert_ne!(draw(1, About::Person, &[7]), draw(1, About::Company, &[7]));
        assert_ne!(draw(1, About::Person, &[7]), draw(1, About::Person, &[8]));
        assert_ne!(draw(1, About::Person, &[1, 2]), draw(1, About::Person, &[2, 1]));
    }

    #[test]
    fn weights_are_kept() {
        let mut rng = of(1, About::Story, &[]);
        let drawn = (0..10_000).filter(|_| weighted(&mut rng, &[(1, false), (3, true), (0, false)])).count();
        assert!((7_200..7_800).contains(&drawn), "{drawn}");
        assert!((0..1_000).all(|_| !happens(&mut rng, 0)));
        assert!((0..1_000).all(|_| happens(&mut rng, 1000)));
    }
}
