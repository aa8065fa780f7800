//! Retries and replays of a dispatcher at work, and what is removed in time.

use std::{sync::Arc, time::Duration};

use hookline_model::{id::SubscriptionId, kind::Kind, time::Millis};
use hookline_store::{
    deliveries::DeliveryStatus,
    directory::DirectoryChange,
    redelivery::{NewReplay, Replay, ReplayStatus},
};
use serde_json::json;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::{
    super::{Subscribed, feed::Feed, handed::Handed, replayer::Replayer, tidy::Tidy},
    world::{Receiver, START, World, outgoing, until, whom},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn replay(world: &World, id: SubscriptionId, filter: &str) -> Replay {
    let (since, until) = (Millis(0), Millis(i64::MAX / 2));
    let (after, through) = world.store.received_between(since, until).await.expect("answered");
    let created_at = START;
    let filter = filter.to_owned();
    let new = NewReplay { subscription: id, once: None, since, until, filter, after, through, created_at };
    world.store.start_replay(new).await.expect("it is started")
}

#[tokio::test]
async fn a_retry_reaches_the_sender_at_work() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500, 200]).await;
    let id = world.subscribe(1, receiver.port, json!({"policy": {"schedule": []}})).await;
    world.append(Kind::EmailReplied, "jo").await;
    let failed = world.deliveries(id, DeliveryStatus::Failed, 1).await.remove(0);
    assert_eq!(world.store.retry(failed.id, START).await.expect("answered"), Some(DeliveryStatus::Failed));
    let received = receiver.received(2).await;
    assert_eq!(received[0], received[1], "the same bytes");
    assert_eq!(world.deliveries(id, DeliveryStatus::Delivered, 1).await[0].id, failed.id);
}

#[tokio::test]
async fn what_would_wait_is_tried_at_once_and_no_more_than_once() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500, 200]).await;
    let id = world.subscribe(1, receiver.port, json!({"policy": {"preset": "smartlead"}})).await;
    world.append(Kind::EmailReplied, "jo").await;
    world.tried(id, 1).await;
    let waiting = world.deliveries(id, DeliveryStatus::Retrying, 1).await.remove(0);
    // What is on the wire meanwhile is not taken up a second time.
    receiver.hold(true);
    for who in ["al", "bo"] {
        world.append(Kind::EmailReplied, who).await;
    }
    receiver.received(3).await;
    world.store.retry(waiting.id, START).await.expect("answered");
    receiver.received(4).await;
    world.store.retry(waiting.id, START).await.expect("answered");
    receiver.hold(false);
    world.deliveries(id, DeliveryStatus::Delivered, 3).await;
    assert_eq!(whom(&receiver.so_far()).iter().filter(|who| *who == "jo").count(), 2);
    assert_eq!(receiver.so_far().len(), 4);
}

#[tokio::test]
async fn a_retry_does_not_let_others_of_its_contact_overtake() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500, 500, 200]).await;
    let settings = json!({"ordered": true, "policy": {"schedule": [60]}});
    let id = world.subscribe(1, receiver.port, settings).await;
    world.append(Kind::EmailSent, "jo").await;
    world.tried(id, 1).await;
    world.pass(Duration::from_secs(60));
    let failed = world.deliveries(id, DeliveryStatus::Failed, 1).await.remove(0);
    receiver.answer(&[500, 200]);
    world.append(Kind::EmailOpened, "jo").await;
    world.deliveries(id, DeliveryStatus::Retrying, 1).await;
    world.append(Kind::EmailReplied, "jo").await;
    world.store.retry(failed.id, START).await.expect("answered");
    world.deliveries(id, DeliveryStatus::Delivered, 1).await;
    world.pass(Duration::from_secs(60));
    let received = receiver.received(6).await;
    let kinds: Vec<_> = received.iter().map(|body| body["kind"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["email.sent", "email.sent", "email.opened", "email.sent", "email.opened", "email.replied"]);
}

