//! What came of webhooks: the log of tries, and its sums.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use hookline_model::{
    id::{DeliveryId, EventId, SubscriptionId},
    kind::Kind,
    time::Millis,
};
use hookline_store::deliveries::{AttemptRow, DeliveryKey, DeliveryStatus, Dispatch, Lane, Outcome, Outgoing};

use super::Client;
use crate::world::{sent, text};

/// When deliveries are made here: 2026-02-11T12:40:00Z.
const START: i64 = 1_770_813_600_000;

impl Client {
    /// A delivery that waits.
    fn outgoing(&self, to: SubscriptionId, event_id: EventId, position: u64) -> Outgoing {
        Outgoing {
            id: DeliveryId::derive(to, event_id, 0),
            subscription: to,
            key: DeliveryKey { position, run: 0 },
            workspace: text(&self.world.workspace["id"]).parse().expect("an id"),
            event_id,
            kind: Kind::EmailSent,
            lane: Lane::Bulk,
            contact: None,
            created_at: Millis(START),
            due_at: Millis(START),
            charged: 0,
            attempts: Vec::new(),
            content_type: "application/json".into(),
            body: br#"{"event_type":"email_sent","b":1.10}"#.as_slice().into(),
        }
    }

    async fn dispatch(&self, outgoing: Vec<Outgoing>) {
        let dispatch = Dispatch { outgoing, ..Dispatch::default() };
        self.world.store.dispatch(dispatch).await.expect("it is written");
    }

    /// A delivery of an event, with its tries: the second of each is the status.
    async fn delivery(
        &self,
        to: SubscriptionId,
        event: &Value,
        position: u64,
        tries: &[(i64, Option<u16>)],
        ends: bool,
    ) -> DeliveryId {
        let outgoing = self.outgoing(to, text(&event["event_id"]).parse().expect("an id"), position);
        let (id, key) = (outgoing.id, outgoing.key);
        self.dispatch(vec![outgoing]).await;
        for (number, (second, status)) in (1..).zip(tries) {
            let attempt = attempt(number, *second, *status);
            let at = Millis(START + second * 1_000 + 5_000);
            let is_good = status.is_some_and(|status| status < 300);
            let outcome = if ends && number as usize == tries.len() {
                let status = if is_good { DeliveryStatus::Delivered } else { DeliveryStatus::Failed };
                Outcome::Ended { subscription: to, key, status, reason: None, at, attempt, warning: None }
            } else {
                Outcome::Again { subscription: to, key, due_at: at, charged: number, attempt }
            };
            self.world.store.finish(Arc::new(vec![outcome])).await.expect("it is written");
        }
        id
    }
}

/// A try that was made some seconds after the start.
fn attempt(number: u32, second: i64, status: Option<u16>) -> Option<Box<AttemptRow>> {
    Some(Box::new(AttemptRow {
        number,
        started_at: Millis(START + second * 1_000),
        status,
        error: status.is_none().then(|| ("timeout".to_owned(), "no answer in time".to_owned())),
        is_charged: true,
        timing: [None, None, None, None, Some(150_000)],
        request_headers: Vec::new(),
        answer: Vec::new(),
    }))
}

