//! Hookline's own dialect, and CloudEvents around it.

use hookline_dialects::{
    Dialect,
    shapes::{CampaignSchema, ContactSchema, EmailSchema, EventShape},
};
use hookline_model::{id::DeliveryId, kind::Kind, platform::Platform};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use crate::{
    given::{self, ORIGINS, body, event, snapshot, told},
    schema::{check, validate},
};

/// The schema of a shape, in which a field that is not named is a breach. Events' data have other names beside ours.
fn closed<T: JsonSchema>() -> Value {
    let mut schema = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    let close = |schema: &mut Value| {
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            schema["additionalProperties"] = json!(false);
        }
    };
    close(&mut schema);
    schema["$defs"].as_object_mut().into_iter().flat_map(Map::values_mut).for_each(close);
    schema
}

fn check_data(data: &Value, case: &str) {
    check(&json!({"event": "object", "contact": "object|null", "campaign": "object|null", "email": "object|null"}), data, case);
    let shapes = [closed::<EventShape>(), closed::<ContactSchema>(), closed::<CampaignSchema>(), closed::<EmailSchema>()];
    for (name, schema) in ["event", "contact", "campaign", "email"].into_iter().zip(shapes) {
        if !data[name].is_null() {
            validate(&schema, &data[name], &format!("{name} of {case}"));
        }
    }
}

#[test]
fn every_event_is_told_in_the_shapes_of_the_api() {
    for (platform, kind) in ORIGINS.into_iter().flat_map(|platform| Kind::ALL.iter().map(move |kind| (platform, *kind))) {
        let (snapshot, case) = (snapshot(event(kind, platform)), format!("{kind} of {platform}"));
        let body = body(Dialect::Hookline, None, &snapshot);
        let envelope = json!({"type": "string", "timestamp": "z", "id": "uuid", "workspace_id": "uuid", "data": "object"});
        check(&envelope, &body, &case);
        check_data(&body["data"], &case);
        assert_eq!((&body["type"], &body["id"]), (&json!(kind), &json!(snapshot.event.event.id)), "{case}");
        assert_eq!(
            (&body["timestamp"], &body["timestamp"]),
            (&body["data"]["event"]["occurred_at"], &json!(snapshot.event.event.occurred_at.to_string()))
        );
        assert_eq!(body["data"]["contact"].is_null(), snapshot.contact.is_none(), "{case}");
        assert!(body["data"]["event"].get("raw").is_none(), "{case}");
    }
}

#[test]
fn cloud_events_name_the_event_and_the_delivery() {
    let snapshot = snapshot(event(Kind::EmailReplied, Platform::Smartlead));
    let rendered = given::tell(Dialect::Cloudevents, None, &snapshot).expect("a body");
    assert_eq!(rendered.content_type, "application/cloudevents+json; charset=utf-8");
    let body: Value = serde_json::from_slice(&rendered.body).expect("JSON");
    let attributes = json!({
        "specversion": "=1.0", "id": "uuid", "source": "string", "type": "=hookline.email.replied", "time": "z", "subject": "string",
        "datacontenttype": "=application/json", "deliveryid": "uuid", "workspaceid": "uuid", "data": "object",
    });
    check(&attributes, &body, "attributes");
    check_data(&body["data"], "a reply");
    let event = snapshot.event.event.id;
    assert_eq!((&body["id"], &body["subject"]), (&json!(event), &json!(given::LEAD)));
    assert_eq!(body["deliveryid"], json!(DeliveryId::derive(given::SUBSCRIPTION, event, 0)));
    assert_eq!(body["source"], format!("/v1/workspaces/{}", given::WORKSPACE));
    // Names of attributes are lower-case letters and digits.
    let names = body.as_object().expect("attributes").keys();
    assert!(names.into_iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())));
}

#[test]
fn a_trial_says_so_and_nothing_else_does() {
    let snapshot = snapshot(event(Kind::EmailReplied, Platform::Smartlead));
    for (dialect, variant) in given::forms() {
        let mark = if matches!(dialect, Dialect::Hookline | Dialect::Cloudevents) { "test" } else { "is_test" };
        let trial = told(dialect, variant, &snapshot, &[], true).expect("a body");
        let mut trial: Value = serde_json::from_slice(&trial.body).expect("JSON");
        assert_eq!(trial.as_object_mut().expect("an object").remove(mark), Some(json!(true)), "{dialect}");
        if let Some(data) = trial.get_mut("data").and_then(Value::as_object_mut) {
            data.remove(mark);
        }
        assert_eq!(trial, body(dialect, variant, &snapshot), "{dialect}");
    }
}
