//! What could not be read: shown whole, read again, thrown away.

use http::Method;
use serde_json::{Value, json};

use hookline_model::{
    id::{QuarantineId, WorkspaceId},
    platform::Platform,
    time::Millis,
};
use hookline_store::{Quarantined, Store};
use uuid::Uuid;

use crate::world::{ADMIN, World, sent, text};

/// When everything here was received: long before the clock of the world.
pub(crate) const RECEIVED: Millis = Millis(1_770_800_000_000);

/// Puts a body into quarantine that the parser of then could not read, and returns its id.
pub(crate) async fn keep(store: &dyn Store, workspace: &str, number: u128, body: impl Into<Vec<u8>>) -> String {
    let id = QuarantineId(Uuid::from_u128(number));
    let workspace: WorkspaceId = workspace.parse().expect("an id");
    let (platform, reason) = (Platform::Smartlead, "the parser of then knew no better".to_owned());
    let headers = vec![("user-agent".to_owned(), "axios".to_owned())];
    let body = body.into();
    let kept = Quarantined { id, workspace, platform, received_at: RECEIVED, reason, headers, body };
    store.quarantine(kept).await.expect("quarantine takes it");
    id.to_string()
}

impl World {
    /// The path of the workspace's quarantine.
    fn quarantine(&self) -> String {
        format!("/v1/workspaces/{}/quarantine", text(&self.workspace["id"]))
    }

    async fn keep(&self, number: u128, body: impl Into<Vec<u8>>) -> String {
        keep(self.store.as_ref(), text(&self.workspace["id"]), number, body).await
    }

    async fn post(&self, path: &str) -> (u16, Value) {
        let (status, answer) = self.call(Method::POST, path, ADMIN, None).await;
        (status.as_u16(), answer)
    }

    async fn left(&self) -> usize {
        self.all("quarantine", 500).await.len()
    }
}

#[tokio::test]
async fn a_delivery_is_read_again_as_if_it_came_when_it_came() {
    let world = World::new().await;
    let id = world.keep(1, sent(1).to_string()).await;
    let path = format!("{}/{id}/reprocess", world.quarantine());
    let (status, answer) = world.post(&path).await;
    assert_eq!((status, &answer["status"], &answer["reason"]), (200, &json!("processed"), &Value::Null), "{answer}");

    let event = world.own(&format!("events/{}?include=raw", text(&answer["event_id"]))).await;
    assert_eq!((&event["received_at"], &event["origin"]), (&json!(RECEIVED.to_string()), &json!("live")), "{event}");
    assert_eq!(event["raw"]["secret_key"], "*********", "{event}");
    assert_eq!(world.own("contacts?email=lead1@lead.example").await["data"][0]["status"], "contacted");
    let duplicate = json!({"status": "duplicate", "event_id": answer["event_id"]});
    assert_eq!(world.deliver(&sent(1)).await, duplicate, "a later delivery of the same event");

    assert_eq!(world.post(&path).await.0, 404, "once");
    assert_eq!(world.call(Method::GET, path.trim_end_matches("/reprocess"), ADMIN, None).await.0.as_u16(), 404);
    assert_eq!(world.left().await, 0);

    let again = world.keep(2, sent(1).to_string()).await;
    let (_, answer) = world.post(&format!("{}/{again}/reprocess", world.quarantine())).await;
    assert_eq!((&answer["status"], &answer["event_id"]), (&json!("duplicate"), &duplicate["event_id"]));
    world.close().await;
}

#[tokio::test]
async fn what_still_cannot_be_read_stays_with_the_reason_of_today() {
    let world = World::new().await;
    let id = world.keep(1, "not json").await;
    let path = format!("{}/{id}", world.quarantine());
    assert_eq!(world.get(&path).await["reason"], "the parser of then knew no better");
    for _ in 0..2 {
        let (status, answer) = world.post(&format!("{path}/reprocess")).await;
        assert_eq!((status, &answer["status"], &answer["event_id"]), (200, &json!("quarantined"), &Value::Null), "{answer}");
        let reason = text(&answer["reason"]);
        assert!(reason.contains("not JSON"), "{reason}");
        assert_eq!(world.get(&path).await["reason"], reason);
    }
    assert_eq!((world.left().await, world.store.status().committed), (1, 0));
    world.close().await;
}

