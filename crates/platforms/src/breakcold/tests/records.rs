//! Records, relations, calls and files of the new generation.

use hookline_model::{event::Change, kind::Kind};
use serde_json::{Map, Value, json};

use super::{LEAD, WORKSPACE, changed, contact_email, contact_id, custom_fields, event, extra, fixture, new, set};

/// What a person's record with these fields is read as.
fn with_fields(fields: &Value) -> hookline_model::event::Event {
    event(&new("record.updated", &json!({"id": "rec_1", "objectType": "person", "name": "Jo", "fields": fields})))
}

#[test]
fn a_person_is_a_contact() {
    let read = event(&fixture("record.created"));
    assert_eq!((contact_email(&read), contact_id(&read)), (Some(LEAD), Some((WORKSPACE, "rec_p7"))));
    assert_eq!((read.facts.full_name.clone(), read.facts.company_name.clone()), (set("Piet Oost"), set("Havenkraan BV")));
    assert_eq!(custom_fields(&read), json!({"tier": "A"}));
    let expected = json!({"platform_event_id": "evt_x1", "object_type": "person", "object_type_name": "Person"});
    assert_eq!(extra(&read), expected);
}

#[test]
fn a_record_that_is_no_person_is_other_without_a_contact() {
    for sort in ["company", "deal", "vessel"] {
        for name in ["record.created", "record.updated", "record.deleted"] {
            let read = event(&changed(name, &json!({"objectType": sort, "objectTypeName": null, "name": "Quay 4"})));
            assert_eq!((read.kind, read.contact.as_ref(), &read.facts.custom_fields.len()), (Kind::Other, None, &0), "{name}");
            let expected = json!({
                "event_name": name, "platform_event_id": "evt_x1", "object_type": sort, "record_id": "rec_p7",
                "record_name": "Quay 4",
            });
            let mut shown = extra(&read);
            shown.as_object_mut().expect("an object").remove("emails");
            assert_eq!(shown, expected, "{name} of a {sort}");
        }
    }
    assert_eq!(event(&changed("record.created", &json!({"objectType": "Person"}))).kind, Kind::ContactCreated);
}

#[test]
fn a_deletion_names_only_the_record() {
    let read = event(&fixture("record.deleted"));
    assert_eq!((read.kind, contact_id(&read), contact_email(&read)), (Kind::ContactDeleted, Some((WORKSPACE, "rec_p7")), None));
    assert!(!read.facts.erase);
}

#[test]
fn the_address_of_a_record_may_be_a_list_wrapped_renamed_or_missing() {
    let address = |fields: Value| contact_email(&with_fields(&fields)).map(str::to_owned);
    for fields in [
        json!({"email": "A@X.example"}),
        json!({"email": ["", "a@x.example", "b@x.example"]}),
        json!({"email": [{"value": "a@x.example"}]}),
        json!({"email": {"email": "a@x.example"}}),
        json!({"email": "Ann <a@x.example>, b@x.example"}),
        json!({"email": "none", "emails": ["a@x.example"]}),
        json!({"email_address": "a@x.example"}),
        json!({"work_email": "a@x.example"}),
    ] {
        assert_eq!(address(fields.clone()).as_deref(), Some("a@x.example"), "{fields}");
    }
    for fields in [json!({"contact-mail": "a@x.example"}), json!({"email": null}), json!({"email": 5}), json!({})] {
        assert_eq!(address(fields.clone()), None, "{fields}");
    }
    assert_eq!(contact_id(&with_fields(&json!({}))), Some((WORKSPACE, "rec_1")));
}

#[test]
fn further_addresses_are_shown() {
    let read = with_fields(&json!({"email": ["a@x.example", "b@x.example", "a@x.example"], "work_email": "c@x.example"}));
    assert_eq!(extra(&read)["emails"], json!(["a@x.example", "b@x.example", "c@x.example"]));
    let strange = with_fields(&json!({"email": "a@x.example", "work_email": "ask Jo"}));
    assert_eq!(custom_fields(&strange), json!({"work_email": "ask Jo"}));
}

