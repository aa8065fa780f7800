//! The parts of contact keys, read and written by chunks.
//!
//! Within a transaction a chunk is read once and written once, when the transaction ends or too many are held.

use hookline_model::maps::Map;
use rusqlite::{Row, params};
use serde::de::DeserializeOwned;

use super::{SqlRows, broken, chunk::Chunk, part::Range, unpack};
use crate::Error;

/// Of how many contact keys chunks are held at a time by who writes, about those of the largest fold.
pub(super) const HELD_TO_WRITE_MAX: usize = 16 * 1024;
/// And by who only reads, and comes back to few.
pub(super) const HELD_TO_READ_MAX: usize = 256;

/// How many chunks of a contact key are read at once when none is held: most contacts have no more, and an event changes parts of
/// several of them.
const FIRST_CHUNKS: i64 = 4;

/// The name of a part.
type Name = Vec<u8>;

/// The chunks held, by contact key; those of one in order. Most have one or two.
pub(super) struct Parts {
    held: Map<i64, Vec<Held>>,
    max: usize,
}

/// A chunk, and where it begins.
struct Held {
    first: Vec<u8>,
    chunk: Chunk,
    changed: bool,
}

impl Held {
    fn new(first: Vec<u8>, chunk: Chunk) -> Held {
        Held { first, chunk, changed: false }
    }
}

impl Parts {
    /// None held yet, and so many at a time.
    pub(super) fn holding(max: usize) -> Parts {
        Parts { held: Map::default(), max }
    }

    /// Holds that a contact key, whose number was just given, has no parts.
    pub(super) fn hold_none(&mut self, contact: i64) {
        self.held.insert(contact, vec![Held::new(Vec::new(), Chunk::default())]);
    }

    /// The place of the chunk that a part lies in, or would, if that is held.
    fn place(&self, contact: i64, part: &[u8]) -> Option<usize> {
        let chunks = self.held.get(&contact)?;
        let place = chunks.partition_point(|held| held.first.as_slice() <= part).checked_sub(1)?;
        chunks[place].chunk.reaches(part).then_some(place)
    }

    fn get(&self, contact: i64, place: usize) -> Result<&Held, Error> {
        self.held.get(&contact).and_then(|chunks| chunks.get(place)).ok_or_else(|| broken("read a chunk"))
    }

    fn get_mut(&mut self, contact: i64, place: usize) -> Result<&mut Held, Error> {
        self.held.get_mut(&contact).and_then(|chunks| chunks.get_mut(place)).ok_or_else(|| broken("change a chunk"))
    }

    /// Holds a chunk of a contact key, unless it is held already; answers its place.
    fn hold(&mut self, contact: i64, first: Vec<u8>, chunk: Chunk) -> usize {
        let chunks = self.held.entry(contact).or_default();
        match chunks.binary_search_by(|held| held.first.cmp(&first)) {
            Ok(place) => place,
            Err(place) => {
                chunks.insert(place, Held::new(first, chunk));
                place
            }
        }
    }
}

