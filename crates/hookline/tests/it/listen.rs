//! Listening from end to end: a server, the command, and somebody at the local address. Whoever of them dies, nothing is lost.

use std::{collections::BTreeMap, process::Command};

use hookline_testkit::{
    node::{ADMIN_KEY, Node, serve_command},
    traffic::smartlead_body,
};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::{
    HOOKLINE,
    listener::{Listener, Way, listen_command, refused},
    receiver::{Received, Receiver},
};

struct World {
    temp: tempfile::TempDir,
    node: Node,
    /// The events that were new, in the order of the log.
    told: Vec<String>,
}

impl World {
    async fn new() -> World {
        let temp = tempfile::tempdir().expect("a folder");
        let node = start(&temp).await;
        World { temp, node, told: Vec::new() }
    }

    /// Posts deliveries of SmartLead's, one after the other.
    async fn tell(&mut self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            let (status, answer) = self.node.post(smartlead_body(number)).await.expect("an answer");
            assert_eq!(status, 200, "{answer}");
            if answer["status"] == "processed" {
                self.told.push(answer["event_id"].as_str().expect("an id").to_owned());
            }
        }
    }

    fn command(&self, server: &str, receiver: &Receiver) -> Command {
        let mut command = listen_command(server, self.temp.path());
        command.args(["--forward", &receiver.url()]);
        command
    }
}

async fn start(temp: &tempfile::TempDir) -> Node {
    let command = serve_command(HOOKLINE, &temp.path().join("data"));
    Node::run(command, temp.path().join("stderr")).await.expect("it starts")
}

fn count(lines: &[Value], sort: &str) -> usize {
    lines.iter().filter(|line| line["type"] == sort).count()
}

