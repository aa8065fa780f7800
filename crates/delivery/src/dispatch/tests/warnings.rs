//! Warnings on their way: from failures into the log, and from there to whoever asked for them.

use std::time::Duration;

use hookline_model::{id::WorkspaceId, kind::Kind};
use hookline_store::{
    StoredEvent,
    deliveries::DeliveryStatus,
    directory::AddressOwner,
    query::{EventFilter, PageRequest},
    subscriptions::SubscriptionStatus,
};
use serde_json::{Value, json};

use super::{
    super::warning,
    world::{ACME, AGENCY, BETA, Receiver, UNROUTED, World},
};

/// The warnings in a workspace's log, oldest first.
async fn so_far(world: &World, workspace: WorkspaceId) -> Vec<StoredEvent> {
    let filter = EventFilter { kind: Some(Kind::WebhookWarning), ..EventFilter::default() };
    let page = PageRequest { limit: 100, after: None };
    let mut rows = world.store.events(workspace, filter, page).await.expect("events are listed").rows;
    rows.reverse();
    rows
}

/// The same, once there are so many. Time passes meanwhile.
async fn warnings(world: &World, workspace: WorkspaceId, count: usize) -> Vec<StoredEvent> {
    loop {
        let found = so_far(world, workspace).await;
        if found.len() >= count {
            return found;
        }
        world.pass(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
}

fn field(event: &StoredEvent, name: &str) -> Value {
    event.event.facts.extra[name].clone()
}

fn percents(events: &[StoredEvent]) -> Vec<Value> {
    events.iter().map(|event| field(event, "percent")).collect()
}

/// Fails at once, and is paused after so many.
fn failing(pause_after: u32) -> Value {
    json!({"kinds": ["email.*"], "policy": {"schedule": [], "pause_after": pause_after}, "concurrency": 1})
}

#[tokio::test]
async fn a_webhook_that_fails_is_warned_of_three_times_and_whoever_asks_is_told() {
    let world = World::new().await;
    let (receiver, told) = (Receiver::answering(&[503]).await, Receiver::answering(&[200]).await);
    let settings = json!({
        "name": "Replies", "url": format!("http://hook.example:{}/in?token=hush", receiver.port),
        "kinds": ["email.*"], "policy": {"schedule": [], "pause_after": 10}, "concurrency": 1,
    });
    let id = world.subscribe(1, receiver.port, settings).await;
    let watching = world.subscribe(2, told.port, json!({"kinds": ["webhook.*"]})).await;
    for number in 0..12 {
        world.append(Kind::EmailReplied, &format!("p{number}")).await;
    }
    let found = warnings(&world, ACME, 3).await;
    world.stands(id, SubscriptionStatus::Paused).await;
    assert_eq!(percents(&found), [50, 80, 100]);
    let rows: Vec<Value> = ["failed_in_row", "status"].map(|name| found.iter().map(|event| field(event, name)).collect()).into();
    assert_eq!(rows, [json!([5, 8, 10]), json!(["active", "active", "paused"])]);
    let shown = json!(found[2].event.facts.extra);
    let expected = json!({
        "webhook_id": id, "webhook_name": "Replies", "host": "hook.example", "percent": 100, "failed_in_row": 10, "limit": 10,
        "status": "paused", "last_status": 503, "last_error": null,
    });
    assert_eq!(shown, expected, "nothing of the address but its host");
    assert!(found.iter().all(|event| event.event.contact.is_none() && event.event.campaign.is_none()));
    let received = told.received(3).await;
    assert!(received.iter().all(|body| body["kind"] == "webhook.warning"), "{received:?}");
    world.deliveries(watching, DeliveryStatus::Delivered, 3).await;
    assert!(world.store.warnings(9).await.expect("answered").is_empty());
}

#[tokio::test]
async fn a_success_and_a_resume_begin_a_run_of_their_own() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500, 200, 500, 500]).await;
    let id = world.subscribe(1, receiver.port, failing(2)).await;
    for number in 0..4 {
        world.append(Kind::EmailReplied, &format!("p{number}")).await;
    }
    world.stands(id, SubscriptionStatus::Paused).await;
    assert_eq!(percents(&warnings(&world, ACME, 3).await), [50, 50, 100]);
    world.resume(id).await;
    world.append(Kind::EmailReplied, "again").await;
    assert_eq!(percents(&warnings(&world, ACME, 4).await)[3..], [50]);
}

