//! A crash while what waits is placed: each entry waits or is in its workspace, never both or neither, and the records are
//! those of deliveries that came to the workspace itself.

use std::process::Command;

use hookline_model::id::AgencyId;
use hookline_store::{
    Store,
    sqlite::{SqliteOptions, SqliteStore},
};
use hookline_testkit::{
    node::{ADMIN_KEY, Node},
    powercut::{Choice, PowerCut},
    service::{AGENCY, TestService, UNROUTED, WORKSPACE},
    traffic::smartlead_body,
};
use serde_json::{Value, json};

use crate::once::start;

/// How many deliveries wait.
const COUNT: u64 = 6;

fn fill(power: &PowerCut) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_testkit_node"));
    command.arg(power.dir()).arg("wait").arg(COUNT.to_string());
    assert!(command.status().expect("the node runs").success(), "deliveries wait");
}

async fn post(node: &Node, path: &str, once: &str, body: Value) -> Option<(u16, Value)> {
    let agency: AgencyId = AGENCY;
    let request = node.client.post(format!("{}/v1/agencies/{agency}/{path}", node.base)).bearer_auth(ADMIN_KEY);
    let answer = request.header("idempotency-key", once).json(&body).send().await.ok()?;
    let status = answer.status().as_u16();
    Some((status, serde_json::from_slice(&answer.bytes().await.ok()?).unwrap_or(Value::Null)))
}

/// Makes a rule and applies it to what waits; the answer to the latter.
async fn place(node: &Node) -> Option<Value> {
    let rule = json!({"match": {"campaign_name": "campaign *"}, "workspace_id": WORKSPACE.to_string()});
    let (status, answer) = post(node, "routes", "rule", rule).await?;
    assert_eq!(status, 201, "{answer}");
    let (status, answer) = post(node, "unrouted/route", "apply", json!({})).await?;
    assert_eq!(status, 200, "{answer}");
    // The view is waited for, so that its steps are taken too.
    node.try_get("/readyz").await.ok()?;
    Some(answer)
}

/// The records of the same deliveries to the workspace's own address.
async fn undisturbed() -> Value {
    let service = TestService::start().await;
    for n in 0..COUNT {
        assert_eq!(service.post(smartlead_body(n)).await.0, 200);
    }
    service.dump().await
}

async fn count(node: &Node, path: &str) -> usize {
    node.get(path).await["data"].as_array().expect("a list").len()
}

/// After a crash: nothing is half placed, and placing again places the rest, once. `answer` is that of before.
async fn check(power: &PowerCut, answer: Option<&Value>, dump: &Value) {
    let node = start(power, "never", 3).await.expect("a start after a crash is clean");
    let (waiting, listed) =
        (format!("/v1/agencies/{AGENCY}/unrouted?limit=500"), format!("/v1/workspaces/{WORKSPACE}/events?limit=500"));
    let (waits, placed) = (count(&node, &waiting).await, count(&node, &listed).await);
    assert!([(COUNT as usize, 0), (0, COUNT as usize)].contains(&(waits, placed)), "{waits} wait, {placed} are placed");
    assert!(answer.is_none() || waits == 0, "what was answered is done");
    let again = place(&node).await.expect("the server answers");
    assert!(answer.is_none_or(|answer| *answer == again), "{answer:?} {again}");
    assert_eq!(again["routed"], json!(COUNT));
    let events = node.get(&listed).await;
    let events = events["data"].as_array().expect("a list");
    assert!(events.len() == COUNT as usize && events.iter().all(|event| event["duplicates"]["count"] == 0), "{events:?}");
    assert_eq!(count(&node, &waiting).await, 0);
    assert!(node.terminate().success(), "SIGTERM ends with 0");
    let store = SqliteStore::open(SqliteOptions::new(power.dir())).expect("the folder opens");
    assert_eq!(&store.dump(WORKSPACE).await.expect("the records are read"), dump);
    assert_eq!(store.dump(UNROUTED).await.expect("the records are read")["contacts"], json!([]));
    store.close().await.expect("the store closes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_step_of_a_placing_leaves_each_in_one_place() {
    let dump = undisturbed().await;
    // The first write makes the rule, and the second places; what is folded is of the second.
    let steps = [("taken", 2), ("written", 2), ("committed", 2), ("answered", 2), ("folding", 1), ("folded", 1), ("flushed", 1)];
    for (place_of, (step, n)) in steps.into_iter().enumerate() {
        let temp = tempfile::tempdir().expect("a folder");
        let power = PowerCut::new(temp.path()).expect("the shim is made");
        fill(&power);
        let node = start(&power, step, n).await.expect("a folder in which something waits can be served");
        let answer = place(&node).await;
        assert!(!node.wait().success(), "{step} is not taken {n} times");
        power.cut(if place_of % 2 == 0 { Choice::DropAll } else { Choice::Random(n) }).expect("the power is cut");
        check(&power, answer.as_ref(), &dump).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn death_at_any_operation_of_a_placing_leaves_each_in_one_place() {
    let dump = undisturbed().await;
    let run = async |power: &PowerCut, n: u64| {
        fill(power);
        power.die_at(n);
        let mut answer = None;
        if let Some(node) = start(power, "never", 1).await {
            answer = place(&node).await;
            node.terminate();
        }
        power.die_at(0);
        answer
    };
    let temp = tempfile::tempdir().expect("a folder");
    let power = PowerCut::new(temp.path()).expect("the shim is made");
    assert!(run(&power, 0).await.is_some());
    let operations = power.operations().expect("the counter is read");
    assert!(operations > 20, "the file layer sees the server's operations: {operations}");
    let points = std::env::var("HOOKLINE_CRASH_POINTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let stride = usize::try_from((operations / points).max(1)).expect("it fits");
    for (place_of, n) in (1..=operations).step_by(stride).enumerate() {
        let temp = tempfile::tempdir().expect("a folder");
        let power = PowerCut::new(temp.path()).expect("the shim is made");
        let answer = run(&power, n).await;
        power.cut(if place_of.is_multiple_of(2) { Choice::DropAll } else { Choice::Random(n) }).expect("the power is cut");
        check(&power, answer.as_ref(), &dump).await;
    }
}
