//! What is really answered is what the description says: the world holds every answer against it. Here is what the other tests do
//! not come by.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{ADMIN, World, sent, text};

/// A whole campaign of one lead, in SmartLead's words.
fn story() -> Vec<Value> {
    let with = |kind: &str, at: &str, more: Value| {
        let mut body = sent(1);
        let fields = body.as_object_mut().expect("an object");
        fields.insert("event_type".to_owned(), json!(kind));
        fields.insert("event_timestamp".to_owned(), json!(format!("2026-02-11T{at}:00.000Z")));
        fields.extend(more.as_object().expect("an object").clone());
        body
    };
    vec![
        sent(1),
        with("EMAIL_OPEN", "09:00", json!({"time_opened": "2026-02-11T09:00:00.000Z", "sl_email_lead_id": "4170220119"})),
        with("EMAIL_LINK_CLICK", "09:01", json!({"link_details": ["https://us.example/demo"], "client_id": 1103})),
        with(
            "EMAIL_REPLY",
            "10:00",
            json!({
                "subject": "Re: Hello",
                "sent_message": {"message_id": "<s-1@sender.example>", "html": "<p>Hello</p>", "time": "2026-02-11T08:01:00.000Z"},
                "reply_message": {"message_id": "<r-1@lead.example>", "text": "Yes", "time": "2026-02-11T10:00:00.000Z"},
            }),
        ),
        with(
            "LEAD_CATEGORY_UPDATED",
            "11:00",
            json!({"lead_email": "lead1@lead.example", "lead_category": {"new_name": "Interested"}}),
        ),
        with("EMAIL_BOUNCE", "12:00", json!({"bounce_message": "550 no such user", "bounced_time": "2026-02-11T12:00:00.000Z"})),
        with(
            "LEAD_UNSUBSCRIBED",
            "13:00",
            json!({"lead_email": "lead1@lead.example", "unsubscribed_at": "2026-02-11T13:00:00.000Z"}),
        ),
    ]
}

#[tokio::test]
async fn events_and_records_of_every_sort_are_as_described() {
    let world = World::new().await;
    let mut kinds = Vec::new();
    for body in story() {
        let id = world.deliver(&body).await["event_id"].clone();
        let event = world.own(&format!("events/{}?include=raw", text(&id))).await;
        kinds.push(text(&event["kind"]).to_owned());
    }
    kinds.sort();
    kinds.dedup();
    assert!(kinds.len() >= 6, "{kinds:?}");
    for list in ["events", "contacts", "campaigns", "emails"] {
        let rows = world.own(&format!("{list}?limit=500")).await["data"].as_array().expect("a list").clone();
        assert!(!rows.is_empty(), "{list}");
        for row in &rows {
            assert_eq!(&world.own(&format!("{list}/{}", text(&row["id"]))).await, row, "{list}");
        }
    }
    let contact = world.own("contacts").await["data"][0].clone();
    assert!(contact["unsubscribed_at"].is_string() && contact["interest"].is_string(), "{contact}");
    world.close().await;
}

#[tokio::test]
async fn lines_are_the_records_of_the_page() {
    let world = World::new().await;
    for body in story() {
        world.deliver(&body).await;
    }
    let id = text(&world.workspace["id"]);
    for list in ["events", "contacts", "campaigns", "emails"] {
        let path = format!("/v1/workspaces/{id}/{list}");
        let rows = world.get(&path).await["data"].as_array().expect("a list").clone();
        let (status, lines) = world.lines(&format!("{path}?format=jsonl")).await;
        assert_eq!((status, lines), (StatusCode::OK, rows), "{list}");
    }
    world.close().await;
}

#[tokio::test]
async fn the_directory_and_quarantine_are_as_described() {
    let world = World::new().await;
    let (agency, workspace) = (text(&world.agency["id"]).to_owned(), text(&world.workspace["id"]).to_owned());
    let hook = format!("/public/smartlead-webhook/{}", text(&world.workspace["address"]));
    assert_eq!(world.call(Method::GET, &hook, "", None).await.0, StatusCode::OK);
    assert_eq!(world.call(Method::POST, &hook, "", Some(json!({}))).await.0, StatusCode::BAD_REQUEST);
    world.call(Method::POST, "/public/smartlead-webhook/unknown", "", Some(json!({}))).await;
    for scope in ["installation", "agency", "workspace"] {
        let mut body = json!({"scope": scope, "role": "read", "name": scope});
        match scope {
            "agency" => body["agency_id"] = world.agency["id"].clone(),
            "workspace" => body["workspace_id"] = world.workspace["id"].clone(),
            _ => {}
        }
        world.make("/v1/keys", body).await;
    }
    for path in ["/v1/agencies", "/v1/workspaces", "/v1/keys", "/v1/rejections"] {
        let rows = world.get(path).await;
        assert!(rows["data"].as_array().is_some_and(|rows| !rows.is_empty()), "{path} {rows}");
    }
    for owner in [format!("/v1/agencies/{agency}"), format!("/v1/workspaces/{workspace}")] {
        let address = world.make(&format!("{owner}/addresses"), json!({})).await;
        world.get(&owner).await;
        world.get(&format!("{owner}/addresses")).await;
        world.get(&format!("{owner}/quarantine")).await;
        assert_eq!(world.call(Method::POST, &format!("{owner}/quarantine/reprocess"), ADMIN, None).await.0, StatusCode::OK);
        assert_eq!(world.call(Method::PATCH, &owner, ADMIN, Some(json!({"name": "New"}))).await.1["name"], "New");
        let path = format!("{owner}/addresses/{}", text(&address["address"]));
        assert_eq!(world.call(Method::DELETE, &path, ADMIN, None).await.0, StatusCode::NO_CONTENT);
    }
    let row = world.own("quarantine").await["data"][0].clone();
    let path = format!("/v1/workspaces/{workspace}/quarantine/{}", text(&row["id"]));
    assert_eq!(world.get(&path).await["body_encoding"], "utf-8");
    assert_eq!(world.call(Method::POST, &format!("{path}/reprocess"), ADMIN, None).await.1["status"], "quarantined");
    assert_eq!(world.call(Method::DELETE, &path, ADMIN, None).await.0, StatusCode::NO_CONTENT);
    world.close().await;
}
