//! Pairs of contact keys, each under both of its keys.
//!
//! Nearly every pair is an address and a lead id that were named together, and nothing else is known of the lead id. Such a lead
//! id has no number and no parts: the row that says its number says the address's instead.

use hookline_model::{id::ContactId, key::ContactKey, link::PairState};
use rusqlite::params;

use super::{SqlRows, pack, part};
use crate::Error;

impl SqlRows<'_> {
    pub(super) fn read_pairs(&mut self, key: &ContactKey) -> Result<Vec<(ContactKey, PairState)>, Error> {
        let no = self.contact_no(key)?;
        let named = self.known(key)?.named;
        match (no, named) {
            (Some(no), _) => Ok(self.parts(no, part::PAIRS)?.into_iter().map(|(_, pair)| pair).collect()),
            (None, Some(named)) => Ok(vec![(self.contact_key(named)?, PairState::named())]),
            (None, None) => Ok(Vec::new()),
        }
    }

    pub(super) fn read_pair(&mut self, a: &ContactKey, b: &ContactKey) -> Result<Option<PairState>, Error> {
        let b_id = self.known(b)?.id;
        if let Some(a) = self.contact_no(a)? {
            return Ok(self.part::<(ContactKey, PairState)>(a, &part::pair(b_id))?.map(|(_, state)| state));
        }
        let (named, b) = (self.known(a)?.named, self.contact_no(b)?);
        Ok(named.filter(|named| b == Some(*named)).map(|_| PairState::named()))
    }

    /// Writes a pair under its first key.
    pub(super) fn write_pair(&mut self, key: &ContactKey, other: &ContactKey, state: &PairState) -> Result<(), Error> {
        if key.is_stand_in() && self.contact_no(key)?.is_none() && *state == PairState::named() {
            let other_no = self.contact_no_or_new(other)?;
            let known = self.known(key)?;
            if known.named.is_none_or(|named| named == other_no) {
                known.named = Some(other_no);
                let sql = "REPLACE INTO contact_ref (workspace, id, named) VALUES (?1, ?2, ?3)";
                let id = known.id;
                return self.write(sql, params![self.no, id, other_no]);
            }
        }
        let no = self.contact_no_or_new(key)?;
        let other_id = self.known(other)?.id;
        self.put_part(no, &part::pair(other_id), &pack(&(other, state))?).map(|_| ())
    }

    /// Removes a pair under its first key.
    pub(super) fn forget_pair(&mut self, key: &ContactKey, other: &ContactKey) -> Result<(), Error> {
        let other_id = self.known(other)?.id;
        if let Some(no) = self.contact_no(key)? {
            return self.remove_part(no, &part::pair(other_id));
        }
        let other_no = self.contact_no(other)?;
        let known = self.known(key)?;
        if known.named.is_none() || known.named != other_no {
            return Ok(());
        }
        known.named = None;
        let id = known.id;
        self.write("DELETE FROM contact_ref WHERE workspace = ?1 AND id = ?2", params![self.no, id])
    }

    /// Writes the pair with the one key that a key was named with before it had a number.
    pub(super) fn keep_pair(&mut self, no: i64, named: i64) -> Result<(), Error> {
        let other = self.contact_key(named)?;
        let id = ContactId::derive(self.workspace, &other).0;
        self.put_part(no, &part::pair(id), &pack(&(other, PairState::named()))?).map(|_| ())
    }
}
