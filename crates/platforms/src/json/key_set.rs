//! Which keys an object may have, and which are known.
//!
//! A field is looked for under every name that it ever had, and most names are not there. What is asked here first answers that
//! without comparing texts.

use super::node::Object;

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

    /// All marks of both.
    #[inline]
    pub(super) fn with(self, other: KeySet) -> KeySet {
        let (KeySet([a, b, c, d]), KeySet([e, f, g, h])) = (self, other);
        KeySet([a | e, b | f, c | g, d | h])
    }

    /// Whether both have a mark.
    #[inline]
    pub(super) fn meets(&self, other: &KeySet) -> bool {
        let (KeySet([a, b, c, d]), KeySet([e, f, g, h])) = (self, other);
        (a & e) | (b & f) | (c & g) | (d & h) != 0
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

/// The mark of a key: a number of its length, its first and its last byte. Of the names that platforms use, it tells apart as many
/// as one that looks at more of them.
#[inline]
pub(super) const fn mark(key: &str) -> u8 {
    match key.as_bytes() {
        [] => 0,
        // What is lost of the length tells nothing.
        bytes @ ([last] | [.., last]) => {
            (bytes.len() as u8).wrapping_mul(9).wrapping_add(bytes[0]).wrapping_mul(9).wrapping_add(*last)
        }
    }
}

/// The marks of a few keys, in their order, eight to a word: all of a word are looked at in one go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks<'t>(&'t [u64]);

/// The same as it is put together, for at most [`MARKS_MAX`] keys.
#[derive(Debug)]
pub(super) struct MarksOf {
    marks: [u8; MARKS_MAX],
    count: usize,
}

impl Default for MarksOf {
    fn default() -> MarksOf {
        MarksOf { marks: [0; MARKS_MAX], count: 0 }
    }
}

/// The most keys whose marks are put together.
pub(super) const MARKS_MAX: usize = 64;

/// One in every byte, and the highest bit of every byte.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

impl MarksOf {
    /// Adds the mark of the next key.
    #[inline]
    pub(super) fn push(&mut self, mark: u8) {
        self.marks[self.count] = mark;
        self.count += 1;
    }

    /// They, eight to a word. What is behind the last of them is zero.
    pub(super) fn words(&self) -> impl ExactSizeIterator<Item = u64> {
        self.marks.as_chunks().0[..self.count.div_ceil(8)].iter().map(|marks| u64::from_le_bytes(*marks))
    }

    /// Whether one of the keys so far has this mark and `is_it`, by its place.
    pub(super) fn have(&self, mark: u8, is_it: impl Fn(usize) -> bool) -> bool {
        let marks = self.marks[..self.count].iter().enumerate();
        marks.filter(|(_, known)| **known == mark).any(|(at, _)| is_it(at))
    }
}

impl<'t> Marks<'t> {
    /// The marks in these words.
    pub(super) fn new(words: &'t [u64]) -> Marks<'t> {
        Marks(words)
    }

    /// Whether there are none.
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// What `found` finds at the first key of this mark where it finds something. It is asked about some places without that mark
    /// too, and perhaps without a key.
    #[inline]
    pub(super) fn find<T>(self, mark: u8, found: impl Fn(usize) -> Option<T>) -> Option<T> {
        let wanted = ONES * u64::from(mark);
        for (at, word) in self.0.iter().enumerate() {
            let differs = word ^ wanted;
            // The highest bit of a byte that does not differ. A borrow may set that of the byte above it, too.
            let mut same = differs.wrapping_sub(ONES) & !differs & HIGHEST;
            while same != 0 {
                let place = at * 8 + same.trailing_zeros() as usize / 8;
                if let Some(found) = found(place) {
                    return Some(found);
                }
                same &= same - 1;
            }
        }
        None
    }
}

/// Whether two keys are the same. Most are short, and compared without a loop.
#[inline]
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    match one.len() {
        2..4 => one.first_chunk::<2>() == other.first_chunk::<2>() && one.last_chunk::<2>() == other.last_chunk::<2>(),
        4..8 => one.first_chunk::<4>() == other.first_chunk::<4>() && one.last_chunk::<4>() == other.last_chunk::<4>(),
        8..=16 => one.first_chunk::<8>() == other.first_chunk::<8>() && one.last_chunk::<8>() == other.last_chunk::<8>(),
        17..=32 => one.first_chunk::<16>() == other.first_chunk::<16>() && one.last_chunk::<16>() == other.last_chunk::<16>(),
        _ => one == other,
    }
}

/// The [`Keys`] that stand first in the rows of a table.
macro_rules! keys_of {
    ($table:expr) => {{
        let mut keys = [""; $table.len()];
        let mut at = 0;
        while at < keys.len() {
            keys[at] = $table[at].0;
            at += 1;
        }
        $crate::json::Keys::new(keys)
    }};
}
pub(crate) use keys_of;

/// A list of at most 255 keys that is asked often whether a key is in it.
#[derive(Debug)]
pub(crate) struct Keys<const N: usize> {
    keys: [&'static str; N],
    marks: [u8; N],
    set: KeySet,
    /// The first key of each mark, and behind each key the next of its mark; [`NONE`] where there is none.
    first: [u8; 256],
    next: [u8; N],
}

/// No key's place.
const NONE: u8 = u8::MAX;

impl<const N: usize> Keys<N> {
    /// These keys.
    pub(crate) const fn new(keys: [&'static str; N]) -> Keys<N> {
        assert!(N <= NONE as usize);
        let (mut marks, mut set, mut first, mut next) = ([0; N], [0; 4], [NONE; 256], [NONE; N]);
        // From the end, so that of each mark the keys are looked at in their order.
        let mut at = N;
        while at > 0 {
            at -= 1;
            marks[at] = mark(keys[at]);
            set[marks[at] as usize / 64] |= 1 << (marks[at] % 64);
            next[at] = first[marks[at] as usize];
            first[marks[at] as usize] = at as u8;
        }
        Keys { keys, marks, set: KeySet(set), first, next }
    }

    /// Whether a key is one of them.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// Those that may be among the keys of a set, with the mark of each.
    #[inline]
    pub(super) fn marked_in(&self, there: KeySet) -> impl Iterator<Item = (&'static str, u8)> {
        // Mostly none is there, which one look tells.
        let count = if self.set.meets(&there) { N } else { 0 };
        let marked = self.keys.iter().copied().zip(self.marks).take(count);
        marked.filter(move |(_, mark)| there.may_have(*mark))
    }

    /// Whether one of them may be a key of an object.
    pub(crate) fn may_be_in(&self, object: Object<'_>) -> bool {
        self.set.meets(&object.keys())
    }

    /// Whether one of them is a key of an object.
    pub(crate) fn are_in(&self, object: Object<'_>) -> bool {
        self.marked_in(object.keys()).any(|(key, mark)| object.get_marked(key, mark).is_some())
    }

    /// Which of them a key is.
    pub(crate) fn place(&self, key: &str) -> Option<usize> {
        let mut at = usize::from(self.first[usize::from(mark(key))]);
        while at < N {
            if is_same(self.keys[at], key) {
                return Some(at);
            }
            at = usize::from(self.next[at]);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::json::node;

    #[test]
    fn a_list_has_its_keys_and_no_others() {
        static KEYS: Keys<4> = Keys::new(["", "a", "to_email", "campaign_id"]);
        assert!(["", "a", "to_email", "campaign_id"].iter().all(|key| KEYS.has(key)));
        // One of the same mark among them.
        assert_eq!(mark("to_email"), mark("to_xmail"));
        static SAME: Keys<3> = Keys::new(["to_email", "a", "to_xmail"]);
        assert_eq!(["to_email", "a", "to_xmail", "to_ymail"].map(|key| SAME.place(key)), [Some(0), Some(1), Some(2), None]);
        assert!(["b", "to_xmail", "campaign_i", "campaign_idd"].iter().all(|key| !KEYS.has(key)));
    }

    #[test]
    fn one_of_many_keys_is_seen_in_an_object() {
        static KEYS: Keys<8> =
            Keys::new(["id", "city", "to_email", "first_name", "campaign_id", "timestamp", "campaign_name", "subscriptionType"]);
        let words: BTreeSet<u8> = KEYS.marks.iter().map(|mark| mark / 64).collect();
        assert_eq!(words.len(), 4, "marks in every word of a set");
        for key in KEYS.keys {
            let object = node(&json!({"other": 1, (key): 2})).as_object().expect("an object");
            assert!(KEYS.may_be_in(object) && KEYS.are_in(object), "{key}");
            assert!(KEYS.marked_in(object.keys()).any(|(known, of_it)| known == key && of_it == mark(key)), "{key}");
        }
        // A name of the same mark, and one of another.
        for other in ["to_xmail", "other"] {
            let object = node(&json!({(other): 1})).as_object().expect("an object");
            assert!(!KEYS.are_in(object), "{other}");
        }
    }

    #[test]
    fn a_key_is_found_by_its_mark_wherever_it_stands() {
        // Marks next to each other, equal ones, and those of the words' ends.
        let marks: Vec<u8> = (0..MARKS_MAX).map(|at| [0, 1, 2, 0x7f, 0x80, 0xff, 1][at % 7]).collect();
        for count in 0..=marks.len() {
            let mut of = MarksOf::default();
            marks[..count].iter().for_each(|mark| of.push(*mark));
            let words: Vec<u64> = of.words().collect();
            let put = Marks::new(&words);
            assert_eq!(put.is_empty(), count == 0);
            for (wanted, mark) in marks[..count].iter().enumerate() {
                assert_eq!(put.find(*mark, |at| (at == wanted).then_some(at)), Some(wanted), "{count}");
            }
            for mark in [0, 1, 3, 0x7e, 0x81, 0xfe] {
                let first = marks[..count].iter().position(|known| *known == mark);
                assert_eq!(put.find(mark, |at| (marks[..count].get(at) == Some(&mark)).then_some(at)), first, "{count} {mark}");
                assert_eq!(of.have(mark, |_| true), first.is_some(), "{count} {mark}");
                assert!(!of.have(mark, |_| false));
            }
        }
    }

    #[test]
    fn keys_are_the_same_if_all_of_their_bytes_are() {
        let key = "a_rather_long_key_of_forty_bytes_in_all__";
        for length in 0..key.len() {
            assert!(is_same(&key[..length], &key.to_owned()[..length]));
            assert!(!is_same(&key[..length], &key[..length + 1]) && !is_same(&key[..length + 1], &key[..length]));
            for at in 0..length {
                let mut other = key.as_bytes()[..length].to_vec();
                other[at] = b'#';
                assert!(!is_same(&key[..length], std::str::from_utf8(&other).expect("ASCII")), "{length} {at}");
            }
        }
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