#[tokio::test]
async fn a_warning_of_an_agencys_webhook_is_the_agencys_own() {
    let world = World::new().await;
    let (receiver, told, unasked) =
        (Receiver::answering(&[410]).await, Receiver::answering(&[200]).await, Receiver::answering(&[200]).await);
    let agency = AddressOwner::Agency(AGENCY);
    let gone = world.subscribe_as(agency, 1, receiver.port, json!({"kinds": ["email.*"]})).await;
    world.subscribe_as(agency, 2, told.port, json!({"kinds": ["webhook.warning"]})).await;
    let of_one = world.subscribe(3, unasked.port, json!({"kinds": ["webhook.*", "email.sent"]})).await;
    world.append_as(BETA, hookline_model::entry::Origin::Live, Kind::EmailReplied, "jo").await;
    world.stands(gone, SubscriptionStatus::Disabled).await;
    let found = warnings(&world, UNROUTED, 1).await;
    assert_eq!((percents(&found), field(&found[0], "status")), (vec![json!(100)], json!("disabled")), "a 410 stops at once");
    assert_eq!(told.received(1).await[0]["kind"], "webhook.warning");
    world.append(Kind::EmailSent, "al").await;
    assert_eq!(unasked.received(1).await[0]["kind"], "email.sent", "a workspace is not told of its agency's");
    world.deliveries(of_one, DeliveryStatus::Delivered, 1).await;
    assert_eq!((so_far(&world, ACME).await.len(), so_far(&world, BETA).await.len()), (0, 0));
}

#[tokio::test]
async fn warnings_that_fail_warn_of_nothing_but_what_they_stop() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500]).await;
    let id = world.subscribe(1, receiver.port, failing(2)).await;
    let own = json!({"kinds": ["webhook.*"], "policy": {"schedule": [], "pause_after": 4}, "concurrency": 1});
    let watching = world.subscribe(2, receiver.port, own).await;
    for round in 0..2 {
        for number in 0..2 {
            world.append(Kind::EmailReplied, &format!("p{round}{number}")).await;
        }
        world.stands(id, SubscriptionStatus::Paused).await;
        warnings(&world, ACME, 2 * round + 2).await;
        world.deliveries(watching, DeliveryStatus::Failed, 2 * round + 2).await;
        world.resume(id).await;
    }
    // Two of four failed, and three of four: nobody is told, since what failed told of failures. The fourth stops it, and that is told.
    world.stands(watching, SubscriptionStatus::Paused).await;
    let found = warnings(&world, ACME, 5).await;
    assert_eq!(percents(&found), [50, 100, 50, 100, 100]);
    assert_eq!(field(&found[4], "webhook_id"), json!(watching));
    // That one waits with the others for somebody to resume it, and when it fails again there is none that half of them failed.
    world.resume(watching).await;
    world.deliveries(watching, DeliveryStatus::Failed, 5).await;
    for _ in 0..50 {
        world.pass(Duration::from_secs(1));
        tokio::task::yield_now().await;
    }
    assert_eq!(so_far(&world, ACME).await.len(), 5);
}

#[tokio::test]
async fn a_warning_that_comes_into_the_log_twice_is_there_once() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[500]).await;
    let id = world.subscribe(1, receiver.port, failing(1)).await;
    receiver.hold(true);
    world.append(Kind::EmailReplied, "jo").await;
    receiver.received(1).await;
    // It fails while the dispatcher stops, and so nobody brings the warning into the log.
    tokio::join!(world.stop(), async { receiver.hold(false) });
    world.stands(id, SubscriptionStatus::Paused).await;
    let waiting = world.store.warnings(9).await.expect("answered");
    assert_eq!(waiting.len(), 1);
    assert!(so_far(&world, ACME).await.is_empty());
    // Somebody does, and dies before that is written down.
    warning::record(&world.options(), &waiting[0]).await.expect("it is recorded");
    // After a power cut the same try may have failed anew, at another time and for another reason.
    let mut later = waiting[0].clone();
    later.at.0 += 5;
    later.said = later.said.replace("500", "502");
    warning::record(&world.options(), &later).await.expect("it is recorded");
    let first = so_far(&world, ACME).await;
    assert_eq!(first.len(), 1, "one event, whatever is said of it");
    world.start();
    while !world.store.warnings(9).await.expect("answered").is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(so_far(&world, ACME).await.iter().map(|event| event.event.id).collect::<Vec<_>>(), [first[0].event.id]);
}