#[tokio::test]
async fn a_delivery_is_shown_whole() {
    let world = World::new().await;
    let long = "é".repeat(100_000);
    let cases: [(&[u8], &str, &str); 3] =
        [(long.as_bytes(), &long, "utf-8"), (b"", "", "utf-8"), (&[0xff, 0x00, b'a'], "/wBh", "base64")];
    for (number, (body, shown, encoding)) in (1..).zip(cases) {
        let id = world.keep(number, body).await;
        let row = world.get(&format!("{}/{id}", world.quarantine())).await;
        assert_eq!((&row["body"], &row["body_encoding"]), (&json!(shown), &json!(encoding)));
        assert_eq!((&row["id"], &row["body_bytes"]), (&json!(id), &json!(body.len())));
        assert_eq!(row["headers"], json!([{"name": "user-agent", "value": "axios"}]));
    }
    world.close().await;
}

#[tokio::test]
async fn a_cut_body_shows_no_secret() {
    let world = World::new().await;
    let path = format!("/public/smartlead-webhook/{}", text(&world.workspace["address"]));
    let body = r#"{"event_type":"EMAIL_SENT","secret_key":"topsecret","to_email":"jo@le"#;
    let request = http::Request::post(path).header("content-type", "application/json").body(axum::body::Body::from(body));
    let answer = tower::ServiceExt::oneshot(world.router.clone(), request.expect("a request")).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 400);
    let row = world.own("quarantine").await["data"][0].clone();
    assert_eq!(row["body"], body.replace("topsecret", "*********"));
    world.close().await;
}

#[tokio::test]
async fn a_delivery_is_thrown_away_once() {
    let world = World::new().await;
    let (gone, stays) = (world.keep(1, "not json").await, world.keep(2, sent(1).to_string()).await);
    let path = format!("{}/{gone}", world.quarantine());
    for status in [204, 404] {
        assert_eq!(world.call(Method::DELETE, &path, ADMIN, None).await.0.as_u16(), status);
    }
    assert_eq!(world.post(&format!("{path}/reprocess")).await.0, 404);
    assert_eq!(world.own("quarantine").await["data"][0]["id"], json!(stays));
    assert_eq!(world.store.status().committed, 0);
    world.close().await;
}

#[tokio::test]
async fn everything_is_read_again_at_once() {
    let world = World::new().await;
    world.deliver(&sent(1)).await;
    for number in 1..=10 {
        world.keep(number.into(), sent(number).to_string()).await;
    }
    for number in 11..=20 {
        world.keep(number, sent(2).to_string()).await;
    }
    for number in 21..=25 {
        world.keep(number, "not json").await;
    }
    let path = format!("{}/reprocess", world.quarantine());
    let (status, answer) = world.post(&path).await;
    let expected = |reprocessed: u32, duplicates: u32| json!({"reprocessed": reprocessed, "duplicates": duplicates, "still_unreadable": 5, "more": false, "next_cursor": null});
    assert_eq!((status, answer), (200, expected(9, 11)));
    assert_eq!(world.post(&path).await, (200, expected(0, 0)));
    assert_eq!(world.all("events", 500).await.len(), 10);
    let left = world.all("quarantine", 500).await;
    assert_eq!(left.len(), 5);
    assert!(left.iter().all(|row| text(&row["reason"]).contains("not JSON")), "{left:?}");
    world.close().await;
}

/// Calls until there is no more, and answers how many each call settled.
async fn walk(world: &World) -> Vec<u64> {
    let (mut calls, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, answer) = world.post(&format!("{}/reprocess?cursor={cursor}", world.quarantine())).await;
        assert_eq!(status, 200, "{answer}");
        calls.push(["reprocessed", "duplicates", "still_unreadable"].iter().filter_map(|name| answer[name].as_u64()).sum());
        assert_eq!(answer["more"], json!(answer["next_cursor"].is_string()));
        let Some(next) = answer["next_cursor"].as_str() else { return calls };
        next.clone_into(&mut cursor);
    }
}

#[tokio::test]
async fn one_call_is_bounded_in_number_and_the_next_goes_on() {
    let world = World::new().await;
    for number in 0..1_003 {
        let body = if number % 2 == 0 { sent(number).to_string() } else { "not json".to_owned() };
        world.keep(number.into(), body).await;
    }
    assert_eq!(walk(&world).await, [1_000, 3]);
    assert_eq!((world.left().await, world.store.status().committed), (501, 502));
    for number in 2_000..2_499 {
        world.keep(number, "not json").await;
    }
    assert_eq!(walk(&world).await, [1_000], "exactly as many as fit are no reason for another call");
    world.close().await;
}

