//! Records that are no contacts.

use serde_json::{Value, json};

use hookline_model::{event::Change, event::Event, item::ItemSort, kind::Kind};

use super::{
    CONTACT, event, external, extra,
    fixtures::{app, association, generic, message},
    id, with,
};

fn field(event: &Event, name: &str) -> Option<Change<Value>> {
    event.facts.item.as_ref().and_then(|item| item.fields.get(name).cloned())
}

fn set(value: &str) -> Option<Change<Value>> {
    Some(Change::Set(json!(value)))
}

#[test]
fn other_records_are_kept_apart_from_contacts() {
    for object in ["deal", "company", "ticket", "product", "line_item"] {
        for verb in ["creation", "deletion", "restore", "propertyChange"] {
            let event = event(&app(&format!("{object}.{verb}"), &json!({})));
            assert_eq!((event.kind, event.contact.as_ref(), event.facts.item.as_ref()), (Kind::Other, None, None));
            assert_eq!(extra(&event, "object_type"), Some(&json!(object)));
            assert_eq!(extra(&event, "object_id"), Some(&json!(CONTACT)));
            assert_eq!(extra(&event, "event_name"), Some(&json!(format!("{object}.{verb}"))));
        }
    }
}

#[test]
fn generic_names_say_the_sort_of_record() {
    for (object, word) in [("0-3", "deal"), ("0-18", "communication"), ("0-49", "email"), ("0-136", "lead"), ("2-1187", "2-1187")]
    {
        let event = event(&generic("creation", object, &json!({})));
        assert_eq!((event.kind, event.contact.as_ref()), (Kind::Other, None));
        assert_eq!(extra(&event, "object_type"), Some(&json!(word)));
    }
}

#[test]
fn the_changed_property_of_another_record_is_shown() {
    let deal = event(&app("deal.propertyChange", &json!({"propertyName": "dealstage", "propertyValue": "closedwon"})));
    assert_eq!(extra(&deal, "property_name"), Some(&json!("dealstage")));
    assert_eq!(extra(&deal, "property_value"), Some(&json!("closedwon")));
    assert!(deal.facts.custom_fields.is_empty());
    let long = app("deal.propertyChange", &json!({"propertyName": "dealstage", "propertyValue": "x".repeat(2_049)}));
    assert_eq!(extra(&event(&long), "property_value"), None);
}

#[test]
fn an_event_that_completed_is_other() {
    let event = event(&app("event.completed", &json!({"objectTypeId": "0-1"})));
    assert_eq!((event.kind, event.contact.as_ref()), (Kind::Other, None));
    assert_eq!(extra(&event, "object_id"), Some(&json!(CONTACT)));
    assert_eq!(super::kind(&app("event.completed", &json!({"objectId": "-"}))), Kind::Other);
}

#[test]
fn a_message_of_a_conversation_is_no_reply() {
    let event = event(&message());
    assert_eq!((event.kind, event.contact.as_ref(), event.inbound.as_ref()), (Kind::Other, None, None));
    assert_eq!(extra(&event, "message_id"), Some(&json!("0f4d6a1be2c94d0d")));
    assert_eq!(extra(&event, "message_type"), Some(&json!("MESSAGE")));
    assert_eq!(extra(&event, "object_id"), Some(&json!("8112233")));
    let comment = super::event(&with(message(), &json!({"messageType": "COMMENT"})));
    assert_eq!((comment.kind, extra(&comment, "message_type")), (Kind::Other, Some(&json!("COMMENT"))));
}

#[test]
fn a_conversation_that_changed_is_other() {
    for (name, value) in [("assignedTo", "A-5512"), ("assignedTo", ""), ("status", "CLOSED"), ("isArchived", "FALSE")] {
        let fields = json!({"propertyName": name, "propertyValue": value});
        let event = event(&app("conversation.propertyChange", &fields));
        assert_eq!((event.kind, extra(&event, "object_type")), (Kind::Other, Some(&json!("conversation"))));
        assert_eq!(extra(&event, "property_name"), Some(&json!(name.to_lowercase())));
        assert_eq!(extra(&event, "property_value"), Some(&json!(value)));
    }
    for verb in ["creation", "deletion", "privacyDeletion"] {
        assert_eq!(super::kind(&app(&format!("conversation.{verb}"), &json!({}))), Kind::Other);
    }
}

#[test]
fn notes_and_tasks_are_items() {
    let kinds = |object: &str| {
        let verbs = ["creation", "propertyChange", "restore", "deletion"];
        verbs.map(|verb| super::kind(&generic(verb, object, &json!({}))))
    };
    assert_eq!(kinds("0-46"), [Kind::NoteCreated, Kind::NoteUpdated, Kind::NoteUpdated, Kind::NoteDeleted]);
    assert_eq!(kinds("0-27"), [Kind::TaskCreated, Kind::TaskUpdated, Kind::TaskUpdated, Kind::TaskDeleted]);
    let note = event(&generic("creation", "0-46", &json!({})));
    let item = note.facts.item.expect("an item");
    assert_eq!((item.sort, item.id, item.fields.len()), (ItemSort::Note, external(CONTACT), 0));
    assert_eq!(note.contact, None);
}

#[test]
fn the_fields_of_notes_and_tasks_have_our_names() {
    let changed = |object: &str, name: &str, value: Value| {
        event(&generic("propertyChange", object, &json!({"propertyName": name, "propertyValue": value})))
    };
    assert_eq!(field(&changed("0-46", "hs_note_body", json!("Likes tea")), "text"), set("Likes tea"));
    assert_eq!(field(&changed("0-46", "hs_note_body", json!("")), "text"), Some(Change::Clear));
    assert_eq!(field(&changed("0-46", "hs_timestamp", json!("1774431200000")), "hs_timestamp"), set("1774431200000"));
    assert_eq!(field(&changed("0-27", "hs_task_subject", json!("Call")), "title"), set("Call"));
    assert_eq!(field(&changed("0-27", "hs_task_body", json!("About cranes")), "text"), set("About cranes"));
    assert_eq!(field(&changed("0-27", "hs_task_status", json!("COMPLETED")), "status"), set("done"));
    assert_eq!(field(&changed("0-27", "hs_task_status", json!("WAITING")), "status"), set("todo"));
    assert_eq!(field(&changed("0-27", "hs_timestamp", json!("1774431200000")), "due_at"), set("2026-03-25T09:33:20.000Z"));
    assert_eq!(field(&changed("0-27", "hubspot_owner_id", json!("5512")), "hubspot_owner_id"), set("5512"));
    for value in [json!(null), json!("REDACTED"), json!("null"), json!({})] {
        assert_eq!(changed("0-46", "hs_note_body", value).facts.item.expect("an item").fields.len(), 0);
    }
}

#[test]
fn an_association_says_whose_note_it_is() {
    let sides = |removed: bool, other: &str| {
        let fields = json!({
            "subscriptionType": "object.associationChange", "associationType": "-", "fromObjectTypeId": "0-1",
            "toObjectTypeId": other, "associationRemoved": removed,
        });
        event(&with(association(), &fields))
    };
    let put = sides(false, "0-46");
    let item = put.facts.item.as_ref().expect("an item");
    assert_eq!((put.kind, id(&put), item.sort, &item.id), (Kind::Other, Some(CONTACT), ItemSort::Note, &external("9921300")));
    assert_eq!(sides(false, "0-27").facts.item.map(|item| item.sort), Some(ItemSort::Task));
    // Deleting a note takes it off its contact, which must not bring it back.
    assert_eq!(sides(true, "0-46").facts.item, None);
    assert_eq!(sides(false, "0-3").facts.item, None);
}