/// Every event is there, in the order of the log; one may be repeated before the next comes, and is then the same.
fn assert_in_order(received: &[Received], told: &[String], secret: &str) {
    let webhook = Webhook::new(secret).expect("a secret of Standard Webhooks");
    let (mut order, mut messages) = (Vec::new(), BTreeMap::new());
    for one in received {
        webhook.verify(&one.body, &one.headers).unwrap_or_else(|error| panic!("{error}: {one:?}"));
        let id = one.json()["id"].as_str().expect("an id").to_owned();
        if let Some(first) = messages.insert(id.clone(), one.clone()) {
            assert_eq!(first.header("webhook-id"), one.header("webhook-id"), "a repetition has the same id");
        }
        order.push(id);
    }
    order.dedup();
    assert_eq!(order, told);
    let ids: std::collections::BTreeSet<&str> = received.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!(ids.len(), told.len(), "one message for each event");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_dies_every_event_arrives_in_order_under_its_id() {
    const EACH: u64 = 60;
    let (mut world, mut receiver) = (World::new().await, Receiver::answering(&[]).await);
    let way = Way::to(&world.node.base).await;
    let mut listener = Listener::ready(world.command(&way.base, &receiver)).await;
    let secret = listener.settings().await["secret"].as_str().expect("a secret").to_owned();
    for round in 0..6 {
        let before = receiver.book.received().len();
        world.tell(round * EACH..(round + 1) * EACH).await;
        // In the middle of it: some have come.
        receiver.book.wait_until(|received| received.len() > before + 3).await;
        match round % 3 {
            0 => {
                way.lead(None);
                world.node.kill();
                way.cut();
                // It notices, whatever it still had to forward.
                listener.wait_until(|lines| count(lines, "lost") > count(lines, "back")).await;
                world.node = start(&world.temp).await;
                way.lead(Some(&world.node.base));
            }
            1 => way.cut(),
            _ => {
                listener.kill();
                receiver = receiver.die_and_come_back().await;
                listener = Listener::ready(world.command(&way.base, &receiver)).await;
                assert_eq!(listener.settings().await["secret"], secret, "it is remembered");
            }
        }
    }
    world.tell(400..410).await;
    let last = world.told.last().expect("an event").clone();
    receiver.book.wait_until(|received| received.iter().any(|one| one.json()["id"] == last)).await;
    assert!(world.told.len() > 200, "{}", world.told.len());
    assert_in_order(&receiver.book.received(), &world.told, &secret);
    assert!(world.node.terminate().success(), "a stream that is open holds up no end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_while_it_is_away_is_forwarded_when_it_is_back() {
    let (mut world, receiver) = (World::new().await, Receiver::answering(&[]).await);
    let base = world.node.base.clone();
    world.tell(0..3).await;
    let listener = Listener::ready(world.command(&base, &receiver)).await;
    let secret = listener.settings().await["secret"].as_str().expect("a secret").to_owned();
    // What was before it began is not asked for.
    world.told.clear();
    world.tell(6..8).await;
    listener.wait_until(|lines| count(lines, "forwarded") == 2).await;
    assert_eq!(listener.interrupt().code(), Some(0), "Ctrl-C ends it well");
    world.tell(8..10).await;
    let listener = Listener::ready(world.command(&base, &receiver)).await;
    let lines = listener.wait_until(|lines| count(lines, "forwarded") == 2).await;
    let line = &lines[lines.len() - 1];
    assert_eq!((&line["status"], &line["tries"], &line["event_id"]), (&json!(200), &json!(1), &json!(world.told[3])), "{line}");
    assert_in_order(&receiver.book.received(), &world.told, &secret);
    // Only one has the place.
    let (code, said) = refused(world.command(&base, &receiver));
    assert!(code == Some(2) && said.contains("another hookline listen"), "{code:?} {said}");
    listener.kill();
    let cursor = line["cursor"].as_str().expect("a cursor");
    for (from, rest) in [(cursor, 0), ("start", 8), ("2020-01-01T00:00:00Z", 9)] {
        let before = receiver.book.received().len();
        let mut command = world.command(&base, &receiver);
        command.args(["--from", from]);
        let listener = Listener::ready(command).await;
        world.tell(30 + before as u64..31 + before as u64).await;
        listener.wait_until(|lines| count(lines, "forwarded") > rest).await;
        let all = receiver.book.received();
        let newest = all.last().expect("one").json();
        assert_eq!(newest["id"], json!(world.told.last()), "{from}");
        assert_eq!(all.len() - before, rest + 1, "{from}");
        assert_eq!(listener.interrupt().code(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_waits_for_a_local_address_where_nobody_is() {
    let (mut world, receiver) = (World::new().await, Receiver::answering(&[502, 503, 500]).await);
    let base = world.node.base.clone();
    let listener = Listener::ready(world.command(&base, &receiver)).await;
    let secret = listener.settings().await["secret"].as_str().expect("a secret").to_owned();
    world.tell(0..2).await;
    let lines = listener.wait_until(|lines| count(lines, "forwarded") == 2).await;
    let outcomes: Vec<(&Value, &Value)> =
        lines.iter().filter(|line| line["type"] == "forwarded").map(|line| (&line["status"], &line["tries"])).collect();
    assert_eq!(outcomes, [(&json!(500), &json!(3)), (&json!(200), &json!(1))], "a proxy's answer is none, a fault is one");
    assert_eq!(count(&lines, "waiting"), 2);
    let (address, book) = receiver.die().await;
    world.tell(2..4).await;
    listener.wait_until(|lines| count(lines, "waiting") > 3).await;
    let receiver = Receiver::listen(address, book).await;
    listener.wait_until(|lines| count(lines, "forwarded") == 4).await;
    assert_in_order(&receiver.book.received(), &world.told, &secret);
    listener.kill();
    // With no patience it ends, and loses nothing.
    let mut command = world.command(&base, &receiver);
    command.args(["--patience", "0"]);
    let (address, book) = receiver.die().await;
    let listener = Listener::ready(command).await;
    world.tell(6..8).await;
    let (code, said) = listener.wait();
    assert!(code == Some(1) && said.contains("nobody is at") && said.contains("Nothing is lost"), "{code:?} {said}");
    let receiver = Receiver::listen(address, book).await;
    let listener = Listener::ready(world.command(&base, &receiver)).await;
    listener.wait_until(|lines| count(lines, "forwarded") == 2).await;
    assert_in_order(&receiver.book.received(), &world.told, &secret);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_told_and_proven_as_a_webhook_of_the_dialect_would() {
    let (mut world, receiver) = (World::new().await, Receiver::answering(&[]).await);
    let base = world.node.base.clone();
    let listen = async |name: &str, arguments: &[&str]| {
        let mut command = world.command(&base, &receiver);
        command.arg("--state").arg(world.temp.path().join(name)).args(arguments);
        Listener::ready(command).await
    };
    let flat = listen("flat", &["--dialect", "smartlead", "--secret", "0123456789abcdef"]).await;
    let nested = listen("nested", &["--dialect", "smartlead", "--variant", "nested", "--kinds", "email.replied"]).await;
    let instantly = listen("instantly", &["--dialect", "instantly", "--header", "Authorization: Bearer hush"]).await;
    assert_eq!(flat.settings().await["secret"], "0123456789abcdef");
    assert_eq!(instantly.settings().await["secret"], Value::Null, "Instantly has none");
    // A send, an open, a click, a reply.
    world.tell(6..10).await;
    let untracked = json!({
        "event_type": "UNTRACKED_REPLIES", "event_timestamp": "2026-02-13T05:24:33.353Z", "subject": "Cranes",
        "sender_detail": "jo@kranwerk.example", "recipient_detail": "nora@try-brightpath.example",
        "reply_message": {"message_id": "<CAJ9@mail.example>", "text": "Hello", "time": "2026-02-13T05:24:33.353Z"},
    });
    world.node.post(untracked.to_string().into_bytes()).await.expect("an answer");
    flat.wait_until(|lines| count(lines, "forwarded") == 5).await;
    nested.wait_until(|lines| count(lines, "forwarded") == 1).await;
    let lines = instantly.wait_until(|lines| count(lines, "not_expressible") == 1).await;
    assert_eq!(count(&lines, "forwarded"), 4);
    let received = receiver.book.received();
    let with = |name: &str, value: &str| -> Vec<Value> {
        received.iter().map(Received::json).filter(|body| body[name] == value).collect()
    };
    let (sent, replied) = (with("event_type", "EMAIL_SENT"), with("event", "EMAIL_REPLIED"));
    assert_eq!((sent.len(), &sent[0]["secret_key"], replied.len()), (1, &json!("0123456789abcdef"), 1));
    let by_hand = received.iter().filter(|one| one.headers.contains_key("x-smartlead-signature")).count();
    assert_eq!(by_hand, 6);
    let instantly: Vec<&Received> = received.iter().filter(|one| one.headers.contains_key("authorization")).collect();
    assert_eq!(instantly.len(), 4);
    assert!(instantly.iter().all(|one| one.header("authorization") == "Bearer hush" && one.json()["data"].is_object()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_gives_something_wrong_is_told_what() {
    let (world, receiver) = (World::new().await, Receiver::answering(&[]).await);
    let base = world.node.base.clone();
    let refuse = |arguments: &[&str], key: &str| {
        let mut command = world.command(&base, &receiver);
        refused({
            command.args(arguments).env("HOOKLINE_KEY", key);
            command
        })
    };
    for (arguments, said) in [
        (&["--kinds", "email.eaten"][..], "--kinds: Give kinds such as"),
        (&["--from", "1h"], "--from: give now, start, a time such as"),
        (&["--dialect", "esperanto"], "esperanto"),
        (&["--variant", "flat"], "--variant"),
        (&["--secret", "simple"], "--secret: give whsec_ and the base64 of 24 to 64 bytes"),
        (&["--secret", "whsec_c2hvcnQ="], "--secret: give whsec_"),
        (&["--dialect", "smartlead", "--secret", "short"], "--secret: give 8 to 512 visible"),
        (&["--header", "Host: elsewhere"], "--header Host"),
        (&["--header", "no colon"], "give a name, a colon and a value"),
        (&["--workspace", "6f1c2c7e-8a54-4c0b-9d53-0f2f7c2f6d11"], "no such workspace"),
        (&["--server", "ftp://elsewhere"], "--server"),
    ] {
        let (code, stderr) = refuse(arguments, ADMIN_KEY);
        assert!(code == Some(2) && stderr.contains(said), "{arguments:?}: {code:?} {stderr}");
    }
    // What is remembered is looked at as well: nothing is sent unsigned.
    let state = world.temp.path().join("spoilt.json");
    let spoilt = json!({
        "server": base, "workspace": world.node.workspace, "forward": receiver.url(), "secret": "simple", "cursor": null,
    });
    std::fs::write(&state, spoilt.to_string()).expect("written");
    let (code, stderr) = refuse(&["--state", state.to_str().expect("a path")], ADMIN_KEY);
    assert!(code == Some(2) && stderr.contains("has a secret that hookline cannot be signed with"), "{code:?} {stderr}");
    let (code, stderr) = refuse(&[], "hk_of-nobody");
    assert!(code == Some(2) && stderr.contains("does not know this key") && stderr.contains("HOOKLINE_KEY"), "{stderr}");
    let (code, stderr) = refuse(&["--server", "http://127.0.0.1:9"], ADMIN_KEY);
    assert!(code == Some(1) && stderr.contains("no connection"), "{code:?} {stderr}");
    // Of two workspaces one has to be named; a key of one names it.
    let agencies = world.node.get("/v1/agencies").await;
    let path = format!("{base}/v1/agencies/{}/workspaces", agencies["data"][0]["id"].as_str().expect("an id"));
    let make = async |path: String, body: Value| -> Value {
        let answer = world.node.client.post(path).bearer_auth(ADMIN_KEY).json(&body).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    };
    make(path, json!({"name": "Second"})).await;
    let (code, stderr) = refuse(&[], ADMIN_KEY);
    assert!(code == Some(2) && stderr.contains("give one with --workspace"), "{code:?} {stderr}");
    let scope = json!({"scope": "workspace", "workspace_id": world.node.workspace, "role": "read", "name": "listens"});
    let key = make(format!("{base}/v1/keys"), scope).await;
    let mut command = world.command(&base, &receiver);
    command.env("HOOKLINE_KEY", key["key"].as_str().expect("a key"));
    let listener = Listener::ready(command).await;
    let settings = listener.settings().await;
    assert_eq!((&settings["workspace"], &settings["name"]), (&json!(world.node.workspace), &json!("default")), "{settings}");
    // A key that is taken away is no passing trouble.
    let revoked = format!("{base}/v1/keys/{}", key["id"].as_str().expect("an id"));
    world.node.client.delete(revoked).bearer_auth(ADMIN_KEY).send().await.expect("an answer");
    world.node.post(smartlead_body(0)).await.expect("an answer");
    let (code, stderr) = listener.wait();
    assert!(code == Some(2) && stderr.contains("does not know this key"), "{code:?} {stderr}");
}
