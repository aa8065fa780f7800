//! Contact keys: their numbers, their rows, and the lists that they are on.

use hookline_model::{
    contact::ContactState,
    id::ContactId,
    key::ContactKey,
    rows::{ContactRow, Listed},
    time::Millis,
};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{SqlRows, broken, pack, part};
use crate::Error;

/// A contact key as this transaction knows it.
pub(super) struct Known {
    pub(super) id: Uuid,
    /// `None` for a key that has no number yet.
    no: Option<i64>,
    /// The number of the one key that it was named with, if nothing else is known of it.
    pub(super) named: Option<i64>,
    /// How it is listed, once its row was read; what is written is compared with it.
    listing: Option<Option<Listing>>,
}

/// What lies under a contact key's own part. A key that was only named by others has none.
#[derive(Serialize, Deserialize)]
struct ContactPart {
    key: ContactKey,
    head: Option<ContactKey>,
    alone: bool,
    listing: Option<Listing>,
    state: ContactState,
}

/// The beginning of a [`ContactPart`], where no more is wanted: a state is long.
#[derive(Deserialize)]
struct ContactPartKey {
    key: ContactKey,
}

/// The sorts of names that a contact is listed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub(in crate::sqlite) enum Sort {
    Status = 1,
    Interest,
    Tag,
    List,
    /// No name: the mark that somebody is to be forgotten.
    Erasure,
}

/// How a contact is listed. The lists themselves are rows of `contact_list`; this is what they follow from. One that is marked
/// for erasure is on the list of these alone, by the time of the mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sqlite) struct Listing {
    pub(in crate::sqlite) created_at: Millis,
    names: Vec<(Sort, String)>,
    search: String,
}

impl Listing {
    fn of(listed: &Listed) -> Listing {
        let brief = match listed {
            Listed::Contact(brief) => brief,
            Listed::Erasure(since) => {
                return Listing { created_at: *since, names: vec![(Sort::Erasure, String::new())], search: String::new() };
            }
        };
        let mut names = vec![(Sort::Status, brief.status.to_owned())];
        names.extend(brief.interest.map(|interest| (Sort::Interest, interest.to_owned())));
        names.extend(brief.tags.iter().map(|tag| (Sort::Tag, tag.clone())));
        names.extend(brief.lists.iter().map(|list| (Sort::List, list.clone())));
        Listing { created_at: brief.created_at, names, search: brief.search.clone() }
    }

    /// Whether it is listed as a contact.
    pub(in crate::sqlite) fn is_of_a_contact(&self) -> bool {
        self.names.iter().all(|(sort, _)| *sort != Sort::Erasure)
    }

    /// Whether it is on a list.
    pub(in crate::sqlite) fn is_on(&self, sort: Sort, name: &str) -> bool {
        self.names.iter().any(|(other, listed)| *other == sort && listed == name)
    }

    /// Whether a text, in lower case, is in a name, company or address.
    pub(in crate::sqlite) fn has_text(&self, text: &str) -> bool {
        self.search.contains(text)
    }
}

