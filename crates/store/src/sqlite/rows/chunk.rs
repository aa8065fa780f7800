//! A chunk: some parts of a contact key that lie next to each other, as the one value that a row of `part` has.
//!
//! An event changes several parts of one contact. As rows of their own each would be sought, read and written alone; in a chunk
//! they are read once and written once. It is sorted, so a part is found by looking at the ones before it, which are few.

use crate::sqlite::open::RECORDS_PAGE_BYTES;

/// What a row of a table without rowids may have before SQLite continues it on pages of its own (its file format, 1.6): four such
/// rows fit on a page.
const ROW_BYTES_MAX: i64 = (RECORDS_PAGE_BYTES - 12) * 64 / 255 - 23;
/// What a row of `part` has beside the parts: the number, where the chunk begins and where the next one does, and their lengths.
const ROW_BESIDE: i64 = 56;
/// A chunk that grew beyond this is cut in two. A larger one would be continued on a page that holds nothing else, and that is
/// let go of and taken anew with every change.
pub(super) const CHUNK_BYTES_MAX: usize = (ROW_BYTES_MAX - ROW_BESIDE) as usize;

/// Parts in order, each as its length, its name, the length of its state, its state. In front stands where the next chunk
/// begins, empty if there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Chunk {
    next: Vec<u8>,
    parts: Vec<u8>,
}

/// Where a part is in a chunk, or would be.
struct Place {
    from: usize,
    to: usize,
    state: Option<(usize, usize)>,
}

impl Chunk {
    /// Reads a chunk from its stored form. `None` if it is none.
    pub(super) fn read(stored: &[u8]) -> Option<Chunk> {
        let (next, parts) = piece(stored, 0)?;
        let chunk = Chunk { next: stored[next].to_vec(), parts: stored[parts..].to_vec() };
        // Everything after this may rely on the lengths inside.
        let mut at = 0;
        while at < chunk.parts.len() {
            at = entry(&chunk.parts, at)?.2;
        }
        Some(chunk)
    }

    /// Its stored form.
    pub(super) fn stored(&self) -> Vec<u8> {
        let mut stored = Vec::with_capacity(self.next.len() + self.parts.len() + 2);
        push(&mut stored, &self.next);
        stored.extend_from_slice(&self.parts);
        stored
    }

    /// Whether a part with this name, which is not before the chunk, belongs into it.
    pub(super) fn reaches(&self, part: &[u8]) -> bool {
        self.next.is_empty() || part < self.next.as_slice()
    }

    /// Where the next chunk begins, if there is one.
    pub(super) fn next(&self) -> Option<&[u8]> {
        Some(self.next.as_slice()).filter(|next| !next.is_empty())
    }

    /// The state of a part.
    pub(super) fn get(&self, part: &[u8]) -> Option<&[u8]> {
        self.find(part).state.map(|(from, to)| &self.parts[from..to])
    }

    /// Puts a part in, in place of the one of that name; answers whether there was none.
    pub(super) fn put(&mut self, part: &[u8], state: &[u8]) -> bool {
        let place = self.find(part);
        let mut piece = Vec::with_capacity(part.len() + state.len() + 6);
        push(&mut piece, part);
        push(&mut piece, state);
        self.parts.splice(place.from..place.to, piece);
        place.state.is_none()
    }

    /// Takes out every part whose name is not to be kept; answers whether there was one.
    pub(super) fn retain(&mut self, keep: impl Fn(&[u8]) -> bool) -> bool {
        let mut kept = Vec::with_capacity(self.parts.len());
        let mut at = 0;
        while let Some((name, _, end)) = entry(&self.parts, at) {
            if keep(&self.parts[name]) {
                kept.extend_from_slice(&self.parts[at..end]);
            }
            at = end;
        }
        let is_less = kept.len() < self.parts.len();
        self.parts = kept;
        is_less
    }

    /// Whether it is all there is, and nothing.
    pub(super) fn is_nothing(&self) -> bool {
        self.parts.is_empty() && self.next.is_empty()
    }

    /// The parts with their states, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let (part, state, end) = entry(&self.parts, at)?;
            at = end;
            Some((&self.parts[part], &self.parts[state]))
        })
    }

    /// Cuts a chunk that begins with `first` into such as are not too large, unless one part alone is.
    pub(super) fn cut(self, first: Vec<u8>) -> Vec<(Vec<u8>, Chunk)> {
        let (mut whole, mut to_cut) = (Vec::with_capacity(1), vec![(first, self)]);
        while let Some((first, mut chunk)) = to_cut.pop() {
            match chunk.split() {
                Some(second) => to_cut.extend([(first, chunk), second]),
                None => whole.push((first, chunk)),
            }
        }
        whole
    }

    /// If it is too large and has more than one part: keeps the first half, and answers where the second begins and what it is.
    fn split(&mut self) -> Option<(Vec<u8>, Chunk)> {
        if self.parts.len() <= CHUNK_BYTES_MAX {
            return None;
        }
        let mut at = entry(&self.parts, 0)?.2;
        let mut cut = at;
        while let Some((_, _, end)) = entry(&self.parts, at) {
            if at > self.parts.len() / 2 {
                break;
            }
            cut = at;
            at = end;
        }
        let (first, ..) = entry(&self.parts, cut)?;
        let first = self.parts[first].to_vec();
        let second = Chunk { next: std::mem::replace(&mut self.next, first.clone()), parts: self.parts.split_off(cut) };
        Some((first, second))
    }

    fn find(&self, part: &[u8]) -> Place {
        let mut at = 0;
        while let Some((name, state, end)) = entry(&self.parts, at) {
            match self.parts[name].cmp(part) {
                std::cmp::Ordering::Less => at = end,
                std::cmp::Ordering::Equal => return Place { from: at, to: end, state: Some((state.start, state.end)) },
                std::cmp::Ordering::Greater => break,
            }
        }
        Place { from: at, to: at, state: None }
    }
}

