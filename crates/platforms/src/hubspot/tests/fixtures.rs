//! Bodies.

use serde_json::{Value, json};

use super::{AT, CONTACT, PORTAL};

/// An app's event by this name, `-` for none, with these fields.
pub(super) fn app(name: &str, fields: &Value) -> Value {
    let body = json!({
        "eventId": 3_310_550_921_u64, "subscriptionId": 4471, "portalId": number(PORTAL), "appId": 880_213, "occurredAt": AT,
        "attemptNumber": 0, "objectId": number(CONTACT), "changeSource": "CRM_UI",
        "sourceId": "userId:5512",
    });
    super::with(super::with(body, &json!({"subscriptionType": name})), fields)
}

/// The same event by its generic name.
pub(super) fn generic(verb: &str, object_type: &str, fields: &Value) -> Value {
    super::with(app(&format!("object.{verb}"), &json!({"objectTypeId": object_type})), fields)
}

/// The change of a contact's property.
pub(super) fn change(name: &str, value: &Value) -> Value {
    app("contact.propertyChange", &json!({"propertyName": name, "propertyValue": value}))
}

/// Three contacts that became a new one.
pub(super) fn merge() -> Value {
    let fields = json!({
        "objectId": "-", "primaryObjectId": 70_311_904_822_u64, "mergedObjectIds": [70_311_904_901_u64, "70311904902"],
        "newObjectId": 70_999_000_001_u64, "numberOfPropertiesMoved": 4,
    });
    app("contact.merge", &fields)
}

/// A contact and a company that were put together, as the contact's side tells it.
pub(super) fn association() -> Value {
    let fields = json!({
        "objectId": "-", "associationType": "CONTACT_TO_COMPANY", "fromObjectId": number(CONTACT), "toObjectId": 9_921_300_u64,
        "associationRemoved": false, "isPrimaryAssociation": true,
    });
    app("contact.associationChange", &fields)
}

/// A message in a conversation.
pub(super) fn message() -> Value {
    let fields = json!({
        "objectId": 8_112_233_u64, "messageId": "0f4d6a1be2c94d0d", "messageType": "MESSAGE", "changeFlag": "NEW_MESSAGE",
    });
    app("conversation.newMessage", &fields)
}

/// The whole record of a contact, as a workflow posts it.
pub(super) fn contact_record() -> Value {
    let history = json!([{"value": "Ruben", "source-type": "CRM_UI", "source-id": "u", "timestamp": AT, "selected": false}]);
    json!({
        "vid": number(CONTACT), "canonical-vid": number(CONTACT), "merged-vids": [], "portal-id": number(PORTAL),
        "is-contact": true, "profile-url": "https://app.hubspot.example/contacts/6120457/contact/70311904822",
        "properties": {
            "email": {"value": "Ruben.Okafor@Tidewater.example", "versions": history},
            "firstname": {"value": "Ruben", "versions": history},
            "lastname": {"value": "Okafor"},
            "company": {"value": "Tidewater Cranes"},
            "jobtitle": {"value": "Head of yards"},
            "phone": {"value": ""},
            "hs_lead_status": {"value": "IN_PROGRESS"},
            "createdate": {"value": "1709000000000"},
            "lastmodifieddate": {"value": "1774431207418"},
        },
        "form-submissions": [], "list-memberships": [{"static-list-id": 31, "is-member": true}],
        "identity-profiles": [{"vid": number(CONTACT), "identities": [
            {"type": "LEAD_GUID", "value": "5d0b7a14-77a4-4a3e-8f10-6a4c2f1e9b35", "timestamp": AT},
            {"type": "EMAIL", "value": "old@tidewater.example", "timestamp": AT},
            {"type": "EMAIL", "value": "ruben.okafor@tidewater.example", "timestamp": AT, "is-primary": true},
        ]}],
        "merge-audits": [], "associated-company": {"properties": {"name": {"value": "Tidewater Holding"}}},
    })
}

/// The whole record of a deal, as a workflow posts it.
pub(super) fn deal_record() -> Value {
    json!({
        "portalId": number(PORTAL), "dealId": 5_500_717_u64, "isDeleted": false,
        "associations": {"associatedVids": [number(CONTACT)], "associatedCompanyIds": [], "associatedDealIds": []},
        "properties": {
            "dealname": {"value": "Two cranes", "timestamp": AT, "source": "CRM_UI", "sourceId": "u"},
            "dealstage": {"value": "closedwon", "timestamp": AT},
            "amount": {"value": "18000", "timestamp": AT},
        },
    })
}

/// Fields that somebody picked for a workflow, and the name of the event.
pub(super) fn picked() -> Value {
    json!({
        "event": "email_replied", "email": "ruben.okafor@tidewater.example", "hs_object_id": CONTACT, "firstname": "Ruben",
        "jobtitle": null, "hs_sales_email_last_replied": AT.to_string(),
    })
}

/// Every fixture, by its name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("creation", app("contact.creation", &json!({"changeFlag": "NEW"}))),
        ("generic creation", generic("creation", "0-1", &json!({"changeFlag": "NEW"}))),
        ("change", change("firstname", &json!("Ruben"))),
        ("address", change("email", &json!("ruben.okafor@tidewater.example"))),
        ("reply", change("hs_sales_email_last_replied", &json!("1774431200000"))),
        ("opt-out", change("hs_email_optout", &json!("true"))),
        ("bounce", change("hs_email_hard_bounce_reason_enum", &json!("UNKNOWN_USER"))),
        ("sensitive", super::with(change("ssn", &json!("078-05")), &json!({"isSensitive": true}))),
        ("deletion", app("contact.deletion", &json!({}))),
        ("privacy deletion", app("contact.privacyDeletion", &json!({}))),
        ("restore", app("contact.restore", &json!({}))),
        ("merge", merge()),
        ("association", association()),
        ("message", message()),
        ("deal", app("deal.propertyChange", &json!({"propertyName": "dealstage", "propertyValue": "won"}))),
        ("note", generic("creation", "0-46", &json!({}))),
        ("task", generic("propertyChange", "0-27", &json!({"propertyName": "hs_task_subject", "propertyValue": "Call"}))),
        ("unknown", app("contact.enrichment", &json!({"score": 5}))),
        ("contact record", contact_record()),
        ("deal record", deal_record()),
        ("picked", picked()),
    ]
}

/// An id as HubSpot writes it.
fn number(id: &str) -> u64 {
    id.parse().expect("digits")
}
