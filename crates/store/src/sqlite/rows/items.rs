//! Items: what is known of each, the list that shows it, and the entries that tell of it.

use hookline_model::{
    event::Event,
    id::{ContactId, ItemId, WorkspaceId},
    item::{ItemKey, ItemState},
};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{SqlRows, broken, pack, unpack};
use crate::Error;

/// An item as a list finds it.
#[derive(Serialize, Deserialize)]
pub(in crate::sqlite) struct HeldItem {
    pub(in crate::sqlite) key: ItemKey,
    pub(in crate::sqlite) state: ItemState,
}

fn id_of(workspace: WorkspaceId, key: &ItemKey) -> Uuid {
    ItemId::derive(workspace, key.sort, &key.id).0
}

/// Whose list an item is on: that of its contact key, or nobody's.
fn owner(workspace: WorkspaceId, key: &ItemKey, state: &ItemState) -> Vec<u8> {
    let contact = state.contact.get().filter(|_| key.sort.is_of_a_contact());
    contact.map(|contact| ContactId::derive(workspace, contact).0.as_bytes().to_vec()).unwrap_or_default()
}

impl SqlRows<'_> {
    fn packed_item(&self, id: Uuid) -> Result<Option<Vec<u8>>, Error> {
        self.one("SELECT state FROM item WHERE workspace = ?1 AND id = ?2", params![self.no, id], |row| row.get(0))
    }

    /// An item by its id, hidden or not.
    pub(in crate::sqlite) fn held_item(&self, id: ItemId) -> Result<Option<HeldItem>, Error> {
        self.packed_item(id.0)?.map(|state| unpack(&state)).transpose()
    }

    /// The item that a list has, and how many bytes it takes.
    pub(in crate::sqlite) fn listed_item(&self, id: Uuid) -> Result<(HeldItem, usize), Error> {
        let state = self.packed_item(id)?.ok_or_else(|| broken("read an item"))?;
        Ok((unpack(&state)?, state.len()))
    }

    pub(super) fn read_item(&self, key: &ItemKey) -> Result<Option<ItemState>, Error> {
        let state = self.packed_item(id_of(self.workspace, key))?;
        state.map(|state| unpack::<HeldItem>(&state).map(|held| held.state)).transpose()
    }

    pub(super) fn write_item(&self, key: &ItemKey, state: &ItemState) -> Result<(), Error> {
        let id = id_of(self.workspace, key);
        let at = state.first_event_at.ok_or_else(|| broken("write an item"))?;
        let (owner, is_listed) = (owner(self.workspace, key, state), !state.is_hidden());
        let sql = "REPLACE INTO item (workspace, id, sort, owner, at, listed, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.write(sql, params![self.no, id, key.sort as i64, owner, at.0, is_listed, pack(&(key, state))?])
    }

    /// Removes an item.
    pub(in crate::sqlite) fn remove_item(&self, key: &ItemKey) -> Result<(), Error> {
        self.write("DELETE FROM item WHERE workspace = ?1 AND id = ?2", params![self.no, id_of(self.workspace, key)])
    }

    /// Every item of the workspace.
    pub(super) fn every_item(&self) -> Result<Vec<(ItemKey, ItemState)>, Error> {
        let sql = "SELECT state FROM item WHERE workspace = ?1";
        let states: Vec<Vec<u8>> = self.all(sql, [self.no], |row| row.get(0))?;
        let read = |state: &Vec<u8>| unpack::<HeldItem>(state).map(|held| (held.key, held.state));
        states.iter().map(read).collect()
    }

    /// Where the entries are that tell of an item.
    pub(in crate::sqlite) fn entries_of_item(&self, key: &ItemKey) -> Result<Vec<u64>, Error> {
        let sql = "SELECT position FROM item_entry WHERE workspace = ?1 AND id = ?2";
        self.all(sql, params![self.no, id_of(self.workspace, key)], |row| Ok(row.get::<_, i64>(0)?.cast_unsigned()))
    }

    /// Writes that an entry tells of its item, if it has one.
    pub(super) fn list_item_entry(&self, event: &Event, position: u64) -> Result<(), Error> {
        self.change_item_entry("INSERT INTO item_entry (workspace, id, position) VALUES (?1, ?2, ?3)", event, position)
    }

    /// Removes that.
    pub(super) fn unlist_item_entry(&self, event: &Event, position: u64) -> Result<(), Error> {
        self.change_item_entry("DELETE FROM item_entry WHERE workspace = ?1 AND id = ?2 AND position = ?3", event, position)
    }

    fn change_item_entry(&self, sql: &'static str, event: &Event, position: u64) -> Result<(), Error> {
        match event.item_key() {
            Some(key) => self.write(sql, params![self.no, id_of(self.workspace, &key), position.cast_signed()]),
            None => Ok(()),
        }
    }
}
