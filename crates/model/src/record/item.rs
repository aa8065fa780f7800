//! Items, and contacts marked for erasure.

use serde::Serialize;
use serde_json::{Map, Value};

use super::text;
use crate::{
    fold::Links,
    id::{ContactId, ItemId, WorkspaceId},
    item::{ItemKey, ItemSort, ItemState},
    key::ContactKey,
    link::contact_component,
    platform::Platform,
    record::merged_contact,
    rows::ReadRows,
    time::Millis,
};

/// A list, status, tag, note, task or message of a CRM.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// Derived from its sort and the platform's id.
    pub id: ItemId,
    /// Which sort of thing.
    pub sort: ItemSort,
    /// Platform.
    pub platform: Platform,
    /// Account within which the platform's id is unique.
    pub account: Option<String>,
    /// The platform's id.
    pub external_id: String,
    /// The contact.
    pub contact_id: Option<ContactId>,
    /// The contact's address.
    pub contact_email: Option<String>,
    /// Its fields, at most [`crate::item::ITEM_FIELDS_MAX`].
    pub fields: Map<String, Value>,
    /// First entry.
    pub created_at: Option<String>,
    /// Last entry.
    pub updated_at: Option<String>,
}

/// The record of an item. `None` if it is hidden.
///
/// # Errors
/// When rows cannot be read.
pub fn item<R: ReadRows>(
    rows: &mut R,
    workspace: WorkspaceId,
    key: &ItemKey,
    state: &ItemState,
) -> Result<Option<Item>, R::Error> {
    if state.is_hidden() {
        return Ok(None);
    }
    let head = match state.contact.get() {
        Some(contact) => contact_component(&mut Links(rows), contact)?.pop_first(),
        None => None,
    };
    let own_address = state.contact.get().and_then(ContactKey::email);
    let contact_email = own_address.or_else(|| head.as_ref().and_then(ContactKey::email));
    let fields = state.fields.iter();
    let json_text = |text: &String| serde_json::from_str(text).ok();
    Ok(Some(Item {
        id: ItemId::derive(workspace, key.sort, &key.id),
        sort: key.sort,
        platform: key.id.platform,
        account: Some(key.id.account.clone()).filter(|account| !account.is_empty()),
        external_id: key.id.id.clone(),
        contact_email: contact_email.map(ToString::to_string),
        contact_id: head.map(|head| ContactId::derive(workspace, &head)),
        fields: fields.filter_map(|(name, _, value)| Some((name.clone(), value.as_ref().and_then(json_text)?))).collect(),
        created_at: text(state.first_event_at),
        updated_at: text(state.last_event_at),
    }))
}

/// A contact marked for erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The contact, by its best key.
    pub contact_id: ContactId,
    /// The first time that somebody asked for it.
    pub since: Millis,
}

/// Since when the contact that a key belongs to is marked for erasure. `None` if it is not.
///
/// # Errors
/// When rows cannot be read.
pub fn erasure<R: ReadRows>(rows: &mut R, workspace: WorkspaceId, key: &ContactKey) -> Result<Option<Erasure>, R::Error> {
    let Some((component, state)) = merged_contact(rows, key)? else { return Ok(None) };
    let head = component.into_iter().next().unwrap_or_else(|| key.clone());
    Ok(state.erase_at.map(|since| Erasure { contact_id: ContactId::derive(workspace, &head), since }))
}
