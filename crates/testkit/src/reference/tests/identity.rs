//! Which keys are one contact.

use hookline_model::{key::ContactKey, kind::Kind};
use serde_json::json;

use super::{JANE, JOE, about, address, addresses, contact, dump, hubspot, jane, links, smartlead};

#[test]
fn the_smallest_key_gives_the_id_and_the_address() {
    let events = [
        about(Some(JOE), Some(hubspot("7")), 1, Kind::ContactCreated, 10),
        jane(2, Kind::EmailSent, 20),
        links(3, 30, &[(address(JOE), address(JANE), true)]),
    ];
    let by_address = contact(&events);
    assert_eq!(by_address["email"], json!("jane@x.example"));
    assert_eq!(by_address["id"], json!("16dfeda2-c7e1-55bf-a403-3dda66b322d6"));
    let by_external = contact(&[about(None, Some(smartlead("7")), 1, Kind::EmailSent, 10)]);
    assert_eq!(by_external["email"], json!(null));
    assert_eq!(by_external["id"], json!("0de7921e-60aa-5b84-bc85-cc7b86231d21"));
}

#[test]
fn an_id_of_a_crm_joins_every_address_it_is_named_with() {
    let events = [
        about(Some(JOE), Some(hubspot("7")), 1, Kind::ContactCreated, 10),
        about(Some(JANE), Some(hubspot("7")), 2, Kind::ContactUpdated, 20),
        about(None, Some(hubspot("7")), 3, Kind::ContactUpdated, 30),
    ];
    assert_eq!(addresses(&events), [JANE]);
    assert_eq!(contact(&events)["created_at"], json!("2026-02-11T08:00:10.000Z"));
    assert_eq!(contact(&events)["updated_at"], json!("2026-02-11T08:00:30.000Z"));
}

#[test]
fn an_id_of_a_sender_stands_for_the_address_it_was_last_named_with() {
    let events = [
        about(Some(JOE), Some(smartlead("7")), 1, Kind::EmailSent, 20),
        about(Some(JANE), Some(smartlead("7")), 2, Kind::EmailSent, 10),
        about(None, Some(smartlead("7")), 3, Kind::EmailOpened, 5),
    ];
    let dump = dump(&events);
    assert_eq!(addresses(&events), [JANE, JOE]);
    // Sorted by id: Jane's starts with 16, Joe's with b0.
    assert_eq!(dump["contacts"][0]["counts"]["opened"], json!(0));
    assert_eq!(dump["contacts"][1]["counts"]["opened"], json!(1));
}

#[test]
fn a_stand_in_falls_back_to_the_pair_that_is_not_unlinked() {
    let lead = ContactKey::External(smartlead("7"));
    let events = [
        about(Some(JOE), Some(smartlead("7")), 1, Kind::EmailSent, 20),
        about(Some(JANE), Some(smartlead("7")), 2, Kind::EmailSent, 10),
        about(None, Some(smartlead("7")), 3, Kind::EmailOpened, 5),
        links(4, 30, &[(lead, address(JOE), false)]),
    ];
    assert_eq!(dump(&events)["contacts"][0]["counts"]["opened"], json!(1));
    assert_eq!(dump(&events)["contacts"][1]["counts"]["opened"], json!(0));
}

#[test]
fn the_last_word_on_a_pair_decides_in_either_direction() {
    let people = [jane(1, Kind::EmailSent, 10), about(Some(JOE), None, 2, Kind::EmailSent, 10)];
    let link = links(3, 20, &[(address(JANE), address(JOE), true)]);
    let unlink = links(4, 30, &[(address(JOE), address(JANE), false)]);
    let relink = links(5, 40, &[(address(JOE), address(JANE), true)]);
    let cases = [
        (vec![link.clone()], vec![JANE]),
        (vec![unlink.clone(), link.clone()], vec![JANE, JOE]),
        (vec![relink, unlink, link], vec![JANE]),
        (vec![links(6, 50, &[(address(JANE), address(JOE), true), (address(JOE), address(JANE), false)])], vec![JANE]),
    ];
    for (links, expected) in cases {
        assert_eq!(addresses(&[people.to_vec(), links].concat()), expected);
    }
}

#[test]
fn unlinked_beats_named_also_when_it_is_older() {
    let person = ContactKey::External(hubspot("7"));
    let events = [
        links(1, 5, &[(person, address(JANE), false)]),
        about(Some(JANE), Some(hubspot("7")), 2, Kind::ContactUpdated, 10),
        about(None, Some(hubspot("7")), 3, Kind::ContactUpdated, 20),
    ];
    assert_eq!(addresses(&events), ["", JANE]);
}

#[test]
fn keys_that_no_entry_belongs_to_are_no_contact_but_may_name_one() {
    let lead = ContactKey::External(smartlead("7"));
    assert_eq!(dump(&[links(1, 10, &[(lead.clone(), address(JANE), true)])])["contacts"], json!([]));
    let named = [links(1, 10, &[(lead, address(JANE), true)]), about(None, Some(smartlead("7")), 2, Kind::EmailSent, 20)];
    assert_eq!(addresses(&named), [JANE]);
}
