//! Contacts that are marked for erasure.

use std::slice::from_ref;

use hookline_model::{event::Event, kind::Kind};
use serde_json::{Value, json};

use super::{
    JANE, JOE, about, address, bare, campaign, contact, dump, forty_one, hubspot, jane, links, of_sent, stating, with, within,
};

const JANES_ID: &str = "16dfeda2-c7e1-55bf-a403-3dda66b322d6";
const JOES_ID: &str = "b0e72efa-41cf-5e49-837b-9e0dd3d5d0a6";
const AT_10: &str = "2026-02-11T08:00:10.000Z";
const AT_20: &str = "2026-02-11T08:00:20.000Z";

/// The event, asking that its contact be forgotten.
fn erasing(event: &Event) -> Event {
    stating(event, |facts| facts.erase = true)
}

fn erasures(events: &[Event]) -> Value {
    dump(events)["erasures"].clone()
}

#[test]
fn a_contact_that_is_only_deleted_is_not_marked() {
    assert_eq!(erasures(&[jane(1, Kind::ContactCreated, 10), jane(2, Kind::ContactDeleted, 20)]), json!([]));
}

#[test]
fn a_contact_that_is_to_be_forgotten_is_hidden_whatever_comes_after() {
    let erased = erasing(&jane(1, Kind::ContactDeleted, 20));
    let mut events = vec![jane(2, Kind::ContactCreated, 10), erased];
    let steps = [(3, Kind::EmailOpened, 15), (4, Kind::EmailReplied, 30), (5, Kind::ContactCreated, 40)];
    for (n, kind, seconds) in steps {
        events.push(jane(n, kind, seconds));
        let dump = dump(&events);
        assert_eq!(dump["contacts"], json!([]), "{kind}");
        assert_eq!(dump["erasures"], json!([{ "contact_id": JANES_ID, "since": AT_20 }]), "{kind}");
    }
}

#[test]
fn an_entry_of_any_kind_can_ask_for_it() {
    let dump = dump(&[jane(1, Kind::EmailSent, 10), erasing(&jane(2, Kind::Other, 20))]);
    assert_eq!(dump["contacts"], json!([]));
    assert_eq!(dump["erasures"], json!([{ "contact_id": JANES_ID, "since": AT_20 }]));
}

#[test]
fn the_mark_is_as_old_as_the_first_entry_that_asks() {
    let later = erasing(&jane(1, Kind::ContactDeleted, 20));
    let earlier = erasing(&jane(2, Kind::ContactDeleted, 10));
    let unasked = jane(3, Kind::ContactDeleted, 5);
    let since = |events: &[Event]| erasures(events)[0]["since"].clone();
    assert_eq!(since(&[unasked.clone(), later.clone()]), json!(AT_20));
    assert_eq!(since(&[unasked, later, earlier]), json!(AT_10));
}

#[test]
fn a_variant_that_does_not_count_asks_as_well() {
    let deleted = jane(1, Kind::ContactDeleted, 10);
    let variant = with(&erasing(&deleted), |event| event.occurred_at = super::at(20));
    assert_eq!(erasures(&[deleted, variant]), json!([{ "contact_id": JANES_ID, "since": AT_20 }]));
}

#[test]
fn an_entry_about_nobody_marks_nobody() {
    let events = [jane(1, Kind::EmailSent, 10), erasing(&bare(2, Kind::ContactDeleted, 20))];
    assert_eq!(erasures(&events), json!([]));
    assert_eq!(contact(&events)["email"], json!(JANE));
}

#[test]
fn all_keys_of_the_contact_are_marked_under_its_id() {
    let erased = erasing(&about(None, Some(hubspot("5")), 1, Kind::ContactDeleted, 20));
    let named = about(Some(JANE), Some(hubspot("5")), 2, Kind::ContactCreated, 30);
    let both = dump(&[erased.clone(), named.clone()]);
    assert_eq!(both["contacts"], json!([]));
    assert_eq!(both["erasures"], json!([{ "contact_id": JANES_ID, "since": AT_20 }]));
    // Pulled apart again, only who was to be forgotten is.
    let unlinked = links(3, 40, &[(address(JANE), super::ContactKey::External(hubspot("5")), false)]);
    let apart = dump(&[erased, named, unlinked]);
    assert_eq!(apart["contacts"][0]["email"], json!(JANE));
    assert_eq!(apart["contacts"].as_array().map(Vec::len), Some(1));
    assert_eq!(apart["erasures"], json!([{ "contact_id": "12361a78-8573-502d-8547-a02f5dbcc446", "since": AT_20 }]));
}

#[test]
fn what_is_not_the_contact_keeps_it() {
    let sent = of_sent(&within(&jane(1, Kind::EmailSent, 10), forty_one()), |_| {});
    let erased = erasing(&jane(2, Kind::ContactDeleted, 20));
    let dump = dump(&[sent.clone(), erased.clone()]);
    assert_eq!(dump["contacts"], json!([]));
    assert_eq!(dump["enrollments"][0]["contact_id"], json!(JANES_ID));
    assert_eq!(json!([dump["emails"][0]["contact_id"], dump["emails"][0]["contact_email"]]), json!([JANES_ID, JANE]));
    let campaign = campaign(&[sent, erased]);
    assert_eq!(json!([campaign["unique"]["contacts"], campaign["counts"]["sent"]]), json!([1, 1]));
}

#[test]
fn erasures_are_sorted_by_id() {
    let joe = erasing(&about(Some(JOE), None, 1, Kind::ContactDeleted, 10));
    let jane = erasing(&jane(2, Kind::ContactDeleted, 20));
    let (hers, his) = (json!({ "contact_id": JANES_ID, "since": AT_20 }), json!({ "contact_id": JOES_ID, "since": AT_10 }));
    assert_eq!(erasures(&[joe.clone(), jane]), json!([hers, his]));
    assert_eq!(erasures(from_ref(&joe)), json!([his]));
}
