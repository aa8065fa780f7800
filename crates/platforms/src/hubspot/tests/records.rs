//! Whole records, as workflows post them.

use serde_json::{Value, json};

use hookline_model::{
    event::{Change, LinkFact},
    identity::Claim,
    kind::Kind,
    time::TimeSource,
};

use super::{
    CONTACT, PORTAL, RECEIVED, email, event, extra,
    fixtures::{contact_record, deal_record},
    id, key, parsed, refusal, set, with,
};

/// A contact's record with another value of a property.
fn having(name: &str, value: &str) -> Value {
    let mut body = contact_record();
    body["properties"][name] = json!({"value": value});
    body
}

#[test]
fn a_contacts_record_is_an_update() {
    let parsed = parsed(&contact_record());
    let event = &parsed.event;
    assert_eq!((event.kind, event.account.as_deref()), (Kind::ContactUpdated, Some(PORTAL)));
    assert_eq!((email(event), id(event)), (Some("ruben.okafor@tidewater.example"), Some(CONTACT)));
    // Nothing in it says when, least of all when the contact was made.
    assert_eq!((event.occurred_at, event.time_source), (RECEIVED, TimeSource::Received));
    assert!(matches!(parsed.claim, Some(Claim::Window(_))));
    assert!(extra(event, "profile_url").is_some());
}

#[test]
fn the_properties_of_a_record_are_read_without_their_history() {
    let facts = event(&contact_record()).facts;
    assert_eq!((facts.first_name, facts.last_name, facts.company_name), (set("Ruben"), set("Okafor"), set("Tidewater Cranes")));
    assert_eq!(facts.category, set("IN_PROGRESS"));
    assert_eq!(facts.custom_fields["jobtitle"], Change::Set(json!("Head of yards")));
    assert!(!facts.custom_fields.contains_key("email"));
    let mut bare = contact_record();
    bare["properties"]["firstname"] = json!("Rubén");
    assert_eq!(event(&bare).facts.first_name, set("Rubén"));
}

#[test]
fn what_nobody_filled_in_clears_nothing() {
    let facts = event(&contact_record()).facts;
    assert_eq!(facts.phone, None);
    assert_eq!(event(&having("firstname", "REDACTED")).facts.first_name, None);
}

#[test]
fn the_company_beside_a_contact_is_the_last_resort() {
    assert_eq!(event(&having("company", "")).facts.company_name, set("Tidewater Holding"));
}

#[test]
fn the_canonical_id_goes_first() {
    let body = with(contact_record(), &json!({"vid": 4_401, "merged-vids": [4_401, 4_402, CONTACT]}));
    let event = event(&body);
    assert_eq!(id(&event), Some(CONTACT));
    let link = |other: &str| LinkFact { a: key(CONTACT), b: key(other), linked: true };
    assert_eq!(event.facts.links, [link("4401"), link("4402")]);
    let without = super::event(&with(contact_record(), &json!({"canonical-vid": "-", "vid": 4_401})));
    assert_eq!((id(&without), without.facts.links.len()), (Some("4401"), 0));
}

#[test]
fn the_primary_identity_is_the_address_of_last_resort() {
    assert_eq!(email(&event(&having("email", ""))), Some("ruben.okafor@tidewater.example"));
    let mut body = having("email", "");
    body["identity-profiles"][0]["identities"][2]["is-primary"] = json!(false);
    assert_eq!((email(&event(&body)), id(&event(&body))), (None, Some(CONTACT)));
}

#[test]
fn a_record_of_nobody_names_nothing() {
    let body = json!({"portal-id": 5, "properties": {"firstname": {"value": "Ruben"}}});
    assert!(refusal(&body).starts_with("the record names nobody: expected an id in canonical-vid, vid"), "{}", refusal(&body));
}

#[test]
fn the_same_record_again_is_the_same_event() {
    let hash = |body: &Value| *parsed(body).claim.expect("a claim").hash();
    let one = hash(&contact_record());
    assert_eq!(hash(&having("lastmodifieddate", "1774431299999")), one);
    assert_eq!(hash(&having("hs_lastmodifieddate", "1774431299999")), one);
    assert_ne!(hash(&having("jobtitle", "Head of all yards")), one);
    assert_ne!(hash(&with(contact_record(), &json!({"canonical-vid": 5}))), one);
    assert_ne!(hash(&with(contact_record(), &json!({"portal-id": 5}))), one);
}

#[test]
fn a_deals_record_is_other() {
    let event = event(&deal_record());
    assert_eq!((event.kind, event.contact.as_ref(), event.account.as_deref()), (Kind::Other, None, Some(PORTAL)));
    assert_eq!(extra(&event, "object_type"), Some(&json!("deal")));
    assert_eq!(extra(&event, "object_id"), Some(&json!("5500717")));
    assert_eq!(extra(&event, "dealstage"), Some(&json!("closedwon")));
    assert_eq!(extra(&event, "is_deleted"), Some(&json!(false)));
    assert!(event.facts.custom_fields.is_empty());
}

#[test]
fn a_companys_record_is_other() {
    let body = with(deal_record(), &json!({"dealId": "-", "companyId": 88, "properties": {"name": {"value": "Tidewater"}}}));
    let event = event(&body);
    assert_eq!((event.kind, event.contact.as_ref()), (Kind::Other, None));
    assert_eq!(extra(&event, "object_type"), Some(&json!("company")));
    assert_eq!(extra(&event, "name"), Some(&json!("Tidewater")));
}

#[test]
fn the_record_of_another_sort_is_other() {
    let body = |object: &str| json!({"objectId": 17, "objectTypeId": object, "properties": {"subject": "No power"}});
    let ticket = event(&body("0-5"));
    assert_eq!((ticket.kind, extra(&ticket, "object_type")), (Kind::Other, Some(&json!("ticket"))));
    assert_eq!(extra(&ticket, "subject"), Some(&json!("No power")));
    let contact = event(&body("0-1"));
    assert_eq!(
        (contact.kind, contact.contact.and_then(|it| it.external).map(|it| it.id)),
        (Kind::ContactUpdated, Some("17".to_owned()))
    );
}
