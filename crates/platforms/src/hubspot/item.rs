//! Notes and tasks. HubSpot says which property of one changed, and in an association whom it is about.

use std::collections::BTreeMap;

use serde_json::Value;

use hookline_model::{
    event::Change,
    item::{ItemFact, ItemSort},
};

use crate::{
    hubspot::{
        object::{NOTE, TASK},
        property::{Property, text},
        who::external,
    },
    json::{Node, is_present, is_scalar},
    time_text,
};

/// The longest name of a field, in bytes.
const NAME_BYTES_MAX: usize = 200;

/// The sort of item that a word for a record is.
fn sort(object: &str) -> Option<ItemSort> {
    match object {
        NOTE => Some(ItemSort::Note),
        TASK => Some(ItemSort::Task),
        _ => None,
    }
}

/// What an event says of the note or task with this id; none if the record is neither.
pub(super) fn fact(object: &str, account: Option<&str>, id: String, property: Option<&Property<'_>>) -> Option<Box<ItemFact>> {
    let sort = sort(object)?;
    let changed = property.and_then(|property| Some((&*property.name, property.value?)));
    let fields = changed.and_then(|(name, value)| field(sort, name, value));
    Some(Box::new(ItemFact { sort, id: external(account, id), fields: BTreeMap::from_iter(fields) }))
}

/// A field of an item by our name for it, else by HubSpot's.
fn field(sort: ItemSort, name: &str, value: Node<'_>) -> Option<(String, Change<Value>)> {
    if name.len() > NAME_BYTES_MAX || !is_scalar(value) {
        return None;
    }
    let ours = match (sort, name) {
        (ItemSort::Note, "hs_note_body") | (ItemSort::Task, "hs_task_body") => "text",
        (ItemSort::Task, "hs_task_subject") => "title",
        (ItemSort::Task, "hs_task_status") => "status",
        (ItemSort::Task, "hs_timestamp") => "due_at",
        _ => name,
    };
    let change = match ours {
        _ if text(value).is_empty() => Change::Clear,
        _ if !is_present(value) => return None,
        // Not started, in progress, waiting and deferred are all still to be done.
        "status" if sort == ItemSort::Task => Change::Set(if text(value) == "COMPLETED" { "done" } else { "todo" }.into()),
        "due_at" => Change::Set(time_text::from_node(value).map_or_else(|| value.to_value(), |at| at.to_string().into())),
        _ => Change::Set(value.to_value()),
    };
    Some((ours.to_owned(), change))
}
