//! Delivering again through the whole service: retry, recover and replay against a receiver that was down, and sums against a
//! ledger that the test keeps. No test sleeps: the clock is in hand.

use std::collections::BTreeMap;

use hookline_testkit::{
    receiver::{PATIENCE, Receiver},
    service::{START, TestService, WORKSPACE},
    traffic::smartlead_body,
};
use reqwest::Method;
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1_000;
const FIRST_DAY: &str = "2026-02-12";
const SECOND_DAY: &str = "2026-02-13";

struct World {
    service: TestService,
    receiver: Receiver,
    path: String,
}

impl World {
    /// A service that passes on, and one webhook.
    async fn new(fields: Value) -> World {
        let (mut service, receiver) = (TestService::start().await, Receiver::answering(&[]).await);
        service.pass_on();
        let mut body = json!({"name": "Ours", "url": receiver.url(), "kinds": ["*"]});
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        let path = format!("/v1/workspaces/{WORKSPACE}/webhooks");
        let (status, made) = service.call(Method::POST, &path, &body).await;
        assert_eq!(status, 201, "{made}");
        let path = format!("{path}/{}", made["id"].as_str().expect("an id"));
        World { service, receiver, path }
    }

    /// Calls something of the webhook that answers well.
    async fn call(&self, method: Method, rest: &str, body: Value) -> Value {
        let (status, answer) = self.service.call(method, &format!("{}{rest}", self.path), &body).await;
        assert!((200..300).contains(&status), "{rest}: {status} {answer}");
        answer
    }

    async fn post(&self, rest: &str, body: Value) -> Value {
        self.call(Method::POST, rest, body).await
    }

    /// SmartLead tells of deliveries of the traffic, each of which is new.
    async fn tell(&self, numbers: std::ops::Range<u64>) -> u64 {
        let count = numbers.end - numbers.start;
        for number in numbers {
            let (status, answer) = self.service.post(smartlead_body(number)).await;
            assert_eq!((status, &answer["status"]), (200, &json!("processed")), "{number}: {answer}");
        }
        count
    }

    /// Asks until the answer is as is wanted. Time passes meanwhile, a second at a time: a day is far away.
    async fn until(&self, rest: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let shown = self.call(Method::GET, rest, Value::Null).await;
                if is_so(&shown) {
                    return shown;
                }
                self.service.clock.advance_ms(1_000);
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.expect("it is so in time")
    }

    /// All deliveries that stand so, read page by page.
    async fn deliveries(&self, status: &str) -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.call(Method::GET, &format!("/deliveries?status={status}&limit=3&cursor={cursor}"), Value::Null).await;
            rows.extend(page["data"].as_array().expect("a list").clone());
            let Some(next) = page["next_cursor"].as_str() else { return rows };
            next.clone_into(&mut cursor);
        }
    }

    /// Holds the sums against a ledger: how many deliveries of each day stand how.
    async fn sums_are(&self, ledger: &[(&str, [u64; 4])]) {
        let base = format!("/v1/workspaces/{WORKSPACE}/webhooks");
        let period = format!("since={FIRST_DAY}T00:00:00Z&until={SECOND_DAY}T23:00:00Z");
        let (status, by_date) = self.service.get(&format!("{base}/summary-by-date?{period}")).await;
        assert_eq!(status, 200, "{by_date}");
        let mut whole = [0; 4];
        let days = by_date["data"].as_array().expect("days");
        for (day, (date, counts)) in days.iter().zip(ledger) {
            assert_eq!(day["date"], *date);
            hold(day, *counts);
            whole.iter_mut().zip(counts).for_each(|(whole, count)| *whole += count);
        }
        assert_eq!(days.len(), ledger.len());
        let (status, summary) = self.service.get(&format!("{base}/summary?{period}")).await;
        assert_eq!(status, 200, "{summary}");
        hold(&summary, whole);
    }
}

/// Holds sums against how many were delivered, failed, were skipped, and are on their way.
fn hold(shown: &Value, [delivered, failed, skipped, waiting]: [u64; 4]) {
    let count = |name: &str| shown[name].as_u64().expect("a number");
    let found = [count("delivered"), count("failed"), count("skipped"), count("pending") + count("retrying")];
    assert_eq!(found, [delivered, failed, skipped, waiting], "{shown}");
    assert_eq!(count("total"), delivered + failed + skipped + waiting, "{shown}");
    let rate = (delivered + failed > 0).then(|| delivered as f64 / (delivered + failed) as f64);
    match (shown["success_rate"].as_f64(), rate) {
        (Some(shown), Some(rate)) => assert!((shown - rate).abs() < 0.000_1, "{shown} is not {rate}"),
        (shown, rate) => assert_eq!(shown, rate),
    }
}

