//! Contacts: one, and pages of them.

use hookline_model::{
    contact::STATUSES,
    fold::Links,
    id::ContactId,
    key::{ContactKey, EmailAddress},
    link::contact_component,
    record::{self, Contact, Erasure},
    time::Millis,
};
use rusqlite::params;
use uuid::Uuid;

use super::{
    WorkspaceReader, below_id,
    walk::{Walk, merge},
};
use crate::{
    Error,
    query::{ContactFilter, ContactSelector, Cursor, Page, PageRequest},
    sqlite::{
        open::failed,
        rows::{Listing, Sort},
    },
};

/// The names that a filter asks for, the one that is on the fewest contacts first, as a rule.
fn names_of(filter: &ContactFilter) -> Vec<(Sort, String)> {
    let named = [
        (Sort::Tag, filter.tag.clone()),
        (Sort::List, filter.list.clone()),
        (Sort::Interest, filter.interest.map(|interest| interest.name().to_owned())),
        (Sort::Status, filter.status.clone()),
    ];
    named.into_iter().filter_map(|(sort, name)| name.map(|name| (sort, name))).collect()
}

impl WorkspaceReader<'_> {
    /// The keys of a contact named in a filter.
    pub(super) fn contact_keys_of(&mut self, contact: &ContactSelector) -> Result<Vec<ContactKey>, Error> {
        let key = match contact {
            ContactSelector::Email(address) => EmailAddress::parse(address).ok().map(ContactKey::Email),
            ContactSelector::Id(id) => self.rows.contact_key_of_id(*id)?,
        };
        match key {
            Some(key) => Ok(contact_component(&mut Links(&mut self.rows), &key)?.into_iter().collect()),
            None => Ok(Vec::new()),
        }
    }

    /// One contact.
    pub(in crate::sqlite) fn contact(&mut self, id: ContactId) -> Result<Option<Contact>, Error> {
        match self.rows.contact_key_of_id(id)? {
            Some(key) => record::contact(&mut self.rows, self.workspace, &key),
            None => Ok(None),
        }
    }

    /// A page of contacts.
    pub(in crate::sqlite) fn contacts(&mut self, filter: &ContactFilter, request: &PageRequest) -> Result<Page<Contact>, Error> {
        let q = filter.q.as_ref().map(|q| q.to_lowercase());
        let mut names = names_of(filter);
        let mut walks = Vec::new();
        if let Some(email) = &filter.email {
            walks.push(self.walk_contact(email, &names, q.as_deref(), request)?);
        } else if names.is_empty() {
            for status in STATUSES {
                let walk = Walk::one_of(STATUSES.len(), request.limit);
                walks.push(self.walk_contacts(walk, (Sort::Status, status.to_owned()), &[], q.as_deref(), request)?);
            }
        } else {
            let by = names.remove(0);
            walks.push(self.walk_contacts(Walk::new(request.limit), by, &names, q.as_deref(), request)?);
        }
        let (found, next) = merge(walks, request.limit);
        let mut rows = Vec::with_capacity(found.len());
        for (_, no) in found {
            let key = self.rows.contact_key(no)?;
            rows.extend(record::contact(&mut self.rows, self.workspace, &key)?);
        }
        Ok(Page { rows, next })
    }

    /// A page of the contacts marked for erasure.
    pub(in crate::sqlite) fn erasures(&mut self, request: &PageRequest) -> Result<Page<Erasure>, Error> {
        let walk = self.walk_contacts(Walk::new(request.limit), (Sort::Erasure, String::new()), &[], None, request)?;
        let (found, next) = merge(vec![walk], request.limit);
        let mut rows = Vec::with_capacity(found.len());
        for (at, no) in found {
            let contact_id = ContactId::derive(self.workspace, &self.rows.contact_key(no)?);
            rows.push(Erasure { contact_id, since: at.at });
        }
        Ok(Page { rows, next })
    }

    /// The one contact that has an address.
    fn walk_contact(
        &mut self,
        email: &str,
        names: &[(Sort, String)],
        q: Option<&str>,
        request: &PageRequest,
    ) -> Result<Walk<i64>, Error> {
        let mut walk = Walk::new(request.limit);
        let keys = self.contact_keys_of(&ContactSelector::Email(email.to_owned()))?;
        let Some(head) = keys.first() else { return Ok(walk) };
        let Some(no) = self.rows.contact_no(head)? else { return Ok(walk) };
        if let Some((key, listing)) = self.rows.listed_contact(no)?.filter(|(_, listing)| listing.is_of_a_contact()) {
            let id = ContactId::derive(self.workspace, &key);
            let at = Cursor { at: listing.created_at, key: id.0.as_bytes().to_vec() };
            if request.after.as_ref().is_none_or(|after| at < *after) {
                let matches = is_wanted(&listing, names, q);
                walk.look(at, matches.then_some(no));
            }
        }
        Ok(walk)
    }

    /// The contacts on a list that are on others, too, and have a text.
    fn walk_contacts(
        &mut self,
        mut walk: Walk<i64>,
        (sort, name): (Sort, String),
        others: &[(Sort, String)],
        q: Option<&str>,
        request: &PageRequest,
    ) -> Result<Walk<i64>, Error> {
        let fault = |error: rusqlite::Error| failed("list contacts", &error);
        let sql = "SELECT created_at, id, contact FROM contact_list
            WHERE workspace = ?1 AND sort = ?2 AND name = ?3 AND (created_at, id) < (?4, ?5)
            ORDER BY created_at DESC, id DESC";
        let (at, id) = below_id(request);
        let records = self.rows.records;
        let mut statement = records.prepare_cached(sql).map_err(fault)?;
        let mut found = statement.query(params![self.rows.no, sort as u8, name, at.0, id]).map_err(fault)?;
        while let Some(row) = found.next().map_err(fault)? {
            let at = Millis(row.get(0).map_err(fault)?);
            let id: Uuid = row.get(1).map_err(fault)?;
            let no: i64 = row.get(2).map_err(fault)?;
            let is_wanted = (others.is_empty() && q.is_none())
                || self.rows.listed_contact(no)?.is_some_and(|(_, listing)| is_wanted(&listing, others, q));
            if !walk.look(Cursor { at, key: id.as_bytes().to_vec() }, is_wanted.then_some(no)) {
                break;
            }
        }
        Ok(walk)
    }
}

fn is_wanted(listing: &Listing, names: &[(Sort, String)], q: Option<&str>) -> bool {
    names.iter().all(|(sort, name)| listing.is_on(*sort, name)) && q.is_none_or(|q| listing.has_text(q))
}
