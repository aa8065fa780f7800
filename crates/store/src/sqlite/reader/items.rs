//! Items: pages of them.

use hookline_model::{
    id::{ContactId, ItemId},
    item::ItemSort,
    record::{self, Item},
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
    query::{Cursor, PAGE_BODY_BYTES_MAX, Page, PageRequest},
    sqlite::open::failed,
};

impl WorkspaceReader<'_> {
    /// One item. `None` if it is not there, or hidden.
    pub(in crate::sqlite) fn item(&mut self, id: ItemId) -> Result<Option<Item>, Error> {
        let Some(held) = self.rows.held_item(id)? else { return Ok(None) };
        record::item(&mut self.rows, self.workspace, &held.key, &held.state)
    }

    /// A page of the items of a sort that are nobody's.
    pub(in crate::sqlite) fn items(&mut self, sort: ItemSort, request: &PageRequest) -> Result<Page<Item>, Error> {
        let walk = self.walk_items(sort, &[], request)?;
        self.page_of_items(vec![walk], request)
    }

    /// A page of a contact's items of a sort. `None` if there is no such contact, or it is hidden.
    pub(in crate::sqlite) fn contact_items(
        &mut self,
        contact: ContactId,
        sort: ItemSort,
        request: &PageRequest,
    ) -> Result<Option<Page<Item>>, Error> {
        let Some(key) = self.rows.contact_key_of_id(contact)? else { return Ok(None) };
        let found = record::merged_contact(&mut self.rows, &key)?;
        let Some((component, _)) = found.filter(|(_, state)| !state.is_hidden()) else { return Ok(None) };
        let mut walks = Vec::with_capacity(component.len());
        for key in &component {
            let owner = ContactId::derive(self.workspace, key);
            walks.push(self.walk_items(sort, owner.0.as_bytes(), request)?);
        }
        self.page_of_items(walks, request).map(Some)
    }

    /// The ids of a list of items.
    fn walk_items(&self, sort: ItemSort, owner: &[u8], request: &PageRequest) -> Result<Walk<Uuid>, Error> {
        let fault = |error: rusqlite::Error| failed("list items", &error);
        let sql =
            "SELECT at, id FROM item WHERE workspace = ?1 AND sort = ?2 AND owner = ?3 AND listed = 1 AND (at, id) < (?4, ?5)
            ORDER BY at DESC, id DESC";
        let (at, id) = below_id(request);
        let mut statement = self.rows.records.prepare_cached(sql).map_err(fault)?;
        let mut found = statement.query(params![self.rows.no, sort as i64, owner, at.0, id]).map_err(fault)?;
        let mut walk = Walk::new(request.limit);
        while let Some(row) = found.next().map_err(fault)? {
            let (at, id): (i64, Uuid) = (row.get(0).map_err(fault)?, row.get(1).map_err(fault)?);
            if !walk.look(Cursor { at: Millis(at), key: id.as_bytes().to_vec() }, Some(id)) {
                break;
            }
        }
        Ok(walk)
    }

    fn page_of_items(&mut self, walks: Vec<Walk<Uuid>>, request: &PageRequest) -> Result<Page<Item>, Error> {
        let (found, mut next) = merge(walks, request.limit);
        let (mut rows, mut bytes) = (Vec::with_capacity(found.len()), 0);
        for (at, id) in found {
            if bytes > PAGE_BODY_BYTES_MAX {
                break;
            }
            let (held, size) = self.rows.listed_item(id)?;
            bytes += size;
            if bytes > PAGE_BODY_BYTES_MAX {
                next = Some(at);
            }
            rows.extend(record::item(&mut self.rows, self.workspace, &held.key, &held.state)?);
        }
        Ok(Page { rows, next })
    }
}