#[tokio::test]
async fn a_replay_sends_what_was_passed_by_under_the_same_name() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    for who in ["before", "also-before"] {
        world.append(Kind::EmailReplied, who).await;
    }
    world.append(Kind::EmailSent, "another-kind").await;
    world.append(Kind::EmailClicked, "no-words").await;
    let id = world.subscribe(1, receiver.port, json!({"max_age": 60})).await;
    world.append(Kind::EmailReplied, "live").await;
    world.deliveries(id, DeliveryStatus::Delivered, 1).await;
    world.pass(DAY);
    let made = replay(&world, id, r#"{"kinds": ["email.replied", "email.clicked"]}"#).await;
    let received = receiver.received(4).await;
    assert_eq!(whom(&received), ["live", "before", "also-before", "live"], "old or not");
    assert_eq!(received[0]["id"], received[3]["id"], "the receiver knows it again");
    assert_ne!(received[0]["made"], received[3]["made"], "put into words anew");
    let rows = world.deliveries(id, DeliveryStatus::Delivered, 4).await;
    assert!(rows[0].id != rows[3].id && rows[0].event_id == rows[3].event_id);
    let kept = world.store.replays(id).await.expect("answered").remove(0);
    assert_eq!((kept.run, kept.status, kept.dispatched), (made.run, ReplayStatus::Done, 3));
    assert_eq!((kept.delivered, kept.not_expressible, kept.after), (3, 1, kept.through));
    replay(&world, id, r#"{"contact": "before@x.example"}"#).await;
    assert_eq!(whom(&receiver.received(5).await)[4], "before");
    world.deliveries(id, DeliveryStatus::Delivered, 5).await;
    world.stop().await;
    assert_eq!(receiver.so_far().len(), 5);
}

#[tokio::test]
async fn every_replay_tells_records_as_they_are_by_then() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    world.append(Kind::EmailSent, "jo").await;
    let id = world.subscribe(1, receiver.port, json!({"kinds": ["email.sent"]})).await;
    replay(&world, id, "{}").await;
    receiver.received(1).await;
    world.append(Kind::EmailReplied, "jo").await;
    world.store.folded().wait_for(|folded| *folded >= 2).await.expect("the store is open");
    replay(&world, id, "{}").await;
    let received = receiver.received(2).await;
    assert_eq!((&received[0]["status"], &received[1]["status"]), (&json!("contacted"), &json!("replied")));
}

#[tokio::test]
async fn a_replay_of_much_goes_on_in_parts_and_leaves_nothing_out() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    // More than a page of the log, and more than one part of each, with others in between.
    for number in 0..300 {
        let kind = if number % 2 == 0 { Kind::EmailSent } else { Kind::EmailOpened };
        world.append(kind, &format!("p{number}")).await;
    }
    let id = world.subscribe(1, receiver.port, json!({"kinds": ["email.sent"]})).await;
    replay(&world, id, "{}").await;
    replay(&world, id, r#"{"contact": "p298@x.example"}"#).await;
    let received = receiver.received(151).await;
    let mut heard = whom(&received[..150]);
    heard.sort();
    heard.dedup();
    assert_eq!((heard.len(), &*whom(&received)[150]), (150, "p298"));
    let is_done = async || world.store.replays(id).await.expect("answered").iter().all(|of| of.delivered == of.dispatched);
    until("all is written down", is_done).await;
    let replays = world.store.replays(id).await.expect("answered");
    assert!(replays.iter().all(|of| of.status == ReplayStatus::Done && of.after == of.through), "{replays:?}");
    assert_eq!(receiver.so_far().len(), 151);
}

