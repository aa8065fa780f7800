//! Items: one record per list, status, tag, note, task, message and entry of the block list that is not hidden.

use std::collections::BTreeSet;

use hookline_model::{
    event::Event,
    id::{ItemId, WorkspaceId},
    item::{ItemFact, ItemSort},
    key::ExternalId,
    kind::Kind,
};
use serde_json::{Value, json};

use super::{
    entries::{Entry, account, first, is_deleted, last, single_values, time},
    groups::{Person, whom},
};

/// The kinds that delete an item, of whatever sort it is.
const DELETING: [Kind; 6] =
    [Kind::ListDeleted, Kind::StatusDeleted, Kind::TagDeleted, Kind::NoteDeleted, Kind::TaskDeleted, Kind::ContactUnblocked];

/// The record of every item that is not hidden, sorted by id.
pub(super) fn items(workspace: WorkspaceId, entries: &[Entry], people: &[Person]) -> Vec<Value> {
    let named: BTreeSet<(ItemSort, &ExternalId)> = entries.iter().filter_map(|entry| name(entry.event)).collect();
    let mut named: Vec<_> = named.into_iter().map(|(sort, id)| (ItemId::derive(workspace, sort, id), sort, id)).collect();
    named.sort();
    let mut records = Vec::new();
    for (item, sort, id) in named {
        let own: Vec<Entry> = entries.iter().filter(|entry| name(entry.event) == Some((sort, id))).copied().collect();
        if !is_deleted(&own, &DELETING) {
            records.push(record(item, sort, id, &own, people));
        }
    }
    records
}

/// Which item an event is about.
fn name(event: &Event) -> Option<(ItemSort, &ExternalId)> {
    let ItemFact { sort, id, .. } = event.facts.item.as_deref()?;
    Some((*sort, id))
}

fn record(item: ItemId, sort: ItemSort, id: &ExternalId, entries: &[Entry], people: &[Person]) -> Value {
    let (contact_id, contact_email) = whom(entries, people);
    json!({
        "id": item,
        "sort": sort.name(),
        "platform": id.platform.name(),
        "account": account(&id.account),
        "external_id": id.id,
        "contact_id": contact_id,
        "contact_email": contact_email,
        "fields": single_values(entries, |event| event.facts.item.as_deref().map(|item| &item.fields)),
        "created_at": time(first(entries, |_| true)),
        "updated_at": time(last(entries, |_| true)),
    })
}
