//! The parts of contact keys, read and written by chunks.
//!
//! Within a transaction a chunk is read once and written once, when the transaction ends or too many are held.

use std::{collections::BTreeMap, ops::Bound};

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

/// The chunks held, by contact key and by where they begin.
pub(super) struct Parts {
    held: Map<i64, BTreeMap<Vec<u8>, Held>>,
    max: usize,
}

#[derive(Default)]
struct Held {
    chunk: Chunk,
    changed: bool,
}

impl Parts {
    /// None held yet, and so many at a time.
    pub(super) fn holding(max: usize) -> Parts {
        Parts { held: Map::default(), max }
    }

    /// Holds that a contact key, whose number was just given, has no parts.
    pub(super) fn hold_none(&mut self, contact: i64) {
        self.held.insert(contact, BTreeMap::from([(Vec::new(), Held::default())]));
    }
}

impl SqlRows<'_> {
    /// Where the chunk begins that a part lies in, or would; the chunk is held from then on.
    fn hold(&mut self, contact: i64, part: &[u8]) -> Result<Vec<u8>, Error> {
        if let Some(chunks) = self.parts.held.get(&contact)
            && let Some((first, held)) = chunks.range::<[u8], _>((Bound::Unbounded, Bound::Included(part))).next_back()
            && held.chunk.reaches(part)
        {
            return Ok(first.clone());
        }
        if !self.parts.held.contains_key(&contact)
            && let Some(first) = self.read_first_chunks(contact, part)?
        {
            return Ok(first);
        }
        let sql = "SELECT first, parts FROM part WHERE contact = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
        self.read_chunk(sql, contact, part).map(Option::unwrap_or_default)
    }

    /// Reads the first chunks of a contact key of which none is held; answers where the one begins that a part lies in, if it is
    /// among them.
    fn read_first_chunks(&mut self, contact: i64, part: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT first, parts FROM part WHERE contact = ?1 ORDER BY first LIMIT ?2";
        let read = |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(0)?, Chunk::read(row.get_ref(1)?.as_blob()?)));
        let found = self.all(sql, params![contact, FIRST_CHUNKS], read)?;
        if self.parts.held.len() >= self.parts.max {
            self.write_parts()?;
        }
        let mut chunks = BTreeMap::new();
        for (first, chunk) in found {
            let chunk = chunk.ok_or_else(|| broken("read a chunk"))?;
            chunks.insert(first, Held { chunk, changed: false });
        }
        if chunks.is_empty() {
            chunks.insert(Vec::new(), Held::default());
        }
        let place = chunks.range::<[u8], _>((Bound::Unbounded, Bound::Included(part))).next_back();
        let place = place.filter(|(_, held)| held.chunk.reaches(part)).map(|(first, _)| first.clone());
        self.parts.held.insert(contact, chunks);
        Ok(place)
    }

    /// The same for the chunk in front of the one that begins with `first`.
    fn hold_before(&mut self, contact: i64, first: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if let Some(chunks) = self.parts.held.get(&contact)
            && let Some((before, held)) = chunks.range::<[u8], _>((Bound::Unbounded, Bound::Excluded(first))).next_back()
            && held.chunk.next() == Some(first)
        {
            return Ok(Some(before.clone()));
        }
        let sql = "SELECT first, parts FROM part WHERE contact = ?1 AND first < ?2 ORDER BY first DESC LIMIT 1";
        self.read_chunk(sql, contact, first)
    }

    /// Reads the chunk that a statement finds, unless it is held already.
    fn read_chunk(&mut self, sql: &'static str, contact: i64, part: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let found = self
            .one(sql, params![contact, part], |row| Ok((row.get::<_, Vec<u8>>(0)?, Chunk::read(row.get_ref(1)?.as_blob()?))))?;
        if self.parts.held.len() >= self.parts.max {
            self.write_parts()?;
        }
        let chunks = self.parts.held.entry(contact).or_default();
        let Some((first, chunk)) = found else {
            chunks.entry(Vec::new()).or_default();
            return Ok(None);
        };
        let chunk = chunk.ok_or_else(|| broken("read a chunk"))?;
        chunks.entry(first.clone()).or_insert(Held { chunk, changed: false });
        Ok(Some(first))
    }

    fn held(&self, contact: i64, first: &[u8]) -> Result<&Chunk, Error> {
        let held = self.parts.held.get(&contact).and_then(|chunks| chunks.get(first));
        held.map(|held| &held.chunk).ok_or_else(|| broken("read a chunk"))
    }

    /// A part of a contact key, unpacked.
    pub(super) fn part<T: DeserializeOwned>(&mut self, contact: i64, part: &[u8]) -> Result<Option<T>, Error> {
        let first = self.hold(contact, part)?;
        self.held(contact, &first)?.get(part).map(unpack).transpose()
    }

    /// Puts a part of a contact key in place of the one there is; answers whether there was none.
    pub(super) fn put_part(&mut self, contact: i64, part: &[u8], state: &[u8]) -> Result<bool, Error> {
        let first = self.hold(contact, part)?;
        let held = self.parts.held.get_mut(&contact).and_then(|chunks| chunks.get_mut(&first));
        let held = held.ok_or_else(|| broken("write a chunk"))?;
        held.changed = true;
        Ok(held.chunk.put(part, state))
    }

    /// Takes a part of a contact key out.
    pub(super) fn remove_part(&mut self, contact: i64, part: &[u8]) -> Result<(), Error> {
        let first = self.hold(contact, part)?;
        let held = self.parts.held.get_mut(&contact).and_then(|chunks| chunks.get_mut(&first));
        if let Some(held) = held {
            held.changed |= held.chunk.retain(|name| name != part);
        }
        Ok(())
    }

    /// Takes out every part of a contact key whose name is not to be kept.
    pub(super) fn retain_parts(&mut self, contact: i64, keep: impl Fn(&[u8]) -> bool) -> Result<(), Error> {
        let mut at = Vec::new();
        loop {
            let first = self.hold(contact, &at)?;
            let held = self.parts.held.get_mut(&contact).and_then(|chunks| chunks.get_mut(&first));
            let held = held.ok_or_else(|| broken("change a chunk"))?;
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
            let first = self.hold(contact, &at)?;
            let chunk = self.held(contact, &first)?;
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
        let mut first = self.hold(contact, below)?;
        if first == below {
            // Parts before the beginning of a chunk lie in the one in front of it.
            match self.hold_before(contact, &first)? {
                Some(before) => first = before,
                None => return Ok((Vec::new(), None)),
            }
        }
        let within = |(part, _): (&[u8], &[u8])| (part >= least && part < below).then(|| part.to_vec());
        let mut names: Vec<Name> = self.held(contact, &first)?.iter().filter_map(within).collect();
        names.reverse();
        let more = (first.as_slice() > least).then_some(first);
        Ok((names, more))
    }

    /// Writes the chunks that were changed, and lets go of all.
    pub(in crate::sqlite) fn write_parts(&mut self) -> Result<(), Error> {
        for (contact, chunks) in std::mem::take(&mut self.parts.held) {
            for (first, held) in chunks.into_iter().filter(|(_, held)| held.changed) {
                if first.is_empty() && held.chunk.is_nothing() {
                    self.write("DELETE FROM part WHERE contact = ?1", [contact])?;
                    continue;
                }
                for (first, chunk) in held.chunk.cut(first) {
                    let sql = "REPLACE INTO part (contact, first, parts) VALUES (?1, ?2, ?3)";
                    self.write(sql, params![contact, first, chunk.stored()])?;
                }
            }
        }
        Ok(())
    }
}
