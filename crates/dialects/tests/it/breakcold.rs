//! Breakcold's bodies: the lead by Breakcold's own document, the others by the schemas that we publish.

use std::collections::BTreeSet;

use hookline_dialects::{
    Dialect, NotExpressible, breakcold_schemas,
    names::{sent_as, subscriptions},
};
use hookline_model::{event::Change, interest::Interest, kind::Kind, platform::Platform};
use serde_json::{Value, json};

use crate::{
    given::{self, ORIGINS, body, event, snapshot},
    schema::{and, check, validate},
};

fn envelope(payload: &Value) -> Value {
    json!({"id_space": "uuid", "event": "string", "secret": "string", "is_test?": "boolean", "payload": payload})
}

fn lead() -> Value {
    json!({
        "id": "uuid", "email": "address|null", "first_name": "string|null", "last_name": "string|null", "company": "string|null",
        "company_role": "string|null", "phone": "string|null", "city": "string|null", "timezone": "string|null",
        "notes": "string|null", "linkedin_url": "string|null", "website_url": "string|null", "avatar_url": "string|null",
        "twitter_name": "string|null", "twitter_company_name": "string|null", "icebreaker": "string", "icebreaker_2": "string",
        "icebreaker_3": "string", "icebreaker_4": "string", "created_at": "z", "updated_at": "z|null", "is_deleted": "boolean",
        "is_deleted_at": "z|null", "custom_fields": "object|null", "custom_fields_schema": "object|null",
        "email_bounce_score": "number|null", "order": "integer", "contract_value": "number", "is_tracked": "boolean",
        "id_space": "uuid", "id_import_task": "uuid|null", "id_linkedin_company": "uuid|null", "id_linkedin": "uuid|null",
        "id_twitter_company": "uuid|null", "id_twitter": "uuid|null",
    })
}

#[test]
fn every_event_has_the_body_that_is_published_by_breakcold_or_by_us() {
    let schemas = breakcold_schemas();
    let mut names = BTreeSet::new();
    for (platform, kind) in ORIGINS.into_iter().flat_map(|platform| Kind::ALL.iter().map(move |kind| (platform, *kind))) {
        let snapshot = snapshot(event(kind, platform));
        let case = format!("{kind} of {platform}");
        let Some(name) = sent_as(Dialect::Breakcold, None, &snapshot.event.event) else {
            assert_eq!(given::tell(Dialect::Breakcold, None, &snapshot), Err(NotExpressible::NoWord), "{case}");
            continue;
        };
        let body = body(Dialect::Breakcold, None, &snapshot);
        match &*name {
            "lead.create" | "lead.update" | "lead.delete" => check(&envelope(&lead()), &body, &case),
            "lead.status.update" | "lead.list.update" | "lead.tags.update" | "lead.track" => {
                let sets = json!({"status": "strings", "lists": "strings", "tags": "strings"});
                check(&envelope(&and(&lead(), sets)), &body, &case);
            }
            _ => check(&envelope(&json!({"*": "any"})), &body, &case),
        }
        // All of them by the schemas that are in the documents.
        validate(&schemas, &body, &case);
        let mut payload = schemas["events"][&*name].clone();
        payload["$defs"] = schemas["$defs"].clone();
        validate(&payload, &body["payload"], &case);
        assert_eq!((&body["event"], &body["secret"]), (&json!(name), &json!(given::SECRET_KEY)), "{case}");
        names.insert(name.into_owned());
    }
    let all: BTreeSet<String> = subscriptions(Dialect::Breakcold).into_iter().map(ToOwned::to_owned).collect();
    assert_eq!((names.len(), names), (34, all));
}

#[test]
fn the_schemas_are_strict() {
    let schemas = breakcold_schemas();
    let mut payload = schemas["events"]["campaign.email.open"].clone();
    payload["$defs"] = schemas["$defs"].clone();
    let validator = jsonschema::validator_for(&payload).expect("a schema");
    let told = body(Dialect::Breakcold, None, &snapshot(event(Kind::EmailOpened, Platform::Lemlist)))["payload"].clone();
    assert!(validator.is_valid(&told));
    for (name, value) in [("more", json!(1)), ("id", json!(7)), ("event_at", Value::Null)] {
        let mut other = told.clone();
        other[name] = value;
        assert!(!validator.is_valid(&other), "{name}");
    }
}

#[test]
fn a_lead_without_an_address_is_told() {
    let mut sent = event(Kind::EmailSent, Platform::Breakcold);
    sent.contact.as_mut().expect("a contact").email = None;
    let own = sent.contact.clone().and_then(|contact| contact.external).expect("an id").id;
    let payload = &body(Dialect::Breakcold, None, &snapshot(sent))["payload"];
    assert_eq!((&payload["lead"]["email"], &payload["id_lead"]), (&Value::Null, &json!(own)));
}

#[test]
fn an_interest_is_a_status() {
    let status = |kind, category: Option<Change<String>>, interest: Option<Interest>| {
        let mut event = event(kind, Platform::Instantly);
        (event.facts.category, event.facts.interest) = (category, interest.map(Change::Set));
        body(Dialect::Breakcold, None, &snapshot(event))["payload"]["status"].clone()
    };
    let set = |name: &str| Some(Change::Set(name.to_owned()));
    assert_eq!(status(Kind::ContactClosed, set("Won"), None), json!(["Closed"]));
    assert_eq!(status(Kind::ContactMeetingBooked, None, None), json!(["Meeting booked"]));
    assert_eq!(status(Kind::ContactCategoryUpdated, set("Next year"), None), json!(["Next year"]));
    assert_eq!(status(Kind::ContactStatusUpdated, set("Warm"), Some(Interest::Interested)), json!(["Warm"]));
    assert_eq!(status(Kind::ContactStatusUpdated, Some(Change::Clear), None), json!([]));
}