impl SqlRows<'_> {
    /// The place of the chunk that a part lies in, or would; the chunk is held from then on.
    fn hold(&mut self, contact: i64, part: &[u8]) -> Result<usize, Error> {
        if let Some(place) = self.parts.place(contact, part) {
            return Ok(place);
        }
        if !self.parts.held.contains_key(&contact) {
            self.read_first_chunks(contact)?;
            if let Some(place) = self.parts.place(contact, part) {
                return Ok(place);
            }
        }
        let sql = "SELECT first, parts FROM part WHERE contact = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
        Ok(match self.read_chunk(sql, contact, part)? {
            Some(place) => place,
            None => self.parts.hold(contact, Vec::new(), Chunk::default()),
        })
    }

    /// Reads and holds the first chunks of a contact key of which none is held.
    fn read_first_chunks(&mut self, contact: i64) -> Result<(), Error> {
        let sql = "SELECT first, parts FROM part WHERE contact = ?1 ORDER BY first LIMIT ?2";
        let read = |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, Chunk::read(row.get_ref(1)?.as_blob()?)));
        let found = self.all(sql, params![contact, FIRST_CHUNKS], read)?;
        self.make_room()?;
        let mut chunks = Vec::with_capacity(found.len().max(1));
        for (first, chunk) in found {
            chunks.push(Held::new(first, chunk.ok_or_else(|| broken("read a chunk"))?));
        }
        if chunks.is_empty() {
            chunks.push(Held::new(Vec::new(), Chunk::default()));
        }
        self.parts.held.insert(contact, chunks);
        Ok(())
    }

    /// Where the chunk in front of one begins, if there is one; it is held from then on.
    fn hold_before(&mut self, contact: i64, first: &[u8]) -> Result<Option<usize>, Error> {
        if let Some(chunks) = self.parts.held.get(&contact)
            && let Some(place) = chunks.partition_point(|held| held.first.as_slice() < first).checked_sub(1)
            && chunks[place].chunk.next() == Some(first)
        {
            return Ok(Some(place));
        }
        let sql = "SELECT first, parts FROM part WHERE contact = ?1 AND first < ?2 ORDER BY first DESC LIMIT 1";
        self.read_chunk(sql, contact, first)
    }

    /// Reads and holds the chunk that a statement finds.
    fn read_chunk(&mut self, sql: &'static str, contact: i64, part: &[u8]) -> Result<Option<usize>, Error> {
        let read = |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, Chunk::read(row.get_ref(1)?.as_blob()?)));
        let found = self.one(sql, params![contact, part], read)?;
        self.make_room()?;
        let Some((first, chunk)) = found else { return Ok(None) };
        Ok(Some(self.parts.hold(contact, first, chunk.ok_or_else(|| broken("read a chunk"))?)))
    }

    /// Lets go of what is held, if that is as much as may be.
    fn make_room(&mut self) -> Result<(), Error> {
        if self.parts.held.len() >= self.parts.max { self.write_parts() } else { Ok(()) }
    }

    /// A part of a contact key, unpacked.
    pub(super) fn part<T: DeserializeOwned>(&mut self, contact: i64, part: &[u8]) -> Result<Option<T>, Error> {
        let place = self.hold(contact, part)?;
        self.parts.get(contact, place)?.chunk.get(part).map(unpack).transpose()
    }

    /// Puts a part of a contact key in place of the one there is; answers whether there was none.
    pub(super) fn put_part(&mut self, contact: i64, part: &[u8], state: &[u8]) -> Result<bool, Error> {
        let place = self.hold(contact, part)?;
        let held = self.parts.get_mut(contact, place)?;
        held.changed = true;
        Ok(held.chunk.put(part, state))
    }

    /// Takes a part of a contact key out.
    pub(super) fn remove_part(&mut self, contact: i64, part: &[u8]) -> Result<(), Error> {
        let place = self.hold(contact, part)?;
        let held = self.parts.get_mut(contact, place)?;
        held.changed |= held.chunk.retain(|name| name != part);
        Ok(())
    }

    /// Takes out every part of a contact key whose name is not to be kept.
    pub(super) fn retain_parts(&mut self, contact: i64, keep: impl Fn(&[u8]) -> bool) -> Result<(), Error> {
        let mut at = Vec::new();
        loop {
            let place = self.hold(contact, &at)?;
            let held = self.parts.get_mut(contact, place)?;
            held.changed |= held.chunk.retain(&keep);
            match held.chunk.next() {
                Some(next) => at = next.to_vec(),
                None => return Ok(()),
            }
        }
    }

    /// Gives the parts of a contact key in a range, in order.
    fn each_part(
        &mut self,
        contact: i64,
        (from, to): Range,
        mut take: impl FnMut(&[u8], &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut at = from.to_vec();
        loop {
            let place = self.hold(contact, &at)?;
            let chunk = &self.parts.get(contact, place)?.chunk;
            for (part, state) in chunk.iter().filter(|(part, _)| *part >= from.as_slice() && *part < to.as_slice()) {
                take(part, state)?;
            }
            match chunk.next().filter(|next| *next < to.as_slice()) {
                Some(next) => at = next.to_vec(),
                None => return Ok(()),
            }
        }
    }

    /// The parts of a contact key in a range, unpacked.
    pub(super) fn parts<T: DeserializeOwned>(&mut self, contact: i64, range: Range) -> Result<Vec<(Vec<u8>, T)>, Error> {
        let mut parts = Vec::new();
        self.each_part(contact, range, |part, state| {
            parts.push((part.to_vec(), unpack(state)?));
            Ok(())
        })?;
        Ok(parts)
    }

    /// The names of the parts of a contact key in a range.
    pub(super) fn names_of_parts(&mut self, contact: i64, range: Range) -> Result<Vec<Vec<u8>>, Error> {
        let mut names = Vec::new();
        self.each_part(contact, range, |part, _| {
            names.push(part.to_vec());
            Ok(())
        })?;
        Ok(names)
    }

    /// The names of the parts of a contact key from `least` on and before `below`, of one chunk, the last one first; and what to
    /// go on below of, if there may be more.
    pub(super) fn names_below(&mut self, contact: i64, least: &[u8], below: &[u8]) -> Result<(Vec<Name>, Option<Name>), Error> {
        let mut place = self.hold(contact, below)?;
        if self.parts.get(contact, place)?.first == below {
            // Parts before the beginning of a chunk lie in the one in front of it.
            match self.hold_before(contact, below)? {
                Some(before) => place = before,
                None => return Ok((Vec::new(), None)),
            }
        }
        let Held { first, chunk, .. } = self.parts.get(contact, place)?;
        let within = |(part, _): (&[u8], &[u8])| (part >= least && part < below).then(|| part.to_vec());
        let mut names: Vec<Name> = chunk.iter().filter_map(within).collect();
        names.reverse();
        let more = (first.as_slice() > least).then(|| first.clone());
        Ok((names, more))
    }

    /// Writes the chunks that were changed, and lets go of all.
    pub(in crate::sqlite) fn write_parts(&mut self) -> Result<(), Error> {
        for (contact, chunks) in std::mem::take(&mut self.parts.held) {
            for Held { first, chunk, .. } in chunks.into_iter().filter(|held| held.changed) {
                if first.is_empty() && chunk.is_nothing() {
                    self.write("DELETE FROM part WHERE contact = ?1", [contact])?;
                    continue;
                }
                for (first, chunk) in chunk.cut(first) {
                    let sql = "REPLACE INTO part (contact, first, parts) VALUES (?1, ?2, ?3)";
                    self.write(sql, params![contact, first, chunk.stored()])?;
                }
            }
        }
        Ok(())
    }
}
