//! Webhooks from end to end: the real binary, a platform that posts, and a receiver on a socket.

use std::collections::{BTreeMap, BTreeSet};

use hookline_testkit::{
    node::{ADMIN_KEY, Node, serve_command},
    traffic::smartlead_body,
};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::{
    HOOKLINE,
    receiver::{PATIENCE, Received, Receiver},
};

struct World {
    temp: tempfile::TempDir,
    node: Node,
}

impl World {
    async fn new() -> World {
        let temp = tempfile::tempdir().expect("a folder");
        let node = start(&temp).await;
        World { temp, node }
    }

    /// Dies by `kill -9`, and comes back.
    async fn die_and_come_back(&mut self) {
        self.node.kill();
        self.node = start(&self.temp).await;
    }

    async fn call(&self, method: http::Method, path: &str, body: Value) -> Value {
        let url = format!("{}/v1/workspaces/{}/webhooks{path}", self.node.base, self.node.workspace);
        let request = self.node.client.request(method, url).bearer_auth(ADMIN_KEY).json(&body);
        let answer = request.send().await.expect("an answer");
        let (status, body) = (answer.status(), answer.json().await.expect("JSON"));
        assert!(status.is_success(), "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.call(http::Method::POST, path, body).await
    }

    async fn make(&self, receiver: &Receiver, fields: Value) -> Value {
        let mut body =
            json!({"name": "Ours", "url": receiver.url(), "kinds": ["email.replied"], "policy": {"schedule": [0, 0, 0]}});
        for (name, value) in fields.as_object().expect("an object") {
            body[name] = value.clone();
        }
        self.post("", body).await
    }

    /// Waits until a webhook is shown as is wanted.
    async fn wait_until(&self, webhook: &Value, is_so: impl Fn(&Value) -> bool) -> Value {
        let shown = async {
            loop {
                let shown = self.call(http::Method::GET, &path(webhook, ""), Value::Null).await;
                if is_so(&shown) {
                    return shown;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, shown).await.expect("it is so in time")
    }

    /// SmartLead tells of a reply; the numbers of replies are 3 and 15, 21 ... of the traffic.
    async fn reply(&self, number: u64) {
        let answer = self.node.post(smartlead_body(number)).await.expect("an answer");
        assert_eq!((answer.0, &answer.1["status"]), (200, &json!("processed")), "{answer:?}");
    }
}

async fn start(temp: &tempfile::TempDir) -> Node {
    let mut command = serve_command(HOOKLINE, &temp.path().join("data"));
    command.arg("--allow-private-destinations");
    Node::run(command, temp.path().join("stderr")).await.expect("it starts")
}

fn path(webhook: &Value, rest: &str) -> String {
    format!("/{}{rest}", webhook["id"].as_str().expect("an id"))
}

fn verifies(received: &Received, secret: &Value) -> bool {
    let webhook = Webhook::new(secret.as_str().expect("a secret")).expect("a secret of Standard Webhooks");
    webhook.verify(&received.body, &received.headers).is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_platform_tells_arrives_signed_and_is_one_message_however_often_it_is_tried() {
    let (world, receiver) = (World::new().await, Receiver::answering(&[500, 429]).await);
    let webhook = world.make(&receiver, json!({"headers": {"x-token": "hush"}})).await;
    // Not asked for, and asked for.
    world.reply(1).await;
    world.reply(9).await;
    let received = receiver.book.wait_until(|received| received.len() == 3).await;
    let shown = world.wait_until(&webhook, |shown| shown["delivered"] == 1).await;
    assert_eq!((&shown["failed"], &shown["status"], &shown["backlog"]), (&json!(0), &json!("active"), &json!(0)), "{shown}");
    for (place, one) in received.iter().enumerate() {
        assert!(verifies(one, &webhook["secret"]), "{one:?}");
        assert_eq!((one.header("webhook-id"), &one.body), (received[0].header("webhook-id"), &received[0].body), "try {place}");
        assert_eq!((one.header("x-token"), one.header("content-type")), ("hush", "application/json"));
        let mut changed = one.clone();
        changed.body[10] ^= 1;
        assert!(!verifies(&changed, &webhook["secret"]));
    }
    let body = received[0].json();
    let listed = world.node.get_of_workspace("events?kind=email.replied").await;
    assert_eq!((&body["type"], &body["id"]), (&json!("email.replied"), &listed["data"][0]["id"]), "{body}");
    assert_eq!(body["workspace_id"], json!(world.node.workspace));
    // Told again by the platform, it is no news.
    let again = world.node.post(smartlead_body(9)).await.expect("an answer");
    assert_eq!(again.1["status"], "duplicate");
    world.reply(15).await;
    let received = receiver.book.wait_until(|received| received.len() > 3).await;
    assert_ne!(received[3].header("webhook-id"), received[0].header("webhook-id"));
    let metrics = world.node.client.get(format!("{}/metrics", world.node.base)).send().await.expect("an answer");
    let metrics = metrics.text().await.expect("a text");
    for line in [
        "hookline_attempts_total{dialect=\"hookline\",outcome=\"5xx\"} 1",
        "hookline_attempts_total{dialect=\"hookline\",outcome=\"4xx\"} 1",
        "hookline_webhooks{status=\"active\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    assert!(world.node.terminate().success(), "SIGTERM ends with 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_while_it_is_paused_is_sent_when_it_is_resumed() {
    let (mut world, receiver) = (World::new().await, Receiver::answering(&[500]).await);
    let webhook = world.make(&receiver, json!({"policy": {"schedule": [], "pause_after": 1}})).await;
    world.reply(9).await;
    let shown = world.wait_until(&webhook, |shown| shown["status"] == "paused").await;
    assert_eq!((&shown["failed"], &shown["status_reason"]), (&json!(1), &json!("a delivery failed")));
    world.reply(15).await;
    world.die_and_come_back().await;
    let shown = world.call(http::Method::GET, &path(&webhook, ""), Value::Null).await;
    assert_eq!((&shown["status"], shown["backlog"].as_u64() > Some(0)), (&json!("paused"), true), "{shown}");
    assert_eq!(receiver.book.received().len(), 1);
    world.post(&path(&webhook, "/resume"), Value::Null).await;
    world.wait_until(&webhook, |shown| shown["delivered"] == 1 && shown["status"] == "active").await;
    let received = receiver.book.received();
    assert_eq!(received.len(), 2, "what failed stays so");
    // By hand it is the same.
    world.post(&path(&webhook, "/pause"), Value::Null).await;
    world.reply(21).await;
    world.post(&path(&webhook, "/resume"), Value::Null).await;
    world.wait_until(&webhook, |shown| shown["delivered"] == 2).await;
    assert_eq!(receiver.book.received().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_secret_is_exchanged_either_proves_a_delivery() {
    let (world, receiver) = (World::new().await, Receiver::answering(&[]).await);
    let webhook = world.make(&receiver, json!({})).await;
    let rotated = world.post(&path(&webhook, "/rotate-secret"), json!({"overlap_s": 3_600})).await;
    let tested = world.post(&path(&webhook, "/test"), Value::Null).await;
    assert_eq!((&tested["delivered"], &tested["status"], &tested["answer"]), (&json!(true), &json!(200), &json!("ok")));
    world.reply(9).await;
    let received = receiver.book.wait_until(|received| received.len() == 2).await;
    assert_eq!((&received[0].json()["test"], &received[1].json()["test"]), (&json!(true), &Value::Null));
    for one in &received {
        assert!(verifies(one, &webhook["secret"]) && verifies(one, &rotated["secret"]), "{one:?}");
    }
    let shown = world.wait_until(&webhook, |shown| shown["delivered"] == 1).await;
    assert_eq!(shown["failed"], 0, "a test is no delivery");
    let last = world.post(&path(&webhook, "/rotate-secret"), json!({"overlap_s": 0})).await;
    world.post(&path(&webhook, "/test"), Value::Null).await;
    let received = receiver.book.received();
    let newest = received.last().expect("a test");
    assert!(verifies(newest, &last["secret"]) && !verifies(newest, &rotated["secret"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_fails_is_warned_of_once_whenever_the_server_is_killed() {
    const LIMIT: u64 = 10;
    let (mut world, failing, told) = (World::new().await, Receiver::answering(&[]).await, Receiver::answering(&[]).await);
    failing.book.answer(503);
    let policy = json!({"policy": {"schedule": [], "pause_after": LIMIT}});
    let webhook = world.make(&failing, policy).await;
    let watching = world.make(&told, json!({"name": "Alarms", "kinds": ["webhook.warning"]})).await;
    // The numbers of replies in the traffic, but for those of contacts that bounced.
    for (failed, number) in (1..=LIMIT).zip((9_u64..).step_by(6).filter(|number| !(number / 6 % 40).is_multiple_of(5))) {
        world.reply(number).await;
        // Killed as soon as the failure is written down: its warning may be in the log by then, or not.
        let status = if failed == LIMIT { "paused" } else { "active" };
        world.wait_until(&webhook, |shown| shown["failed"] == failed && shown["status"] == status).await;
        world.die_and_come_back().await;
    }
    let received = told.book.wait_until(|received| {
        let ids: BTreeSet<&str> = received.iter().map(|one| one.header("webhook-id")).collect();
        ids.len() >= 3
    });
    let received: BTreeMap<String, Value> =
        received.await.iter().map(|one| (one.header("webhook-id").to_owned(), one.json())).collect();
    let listed = world.node.get_of_workspace("events?kind=webhook.warning").await["data"].clone();
    let data: Vec<&Value> = listed.as_array().expect("a list").iter().rev().map(|event| &event["data"]).collect();
    let shown: Vec<Value> = data.iter().map(|data| json!([data["percent"], data["failed_in_row"], data["status"]])).collect();
    assert_eq!(shown, [json!([50, 5, "active"]), json!([80, 8, "active"]), json!([100, 10, "paused"])], "{listed}");
    assert_eq!(data[2]["webhook_id"], webhook["id"]);
    assert_eq!((&data[2]["host"], &data[2]["last_status"]), (&json!("127.0.0.1"), &json!(503)));
    let mut told: Vec<&Value> = received.values().map(|body| &body["data"]["event"]["data"]["percent"]).collect();
    told.sort_by_key(|percent| percent.as_u64());
    assert_eq!(told, [50, 80, 100], "each is told, and as one message");
    world.wait_until(&watching, |shown| shown["delivered"] == 3).await;
    assert!(world.node.terminate().success(), "SIGTERM ends with 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_of_both_sides_skip_nothing_and_change_nothing() {
    const ROUNDS: u64 = 4;
    const EACH: u64 = 60;
    let (mut world, mut receiver) = (World::new().await, Receiver::answering(&[]).await);
    let policy = json!({"schedule": vec![1; 30], "pause_after": 100_000});
    let webhook = world.make(&receiver, json!({"kinds": ["*"], "policy": policy})).await;
    for round in 0..ROUNDS {
        let before = receiver.book.received().len();
        for number in round * EACH..(round + 1) * EACH {
            assert_eq!(world.node.post(smartlead_body(number)).await.map(|answer| answer.0), Some(200));
        }
        // In the middle of it: some of these have come, and most have not been written down.
        receiver.book.wait_until(|received| received.len() > before + 5).await;
        if round % 2 == 0 {
            receiver = receiver.die_and_come_back().await;
            world.die_and_come_back().await;
        } else {
            world.die_and_come_back().await;
            receiver = receiver.die_and_come_back().await;
        }
    }
    let events: BTreeSet<String> = world.node.event_ids().await.into_iter().collect();
    assert!(events.len() > 100, "{}", events.len());
    let ended = |shown: &Value| shown["delivered"].as_u64() == Some(events.len() as u64);
    let shown = world.wait_until(&webhook, ended).await;
    assert_eq!((&shown["failed"], &shown["skipped"], &shown["not_expressible"]), (&json!(0), &json!(0), &json!(0)), "{shown}");
    let mut messages: BTreeMap<String, Received> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for one in receiver.book.received() {
        assert!(verifies(&one, &webhook["secret"]), "{one:?}");
        told.insert(one.json()["id"].as_str().expect("an id").to_owned());
        if let Some(first) = messages.insert(one.header("webhook-id").to_owned(), one.clone()) {
            assert_eq!(first.body, one.body, "a repetition says the same");
        }
    }
    assert_eq!(told, events, "every event is told, and nothing else");
    assert_eq!(messages.len(), events.len(), "one message each");
    assert!(world.node.terminate().success(), "SIGTERM ends with 0");
}
