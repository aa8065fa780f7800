//! A crash between a change and what says that it was made: a delivery that leaves quarantine for the log, and the answer under
//! an idempotency key.

use std::{path::Path, process::Command};

use hookline_model::id::{AgencyId, WorkspaceId};
use hookline_testkit::{
    node::{ADMIN_KEY, Node},
    powercut::{Choice, PowerCut},
    service::{AGENCY, WORKSPACE, quarantine_id},
};
use serde_json::{Value, json};

/// How many deliveries wait in quarantine, and how many workspaces are made.
const COUNT: u64 = 6;

/// Puts deliveries into quarantine that the parser of today can read. Each is another event.
fn fill(folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_testkit_node"));
    command.arg(folder).arg("fill").arg(COUNT.to_string());
    assert!(command.status().expect("the node runs").success(), "quarantine is filled");
}

pub(crate) async fn start(power: &PowerCut, step: &str, n: u64) -> Option<Node> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_testkit_node"));
    command.arg(power.dir()).arg(step).arg(n.to_string()).env("HOOKLINE_ADMIN_KEY", ADMIN_KEY);
    power.env(&mut command);
    Node::run(command, power.dir().with_extension("stderr")).await.ok()
}

/// One of the writes: reads a delivery again, makes a workspace, or reads everything again.
#[derive(Clone, Copy, Debug)]
enum Write {
    Reprocess(u64),
    Make(u64),
    ReprocessAll,
}

/// Half of the deliveries one by one with workspaces between, then the others at once.
fn writes() -> Vec<Write> {
    let pairs = (0..COUNT).flat_map(|n| [Some(Write::Make(n)), (n < COUNT / 2).then_some(Write::Reprocess(n))]);
    pairs.flatten().chain([Write::ReprocessAll]).collect()
}

impl Write {
    fn request(self) -> (String, Value) {
        let (workspace, agency): (WorkspaceId, AgencyId) = (WORKSPACE, AGENCY);
        match self {
            Write::Reprocess(n) => (format!("/v1/workspaces/{workspace}/quarantine/{}/reprocess", quarantine_id(n)), Value::Null),
            Write::Make(n) => (format!("/v1/agencies/{agency}/workspaces"), json!({"name": format!("W{n}")})),
            Write::ReprocessAll => (format!("/v1/workspaces/{workspace}/quarantine/reprocess"), Value::Null),
        }
    }

    /// Sends it under a key of its own; the answer, and whether it is one of before.
    async fn send(self, node: &Node) -> Option<(u16, Value, bool)> {
        let (path, body) = self.request();
        let request = node.client.post(format!("{}{path}", node.base)).bearer_auth(ADMIN_KEY);
        let answer = request.header("idempotency-key", format!("{self:?}")).json(&body).send().await.ok()?;
        let (status, replayed) = (answer.status().as_u16(), answer.headers().contains_key("idempotent-replayed"));
        let body = answer.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null), replayed))
    }
}

/// Sends the writes in turn until one is not answered, and answers what they were answered with.
async fn send_all(node: &Node) -> Vec<Value> {
    let mut answers = Vec::new();
    for write in writes() {
        let Some((status, body, replayed)) = write.send(node).await else { break };
        assert!((200..300).contains(&status) && !replayed, "{write:?}: {status} {body}");
        answers.push(body);
    }
    answers
}

async fn rows(node: &Node, path: &str) -> Vec<Value> {
    let page = node.get_of_workspace(&format!("{path}?limit=500")).await;
    page["data"].as_array().expect("a list").clone()
}

