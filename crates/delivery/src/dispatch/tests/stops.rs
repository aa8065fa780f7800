//! Failing, pausing, and coming back.

use std::time::Duration;

use hookline_model::{
    entry::Origin,
    id::{SubscriptionId, WorkspaceId},
    kind::Kind,
};
use hookline_store::{
    deliveries::DeliveryStatus,
    directory::{AddressOwner, DirectoryChange, Workspace},
    subscriptions::SubscriptionStatus,
};
use serde_json::json;
use uuid::Uuid;

use super::world::{AGENCY, BETA, Receiver, START, World, whom};

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

async fn pause(world: &World, id: SubscriptionId) {
    let (status, at) = (SubscriptionStatus::Paused, START);
    world.change(DirectoryChange::SetSubscriptionStatus { id, status, reason: None, at }).await;
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_nobody_but_itself() {
    let world = World::new().await;
    let (hanging, well, late) =
        (Receiver::answering(&[200]).await, Receiver::answering(&[200]).await, Receiver::answering(&[200]).await);
    let policy = json!({"timeout_ms": 60_000});
    let paused = world.subscribe(1, hanging.port, json!({"policy": policy, "concurrency": 1})).await;
    world.subscribe_as(AddressOwner::Agency(AGENCY), 2, well.port, json!({})).await;
    hanging.hold(true);
    world.append(Kind::EmailReplied, "jo").await;
    hanging.received(1).await;
    well.received(1).await;
    pause(&world, paused).await;
    // What happens in a workspace that was not there before is told of, and new webhooks begin.
    let gamma = WorkspaceId(Uuid::from_u128(0xb3));
    let workspace = Workspace { id: gamma, agency: AGENCY, name: "g".to_owned(), created_at: START, reserved: false };
    world.change(DirectoryChange::PutWorkspace(workspace)).await;
    world.append_as(gamma, Origin::Live, Kind::EmailReplied, "gamma").await;
    world.append_as(BETA, Origin::Live, Kind::EmailReplied, "beta").await;
    assert_eq!(whom(&well.received(3).await)[1..], ["gamma", "beta"]);
    world.subscribe_as(AddressOwner::Workspace(BETA), 3, late.port, json!({})).await;
    world.append_as(BETA, Origin::Live, Kind::EmailReplied, "late").await;
    assert_eq!(whom(&late.received(1).await), ["late"]);
    // The paused one is begun anew when what it had on the wire has ended, and goes on behind that.
    world.append(Kind::EmailReplied, "al").await;
    well.received(5).await;
    world.resume(paused).await;
    world.append(Kind::EmailReplied, "bo").await;
    well.received(6).await;
    assert_eq!(hanging.so_far().len(), 1);
    hanging.hold(false);
    assert_eq!(whom(&hanging.received(3).await), ["jo", "al", "bo"]);
    world.deliveries(paused, DeliveryStatus::Delivered, 3).await;
    assert_eq!(hanging.so_far().len(), 3);
}

#[tokio::test]
async fn what_comes_while_a_webhook_is_paused_is_sent_when_it_is_resumed() {
    let world = World::new().await;
    let (receiver, other) = (Receiver::answering(&[200]).await, Receiver::answering(&[200]).await);
    let id = world.subscribe(1, receiver.port, json!({"concurrency": 1})).await;
    world.subscribe_as(AddressOwner::Workspace(BETA), 2, other.port, json!({})).await;
    let mut expected = Vec::new();
    for round in 0..20 {
        pause(&world, id).await;
        // Whether its tasks have heard of that by now or not.
        let who = format!("p{round}");
        world.append(Kind::EmailReplied, &who).await;
        world.append_as(BETA, Origin::Live, Kind::EmailReplied, &who).await;
        expected.push(who);
        other.received(expected.len()).await;
        world.resume(id).await;
    }
    assert_eq!(whom(&receiver.received(20).await), expected);
}
