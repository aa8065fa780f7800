//! Crashes: whatever was answered is there, once, and the records are those of what was answered.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use hookline_testkit::{
    ledger::Ledger,
    node::{Node, post},
    powercut::{Choice, PowerCut},
    traffic::smartlead_body,
};
use tokio::sync::{Notify, mpsc};

use crate::start;

const WORKERS: usize = 24;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A number that looks random, from one that counts.
fn scramble(n: u64) -> u64 {
    let mut x = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Sends deliveries from many workers until `answers` of them are answered, then kills the server in the middle of it.
async fn load_and_kill(node: &mut Node, ledger: &mut Ledger, answers: u64) {
    let next = Arc::new(AtomicU64::new(ledger.sent));
    let answered = Arc::new(AtomicU64::new(0));
    let enough = Arc::new(Notify::new());
    let (outcomes, mut collected) = mpsc::unbounded_channel();
    for _ in 0..WORKERS {
        let (next, answered, enough, outcomes) =
            (Arc::clone(&next), Arc::clone(&answered), Arc::clone(&enough), outcomes.clone());
        let (client, webhook) = (node.client.clone(), node.webhook.clone());
        tokio::spawn(async move {
            loop {
                let fresh = next.fetch_add(1, Ordering::Relaxed);
                // Now and then one that was sent before, as platforms do.
                let again = scramble(fresh).is_multiple_of(8).then(|| scramble(fresh + 1) % (fresh + 1));
                for n in [Some(fresh), again].into_iter().flatten() {
                    let answer = post(&client, &webhook, smartlead_body(n)).await;
                    let is_200 = answer.as_ref().is_some_and(|(status, _)| *status == 200);
                    outcomes.send((n, is_200)).expect("the test holds the other end");
                    if answer.is_none() {
                        return;
                    }
                    if answered.fetch_add(1, Ordering::Relaxed) + 1 == answers {
                        enough.notify_one();
                    }
                }
            }
        });
    }
    drop(outcomes);
    enough.notified().await;
    node.kill();
    while let Some((n, is_200)) = collected.recv().await {
        ledger.note(n, is_200);
    }
    ledger.sent = next.load(Ordering::Relaxed);
}

/// Sends again what was not answered, as a platform would.
async fn send_open(node: &Node, ledger: &mut Ledger) {
    for n in ledger.open() {
        let (status, body) = node.post(smartlead_body(n)).await.expect("the server answers");
        assert_eq!(status, 200, "{body}");
        ledger.note(n, true);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_under_load_lose_nothing_that_was_answered() {
    let rounds = setting("HOOKLINE_CRASH_ROUNDS", 6);
    let seed = setting("HOOKLINE_CRASH_SEED", 1);
    let temp = tempfile::tempdir().expect("a folder");
    let power = PowerCut::new(temp.path()).expect("the shim is made");
    let mut ledger = Ledger::default();
    let mut node = start(&power).await.expect("the first start");
    for round in 0..rounds {
        let random = scramble(seed ^ (round << 32));
        load_and_kill(&mut node, &mut ledger, 1 + random % 120).await;
        let choice = match round % 3 {
            0 => Choice::KeepAll,
            1 => Choice::DropAll,
            _ => Choice::Random(random),
        };
        let report = power.cut(choice).expect("the power is cut");
        node = start(&power).await.expect("a start after a crash is clean");
        let listed = node.event_ids().await;
        ledger.check_listed(&listed);
        println!("round {round}: {choice:?}, {} events listed, {} open, {report:?}", listed.len(), ledger.open().len());
        send_open(&node, &mut ledger).await;
    }
    let workspace = node.workspace.clone();
    assert!(node.terminate().success(), "SIGTERM ends with 0");
    ledger.check_records(power.dir(), &workspace).await;
    println!("{rounds} crashes in a row, {} deliveries: nothing lost, nothing twice", ledger.sent);
}

/// The deliveries of the sweep over every operation: each kind, a repetition, and a second name for one send.
const SWEEP: [u64; 12] = [0, 1, 2, 3, 4, 5, 0, 9, 10, 11, 3, 17];

/// Runs the sweep's deliveries one after the other against a server that dies at operation `n` (never, if 0).
/// Answers how many operations there were until it was told to stop.
async fn sweep(power: &PowerCut, ledger: &mut Ledger, n: u64) -> u64 {
    power.die_at(n);
    power.forget_operations().expect("the counter is reset");
    if let Ok(node) = start(power).await {
        for delivery in SWEEP {
            let answer = node.post(smartlead_body(delivery)).await;
            let is_200 = answer.as_ref().is_some_and(|(status, _)| *status == 200);
            ledger.note(delivery, is_200);
            if answer.is_none() {
                break;
            }
        }
        // It may die while it stops, too.
        node.terminate();
    }
    power.die_at(0);
    power.operations().expect("the counter is read")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn death_at_any_operation_on_the_files_loses_nothing_that_was_answered() {
    let temp = tempfile::tempdir().expect("a folder");
    let power = PowerCut::new(temp.path()).expect("the shim is made");
    let operations = sweep(&power, &mut Ledger::up_to(18), 0).await;
    assert!(operations > 50, "the file layer sees the server's operations: {operations}");
    let points = setting("HOOKLINE_CRASH_POINTS", 16);
    let stride = (operations / points).max(1);
    let mut tried = 0;
    for n in (1..=operations).step_by(usize::try_from(stride).expect("it fits")) {
        for choice in [Choice::DropAll, Choice::Random(n)] {
            let temp = tempfile::tempdir().expect("a folder");
            let power = PowerCut::new(temp.path()).expect("the shim is made");
            let mut ledger = Ledger::up_to(18);
            sweep(&power, &mut ledger, n).await;
            power.cut(choice).expect("the power is cut");
            let node = start(&power).await.expect("a start after a crash is clean");
            ledger.check_listed(&node.event_ids().await);
            for delivery in SWEEP {
                let (status, body) = node.post(smartlead_body(delivery)).await.expect("the server answers");
                assert_eq!(status, 200, "{body}");
                ledger.note(delivery, true);
            }
            let workspace = node.workspace.clone();
            assert!(node.terminate().success(), "SIGTERM ends with 0");
            ledger.check_records(power.dir(), &workspace).await;
            tried += 1;
        }
    }
    println!("{tried} deaths at {operations} operations: nothing lost, nothing twice");
}
