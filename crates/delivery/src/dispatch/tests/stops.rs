//! Failing, pausing, and coming back.

use std::time::Duration;

use hookline_model::kind::Kind;
use hookline_store::{deliveries::DeliveryStatus, subscriptions::SubscriptionStatus};
use serde_json::json;

use super::world::{Receiver, START, World, whom};

#[tokio::test]
async fn deliveries_that_fail_in_a_row_pause_and_resuming_sends_the_backlog() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500]).await;
    // Not of warnings, which it leads to.
    let policy = json!({"kinds": ["email.*"], "policy": {"schedule": [], "pause_after": 3}, "concurrency": 1});
    let id = world.subscribe(1, receiver.port, policy).await;
    for number in 0..6 {
        world.append(Kind::EmailReplied, &format!("p{number}")).await;
    }
    let row = world.stands(id, SubscriptionStatus::Paused).await;
    assert_eq!(row.status_reason.as_deref(), Some("3 deliveries failed in a row"));
    let failed = world.deliveries(id, DeliveryStatus::Failed, 3).await;
    assert_eq!((failed.len(), receiver.so_far().len()), (3, 3));
    world.append(Kind::EmailReplied, "while-paused").await;
    receiver.answer(&[200]);
    world.resume(id).await;
    let received = receiver.received(7).await;
    assert_eq!(whom(&received[3..]), ["p3", "p4", "p5", "while-paused"]);
    // What failed comes back when somebody says so.
    world.deliveries(id, DeliveryStatus::Delivered, 4).await;
    assert_eq!(world.deliveries(id, DeliveryStatus::Failed, 3).await.len(), 3);
}

#[tokio::test]
async fn one_failed_delivery_disables_where_the_policy_says_so() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500]).await;
    let id = world.subscribe(1, receiver.port, json!({"policy": {"preset": "smartlead"}})).await;
    world.append(Kind::EmailReplied, "jo").await;
    for (tries, wait) in [(1, 60), (2, 300), (3, 900), (4, 3_600), (5, 21_600)] {
        assert_eq!(receiver.received(tries).await.len(), tries);
        world.tried(id, tries as u32).await;
        world.pass(Duration::from_secs(wait));
    }
    receiver.received(6).await;
    let row = world.stands(id, SubscriptionStatus::Disabled).await;
    assert_eq!(row.status_reason.as_deref(), Some("a delivery failed"));
    assert!(row.status_at > START);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_let_alone_at_once() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[410]).await;
    let id = world.subscribe(1, receiver.port, json!({"concurrency": 1})).await;
    world.append(Kind::EmailReplied, "jo").await;
    let row = world.stands(id, SubscriptionStatus::Disabled).await;
    assert!(row.status_reason.as_deref().is_some_and(|reason| reason.contains("410")), "{row:?}");
    assert_eq!(world.deliveries(id, DeliveryStatus::Failed, 1).await.len(), 1);
}

#[tokio::test]
async fn a_success_in_between_forgives() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500, 200, 500, 200, 500, 200]).await;
    let policy = json!({"kinds": ["email.*"], "policy": {"schedule": [], "pause_after": 2}, "concurrency": 1});
    let id = world.subscribe(1, receiver.port, policy).await;
    for number in 0..6 {
        world.append(Kind::EmailReplied, &format!("p{number}")).await;
    }
    receiver.received(6).await;
    assert_eq!(world.deliveries(id, DeliveryStatus::Delivered, 3).await.len(), 3);
    assert_eq!(world.deliveries(id, DeliveryStatus::Failed, 3).await.len(), 3);
    let status = world.store.directory().subscription(id).map(|row| row.status);
    assert_eq!(status, Some(SubscriptionStatus::Active));
}

#[tokio::test]
async fn a_delivery_that_failed_can_be_brought_back() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[500, 200]).await;
    let id = world.subscribe(1, receiver.port, json!({"policy": {"schedule": []}})).await;
    world.append(Kind::EmailReplied, "jo").await;
    let failed = world.deliveries(id, DeliveryStatus::Failed, 1).await.remove(0);
    world.stop().await;
    assert_eq!(world.store.revive(vec![failed.id], START).await.expect("it is revived"), 1);
    world.start();
    let received = receiver.received(2).await;
    assert_eq!(received[0], received[1], "the same bytes");
    let row = world.deliveries(id, DeliveryStatus::Delivered, 1).await.remove(0);
    assert_eq!((row.id, row.tries), (failed.id, 2));
}
