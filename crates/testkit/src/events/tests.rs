//! That random histories meet what is to be compared: a comparison of histories in which nothing happens proves nothing.

use std::collections::BTreeMap;

use hookline_model::{
    event::{Change, Event},
    id::WorkspaceId,
    item::{ItemFact, ItemSort},
    key::ExternalId,
    kind::Kind,
};
use proptest::{prelude::Strategy, strategy::ValueTree, test_runner::TestRunner};
use serde_json::Value;

use super::history;
use crate::reference;

/// As many as the merge is held against each time, of the same sizes and always the same ones.
fn histories() -> Vec<Vec<Event>> {
    let mut runner = TestRunner::deterministic();
    (0..400).map(|_| history(1..40).new_tree(&mut runner).expect("a history").current()).collect()
}

/// The entries of each item, in the order of time.
fn items(history: &[Event]) -> BTreeMap<(ItemSort, &ExternalId), Vec<(&Event, &ItemFact)>> {
    let mut items: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in history {
        if let Some(item) = event.facts.item.as_deref() {
            items.entry((item.sort, &item.id)).or_default().push((event, item));
        }
    }
    for entries in items.values_mut() {
        entries.sort_by_key(|(event, _)| event.occurred_at);
    }
    items
}

fn is_deletion(event: &Event) -> bool {
    let deleting = [Kind::ListDeleted, Kind::StatusDeleted, Kind::TagDeleted, Kind::NoteDeleted, Kind::TaskDeleted];
    deleting.contains(&event.kind)
}

/// What can happen to an item, by name.
fn happened(entries: &[(&Event, &ItemFact)]) -> Vec<&'static str> {
    let mut happened = Vec::new();
    let mut variants =
        entries.iter().enumerate().flat_map(|(n, (event, _))| entries[..n].iter().map(move |(other, _)| (event, other)));
    if variants.any(|(a, b)| a.id == b.id && a != b) {
        happened.push("told of by a variant");
    }
    let mut note = |name, did| {
        if did {
            happened.push(name);
        }
    };
    for pair in entries.windows(2) {
        let [(before, item_before), (after, item_after)] = pair else { continue };
        let keys = (before.contact_key(), after.contact_key());
        note("deleted after it was there", !is_deletion(before) && is_deletion(after));
        note("come again", is_deletion(before) && !is_deletion(after) && before.occurred_at < after.occurred_at);
        note("deleted by another kind", is_deletion(before) && is_deletion(after) && before.kind != after.kind);
        note("deleted and told of at once", is_deletion(before) != is_deletion(after) && before.occurred_at == after.occurred_at);
        note("about somebody else", keys.0.is_some() && keys.1.is_some() && keys.0 != keys.1);
        note("about nobody now", keys.0.is_some() && keys.1.is_none());
        for (name, change) in &item_after.fields {
            note(
                "a field cleared",
                item_before.fields.get(name).is_some_and(|had| *had != Change::Clear) && *change == Change::Clear,
            );
            note("a field set again", item_before.fields.get(name) == Some(&Change::Clear) && *change != Change::Clear);
        }
        note("a field not named", item_before.fields.keys().any(|name| !item_after.fields.contains_key(name)));
    }
    happened
}

#[test]
fn histories_tell_much_of_few_items() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for history in histories() {
        for ((sort, _), entries) in items(&history) {
            *seen.entry(sort.name()).or_default() += 1;
            for name in happened(&entries) {
                *seen.entry(name).or_default() += 1;
            }
        }
    }
    let names = [
        "deleted after it was there",
        "come again",
        "deleted by another kind",
        "deleted and told of at once",
        "about somebody else",
        "about nobody now",
        "told of by a variant",
        "a field cleared",
        "a field set again",
        "a field not named",
    ];
    for name in ItemSort::ALL.map(ItemSort::name).into_iter().chain(names) {
        assert!(seen.get(name).is_some_and(|times| *times >= 20), "{name}: {seen:#?}");
    }
}

#[test]
fn histories_forget_some_contacts_and_show_the_others() {
    let workspace = WorkspaceId(uuid::Uuid::from_u128(1));
    let (mut erased, mut erased_beside_others, mut hidden_items, mut shown_items, mut contacts) = (0, 0, 0, 0, 0);
    let histories = histories();
    for history in &histories {
        let dump = reference::records(workspace, history);
        let list = |name: &str| dump[name].as_array().map_or(0, Vec::len);
        erased += usize::from(list("erasures") > 0);
        erased_beside_others += usize::from(list("erasures") > 0 && list("contacts") > 0);
        shown_items += list("items");
        hidden_items += items(history).len() - list("items");
        contacts += usize::from(dump["contacts"] != Value::Array(Vec::new()));
    }
    assert!(erased >= 50, "{erased} of {} forget a contact", histories.len());
    assert!(erased_beside_others >= 25, "{erased_beside_others} of {} forget one of several contacts", histories.len());
    assert!(hidden_items >= 100 && shown_items >= 500, "{hidden_items} items are hidden, {shown_items} are not");
    assert!(contacts * 10 >= histories.len() * 8, "{contacts} of {} show a contact", histories.len());
}
