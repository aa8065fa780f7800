//! Names of events and their kinds.

use serde_json::json;

use hookline_model::kind::Kind;

use super::{
    Hubspot, event, event_with, extra,
    fixtures::{app, generic},
    id, kind, refusal,
};
use crate::{Parser, Settings};

#[test]
fn every_name_that_hubspot_lists_is_known() {
    let names = Hubspot.names();
    assert_eq!(names.len(), 48);
    let fields = json!({"objectTypeId": "0-1", "fromObjectId": 5, "primaryObjectId": 6});
    for (name, expected) in names {
        assert_eq!(kind(&app(name, &fields)), expected, "{name}");
    }
}

#[test]
fn a_contacts_events_have_our_kinds() {
    for (verb, expected) in [
        ("creation", Kind::ContactCreated),
        ("propertyChange", Kind::ContactUpdated),
        ("merge", Kind::ContactUpdated),
        ("restore", Kind::ContactUpdated),
        ("deletion", Kind::ContactDeleted),
        ("privacyDeletion", Kind::ContactDeleted),
    ] {
        assert_eq!(kind(&app(&format!("contact.{verb}"), &json!({}))), expected, "{verb}");
        assert_eq!(kind(&generic(verb, "0-1", &json!({}))), expected, "{verb}");
    }
}

#[test]
fn a_generic_name_is_of_the_sort_beside_it() {
    assert_eq!(kind(&generic("creation", "0-3", &json!({}))), Kind::Other);
    assert_eq!(kind(&generic("creation", "2-1187", &json!({}))), Kind::Other);
    assert_eq!(kind(&generic("creation", "0-1", &json!({"objectTypeId": "-"}))), Kind::Other);
    assert_eq!(kind(&generic("creation", " Contact ", &json!({}))), Kind::ContactCreated);
    // A classic name says itself what it is about.
    assert_eq!(kind(&app("contact.creation", &json!({"objectTypeId": "0-3"}))), Kind::ContactCreated);
}

#[test]
fn a_name_is_the_same_in_any_case() {
    for name in ["CONTACT.CREATION", " Contact.Creation ", "contact.creation"] {
        assert_eq!(event(&app(name, &json!({}))), event(&app("contact.creation", &json!({}))), "{name}");
    }
}

#[test]
fn the_name_may_stand_under_event_type() {
    let body = app("-", &json!({"eventType": "contact.creation"}));
    assert_eq!(event(&body), event(&app("contact.creation", &json!({}))));
    assert_eq!(kind(&app("contact.creation", &json!({"eventType": "contact.deletion"}))), Kind::ContactCreated);
}

#[test]
fn an_unknown_name_is_other() {
    let contact = event(&app("contact.enrichment", &json!({})));
    assert_eq!((contact.kind, id(&contact)), (Kind::Other, Some(super::CONTACT)));
    assert_eq!(extra(&contact, "event_name"), Some(&json!("contact.enrichment")));
    let nothing = event(&json!({"subscriptionType": "Something"}));
    assert_eq!((nothing.kind, nothing.contact.as_ref()), (Kind::Other, None));
    assert_eq!(extra(&nothing, "event_name"), Some(&json!("Something")));
    let long = event(&json!({"subscriptionType": "é".repeat(5_000)}));
    assert_eq!(extra(&long, "event_name"), Some(&json!("é".repeat(200))));
}

#[test]
fn a_name_that_was_told_is_read_as_the_known_one() {
    let names = [("contact.born".to_owned(), "contact.creation".to_owned())];
    let settings = Settings { account: None, names: names.into() };
    let aliased = event_with(&app("contact.born", &json!({})), &settings);
    assert_eq!(aliased, event(&app("contact.creation", &json!({}))));
}

#[test]
fn an_event_without_a_name_is_no_workflows_record() {
    let body = app("-", &json!({}));
    assert_eq!(refusal(&body), "no event name: expected text under one of subscriptionType, eventType");
}

#[test]
fn what_became_of_it_is_shown() {
    assert_eq!(extra(&event(&app("contact.restore", &json!({}))), "restored"), Some(&json!(true)));
    assert_eq!(extra(&event(&app("contact.creation", &json!({}))), "event_name"), None);
}

#[test]
fn where_a_change_came_from_is_shown() {
    for (source, by) in [("API", "880213"), ("INTEGRATION", "880213"), ("CRM_UI", "userId:5512"), ("NEW_ONE", "x")] {
        let event = event(&app("contact.propertyChange", &json!({"changeSource": source, "sourceId": by})));
        assert_eq!(extra(&event, "change_source"), Some(&json!(source)));
        assert_eq!(extra(&event, "source_id"), Some(&json!(by)));
    }
}
