//! Lanes, order, and keeping out of each other's way.

use hookline_model::kind::Kind;
use hookline_store::deliveries::DeliveryStatus;
use serde_json::json;
use std::time::Duration;

use super::world::{Receiver, World, whom};

#[tokio::test]
async fn replies_overtake_a_backlog() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    let id = world.subscribe(1, receiver.port, json!({"concurrency": 1})).await;
    world.stop().await;
    for number in 0..700 {
        world.append(Kind::EmailSent, &format!("p{number}")).await;
    }
    world.append(Kind::EmailReplied, "waited-for").await;
    // The records have it, so that it is there to overtake.
    let committed = world.store.status().committed;
    world.store.folded().wait_for(|folded| *folded >= committed).await.expect("the store is open");
    world.start();
    assert_eq!(whom(&receiver.received(1).await)[0], "waited-for");
    receiver.received(701).await;
    world.deliveries(id, DeliveryStatus::Delivered, 500).await;
    let mut heard = whom(&receiver.so_far());
    heard.sort();
    heard.dedup();
    assert_eq!(heard.len(), 701);
}

#[tokio::test]
async fn the_order_of_a_contact_is_kept_where_that_is_asked_for() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500, 200]).await;
    let id = world.subscribe(1, receiver.port, json!({"ordered": true, "policy": {"preset": "instantly"}})).await;
    world.append(Kind::EmailSent, "jo").await;
    receiver.received(1).await;
    world.deliveries(id, DeliveryStatus::Retrying, 1).await;
    world.append(Kind::EmailOpened, "jo").await;
    world.append(Kind::EmailReplied, "jo").await;
    world.append(Kind::EmailReplied, "al").await;
    receiver.received(2).await;
    world.deliveries(id, DeliveryStatus::Delivered, 1).await;
    assert_eq!(whom(&receiver.so_far()), ["jo", "al"], "nobody else waits");
    world.pass(Duration::from_secs(5));
    let received = receiver.received(5).await;
    let of_jo: Vec<_> = received.iter().filter(|body| body["contact"] == "jo@x.example").map(|body| &body["kind"]).collect();
    assert_eq!(of_jo, ["email.sent", "email.sent", "email.opened", "email.replied"]);
}

#[tokio::test]
async fn a_delivery_that_failed_by_a_fault_of_ours_keeps_its_place_across_a_restart() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[500, 200]).await;
    let id = world.subscribe(1, receiver.port, json!({"ordered": true, "policy": {"schedule": [5]}})).await;
    world.append(Kind::EmailSent, "jo").await;
    world.tried(id, 1).await;
    world.stop().await;
    // As if it had been a fault of ours.
    world.tamper("UPDATE outbox SET charged = 0");
    for (kind, who) in [(Kind::EmailOpened, "jo"), (Kind::EmailReplied, "jo"), (Kind::EmailReplied, "al")] {
        world.append(kind, who).await;
    }
    world.start();
    assert_eq!(whom(&receiver.received(2).await), ["jo", "al"]);
    world.deliveries(id, DeliveryStatus::Delivered, 1).await;
    world.pass(Duration::from_secs(5));
    let received = receiver.received(5).await;
    let of_jo: Vec<_> = received.iter().filter(|body| body["contact"] == "jo@x.example").map(|body| &body["kind"]).collect();
    assert_eq!(of_jo, ["email.sent", "email.sent", "email.opened", "email.replied"]);
}

#[tokio::test]
async fn a_dead_receiver_holds_up_nobody_else_and_is_probed_now_and_then() {
    let world = World::new().await;
    let dead = Receiver::answering(&[500]).await;
    let hanging = Receiver::answering(&[200]).await;
    hanging.hold(true);
    let alive = Receiver::answering(&[200]).await;
    let dead_id = world.subscribe(1, dead.port, json!({"concurrency": 1})).await;
    world.subscribe(2, hanging.port, json!({"concurrency": 2})).await;
    let alive_id = world.subscribe(3, alive.port, json!({})).await;
    for number in 0..300 {
        world.append(Kind::EmailSent, &format!("p{number}")).await;
    }
    alive.received(300).await;
    world.deliveries(alive_id, DeliveryStatus::Delivered, 300).await;
    // Five in a row failed; since then nobody bothers it, whatever came.
    assert_eq!(dead.received(5).await.len(), 5);
    assert_eq!(hanging.so_far().len(), 2);
    world.deliveries(dead_id, DeliveryStatus::Retrying, 5).await;
    dead.answer(&[200]);
    world.pass(Duration::from_secs(1));
    // The probe goes well, and all that waited comes; what had failed comes when it is due.
    dead.received(6).await;
    world.pass(Duration::from_secs(4));
    let received = dead.received(305).await;
    let mut heard = whom(&received);
    heard.sort();
    heard.dedup();
    assert_eq!(heard.len(), 300);
    hanging.hold(false);
    hanging.received(300).await;
}

#[tokio::test]
async fn a_rate_is_kept() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    world.subscribe(1, receiver.port, json!({"rate": 2})).await;
    for number in 0..5 {
        world.append(Kind::EmailReplied, &format!("p{number}")).await;
    }
    for count in 1..=5 {
        assert_eq!(receiver.received(count).await.len(), count);
        world.pass(Duration::from_millis(500));
    }
}

#[tokio::test]
async fn a_rate_of_thousands_is_reached() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    // Four in a millisecond, of which the clock has no parts.
    world.subscribe(1, receiver.port, json!({"rate": 4_000})).await;
    for number in 0..12 {
        world.append(Kind::EmailReplied, &format!("p{number}")).await;
    }
    for count in [4, 8, 12] {
        assert_eq!(receiver.received(count).await.len(), count);
        world.pass(Duration::from_millis(1));
    }
}