type Span = std::ops::Range<usize>;

/// The name, the state and the end of the part at a place.
fn entry(parts: &[u8], at: usize) -> Option<(Span, Span, usize)> {
    let (name, at) = piece(parts, at)?;
    let (state, at) = piece(parts, at)?;
    Some((name, state, at))
}

/// What stands behind its length at a place, and where it ends. Lengths are in groups of seven bits, the lowest first.
fn piece(bytes: &[u8], mut at: usize) -> Option<(Span, usize)> {
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            break;
        }
        shift += 7;
        if shift > 28 {
            return None;
        }
    }
    let end = at.checked_add(length).filter(|end| *end <= bytes.len())?;
    Some((at..end, end))
}

fn push(bytes: &mut Vec<u8>, piece: &[u8]) {
    let mut length = piece.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(piece);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A row of chunks as a table would hold them.
    fn chunks_of(puts: &[(Vec<u8>, Vec<u8>)]) -> BTreeMap<Vec<u8>, Chunk> {
        let mut rows = BTreeMap::from([(Vec::new(), Chunk::default())]);
        for (part, state) in puts {
            let (first, chunk) = rows.range(..=part.clone()).next_back().expect("the first chunk begins with nothing");
            let (first, mut chunk) = (first.clone(), chunk.clone());
            assert!(chunk.reaches(part), "{first:?} {part:?}");
            let is_new = chunk.get(part).is_none();
            assert_eq!(chunk.put(part, state), is_new);
            rows.extend(chunk.cut(first));
            for (first, chunk) in &rows {
                assert_eq!(Chunk::read(&chunk.stored()).as_ref(), Some(chunk), "{first:?}");
                assert!(chunk.next().is_none_or(|next| rows.contains_key(next)));
            }
        }
        rows
    }

    #[test]
    fn what_was_put_is_there_in_order_whatever_the_order_of_putting() {
        // Steps that reach every residue, with parts of every length up to beyond a chunk.
        let puts: Vec<(Vec<u8>, Vec<u8>)> = (0..400_u32)
            .map(|step| {
                let name = step.wrapping_mul(2_654_435_761) % 257;
                (name.to_be_bytes().to_vec(), vec![step as u8; (step as usize * 37) % 4_000])
            })
            .collect();
        let expected: BTreeMap<Vec<u8>, Vec<u8>> = puts.iter().cloned().collect();
        let rows = chunks_of(&puts);
        let found: Vec<(Vec<u8>, Vec<u8>)> =
            rows.values().flat_map(Chunk::iter).map(|(part, state)| (part.to_vec(), state.to_vec())).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        for (first, chunk) in &rows {
            assert!(chunk.parts.len() <= CHUNK_BYTES_MAX || chunk.iter().count() == 1, "{first:?} {}", chunk.parts.len());
            assert!(chunk.iter().all(|(part, state)| chunk.get(part) == Some(state)));
        }
    }

    #[test]
    fn what_was_taken_out_is_gone_and_the_rest_is_there() {
        let mut chunk = Chunk::default();
        for name in [b"a", b"b", b"c"] {
            chunk.put(name, name);
        }
        assert!(chunk.retain(|name| name != b"b") && !chunk.retain(|name| name != b"b"));
        assert_eq!(chunk.iter().map(|(name, _)| name).collect::<Vec<_>>(), [b"a", b"c"]);
        assert!(!chunk.is_nothing() && chunk.retain(|_| false) && chunk.is_nothing());
    }

    #[test]
    fn four_of_the_largest_rows_fit_on_a_page() {
        let records = rusqlite::Connection::open_in_memory().expect("a database can be opened");
        records.pragma_update(None, "page_size", RECORDS_PAGE_BYTES).expect("the size is one");
        records.execute_batch(include_str!("../schema/records.sql")).expect("the schema is one");
        let pages = || records.pragma_query_value(None, "page_count", |row| row.get::<_, i64>(0)).expect("it has pages");
        let before = pages();
        let (name, next) = ([7; 17], [8; 17]);
        let state = vec![9; CHUNK_BYTES_MAX - name.len() - 3];
        let mut chunk = Chunk { next: next.to_vec(), parts: Vec::new() };
        chunk.put(&name, &state);
        assert_eq!(chunk.parts.len(), CHUNK_BYTES_MAX);
        for contact in 0..400_i64 {
            let values = rusqlite::params![(1_i64 << 40) + contact, name, chunk.stored()];
            records.execute("INSERT INTO part (contact, first, parts) VALUES (?1, ?2, ?3)", values).expect("a row is inserted");
        }
        assert!(pages() - before <= 102, "{} pages for 400 rows", pages() - before);
    }

    #[test]
    fn bytes_that_are_no_chunk_are_refused() {
        let mut chunk = Chunk::default();
        chunk.put(b"a", &[7; 300]);
        let stored = chunk.stored();
        // Cut anywhere but behind a whole part.
        for length in (0..stored.len()).filter(|length| *length != 1) {
            assert_eq!(Chunk::read(&stored[..length]), None, "{length}");
        }
        assert_eq!(Chunk::read(&[0xff; 12]), None);
    }
}
