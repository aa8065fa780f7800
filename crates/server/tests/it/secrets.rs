//! What a webhook's bodies carry as its secret is in no answer.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use hookline_model::{
    id::{DeliveryId, EventId, SubscriptionId},
    kind::Kind,
    time::Millis,
};
use hookline_store::deliveries::{AttemptRow, DeliveryKey, DeliveryStatus, Dispatch, Lane, Outcome, Outgoing};

use crate::world::{ADMIN, World, sent, text};

const SECRET: &str = "a-secret-of-the-receiver";

/// A delivery of an event that failed for good, with the body that SmartLead's or Breakcold's dialect has.
async fn failed(world: &World, to: SubscriptionId, event: &Value, body: Value) -> DeliveryId {
    let event_id: EventId = text(&event["event_id"]).parse().expect("an id");
    let key = DeliveryKey { position: 1, run: 0 };
    let outgoing = Outgoing {
        id: DeliveryId::derive(to, event_id, 0),
        subscription: to,
        key,
        workspace: text(&world.workspace["id"]).parse().expect("an id"),
        event_id,
        kind: Kind::EmailSent,
        lane: Lane::Bulk,
        contact: None,
        created_at: Millis(1_770_854_400_000),
        due_at: Millis(1_770_854_400_000),
        charged: 0,
        attempts: Vec::new(),
        content_type: "application/json".into(),
        body: body.to_string().into(),
    };
    let id = outgoing.id;
    world.store.dispatch(Dispatch { outgoing: vec![outgoing], ..Dispatch::default() }).await.expect("it is written");
    let attempt = AttemptRow {
        number: 1,
        started_at: Millis(1_770_854_400_001),
        status: Some(500),
        error: None,
        is_charged: true,
        timing: [None; 5],
        request_headers: Vec::new(),
        answer: Vec::new(),
    };
    let (at, status) = (Millis(1_770_854_400_002), DeliveryStatus::Failed);
    let attempt = Some(Box::new(attempt));
    let ended = Outcome::Ended { subscription: to, key, status, reason: None, at, attempt, warning: None };
    world.store.finish(Arc::new(vec![ended])).await.expect("it is written");
    id
}

#[tokio::test]
async fn a_secret_in_a_body_is_in_no_answer() {
    let world = World::new().await;
    let of_workspace = text(&world.workspace["id"]).to_owned();
    let body = json!({"scope": "workspace", "workspace_id": of_workspace, "role": "read", "name": "x"});
    let key = text(&world.make("/v1/keys", body).await["key"]).to_owned();
    let event = world.deliver(&sent(1)).await;
    for (dialect, owner, field) in [
        ("smartlead", format!("workspaces/{of_workspace}"), "secret_key"),
        ("breakcold", format!("workspaces/{of_workspace}"), "secret"),
        ("smartlead", format!("agencies/{}", text(&world.agency["id"])), "secret_key"),
    ] {
        let hook =
            json!({"name": "x", "url": "https://crm.example/hooks", "kinds": ["email.*"], "dialect": dialect, "secret": SECRET});
        let made = world.make(&format!("/v1/{owner}/webhooks"), hook).await;
        let path = format!("/v1/{owner}/webhooks/{}", text(&made["id"]));
        let body = json!({field: SECRET, "event_type": "EMAIL_SENT", "to": "a@b.example"});
        let id = failed(&world, text(&made["id"]).parse().expect("an id"), &event, body).await;

        let (status, shown) = world.call(Method::GET, &format!("/v1/deliveries/{id}"), &key, None).await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        let shown: Value = serde_json::from_str(text(&shown["body"])).expect("JSON");
        assert_eq!(shown, json!({field: "*".repeat(SECRET.len()), "event_type": "EMAIL_SENT", "to": "a@b.example"}));

        let (status, tried) = world.call(Method::POST, &format!("{path}/test"), ADMIN, None).await;
        assert_eq!(status, StatusCode::OK, "{tried}");
        let sent: Value = serde_json::from_str(text(&tried["request_body"])).expect("JSON");
        assert_eq!(sent[field], "***", "as a body is stored");
        assert!(!tried.to_string().contains(SECRET), "{tried}");

        // What is kept for a repetition has it as little.
        let (_, kept, is_again) = world.call_once(Method::POST, &format!("{path}/test"), &path, Value::Null).await;
        let (_, again, is_kept) = world.call_once(Method::POST, &format!("{path}/test"), &path, Value::Null).await;
        assert_eq!((is_again, is_kept, &again), (false, true, &kept));
        assert!(!kept.to_string().contains(SECRET), "{kept}");
    }
    let (status, listed) = world.call(Method::GET, "/api/v2/webhook-events", &key, None).await;
    assert_eq!((status, listed["items"].as_array().map(Vec::len)), (StatusCode::OK, Some(2)), "{listed}");
    assert!(!listed.to_string().contains(SECRET), "{listed}");
    for item in listed["items"].as_array().expect("items") {
        let (_, shown) = world.call(Method::GET, &format!("/api/v2/webhook-events/{}", text(&item["id"])), &key, None).await;
        assert_eq!(&shown, item);
        assert_eq!(
            (&item["payload"]["to"], item["payload"].as_object().map(serde_json::Map::len)),
            (&json!("a@b.example"), Some(3))
        );
    }
    world.close().await;
}
