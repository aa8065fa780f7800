//! Items.

use std::slice::from_ref;

use hookline_model::{
    event::{Change, Event},
    item::ItemSort,
    kind::Kind,
    platform::Platform,
};
use serde_json::{Value, json};

use super::{JANE, JOE, about, at, bare, dump, external, hubspot, item, jane, links, of_item, smartlead, with};

const JANES_ID: &str = "16dfeda2-c7e1-55bf-a403-3dda66b322d6";
const JOES_ID: &str = "b0e72efa-41cf-5e49-837b-9e0dd3d5d0a6";

/// An event about Jane and the note 5, with these fields.
fn note(n: u8, kind: Kind, seconds: i64, fields: &[(&str, Change<Value>)]) -> Event {
    of_item(&jane(n, kind, seconds), ItemSort::Note, hubspot("5"), fields)
}

fn set(value: impl Into<Value>) -> Change<Value> {
    Change::Set(value.into())
}

#[test]
fn an_item_has_every_field() {
    let id = external(Platform::Breakcold, "org_1", "call");
    let fields = [("title", set("Call her")), ("due_at", set("2026-02-12"))];
    let created = of_item(&jane(1, Kind::TaskCreated, 10), ItemSort::Task, id.clone(), &fields);
    let updated = of_item(&jane(2, Kind::TaskUpdated, 20), ItemSort::Task, id, &[("title", set("Call Jane"))]);
    assert_eq!(
        item(&[updated, created]),
        json!({
            "id": "0ce0bf5e-76b3-54b7-aef5-890b854bca01", "sort": "task",
            "platform": "breakcold", "account": "org_1", "external_id": "call",
            "contact_id": JANES_ID, "contact_email": JANE,
            "fields": { "due_at": "2026-02-12", "title": "Call Jane" },
            "created_at": "2026-02-11T08:00:10.000Z", "updated_at": "2026-02-11T08:00:20.000Z",
        })
    );
}

#[test]
fn what_an_item_lacks_is_null() {
    // The platform is that of the item's id, whoever tells of it.
    let list = of_item(&bare(1, Kind::ListCreated, 10), ItemSort::List, hubspot("7"), &[]);
    assert_eq!(
        item(from_ref(&list)),
        json!({
            "id": "486b5b82-7203-51ea-b608-c5b8ac164d7f", "sort": "list",
            "platform": "hubspot", "account": null, "external_id": "7",
            "contact_id": null, "contact_email": null, "fields": {},
            "created_at": "2026-02-11T08:00:10.000Z", "updated_at": "2026-02-11T08:00:10.000Z",
        })
    );
}

#[test]
fn events_without_an_item_make_none() {
    assert_eq!(dump(&[jane(1, Kind::NoteCreated, 10), bare(2, Kind::ListCreated, 20)])["items"], json!([]));
}

#[test]
fn items_of_one_id_and_another_sort_are_others_sorted_by_id() {
    let events: Vec<Event> = (1..)
        .zip(ItemSort::ALL)
        .map(|(n, sort)| of_item(&bare(n, Kind::Other, 10), sort, hubspot("5"), &[("name", set(sort.name()))]))
        .collect();
    let dump = dump(&events);
    let sorts: Vec<&Value> = dump["items"].as_array().into_iter().flatten().map(|item| &item["sort"]).collect();
    // Each has its own entries only.
    let names: Vec<&Value> = dump["items"].as_array().into_iter().flatten().map(|item| &item["fields"]["name"]).collect();
    assert_eq!(names, sorts);
    assert_eq!(sorts, ["list", "task", "message", "block", "note", "status", "tag"]);
}

#[test]
fn items_of_one_sort_and_another_platform_or_account_are_others() {
    let ids = [hubspot("5"), external(Platform::Hubspot, "portal", "5"), smartlead("5")];
    let events: Vec<Event> =
        (1..).zip(ids).map(|(n, id)| of_item(&bare(n, Kind::NoteCreated, 10), ItemSort::Note, id, &[])).collect();
    let items = dump(&events)["items"].clone();
    assert_eq!(items.as_array().map(Vec::len), Some(3), "{items:#}");
}

#[test]
fn a_field_is_a_single_value_and_left_out_when_cleared() {
    let created = note(1, Kind::NoteCreated, 10, &[("text", set("Hello")), ("author", set("Nora"))]);
    let steps = [
        (note(2, Kind::NoteUpdated, 20, &[("text", set(7))]), json!({ "author": "Nora", "text": 7 })),
        // Older than what is there.
        (note(3, Kind::NoteUpdated, 15, &[("text", Change::Clear)]), json!({ "author": "Nora", "text": 7 })),
        // What it does not name stays.
        (note(4, Kind::NoteUpdated, 30, &[]), json!({ "author": "Nora", "text": 7 })),
        (note(5, Kind::NoteUpdated, 40, &[("author", Change::Clear)]), json!({ "text": 7 })),
        (note(6, Kind::NoteUpdated, 50, &[("author", set(json!(["Joe"])))]), json!({ "author": ["Joe"], "text": 7 })),
    ];
    let mut events = vec![created];
    for (event, expected) in steps {
        events.push(event);
        assert_eq!(item(&events)["fields"], expected, "{events:#?}");
        let backwards: Vec<Event> = events.iter().rev().cloned().collect();
        assert_eq!(item(&backwards)["fields"], expected, "{backwards:#?}");
    }
}

#[test]
fn at_one_time_the_stamp_decides_over_a_field() {
    let updated = note(1, Kind::NoteUpdated, 10, &[("text", set("updated"))]);
    let created = note(9, Kind::NoteCreated, 10, &[("text", set("created"))]);
    assert_eq!(item(&[updated, created])["fields"]["text"], json!("updated"));
}