#[tokio::test]
async fn a_replay_goes_on_after_a_stop_and_lets_live_events_overtake() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    for number in 0..400 {
        world.append(Kind::EmailSent, &format!("p{number}")).await;
    }
    let id = world.subscribe(1, receiver.port, json!({"concurrency": 1})).await;
    receiver.hold(true);
    replay(&world, id, "{}").await;
    receiver.received(1).await;
    world.append(Kind::EmailSent, "live").await;
    // It is in the outbox, and the next to go.
    world.deliveries(id, DeliveryStatus::Pending, 1).await;
    until("the live one is in the outbox", async || {
        world.deliveries(id, DeliveryStatus::Pending, 1).await.iter().any(|row| row.key.run == 0)
    })
    .await;
    receiver.hold(false);
    receiver.received(20).await;
    let place = whom(&receiver.so_far()).iter().position(|who| who == "live");
    assert!(place.is_some_and(|place| place < 20), "{place:?}");
    world.stop().await;
    world.start();
    receiver.received(401).await;
    let rows = world.deliveries(id, DeliveryStatus::Delivered, 401).await;
    assert_eq!(rows.len(), 401);
    let mut heard = whom(&receiver.so_far());
    heard.sort();
    heard.dedup();
    assert_eq!((heard.len(), receiver.so_far().len()), (401, 401));
}

#[tokio::test]
async fn a_replay_that_is_cancelled_stops_at_once() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    for number in 0..100 {
        world.append(Kind::EmailSent, &format!("p{number}")).await;
    }
    // The records have all of it, so that the replay finds it at once and has only to send it.
    world.store.folded().wait_for(|folded| *folded >= 100).await.expect("the store is open");
    let id = world.subscribe(1, receiver.port, json!({"concurrency": 1})).await;
    receiver.hold(true);
    let run = replay(&world, id, "{}").await.run;
    receiver.received(1).await;
    world.store.cancel_replay(id, run, START).await.expect("answered");
    receiver.hold(false);
    world.append(Kind::EmailSent, "live").await;
    until("the live one is received", async || whom(&receiver.so_far()).contains(&"live".to_owned())).await;
    let run = replay(&world, id, r#"{"contact": "p99@x.example"}"#).await.run;
    until("the replay delivered", async || world.store.replays(id).await.expect("answered")[0].delivered > 0).await;
    assert_eq!(run, 2);
    // One on the wire, and the few that were handed on.
    assert!(receiver.so_far().len() < 10, "{}", receiver.so_far().len());
}

#[tokio::test]
async fn a_replay_that_is_cancelled_stops_at_once_where_the_order_of_contacts_is_kept() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    for _ in 0..40 {
        world.append(Kind::EmailSent, "jo").await;
    }
    world.append(Kind::EmailSent, "al").await;
    world.store.folded().wait_for(|folded| *folded >= 41).await.expect("the store is open");
    let id = world.subscribe(1, receiver.port, json!({"ordered": true})).await;
    receiver.hold(true);
    let run = replay(&world, id, "{}").await.run;
    // The last one is of somebody else: when it is on the wire, what is about the first waits behind one of theirs.
    receiver.received(2).await;
    world.store.cancel_replay(id, run, START).await.expect("answered");
    // What comes next about the first waits behind theirs.
    world.append(Kind::EmailReplied, "jo").await;
    world.deliveries(id, DeliveryStatus::Pending, 1).await;
    receiver.hold(false);
    until("the reply is received", async || receiver.so_far().iter().any(|body| body["kind"] == "email.replied")).await;
    assert!(receiver.so_far().len() < 10, "{}", receiver.so_far().len());
    // Nothing holds the contact up any more.
    world.append(Kind::EmailReplied, "jo").await;
    world.deliveries(id, DeliveryStatus::Delivered, 2).await;
    replay(&world, id, r#"{"contact": "al@x.example"}"#).await;
    until("the replay delivered", async || world.store.replays(id).await.expect("answered")[0].delivered > 0).await;
    assert!(receiver.so_far().len() < 10, "{}", receiver.so_far().len());
}