/// After a crash: nothing is half made, and sending everything again makes the rest, once. `answers` are those of before, and
/// `next` says of the write that was not answered whether it was made, if that is known.
async fn check(power: &PowerCut, answers: &[Value], next: Option<bool>) {
    let mut node = start(power, "never", 2).await.expect("a start after a crash is clean");
    node.workspace = WORKSPACE.to_string();
    let (events, kept) = (rows(&node, "events").await.len(), rows(&node, "quarantine").await.len());
    assert_eq!(events + kept, COUNT as usize, "lost or doubled: {events} events, {kept} in quarantine");
    for (place, write) in writes().into_iter().enumerate() {
        let (status, body, replayed) = write.send(&node).await.expect("the server answers");
        assert!((200..300).contains(&status), "{write:?}: {status} {body}");
        match answers.get(place) {
            Some(before) => assert_eq!((replayed, &body), (true, before), "{write:?} was answered before"),
            None if place == answers.len() => assert_eq!(next.unwrap_or(replayed), replayed, "{write:?}: {body}"),
            None => assert!(!replayed, "{write:?} was never sent"),
        }
    }
    let events = rows(&node, "events").await;
    assert_eq!((events.len(), rows(&node, "quarantine").await.len()), (COUNT as usize, 0));
    assert!(events.iter().all(|event| event["duplicates"]["count"] == 0), "appended twice: {events:?}");
    let workspaces = node.get("/v1/workspaces").await;
    let named =
        |name: &str| workspaces["data"].as_array().is_some_and(|rows| rows.iter().filter(|row| row["name"] == name).count() == 1);
    assert!((0..COUNT).all(|n| named(&format!("W{n}"))), "{workspaces}");
    assert_eq!(workspaces["data"].as_array().map(Vec::len), Some(1 + COUNT as usize));
    assert!(node.terminate().success(), "SIGTERM ends with 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_step_of_a_write_leaves_it_whole_or_undone() {
    // The first makes a workspace, the second reads a delivery again, the tenth reads all the others.
    for (place, n) in [1, 2, 10].into_iter().enumerate() {
        for (step, is_made) in [("taken", false), ("written", false), ("committed", true), ("answered", true)] {
            let temp = tempfile::tempdir().expect("a folder");
            let power = PowerCut::new(temp.path()).expect("the shim is made");
            fill(power.dir());
            let node = start(&power, step, n).await.expect("a folder with deliveries in quarantine can be served");
            let answers = send_all(&node).await;
            assert!(!node.wait().success(), "{step} is not taken {n} times");
            power.cut(if is_made == (place == 1) { Choice::Random(n) } else { Choice::DropAll }).expect("the power is cut");
            // Whoever is answered before the step is told of may have seen the answer, or not.
            let next = (answers.len() as u64 == n - 1).then_some(is_made);
            assert!(next.is_some() || step == "answered", "{step} {n}: {} answers", answers.len());
            check(&power, &answers, next).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn death_at_any_operation_of_a_write_leaves_it_whole_or_undone() {
    let run = async |power: &PowerCut, n: u64| {
        fill(power.dir());
        power.die_at(n);
        let mut answers = Vec::new();
        if let Some(node) = start(power, "never", 1).await {
            answers = send_all(&node).await;
            node.terminate();
        }
        power.die_at(0);
        answers
    };
    let temp = tempfile::tempdir().expect("a folder");
    let power = PowerCut::new(temp.path()).expect("the shim is made");
    assert_eq!(run(&power, 0).await.len(), writes().len());
    let operations = power.operations().expect("the counter is read");
    assert!(operations > 40, "the file layer sees the server's operations: {operations}");
    let points = std::env::var("HOOKLINE_CRASH_POINTS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let stride = usize::try_from((operations / points).max(1)).expect("it fits");
    for (place, n) in (1..=operations).step_by(stride).enumerate() {
        let temp = tempfile::tempdir().expect("a folder");
        let power = PowerCut::new(temp.path()).expect("the shim is made");
        let answers = run(&power, n).await;
        power.cut(if place.is_multiple_of(2) { Choice::DropAll } else { Choice::Random(n) }).expect("the power is cut");
        check(&power, &answers, None).await;
    }
}
