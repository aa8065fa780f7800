//! Pulling and streaming events, and the plan of a replay.

use axum::body::Body;
use futures_util::StreamExt;
use http::{Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{ADMIN, World, sent, text};

/// A world with a webhook, and its path.
async fn with_webhook() -> (World, String) {
    let world = World::new().await;
    let path = format!("/v1/workspaces/{}/webhooks", text(&world.workspace["id"]));
    let hook = json!({"name": "Ours", "url": "https://crm.example/hooks", "kinds": ["email.*"], "rate": 2});
    let made = world.make(&path, hook).await;
    let path = format!("{path}/{}", text(&made["id"]));
    (world, path)
}

/// Waits until the records have the whole log.
async fn level(world: &World) {
    let committed = world.store.status().committed;
    world.store.folded().wait_for(|folded| *folded >= committed).await.expect("the store is open");
}

fn ids(polled: &Value) -> Vec<String> {
    polled["data"].as_array().expect("events").iter().map(|event| text(&event["id"]).to_owned()).collect()
}

#[tokio::test]
async fn what_is_pulled_stays_until_it_is_acknowledged() {
    let (world, path) = with_webhook().await;
    let mut own = Vec::new();
    for number in 1..=5 {
        own.push(text(&world.deliver(&sent(number)).await["event_id"]).to_owned());
    }
    // What was answered is there, without waiting for anything.
    let poll = async |query: &str| world.get(&format!("{path}/poll?limit=2{query}")).await;
    let first = poll("").await;
    assert_eq!((ids(&first), &first["more"]), (own[..2].to_vec(), &json!(true)));
    assert_eq!(ids(&poll("").await), own[..2], "again, as nobody said that they are done");
    let second = poll(&format!("&ack={}", text(&first["ack"]))).await;
    assert_eq!(ids(&second), own[2..4]);
    assert_eq!(ids(&poll("").await), own[2..4], "the server remembers");
    assert_eq!(ids(&poll("&consumer=other").await), own[..2], "each for itself");
    // One that is behind moves nothing back.
    assert_eq!(ids(&poll(&format!("&ack={}", text(&first["ack"]))).await), own[2..4]);
    let third = poll(&format!("&ack={}", text(&second["ack"]))).await;
    assert_eq!(ids(&third), own[4..]);
    let last = poll(&format!("&ack={}", text(&third["ack"]))).await;
    assert_eq!((ids(&last).len(), &last["more"]), (0, &json!(false)));
    for wrong in ["ack=nonsense", "limit=0", "limit=501", "consumer=%00"] {
        let (status, problem) = world.call(Method::GET, &format!("{path}/poll?{wrong}"), ADMIN, None).await;
        assert_eq!((status.as_u16(), &problem["field"]), (400, &json!(wrong.split_once('=').expect("a pair").0)), "{wrong}");
    }
    // Whoever may only read looks on, and moves nobody's cursor.
    let key = json!({"scope": "installation", "role": "read", "name": "looks on"});
    let key = text(&world.make("/v1/keys", key).await["key"]).to_owned();
    let (status, seen) = world.call(Method::GET, &format!("{path}/poll?consumer=third"), &key, None).await;
    assert_eq!((status.as_u16(), ids(&seen).len()), (200, own.len()));
    let acknowledged = format!("{path}/poll?consumer=third&ack={}", text(&seen["ack"]));
    let (status, problem) = world.call(Method::GET, &acknowledged, &key, None).await;
    assert_eq!((status.as_u16(), &problem["type"]), (403, &json!("/docs/errors/forbidden")));
    // The cursor of a longer log: what comes next would never be seen.
    let other = with_webhook().await;
    let (status, problem) =
        other.0.call(Method::GET, &format!("{}/poll?ack={}", other.1, text(&third["ack"])), ADMIN, None).await;
    assert_eq!((status.as_u16(), &problem["field"]), (400, &json!("ack")));
    other.0.close().await;
    world.close().await;
}

#[tokio::test]
async fn what_the_records_leave_out_fills_no_page_of_a_pull() {
    let world = World::new().await;
    let path = format!("/v1/workspaces/{}/webhooks", text(&world.workspace["id"]));
    let filter = json!({"data": {"subject": "Wanted"}});
    let made = world.make(&path, json!({"name": "Ours", "url": "https://crm.example/", "kinds": ["*"], "filter": filter})).await;
    let mut ids_of = Vec::new();
    for number in 1..=7 {
        let mut body = sent(number);
        if number % 3 == 0 {
            body["subject"] = json!("Wanted");
        }
        ids_of.push(text(&world.deliver(&body).await["event_id"]).to_owned());
    }
    level(&world).await;
    let pulled = world.get(&format!("{path}/{}/poll?limit=2", text(&made["id"]))).await;
    assert_eq!(ids(&pulled), [ids_of[2].clone(), ids_of[5].clone()]);
}

#[tokio::test]
async fn who_asks_for_too_many_is_told_of_what() {
    let (world, path) = with_webhook().await;
    world.deliver(&sent(1)).await;
    level(&world).await;
    let replay = json!({"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "dry_run": false});
    for _ in 0..10 {
        world.make(&format!("{path}/replay"), replay.clone()).await;
    }
    let (status, problem) = world.call(Method::POST, &format!("{path}/replay"), ADMIN, Some(replay)).await;
    assert_eq!(status.as_u16(), 409);
    assert_eq!(problem["detail"], "10 replays of this webhook are running. Wait for one, or cancel it.");
    let ack = text(&world.get(&format!("{path}/poll")).await["ack"]).to_owned();
    for number in 0..100 {
        world.get(&format!("{path}/poll?consumer=c{number}&ack={ack}")).await;
    }
    let (status, problem) = world.call(Method::GET, &format!("{path}/poll?consumer=c100&ack={ack}"), ADMIN, None).await;
    assert_eq!(status.as_u16(), 409);
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.starts_with("The webhook has 100 consumers")), "{problem}");
}

#[tokio::test]
async fn a_dry_run_of_a_replay_counts_and_makes_none() {
    let (world, path) = with_webhook().await;
    for number in 1..=3 {
        world.deliver(&sent(number)).await;
    }
    level(&world).await;
    let body = json!({"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "dry_run": true});
    let (status, plan) = world.call(Method::POST, &format!("{path}/replay"), ADMIN, Some(body.clone())).await;
    assert_eq!((status.as_u16(), &plan["events"], &plan["more"]), (200, &json!(3), &json!(false)), "{plan}");
    assert_eq!((&plan["url"], &plan["seconds"]), (&json!("https://crm.example/hooks"), &json!(1.5)));
    assert_eq!(world.get(&format!("{path}/replays")).await["data"], json!([]));
    let body = json!({"since": body["since"], "until": body["until"], "kinds": ["email.sent"], "dry_run": false});
    let replay = world.make(&format!("{path}/replay"), body).await;
    assert_eq!((&replay["run"], &replay["status"]), (&json!(1), &json!("running")));
    let (status, _) = world.call(Method::DELETE, &format!("{path}/replays/1"), ADMIN, None).await;
    assert_eq!(status.as_u16(), 204);
    assert_eq!(world.get(&format!("{path}/replays")).await["data"][0]["status"], "cancelled");
    world.close().await;
}

#[tokio::test]
async fn a_stream_goes_on_behind_its_cursor() {
    let (world, _) = with_webhook().await;
    let path = format!("/v1/workspaces/{}/events/stream", text(&world.workspace["id"]));
    let open = async |last: Option<&str>| {
        let request = Request::get(&path).header("authorization", format!("Bearer {ADMIN}"));
        let request = last.into_iter().fold(request, |request, last| request.header("last-event-id", last));
        let answer = world.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        answer.into_body().into_data_stream()
    };
    let mut stream = open(None).await;
    let begin = stream.next().await.expect("a part").expect("no error");
    let begin = std::str::from_utf8(&begin).expect("text").lines().find_map(|line| line.strip_prefix("id: "));
    let begin = begin.expect("an id").to_owned();
    let mut own = Vec::new();
    for number in 1..=3 {
        own.push(text(&world.deliver(&sent(number)).await["event_id"]).to_owned());
    }
    for (mut stream, own) in [(stream, &own[..]), (open(Some(&begin)).await, &own[..])] {
        let (mut heard, mut last) = (Vec::new(), String::new());
        while heard.len() < own.len() {
            let part = stream.next().await.expect("it goes on").expect("no error");
            for line in std::str::from_utf8(&part).expect("text").lines() {
                if let Some(id) = line.strip_prefix("id: ") {
                    last = id.to_owned();
                }
                if let Some(data) = line.strip_prefix("data: ") {
                    let event: Value = serde_json::from_str(data).expect("an event");
                    heard.push((text(&event["id"]).to_owned(), last.clone()));
                }
            }
        }
        assert_eq!(heard.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), own);
        // Behind the second only the third is left.
        let mut rest = open(Some(&heard[1].1)).await;
        let mut seen = String::new();
        while !seen.contains("data: ") {
            seen.push_str(std::str::from_utf8(&rest.next().await.expect("it goes on").expect("no error")).expect("text"));
        }
        assert!(seen.contains(&own[2]) && !seen.contains(&own[0]) && !seen.contains(&own[1]));
    }
    world.close().await;
}
