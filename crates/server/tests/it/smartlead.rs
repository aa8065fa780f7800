//! What came of the deliveries to a campaign's webhooks, and trying again what failed, through SmartLead's API on a real store.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use hookline_model::{
    id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
    kind::Kind,
    time::Millis,
};
use hookline_store::deliveries::{DeliveryKey, DeliveryStatus, Dispatch, Lane, Outcome, Outgoing};

use crate::world::{ADMIN, World, text};

/// 2026-02-12T00:00:00Z.
const DAY: Millis = Millis(1_770_854_400_000);

async fn call(world: &World, method: Method, path: &str, body: Option<Value>) -> Value {
    let sign = if path.contains('?') { '&' } else { '?' };
    let (status, answer) = world.call(method, &format!("/api/v1{path}{sign}api_key={ADMIN}"), "", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

/// A campaign's hook; its id.
async fn hook(world: &World, campaign: u64) -> SubscriptionId {
    let body = json!({"name": "x", "webhook_url": "https://crm.example/hooks", "event_types": ["EMAIL_REPLY", "EMAIL_SENT"]});
    let made = call(world, Method::POST, &format!("/campaigns/{campaign}/webhooks"), Some(body)).await;
    let directory = world.store.directory();
    let found = directory.subscriptions().iter().find(|row| json!(row.id.number()) == made["id"]);
    found.expect("it is stored").id
}

/// Makes a delivery at a time, and says how it ended, if it did.
async fn deliver(world: &World, of: SubscriptionId, position: u64, kind: Kind, at: Millis, ended: Option<DeliveryStatus>) {
    let event = EventId(Uuid::from_u128(u128::from(position)));
    let workspace: WorkspaceId = text(&world.workspace["id"]).parse().expect("an id");
    let key = DeliveryKey { position, run: 0 };
    let outgoing = Outgoing {
        id: DeliveryId::derive(of, event, 0),
        subscription: of,
        key,
        workspace,
        event_id: event,
        kind,
        lane: Lane::Bulk,
        contact: None,
        created_at: at,
        due_at: at,
        charged: 0,
        attempts: Vec::new(),
        content_type: "application/json".into(),
        body: b"{}".as_slice().into(),
    };
    world.store.dispatch(Dispatch { outgoing: vec![outgoing], ..Dispatch::default() }).await.expect("it is dispatched");
    if let Some(status) = ended {
        let ended = Outcome::Ended { subscription: of, key, status, reason: None, at, attempt: None, warning: None };
        world.store.finish(Arc::new(vec![ended])).await.expect("it is finished");
    }
}

#[tokio::test]
async fn what_failed_in_a_period_is_counted_and_sent_again() {
    let world = World::new().await;
    let (first, second, other) = (hook(&world, 41).await, hook(&world, 41).await, hook(&world, 42).await);
    let failed = Some(DeliveryStatus::Failed);
    deliver(&world, first, 1, Kind::EmailReplied, DAY, failed).await;
    deliver(&world, first, 2, Kind::EmailReplied, Millis(DAY.0 + 1), Some(DeliveryStatus::Delivered)).await;
    deliver(&world, first, 3, Kind::EmailSent, Millis(DAY.0 + 2), None).await;
    deliver(&world, first, 4, Kind::EmailSent, Millis(DAY.0 + 86_400_000), failed).await;
    deliver(&world, second, 5, Kind::EmailReplied, Millis(DAY.0 + 3), failed).await;
    deliver(&world, other, 6, Kind::EmailReplied, DAY, failed).await;
    let summary = "/campaigns/41/webhooks/summary?fromTime=2026-02-12T00:00:00Z&toTime=2026-02-13T00:00:00Z";
    let expected = json!({
        "ok": true, "total": 4, "success": 1, "failed": 2, "scheduled_for_retry": 1,
        "event_types": {
            "EMAIL_REPLY": {"total": 3, "success": 1, "failed": 2, "scheduled_for_retry": 0},
            "EMAIL_SENT": {"total": 1, "success": 0, "failed": 0, "scheduled_for_retry": 1},
        },
    });
    assert_eq!(call(&world, Method::GET, summary, None).await, expected);

    let period = json!({"fromTime": "2026-02-12T00:00:00.000Z", "toTime": "2026-02-13T00:00:00.000Z"});
    let retrigger =
        async || call(&world, Method::POST, "/campaigns/41/webhooks/retrigger-failed-events", Some(period.clone())).await;
    assert_eq!(retrigger().await, json!({"ok": true, "message": "2 failed events are sent again."}));
    let counted = call(&world, Method::GET, summary, None).await;
    assert_eq!((&counted["failed"], &counted["scheduled_for_retry"]), (&json!(0), &json!(3)));
    assert_eq!(retrigger().await["message"], "0 failed events are sent again.");
    let waiting = async |of| world.store.waiting(of, 10).await.expect("they are read").len();
    assert_eq!((waiting(first).await, waiting(second).await, waiting(other).await), (2, 1, 0));
    world.close().await;
}

#[tokio::test]
async fn a_campaign_of_many_hooks_is_counted_and_sent_again_whole() {
    let world = World::new().await;
    for position in 1..=25 {
        let of = hook(&world, 41).await;
        deliver(&world, of, position, Kind::EmailReplied, DAY, Some(DeliveryStatus::Failed)).await;
    }
    let summary = "/campaigns/41/webhooks/summary?fromTime=2026-02-12T00:00:00Z&toTime=2026-02-13T00:00:00Z";
    assert_eq!(call(&world, Method::GET, summary, None).await["failed"], 25);
    let period = json!({"fromTime": "2026-02-12T00:00:00.000Z", "toTime": "2026-02-13T00:00:00.000Z"});
    let revived = call(&world, Method::POST, "/campaigns/41/webhooks/retrigger-failed-events", Some(period)).await;
    assert_eq!(revived["message"], "25 failed events are sent again.");
    assert_eq!(call(&world, Method::GET, summary, None).await["scheduled_for_retry"], 25);
    world.close().await;
}

#[tokio::test]
async fn of_two_changes_at_once_both_hold() {
    let world = World::new().await;
    let number = hook(&world, 41).await.number();
    let update = async |body: Value| call(&world, Method::PUT, &format!("/webhook/update/{number}"), Some(body)).await;
    tokio::join!(update(json!({"name": "Renamed"})), update(json!({"event_types": ["EMAIL_OPEN"]})));
    let shown = call(&world, Method::GET, &format!("/webhook/{number}"), None).await;
    assert_eq!((&shown["name"], &shown["event_type_map"]), (&json!("Renamed"), &json!({"EMAIL_OPEN": true})));
    world.close().await;
}

#[tokio::test]
async fn of_two_similar_hooks_at_once_one_is_made() {
    let world = World::new().await;
    let path = format!("/api/v1/webhook/create?api_key={ADMIN}");
    let body = json!({"webhook_url": "https://crm.example/hooks", "association_type": "user"});
    let create = async || world.call(Method::POST, &path, "", Some(body.clone())).await.0;
    let mut statuses: Vec<u16> = <[StatusCode; 2]>::from(tokio::join!(create(), create())).map(|status| status.as_u16()).to_vec();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    assert_eq!(world.store.directory().subscriptions().len(), 1);
    world.close().await;
}