#[tokio::test]
async fn one_call_is_bounded_in_bytes() {
    let world = World::new().await;
    for number in 0..6 {
        let mut body = sent(number);
        body["sent_message"] = json!({"html": "x".repeat(900_000)});
        world.keep(number.into(), body.to_string()).await;
    }
    assert_eq!(walk(&world).await, [4, 2]);
    assert_eq!((world.left().await, world.store.status().committed), (0, 6));
    // One that is too large for a call goes alone.
    world.keep(10, vec![b'x'; 5 * 1024 * 1024]).await;
    world.keep(11, "not json").await;
    assert_eq!(walk(&world).await, [1, 1]);
    world.close().await;
}

#[tokio::test]
async fn an_agencys_quarantine_has_the_same_verbs() {
    let world = World::new().await;
    let path = format!("/v1/agencies/{}/quarantine", text(&world.agency["id"]));
    let hook = text(&world.agency["webhook_urls"]["smartlead"]).replace("https://hooks.example.com", "");
    assert_eq!(world.call(Method::POST, &hook, "", Some(json!([1]))).await.0.as_u16(), 400);
    let row = world.get(&path).await["data"][0].clone();
    let reserved = text(&row["workspace_id"]).to_owned();
    assert_eq!(world.get(&format!("{path}/{}", text(&row["id"]))).await["body"], "[1]");
    assert_eq!(world.call(Method::DELETE, &format!("{path}/{}", text(&row["id"])), ADMIN, None).await.0.as_u16(), 204);

    let ids = [
        keep(world.store.as_ref(), &reserved, 1, sent(1).to_string()).await,
        keep(world.store.as_ref(), &reserved, 2, sent(2).to_string()).await,
    ];
    // By the agency only: a reserved workspace is changed under its own id by nobody.
    assert_eq!(world.post(&format!("/v1/workspaces/{reserved}/quarantine/{}/reprocess", ids[0])).await.0, 404);
    let (status, answer) = world.post(&format!("{path}/{}/reprocess", ids[0])).await;
    assert_eq!((status, &answer["status"]), (200, &json!("unrouted")), "{answer}");
    assert_eq!(world.post(&format!("{path}/reprocess")).await.1["reprocessed"], 1);
    let unrouted = world.get(&format!("/v1/agencies/{}/unrouted", text(&world.agency["id"]))).await;
    assert_eq!(unrouted["data"].as_array().map(Vec::len), Some(2), "{unrouted}");
    assert_eq!(world.own("contacts").await["data"], json!([]));
    world.close().await;
}

#[tokio::test]
async fn a_repeated_reprocessing_is_answered_as_the_first_time() {
    let world = World::new().await;
    let id = world.keep(1, sent(1).to_string()).await;
    world.keep(2, sent(2).to_string()).await;
    let paths = [format!("{}/{id}/reprocess", world.quarantine()), format!("{}/reprocess", world.quarantine())];
    for path in &paths {
        let first = world.call_once(Method::POST, path, "k", json!({})).await;
        assert_eq!((first.0, first.2), (200, false), "{first:?}");
        assert_eq!(world.call_once(Method::POST, path, "k", json!({})).await, (200, first.1, true));
    }
    let nothing = world.call_once(Method::POST, &paths[0], "another", json!({})).await;
    assert_eq!((nothing.0, nothing.2), (404, false));
    assert_eq!(world.all("events", 500).await.iter().filter(|event| event["duplicates"]["count"] == 0).count(), 2);
    world.close().await;
}

#[tokio::test]
async fn a_platform_that_cannot_be_read_is_named() {
    let world = World::new().await;
    let id = QuarantineId(Uuid::from_u128(1));
    let workspace = text(&world.workspace["id"]).parse().expect("an id");
    let (reason, body) = (String::new(), b"{}".to_vec());
    let platform = Platform::Hookline;
    let kept = Quarantined { id, workspace, platform, received_at: RECEIVED, reason, headers: Vec::new(), body };
    world.store.quarantine(kept).await.expect("quarantine takes it");
    let (status, answer) = world.post(&format!("{}/{id}/reprocess", world.quarantine())).await;
    assert_eq!((status, &answer["reason"]), (200, &json!("this version cannot read hookline's webhooks")));
    world.close().await;
}