#[tokio::test]
async fn what_a_replay_has_begun_to_hand_on_goes_on_when_the_store_cannot_answer() {
    let mut world = World::new().await;
    world.stop().await;
    world.append(Kind::EmailSent, "jo").await;
    let id = world.subscribe(1, 1, json!({})).await;
    let options = world.options();
    let row = Arc::clone(world.store.directory().subscription(id).expect("it is there"));
    let subscribed = Arc::new(Subscribed::read(&row, &options.open_secrets).expect("it is read"));
    let run = replay(&world, id, "{}").await.run;
    let (queue, mut queued) = mpsc::channel(1);
    let wake = Arc::new(Notify::new());
    let replayer = Replayer {
        feed: Arc::new(Feed::new(Arc::clone(&options.store))),
        folded: options.store.folded(),
        options,
        subscribed,
        queue,
        handed: Handed::default(),
        wake: Arc::clone(&wake),
        stopping: CancellationToken::new(),
    };
    // Somebody cancelled it, which cannot be read for a while.
    world.store.cancel_replay(id, run, START).await.expect("answered");
    world.tamper("ALTER TABLE replay RENAME TO lost");
    wake.notify_one();
    let rows = (1..=4).map(|position| outgoing(id, (position, run), "jo")).collect();
    let work = tokio::spawn(async move { replayer.hand_on(run, rows).await });
    until("one is handed on", async || queued.len() == 1).await;
    world.tamper("ALTER TABLE lost RENAME TO replay");
    // It is asked for again with each that is left, though nobody wakes it a second time.
    let mut handed_on = 0;
    while queued.recv().await.is_some() {
        handed_on += 1;
    }
    assert!(work.await.expect("it ends") && handed_on < 4, "{handed_on}");
}

#[tokio::test]
async fn what_is_too_old_or_of_a_subscription_that_is_gone_is_removed() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    let (kept, gone) = (world.subscribe(1, receiver.port, json!({})).await, world.subscribe(2, receiver.port, json!({})).await);
    world.append(Kind::EmailReplied, "jo").await;
    for id in [kept, gone] {
        world.deliveries(id, DeliveryStatus::Delivered, 1).await;
    }
    world.change(DirectoryChange::DeleteSubscription(gone)).await;
    let has_standing = async |id| {
        let standings = world.store.standings().await.expect("answered");
        standings.iter().any(|(of, _)| *of == id)
    };
    until("what is kept for it is removed", async || {
        world.pass(Duration::from_secs(1));
        !has_standing(gone).await
    })
    .await;
    assert!(has_standing(kept).await);
    world.pass(29 * DAY);
    world.append(Kind::EmailReplied, "al").await;
    world.deliveries(kept, DeliveryStatus::Delivered, 2).await;
    world.pass(DAY);
    let look = async || {
        let page = hookline_store::query::PageRequest::default();
        world.store.deliveries(kept, Default::default(), page).await.expect("answered").rows.len()
    };
    until("the older one is removed", async || {
        world.pass(Duration::from_secs(60));
        look().await <= 1
    })
    .await;
    assert_eq!(look().await, 1, "the younger one stays");
}

#[tokio::test]
async fn what_is_removed_at_once_is_bounded() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    let mut ids = Vec::new();
    for number in 0..10 {
        ids.push(world.subscribe(number, receiver.port, json!({})).await);
    }
    world.append(Kind::EmailReplied, "jo").await;
    for id in &ids {
        world.deliveries(*id, DeliveryStatus::Delivered, 1).await;
    }
    world.stop().await;
    for id in ids {
        world.change(DirectoryChange::DeleteSubscription(id)).await;
    }
    let (mut tidy, options) = (Tidy::default(), world.options());
    tidy.tidy(&options).await.expect("it is tidied up");
    assert_eq!(world.store.standings().await.expect("answered").len(), 2, "the rest waits for the next time");
    tidy.tidy(&options).await.expect("it is tidied up");
    assert_eq!(world.store.standings().await.expect("answered").len(), 0);
}
