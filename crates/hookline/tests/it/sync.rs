//! The disk: no answer before its sync, none after a failed one, and patience while it is full.

use hookline_testkit::{
    node::post,
    powercut::{Choice, Failure, PowerCut},
    traffic::smartlead_body,
};

use crate::start;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_leaves_before_the_sync_that_covers_it() {
    let temp = tempfile::tempdir().expect("a folder");
    let power = PowerCut::new(temp.path()).expect("the shim is made");
    let mut node = start(&power).await.expect("the first start");
    let gate = power.gate("log.db").expect("a gate");
    let (client, webhook) = (node.client.clone(), node.webhook.clone());
    let posting = tokio::spawn(async move { post(&client, &webhook, smartlead_body(0)).await });
    gate.wait_until_blocked().expect("the event's sync begins");
    // A whole exchange with the same server, so that an answer that had left would have come.
    assert_eq!(node.get("/healthz").await["status"], "ok");
    assert!(!posting.is_finished(), "the answer came before the sync was done");
    // The power fails while the disk still works on it: nobody was told that it was kept.
    node.kill();
    assert_eq!(posting.await.expect("no panic"), None);
    gate.release();
    power.cut(Choice::DropAll).expect("the power is cut");

    let node = start(&power).await.expect("a start after a crash is clean");
    let gate = power.gate("log.db").expect("a gate");
    let (client, webhook) = (node.client.clone(), node.webhook.clone());
    let posting = tokio::spawn(async move { post(&client, &webhook, smartlead_body(0)).await });
    gate.wait_until_blocked().expect("the event's sync begins");
    gate.release();
    let (status, body) = posting.await.expect("no panic").expect("an answer once the sync is done");
    assert_eq!((status, body["status"].as_str()), (200, Some("processed")), "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failed_sync_the_process_exits_and_answers_nobody() {
    let temp = tempfile::tempdir().expect("a folder");
    let power = PowerCut::new(temp.path()).expect("the shim is made");
    let node = start(&power).await.expect("the first start");
    let failing = power.fail(Failure::Sync, "log.db").expect("the disk fails");
    assert_eq!(node.post(smartlead_body(0)).await, None, "nothing may be promised");
    assert_eq!(node.wait().code(), Some(70));
    drop(failing);
    power.cut(Choice::DropAll).expect("the power is cut");
    let node = start(&power).await.expect("a start after a crash is clean");
    assert_eq!(node.event_ids().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_answered_with_503_and_passes() {
    let temp = tempfile::tempdir().expect("a folder");
    let power = PowerCut::new(temp.path()).expect("the shim is made");
    let node = start(&power).await.expect("the first start");
    let full = power.fail(Failure::NoSpace, "log.db").expect("the disk is full");
    // The WAL may have room for a little; a body of its own size is sure to need more.
    let mut body: serde_json::Value = hookline_testkit::traffic::smartlead(0);
    body["sent_message"]["html"] = noise(200_000).into();
    let body = body.to_string().into_bytes();
    let (status, problem) = node.post(body.clone()).await.expect("an answer");
    assert_eq!(status, 503, "{problem}");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("disk")), "{problem}");
    drop(full);
    let (status, answer) = node.post(body).await.expect("an answer");
    assert_eq!((status, answer["status"].as_str()), (200, Some("processed")), "{answer}");
    assert_eq!(node.event_ids().await.len(), 1);
    assert!(node.terminate().success(), "SIGTERM ends with 0");
}

/// Text that does not compress.
fn noise(characters: usize) -> String {
    let mut x = 7u64;
    let mut text = String::with_capacity(characters);
    while text.len() < characters {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push(char::from(b'a' + u8::try_from((x >> 33) % 26).unwrap_or(0)));
    }
    text
}