impl SqlRows<'_> {
    /// The number of a contact key, if it has one.
    pub(in crate::sqlite) fn contact_no(&mut self, key: &ContactKey) -> Result<Option<i64>, Error> {
        Ok(self.known(key)?.no)
    }

    /// What this transaction knows of a contact key.
    pub(super) fn known(&mut self, key: &ContactKey) -> Result<&mut Known, Error> {
        let place = match self.contacts.get_index_of(key) {
            Some(place) => place,
            None => {
                let id = ContactId::derive(self.workspace, key);
                let (no, named) = self.numbers_of_id(id)?;
                let known = Known { id: id.0, no, named, listing: None };
                self.contacts.insert_full(key.clone(), known).0
            }
        };
        Ok(&mut self.contacts[place])
    }

    /// A key's own number, and that of the one key that it was named with: one of the two, or none.
    fn numbers_of_id(&self, id: ContactId) -> Result<(Option<i64>, Option<i64>), Error> {
        let sql = "SELECT contact, named FROM contact_ref WHERE workspace = ?1 AND id = ?2";
        Ok(self.one(sql, params![self.no, id.0], |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or_default())
    }

    /// The number of a contact key; one that has none yet gets the next.
    pub(super) fn contact_no_or_new(&mut self, key: &ContactKey) -> Result<i64, Error> {
        match self.contact_no(key)? {
            Some(no) => Ok(no),
            None => self.give_number(key),
        }
    }

    /// Gives a contact key the next number. Whoever calls this writes a part under it.
    fn give_number(&mut self, key: &ContactKey) -> Result<i64, Error> {
        let no = match self.next_contact {
            Some(next) => next,
            None => self.one("SELECT coalesce(max(contact), 0) + 1 FROM part", [], |row| row.get(0))?.unwrap_or(1),
        };
        self.next_contact = Some(no + 1);
        let sql = "REPLACE INTO contact_ref (workspace, id, contact) VALUES (?1, ?2, ?3)";
        let known = self.known(key)?;
        known.no = Some(no);
        known.listing = Some(None);
        let (id, named) = (known.id, known.named.take());
        self.write(sql, params![self.no, id, no])?;
        self.parts.hold_none(no);
        if let Some(named) = named {
            self.keep_pair(no, named)?;
        }
        Ok(no)
    }

    /// The contact key that has a number.
    pub(in crate::sqlite) fn contact_key(&mut self, no: i64) -> Result<ContactKey, Error> {
        let part: Option<ContactPartKey> = self.part(no, part::CONTACT)?;
        part.map(|part| part.key).ok_or_else(|| broken("read a contact key"))
    }

    /// The contact key that an id derives from, if it has events.
    pub(in crate::sqlite) fn contact_key_of_id(&mut self, id: ContactId) -> Result<Option<ContactKey>, Error> {
        let Some(no) = self.numbers_of_id(id)?.0 else { return Ok(None) };
        Ok(self.part::<ContactPartKey>(no, part::CONTACT)?.map(|part| part.key))
    }

    /// Every contact key that has a row.
    pub(super) fn every_contact_key(&mut self) -> Result<Vec<ContactKey>, Error> {
        let sql = "SELECT contact FROM contact_ref WHERE workspace = ?1 AND contact IS NOT NULL";
        let numbers: Vec<i64> = self.all(sql, [self.no], |row| row.get(0))?;
        let parts = numbers.into_iter().map(|no| self.part::<ContactPartKey>(no, part::CONTACT));
        parts.filter_map(|part| part.map(|part| part.map(|part| part.key)).transpose()).collect()
    }

    /// A listed contact's best key, and how it is listed.
    pub(in crate::sqlite) fn listed_contact(&mut self, no: i64) -> Result<Option<(ContactKey, Listing)>, Error> {
        let part: Option<ContactPart> = self.part(no, part::CONTACT)?;
        Ok(part.and_then(|part| Some((part.key, part.listing?))))
    }

    pub(super) fn read_contact(&mut self, key: &ContactKey) -> Result<Option<ContactRow>, Error> {
        let Some(no) = self.contact_no(key)? else { return Ok(None) };
        let part: Option<ContactPart> = self.part(no, part::CONTACT)?;
        let (listing, row) = match part {
            Some(ContactPart { head, alone, listing, state, .. }) => (listing, Some(ContactRow { state, head, alone })),
            None => (None, None),
        };
        self.known(key)?.listing = Some(listing);
        Ok(row)
    }

    pub(super) fn write_contact(&mut self, key: &ContactKey, row: &ContactRow, listed: Option<&Listed>) -> Result<(), Error> {
        let (no, before) = match self.contact_no(key)? {
            Some(no) => (no, self.listing_before(key)?),
            None => (self.give_number(key)?, None),
        };
        let listing = listed.map(Listing::of);
        self.list_contact(key, no, before.as_ref(), listing.as_ref())?;
        let part = ContactPartRef { key, head: &row.head, alone: row.alone, listing: &listing, state: &row.state };
        self.put_part(no, part::CONTACT, &pack(&part)?)?;
        self.known(key)?.listing = Some(listing);
        Ok(())
    }

    /// How a contact key is listed now, by the rows.
    fn listing_before(&mut self, key: &ContactKey) -> Result<Option<Listing>, Error> {
        if self.known(key)?.listing.is_none() {
            self.read_contact(key)?;
        }
        Ok(self.known(key)?.listing.take().flatten())
    }

    /// Takes a contact from the lists that it leaves and puts it on those that it comes to.
    fn list_contact(
        &mut self,
        key: &ContactKey,
        no: i64,
        before: Option<&Listing>,
        after: Option<&Listing>,
    ) -> Result<(), Error> {
        let places = |listing: Option<&Listing>| match listing {
            Some(listing) => listing.names.iter().map(|name| (listing.created_at, name.clone())).collect(),
            None => Vec::new(),
        };
        let (before, after) = (places(before), places(after));
        if before == after {
            return Ok(());
        }
        let id = self.known(key)?.id;
        for (at, (sort, name)) in before.iter().filter(|place| !after.contains(place)) {
            let sql = "DELETE FROM contact_list WHERE workspace = ?1 AND sort = ?2 AND name = ?3 AND created_at = ?4 AND id = ?5";
            self.write(sql, params![self.no, *sort as u8, name, at.0, id])?;
        }
        for (at, (sort, name)) in after.iter().filter(|place| !before.contains(place)) {
            let sql = "INSERT INTO contact_list (workspace, sort, name, created_at, id, contact) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            self.write(sql, params![self.no, *sort as u8, name, at.0, id, no])?;
        }
        Ok(())
    }
}

/// [`ContactPart`], to be written.
#[derive(Serialize)]
struct ContactPartRef<'r> {
    key: &'r ContactKey,
    head: &'r Option<ContactKey>,
    alone: bool,
    listing: &'r Option<Listing>,
    state: &'r ContactState,
}