#[test]
fn slugs_that_every_workspace_begins_with_have_their_place() {
    let fields = json!({
        "first_name": "Jo", "last_name": ["Smit"], "phone": [{"phone": "+31 1"}, {"phone": "+31 2"}], "company_name": {"name": "Kade"},
        "linkedin": "https://l.example/jo", "website": "https://kade.example",
    });
    let read = with_fields(&fields);
    assert_eq!((read.facts.first_name.clone(), read.facts.last_name.clone()), (set("Jo"), set("Smit")));
    assert_eq!((read.facts.phone.clone(), read.facts.company_name.clone()), (set("+31 1"), set("Kade")));
    assert_eq!(read.facts.linkedin_url, set("https://l.example/jo"));
    assert_eq!(read.facts.website_url, set("https://kade.example"));
    assert_eq!(custom_fields(&read), json!({"phone": ["+31 1", "+31 2"]}), "only what has more than its place holds");
}

#[test]
fn any_other_slug_is_a_custom_field() {
    let fields = json!({
        "tier": "A", "seats": 5, "vip": true, "status": "Lead", "sectors": [{"id": "o1", "label": "Ports"}, "Rail"], "empty": null,
        "none": "", "owner": {"id": "u1"}, "full_name": "Jo Smit", "name": "Jo", "companyName": "kept as it is spelt",
    });
    let expected = json!({
        "tier": "A", "seats": 5, "vip": true, "status": "Lead", "sectors": ["Ports", "Rail"], "full_name": "Jo Smit",
        "companyName": "kept as it is spelt",
    });
    let read = with_fields(&fields);
    assert_eq!((custom_fields(&read), read.facts.category, read.facts.interest), (expected, None, None));
}

#[test]
fn fields_of_a_record_are_bounded() {
    let many: Map<String, Value> = (0..500).map(|number| (format!("f{number:03}"), json!(number))).collect();
    let read = with_fields(&Value::Object(many));
    assert_eq!(read.facts.custom_fields.len(), 200);
    assert_eq!(read.facts.custom_fields.get("f000"), Some(&Change::Set(json!(0))));
}

#[test]
fn relations_are_other_since_neither_end_need_be_a_person() {
    for name in ["relation.added", "relation.removed"] {
        let read = event(&fixture(name));
        assert_eq!((read.kind, read.contact.as_ref(), read.facts.links.len()), (Kind::Other, None, 0), "{name}");
        let expected = json!({
            "event_name": name, "platform_event_id": "evt_x1", "source_record_id": "rec_p7", "target_record_id": "rec_c1",
            "field_definition_id": "fd_3", "field_slug": "works-at",
        });
        assert_eq!(extra(&read), expected, "{name}");
    }
}

#[test]
fn a_call_that_was_linked_is_a_touch_and_taking_it_away_is_none() {
    for (name, is_touch) in [("call.linked", true), ("call.unlinked", false)] {
        let read = event(&fixture(name));
        assert_eq!((read.kind.is_activity(), contact_id(&read)), (is_touch, Some((WORKSPACE, "rec_p7"))), "{name}");
        assert_eq!(read.facts.full_name, set("Piet Oost"), "{name}");
        let expected = json!({"event_name": name, "platform_event_id": "evt_x1", "call_id": "call_8", "meeting_title": "Intro"});
        assert_eq!(extra(&read), expected, "{name}");
    }
}

#[test]
fn a_file_is_keeping_of_records() {
    for name in ["file.uploaded", "file.deleted"] {
        let read = event(&fixture(name));
        assert_eq!((read.kind.is_activity(), contact_id(&read)), (false, Some((WORKSPACE, "rec_p7"))), "{name}");
        let expected = json!({"event_name": name, "platform_event_id": "evt_x1", "file_name": "offer.pdf"});
        assert_eq!(extra(&read), expected, "{name}");
    }
}

#[test]
fn what_is_too_long_to_show_is_left_out() {
    let read = event(&changed("file.uploaded", &json!({"fileName": "x".repeat(2_049)})));
    assert_eq!(extra(&read), json!({"event_name": "file.uploaded", "platform_event_id": "evt_x1"}));
}