#[test]
fn a_variant_gives_its_fields_and_times() {
    let created = note(1, Kind::NoteCreated, 10, &[("text", set("short"))]);
    let variant = with(&note(1, Kind::NoteCreated, 20, &[("author", set("Nora"))]), |event| event.id = created.id);
    let item = item(&[variant, created]);
    assert_eq!(item["fields"], json!({ "author": "Nora", "text": "short" }));
    assert_eq!(item["updated_at"], json!("2026-02-11T08:00:20.000Z"));
}

#[test]
fn the_last_contact_key_says_whom_it_is_about() {
    let shown = |events: &[Event]| {
        let item = item(events);
        json!([item["contact_id"], item["contact_email"]])
    };
    let of_note = |event: &Event| of_item(event, ItemSort::Note, hubspot("5"), &[]);
    let janes = note(1, Kind::NoteCreated, 10, &[]);
    let joes = of_note(&about(Some(JOE), None, 2, Kind::NoteUpdated, 20));
    let nobodys = of_note(&bare(3, Kind::NoteUpdated, 30));
    assert_eq!(shown(&[janes.clone(), joes.clone()]), json!([JOES_ID, JOE]));
    // An entry without a contact takes it from nobody.
    assert_eq!(shown(&[nobodys.clone(), joes, janes]), json!([JOES_ID, JOE]));
    assert_eq!(shown(from_ref(&nobodys)), json!([null, null]));
}

#[test]
fn the_address_is_the_keys_else_that_of_its_contact() {
    let shown = |events: &[Event]| {
        let item = item(events);
        json!([item["contact_id"], item["contact_email"]])
    };
    let lead = of_item(&about(None, Some(hubspot("9")), 1, Kind::NoteCreated, 10), ItemSort::Note, hubspot("5"), &[]);
    assert_eq!(shown(from_ref(&lead)), json!(["d55e14f2-c7e4-5e5c-950f-eb2be1c7e699", null]));
    let named = about(Some(JOE), Some(hubspot("9")), 2, Kind::ContactUpdated, 5);
    assert_eq!(shown(&[lead, named]), json!([JOES_ID, JOE]));
    let linked = links(3, 30, &[(super::address(JANE), super::address(JOE), true)]);
    let joes = of_item(&about(Some(JOE), None, 4, Kind::NoteCreated, 10), ItemSort::Note, hubspot("5"), &[]);
    assert_eq!(shown(&[joes, linked]), json!([JANES_ID, JOE]));
}

#[test]
fn a_hidden_contact_is_named_all_the_same() {
    let item = item(&[note(1, Kind::NoteCreated, 10, &[]), jane(2, Kind::ContactDeleted, 20)]);
    assert_eq!(json!([item["contact_id"], item["contact_email"]]), json!([JANES_ID, JANE]));
}

#[test]
fn a_deleted_item_is_hidden_until_something_else_happens_later() {
    let text = note(1, Kind::NoteCreated, 10, &[("text", set("Hello"))]);
    let deleted = note(2, Kind::NoteDeleted, 20, &[]);
    let shown = |events: &[Event]| dump(events)["items"].as_array().map_or(0, Vec::len);
    assert_eq!(shown(&[text.clone(), deleted.clone()]), 0);
    assert_eq!(shown(from_ref(&deleted)), 0);
    // What happens at the same time, or to the contact or another item, does not bring it back.
    let at_once = note(3, Kind::NoteUpdated, 20, &[]);
    let other = of_item(&jane(5, Kind::NoteCreated, 30), ItemSort::Note, hubspot("6"), &[]);
    let events = [text.clone(), deleted.clone(), at_once.clone(), jane(4, Kind::NoteUpdated, 30), other];
    assert_eq!(item(&events)["external_id"], json!("6"));
    let later = with(&at_once, |event| event.occurred_at = at(21));
    let back = item(&[text.clone(), deleted.clone(), later.clone()]);
    assert_eq!(back["fields"], json!({ "text": "Hello" }));
    assert_eq!(back["updated_at"], json!("2026-02-11T08:00:21.000Z"));
    let deleted_again = note(6, Kind::NoteDeleted, 22, &[]);
    assert_eq!(shown(&[text, deleted, later, deleted_again]), 0);
}

#[test]
fn each_kind_that_deletes_hides_an_item_of_any_sort_and_no_other_does() {
    let deleting =
        [Kind::ListDeleted, Kind::StatusDeleted, Kind::TagDeleted, Kind::NoteDeleted, Kind::TaskDeleted, Kind::ContactUnblocked];
    for sort in ItemSort::ALL {
        for kind in Kind::ALL {
            let created = of_item(&jane(1, Kind::Other, 10), sort, hubspot("5"), &[]);
            let last = of_item(&jane(2, *kind, 20), sort, hubspot("5"), &[]);
            let shown = dump(&[created, last])["items"].as_array().map_or(0, Vec::len);
            assert_eq!(shown == 0, deleting.contains(kind), "{sort}: {kind}");
        }
    }
}

#[test]
fn of_several_deletions_of_different_kinds_the_latest_hides() {
    let events = [note(1, Kind::NoteDeleted, 10, &[]), note(2, Kind::NoteUpdated, 20, &[]), note(3, Kind::TaskDeleted, 30, &[])];
    assert_eq!(dump(&events)["items"], json!([]));
    // A deletion of one kind is nothing that happens later than one of another.
    assert_eq!(dump(&[events[0].clone(), events[2].clone()])["items"], json!([]));
    assert_eq!(item(&events[..2])["external_id"], json!("5"));
}