/// How often each message came, by its id, and that it said the same each time.
fn messages(receiver: &Receiver) -> BTreeMap<String, usize> {
    let mut bodies: BTreeMap<String, (Vec<u8>, usize)> = BTreeMap::new();
    for received in receiver.book.received() {
        let (first, count) = bodies.entry(received.header("webhook-id").to_owned()).or_insert_with(|| (received.body.clone(), 0));
        assert_eq!(*first, received.body, "the same bytes each time");
        *count += 1;
    }
    bodies.into_iter().map(|(id, (_, count))| (id, count)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_failed_comes_back_by_retry_and_recover_and_the_sums_follow() {
    let world = World::new(json!({"policy": {"schedule": [], "pause_after": 1_000}})).await;
    world.receiver.book.answer(503);
    let first = world.tell(0..8).await;
    world.until("", |shown| shown["failed"] == first).await;
    world.sums_are(&[(FIRST_DAY, [0, first, 0, 0]), (SECOND_DAY, [0; 4])]).await;
    // The next day it is still down.
    world.service.clock.advance_ms(DAY);
    let second = world.tell(12..17).await;
    world.until("", |shown| shown["failed"] == first + second).await;
    world.sums_are(&[(FIRST_DAY, [0, first, 0, 0]), (SECOND_DAY, [0, second, 0, 0])]).await;
    assert_eq!(messages(&world.receiver).values().collect::<Vec<_>>(), vec![&1; 13], "each was tried once");

    world.receiver.book.answer(200);
    let failed = world.deliveries("failed").await;
    assert_eq!(failed.len(), 13);
    // One of the first day, by hand.
    let one = failed.iter().find(|row| row["created_at"].as_str().is_some_and(|at| at.starts_with(FIRST_DAY)));
    let one = format!("/v1/deliveries/{}", one.expect("one of the first day")["id"].as_str().expect("an id"));
    let (status, retried) = world.service.call(Method::POST, &format!("{one}/retry"), &Value::Null).await;
    assert_eq!((status, &retried["was"]), (200, &json!("failed")), "{retried}");
    world.until("", |shown| shown["delivered"] == 1).await;
    world.sums_are(&[(FIRST_DAY, [1, first - 1, 0, 0]), (SECOND_DAY, [0, second, 0, 0])]).await;
    let (_, shown) = world.service.get(&one).await;
    let tries: Vec<&Value> = shown["attempts"].as_array().expect("attempts").iter().map(|attempt| &attempt["status"]).collect();
    assert_eq!((tries, &shown["status"]), (vec![&json!(503), &json!(200)], &json!("delivered")));
    let (status, problem) = world.service.call(Method::POST, &format!("{one}/retry"), &Value::Null).await;
    assert_eq!((status, &problem["type"]), (409, &json!("/docs/errors/conflict")), "{problem}");

    // Those of the second day, then all: what came back is not brought back again.
    let recovered = world.post("/recover", json!({"since": format!("{SECOND_DAY}T00:00:00Z")})).await;
    assert_eq!(recovered, json!({"recovered": second, "more": false, "next_cursor": null}));
    world.until("", |shown| shown["delivered"] == 1 + second).await;
    world.sums_are(&[(FIRST_DAY, [1, first - 1, 0, 0]), (SECOND_DAY, [second, 0, 0, 0])]).await;
    let recovered = world.post("/recover", json!({"since": START.to_string()})).await;
    assert_eq!(recovered["recovered"], first - 1, "{recovered}");
    world.until("", |shown| shown["delivered"] == first + second).await;
    world.sums_are(&[(FIRST_DAY, [first, 0, 0, 0]), (SECOND_DAY, [second, 0, 0, 0])]).await;
    let recovered = world.post("/recover", json!({"since": START.to_string()})).await;
    assert_eq!(recovered["recovered"], 0, "nothing is left: {recovered}");
    assert!(world.deliveries("failed").await.is_empty());
    assert_eq!(messages(&world.receiver).values().collect::<Vec<_>>(), vec![&2; 13], "each came twice, as the same message");
    world.service.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_is_planned_done_and_cancelled_and_the_sums_follow() {
    let world = World::new(json!({"dialect": "instantly", "rate": 5})).await;
    let told = world.tell(0..11).await;
    // Instantly has no word for a campaign that changes its state, but for one that is completed.
    let paused = json!({
        "event_type": "CAMPAIGN_STATUS_CHANGED", "event_timestamp": "2026-02-11T09:00:00.000Z", "campaign_id": 2_900_000,
        "campaign_name": "Campaign 0", "previous_status": "ACTIVE", "current_status": "PAUSED", "campaign_status": "PAUSED",
    });
    let (status, answer) = world.service.post(paused.to_string()).await;
    assert_eq!((status, &answer["status"]), (200, &json!("processed")), "{answer}");
    let shown = world.until("", |shown| shown["delivered"] == told && shown["not_expressible"] == 1).await;
    assert_eq!((&shown["failed"], &shown["skipped"]), (&json!(0), &json!(0)), "{shown}");
    world.sums_are(&[(FIRST_DAY, [told, 0, 0, 0]), (SECOND_DAY, [0; 4])]).await;

    let replay = |dry_run: bool, kinds: Value| json!({"since": START.to_string(), "until": format!("{SECOND_DAY}T00:00:00Z"), "kinds": kinds, "dry_run": dry_run});
    let plan = world.post("/replay", replay(true, Value::Null)).await;
    let expected = json!({
        "events": told, "not_expressible": 1, "more": false, "url": world.receiver.url(), "per_second": 5.0,
        "seconds": told as f64 / 5.0,
    });
    assert_eq!(plan, expected);
    let of_replies = world.post("/replay", replay(true, json!(["email.replied"]))).await;
    let replies = of_replies["events"].as_u64().expect("a number");
    assert!((1..told).contains(&replies) && of_replies["not_expressible"] == 0, "{of_replies}");
    assert_eq!(world.receiver.book.received().len() as u64, told, "a plan sends nothing");
    assert_eq!(world.call(Method::GET, "/replays", Value::Null).await["data"], json!([]));

    let made = world.post("/replay", replay(false, Value::Null)).await;
    assert_eq!(made["run"], 1, "{made}");
    let done = world.until("/replays", |shown| shown["data"][0]["delivered"] == told).await["data"][0].clone();
    let counts = ["status", "progress", "dispatched", "failed", "skipped", "not_expressible"].map(|name| done[name].clone());
    assert_eq!(json!(counts), json!(["done", 1.0, told, 0, 0, 1]), "as it was planned");
    world.sums_are(&[(FIRST_DAY, [2 * told, 0, 0, 0]), (SECOND_DAY, [0; 4])]).await;

    // While the clock stands the rate lets no more than one out.
    world.post("/replay", replay(false, Value::Null)).await;
    let waiting = async {
        loop {
            let shown = world.call(Method::GET, "/replays", Value::Null).await["data"][0].clone();
            if shown["run"] == 2 && shown["status"] == "done" {
                return shown;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, waiting).await.expect("it is all found");
    assert_eq!(found["dispatched"], told, "{found}");
    world.call(Method::DELETE, "/replays/2", Value::Null).await;
    let ended = |shown: &Value| {
        let count = |name: &str| shown["data"][0][name].as_u64().unwrap_or_default();
        count("delivered") + count("skipped") == told
    };
    let cancelled = world.until("/replays", ended).await["data"][0].clone();
    let (delivered, skipped) = (cancelled["delivered"].as_u64(), cancelled["skipped"].as_u64());
    let (delivered, skipped) = (delivered.expect("a number"), skipped.expect("a number"));
    assert_eq!((&cancelled["status"], &cancelled["failed"]), (&json!("cancelled"), &json!(0)), "{cancelled}");
    assert!(delivered <= 3 && skipped >= told - 3, "on the wire, and the two that were handed on: {cancelled}");
    world.sums_are(&[(FIRST_DAY, [2 * told + delivered, 0, skipped, 0]), (SECOND_DAY, [0; 4])]).await;
    // What was on its way already was sent all the same, and counts as left out.
    let sent = world.receiver.book.received().len() as u64 - 2 * told;
    assert!((delivered..=delivered + 3).contains(&sent), "{sent} of {delivered}");
    assert_eq!(world.deliveries("skipped").await.len() as u64, skipped);
    world.service.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_nowhere_on_disk_and_a_retry_has_that_of_its_time() {
    const FORMER: &str = "the-secret-of-before-0815";
    let world = World::new(json!({"dialect": "smartlead", "secret": FORMER, "policy": {"schedule": [60]}})).await;
    world.receiver.book.answer(503);
    world.tell(0..1).await;
    world.receiver.book.wait_until(|received| received.len() == 1).await;
    let rotated = world.post("/rotate-secret", json!({})).await;
    let secret = rotated["secret"].as_str().expect("a new secret").to_owned();
    world.receiver.book.answer(200);
    world.until("", |shown| shown["delivered"] == 1).await;
    let received = world.receiver.book.received();
    let carried: Vec<Value> = received.iter().map(|received| received.json()["secret_key"].clone()).collect();
    assert_eq!(carried, [json!(FORMER), json!(secret)]);
    world.receiver.book.answer(503);
    world.tell(12..13).await;
    world.receiver.book.wait_until(|received| received.len() == 3).await;
    let closed = world.service.close().await;
    let mut files = 0;
    for entry in std::fs::read_dir(&closed.path).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        files += 1;
        for secret in [FORMER, &secret] {
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{secret} is in {}", path.display());
        }
    }
    assert!(files > 3, "{files} files were looked through");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_owes_nothing_has_no_backlog() {
    let world = World::new(json!({"kinds": ["campaign.*"]})).await;
    world.tell(0..7).await;
    // It is level before anything was written down for it.
    world.until("", |shown| shown["backlog"] == 0).await;
    world.tell(12..15).await;
    world.until("", |shown| shown["backlog"] == 0).await;
    world.service.close().await;
}
