//! A crash between any two steps of the pipe, on a disk that forgets what was not synced.

use std::{process::Command, time::Duration};

use hookline_testkit::{
    ledger::Ledger,
    node::{ADMIN_KEY, Node},
    powercut::{Choice, PowerCut},
    service::ADDRESS,
    traffic::smartlead_body,
};

/// The steps that the store tells of, in the order of an event's way.
const STEPS: [&str; 7] = ["taken", "written", "committed", "answered", "folding", "folded", "flushed"];

/// The steps of indexing, which is behind all of these.
const STEPS_OF_SEARCH: [&str; 2] = ["indexing", "indexed"];

const DELIVERIES: u64 = 24;

/// A server that does not index for so long never will.
const PATIENCE: Duration = Duration::from_secs(120);

async fn start(power: &PowerCut, step: &str, n: u64) -> Option<Node> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_testkit_node"));
    command.arg(power.dir()).arg(step).arg(n.to_string()).env("HOOKLINE_ADMIN_KEY", ADMIN_KEY);
    power.env(&mut command);
    let mut node = Node::run(command, power.dir().with_extension("stderr")).await.ok()?;
    node.webhook = format!("{}/public/smartlead-webhook/{ADDRESS}", node.base);
    Some(node)
}

/// Waits until all that is listed is found; `None` if the server dies over it.
async fn wait_for_search(node: &Node) -> Option<()> {
    let all_is_found = async {
        loop {
            let listed = node.try_event_ids("").await.ok()?;
            // An address that is in every event of our traffic.
            if node.try_event_ids("q=nora@try-brightpath.example").await.ok()? == listed {
                return Some(());
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, all_is_found).await.expect("search catches up")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_any_two_steps_loses_nothing_that_was_answered() {
    for (place, step) in STEPS.into_iter().chain(STEPS_OF_SEARCH).enumerate() {
        for n in [2, 5, 11] {
            let temp = tempfile::tempdir().expect("a folder");
            let power = PowerCut::new(temp.path()).expect("the shim is made");
            let mut ledger = Ledger::up_to(DELIVERIES);
            let mut died = true;
            if let Some(node) = start(&power, step, n).await {
                for delivery in 0..DELIVERIES {
                    let answer = node.post(smartlead_body(delivery)).await;
                    ledger.note(delivery, answer.as_ref().is_some_and(|(status, _)| *status == 200));
                    // View and search are waited for after each, so that every step is taken often enough.
                    if answer.is_none() || node.try_get("/readyz").await.is_err() || wait_for_search(&node).await.is_none() {
                        break;
                    }
                }
                died = !node.terminate().success();
            }
            assert!(died, "{step} is not taken {n} times");
            power
                .cut(if (place as u64 + n).is_multiple_of(2) { Choice::DropAll } else { Choice::Random(n) })
                .expect("the power is cut");
            let node = start(&power, "never", 1).await.expect("a start after a crash is clean");
            ledger.check_listed(&node.event_ids().await);
            wait_for_search(&node).await.expect("what was not indexed is indexed now");
            for delivery in 0..DELIVERIES {
                let (status, body) = node.post(smartlead_body(delivery)).await.expect("the server answers");
                assert_eq!(status, 200, "{body}");
                ledger.note(delivery, true);
            }
            let workspace = node.workspace.clone();
            assert!(node.terminate().success(), "SIGTERM ends with 0");
            ledger.check_records(power.dir(), &workspace).await;
        }
    }
}