#[tokio::test]
async fn every_try_of_a_delivery_is_an_event_of_its_own() {
    let client = Client::new().await;
    let (one, two) = (client.webhook("https://one.example/in").await, client.webhook("https://two.example/in").await);
    let (first, second) = (client.world.deliver(&sent(1)).await, client.world.deliver(&sent(2)).await);
    let retried = client.delivery(one, &first, 1, &[(0, Some(502)), (5, Some(200))], true).await;
    client.delivery(two, &second, 2, &[(6, None)], true).await;
    let waiting = client.delivery(two, &first, 1, &[(7, Some(503))], false).await;
    let all = client.get("/webhook-events").await;
    assert!(all.get("next_starting_after").is_none());
    let items = all["items"].as_array().expect("items");
    assert_eq!(items.len(), 4);
    let expected = json!({
        "id": items[0]["id"],
        "timestamp_created": "2026-02-11T12:40:07.000Z",
        "timestamp_created_date": "2026-02-11",
        "organization_id": client.world.workspace["id"],
        "payload": {"event_type": "email_sent", "b": 1.1},
        "success": false,
        "retry_count": 0,
        "will_retry": true,
        "webhook_url": "https://two.example/in",
        "status_code": 503,
        "error_message": "Service Unavailable",
        "timestamp_next_retry": "2026-02-11T12:40:12.000Z",
        "retry_group_id": waiting.to_string(),
        "retry_successful": null,
        "lead_email": "lead1@lead.example",
        "response_time_ms": 150,
    });
    assert_eq!(items[0], expected);
    let short = |item: &Value| {
        json!([item["status_code"], item["retry_count"], item["success"], item["retry_successful"], item["error_message"]])
    };
    let shown: Vec<Value> = items.iter().map(short).collect();
    assert_eq!(
        shown[1..],
        [
            json!([null, 0, false, null, "no answer in time"]),
            json!([200, 1, true, true, null]),
            json!([502, 0, false, true, "Bad Gateway"]),
        ]
    );
    assert_eq!(items[2]["retry_group_id"], items[3]["retry_group_id"]);
    assert_eq!(items[3]["retry_group_id"], retried.to_string());
    assert_eq!((&items[3]["will_retry"], &items[3]["timestamp_next_retry"]), (&json!(false), &Value::Null));
    assert!(items[2].get("payload").is_none(), "what was delivered is not kept");
    let (raw_status, raw) = client.send(Method::GET, &format!("/webhook-events/{}", text(&items[0]["id"])), None).await;
    assert!(raw_status == 200 && raw.contains(r#""b":1.10"#), "the body is the bytes that are sent: {raw}");
    for item in items {
        assert_eq!(&client.get(&format!("/webhook-events/{}", text(&item["id"]))).await, item);
        Uuid::parse_str(text(&item["id"])).expect("a UUID");
    }
    for limit in [1, 2, 3, 4] {
        assert_eq!(&client.all("/webhook-events", limit).await, items, "{limit}");
    }
    // The id of an item is a place as well.
    let behind = client.get(&format!("/webhook-events?starting_after={}", text(&items[2]["id"]))).await;
    assert_eq!(behind["items"], json!([items[3]]));

    let statuses = async |query: &str| -> Vec<Value> {
        client.all(&format!("/webhook-events?{query}"), 2).await.iter().map(|item| item["status_code"].clone()).collect()
    };
    assert_eq!(statuses("success=true").await, [json!(200)]);
    assert_eq!(statuses("success=false").await, [json!(503), Value::Null, json!(502)]);
    assert_eq!(statuses("search=https%3A%2F%2Fone.example%2Fin").await, [json!(200), json!(502)]);
    assert_eq!(statuses("search=https%3A%2F%2Fone.example%2F").await, Vec::<Value>::new());
    assert_eq!(statuses("search=Lead2@lead.example").await, [Value::Null]);
    assert_eq!(statuses("search=nobody@lead.example").await, Vec::<Value>::new());
    assert_eq!(statuses("from=2026-02-11&to=2026-02-11").await.len(), 4);
    assert_eq!(statuses("from=2026-02-12").await.len() + statuses("to=2026-02-10").await.len(), 0);

    let mut other = items[0]["id"].clone();
    let mut bytes = Uuid::parse_str(text(&other)).expect("a UUID").into_bytes();
    bytes[15] ^= 2;
    other = json!(Uuid::from_bytes(bytes).to_string());
    assert_eq!(client.send(Method::GET, &format!("/webhook-events/{}", text(&other)), None).await.0, 404, "no third try");
    client.world.close().await;
}

#[tokio::test]
async fn what_lies_far_back_is_found_behind_no_empty_page() {
    let client = Client::new().await;
    let webhook = client.webhook("https://one.example/in").await;
    let event = client.world.deliver(&sent(1)).await;
    client.delivery(webhook, &event, 1, &[(0, Some(200))], true).await;
    // More tries of others in front of it than one call looks at once it has found something.
    for part in 0..6_u64 {
        let first = 2 + part * 1_000;
        let others =
            (first..first + 1_000).map(|number| client.outgoing(webhook, EventId(Uuid::from_u128(number.into())), number));
        let others: Vec<Outgoing> = others.collect();
        let ended = |row: &Outgoing| {
            let (status, at, attempt) = (DeliveryStatus::Delivered, Millis(START + 1), attempt(1, 0, Some(200)));
            Outcome::Ended { subscription: webhook, key: row.key, status, reason: None, at, attempt, warning: None }
        };
        let outcomes = others.iter().map(ended).collect();
        client.dispatch(others).await;
        client.world.store.finish(Arc::new(outcomes)).await.expect("it is written");
    }
    let found = client.get("/webhook-events?search=lead1@lead.example").await;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!((&found["items"][0]["lead_email"], found.get("next_starting_after")), (&json!("lead1@lead.example"), None));
    client.world.close().await;
}

#[tokio::test]
async fn sums_of_deliveries_are_in_percent() {
    let client = Client::new().await;
    let nothing = client.get("/webhook-events/summary").await;
    let zeros = json!({"total_events": 0, "successful_events": 0, "failed_events": 0, "success_rate": 0.0, "failure_rate": 0.0});
    assert_eq!(nothing, zeros);
    let webhook = client.webhook("https://one.example/in").await;
    for number in 1..=4 {
        let event = client.world.deliver(&sent(number)).await;
        let status = if number == 4 { 500 } else { 200 };
        client.delivery(webhook, &event, u64::from(number), &[(0, Some(status))], true).await;
    }
    let sums = client.get("/webhook-events/summary?from=2026-02-01&to=2026-02-28").await;
    let expected =
        json!({"total_events": 4, "successful_events": 3, "failed_events": 1, "success_rate": 75.0, "failure_rate": 25.0});
    assert_eq!(sums, expected);
    let days = client.get("/webhook-events/summary-by-date").await;
    let day = json!({"date": "2026-02-11", "total_events": 4, "successful_events": 3, "failed_events": 1, "success_rate": 75.0});
    assert_eq!(days, json!({"items": [day]}));
    assert_eq!(client.get("/webhook-events/summary?to=2026-02-10").await, zeros);
    // Another workspace has none of it.
    let other = client.world.new_workspace("Other").await;
    let body = json!({"scope": "workspace", "workspace_id": other["id"], "role": "write", "name": "x"});
    let key = text(&client.world.make("/v1/keys", body).await["key"]).to_owned();
    let events = client.get("/webhook-events").await;
    let client = Client { key, ..client };
    assert_eq!(client.get("/webhook-events/summary").await, zeros);
    assert_eq!(client.get("/webhook-events").await, json!({"items": []}));
    for item in events["items"].as_array().expect("items") {
        assert_eq!(client.send(Method::GET, &format!("/webhook-events/{}", text(&item["id"])), None).await.0, 404);
    }
    client.world.close().await;
}
