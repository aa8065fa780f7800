//! When it is written down how attempts ended.

use std::time::Duration;

use hookline_model::kind::Kind;
use hookline_store::deliveries::DeliveryStatus;
use serde_json::json;

use super::world::{Receiver, World, whom};

#[tokio::test]
async fn an_attempt_that_hangs_delays_nobody_elses_record() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    receiver.hold_only("slow");
    let id = world.subscribe(1, receiver.port, json!({})).await;
    world.append(Kind::EmailReplied, "slow").await;
    receiver.received(1).await;
    world.append(Kind::EmailReplied, "quick").await;
    receiver.received(2).await;
    assert_eq!(world.deliveries(id, DeliveryStatus::Delivered, 1).await.len(), 1);
    assert_eq!(world.deliveries(id, DeliveryStatus::Pending, 1).await.len(), 1);
    // Nor while it stops: who waits for it may lose patience.
    receiver.hold(true);
    world.append(Kind::EmailReplied, "in-between").await;
    receiver.received(3).await;
    let store = world.store.clone();
    let stopping = world.stop();
    let looking = async {
        receiver.hold_only("slow");
        let filter = hookline_store::deliveries::DeliveryFilter { status: Some(DeliveryStatus::Delivered), ..Default::default() };
        super::world::until("what ended is written down", async || {
            let page = hookline_store::query::PageRequest { limit: 10, after: None };
            store.deliveries(id, filter.clone(), page).await.expect("they are listed").rows.len() == 2
        })
        .await;
        receiver.hold(false);
    };
    tokio::join!(stopping, looking);
    assert_eq!(world.deliveries(id, DeliveryStatus::Delivered, 3).await.len(), 3);
    assert_eq!(receiver.so_far().len(), 3, "nothing was sent twice");
}

#[tokio::test]
async fn what_cannot_be_written_down_is_tried_again_and_nothing_is_sent_twice() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    let id = world.subscribe(1, receiver.port, json!({"concurrency": 64})).await;
    world.break_outcomes(true);
    for number in 0..1_200 {
        world.append(Kind::EmailSent, &format!("p{number}")).await;
    }
    // So many outcomes wait that nothing new is tried, and nothing is on the wire.
    receiver.received(1_000).await;
    assert!(receiver.so_far().len() < 1_200, "there is no end to what waits");
    world.break_outcomes(false);
    world.pass(Duration::from_secs(1));
    receiver.received(1_200).await;
    world.deliveries(id, DeliveryStatus::Delivered, 500).await;
    super::world::until("all are written down", async || {
        let standings = world.store.standings().await.expect("answered");
        standings.iter().any(|(of, standing)| *of == id && standing.delivered == 1_200)
    })
    .await;
    let mut heard = whom(&receiver.so_far());
    heard.sort();
    heard.dedup();
    assert_eq!((heard.len(), receiver.so_far().len()), (1_200, 1_200));
}
