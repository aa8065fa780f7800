//! What is delivered, to whom, how often, and with which bytes.

use std::time::Duration;

use hookline_model::{entry::Origin, id::DeliveryId, kind::Kind};
use hookline_store::{
    deliveries::{DeliveryStatus, Dispatch, FEED_BYTES_MAX},
    directory::AddressOwner,
};
use serde_json::json;

use super::{
    super::sender::RETRYING_MAX,
    world::{ACME, AGENCY, BETA, Receiver, World, outgoing, until, whom},
};

#[tokio::test]
async fn every_event_that_matches_is_delivered_once() {
    let world = World::new().await;
    world.append(Kind::EmailSent, "before").await;
    let receiver = Receiver::answering(&[200]).await;
    let replies = world.subscribe(1, receiver.port, json!({"kinds": ["email.replied"]})).await;
    let of_agency = Receiver::answering(&[204]).await;
    let all = world.subscribe_as(AddressOwner::Agency(AGENCY), 2, of_agency.port, json!({})).await;
    let mut ids = Vec::new();
    for number in 0..20 {
        let kind = if number % 2 == 0 { Kind::EmailReplied } else { Kind::EmailSent };
        ids.push(world.append(kind, &format!("p{number}")).await);
    }
    world.append_as(BETA, Origin::Live, Kind::EmailReplied, "beta").await;
    world.append_as(ACME, Origin::Import, Kind::EmailReplied, "import").await;
    let rows = world.deliveries(replies, DeliveryStatus::Delivered, 10).await;
    assert_eq!(rows.len(), 10);
    assert_eq!(world.deliveries(all, DeliveryStatus::Delivered, 21).await.len(), 21, "not what was before, nor the import");
    assert_eq!(receiver.so_far().len(), 10);
    let mut heard = whom(&of_agency.so_far());
    heard.sort();
    assert!(heard.contains(&"beta".to_owned()) && !heard.contains(&"before".to_owned()) && !heard.contains(&"import".to_owned()));
    let row = world.store.delivery(DeliveryId::derive(replies, ids[0], 0)).await.expect("answered").expect("it is there");
    assert_eq!((row.event_id, row.tries, row.attempts[0].status), (ids[0], 1, Some(200)));
    assert_eq!(row.attempts[0].answer, b"ok");
    assert!(row.attempts[0].request_headers.iter().any(|(name, value)| name == "webhook-id" && *value == row.id.to_string()));
}

#[tokio::test]
async fn what_fails_comes_again_when_its_schedule_says_so_with_the_same_bytes() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[500, 503, 200]).await;
    let policy = json!({"policy": {"preset": "smartlead"}});
    let id = world.subscribe(1, receiver.port, policy).await;
    world.append(Kind::EmailReplied, "jo").await;
    receiver.received(1).await;
    world.tried(id, 1).await;
    world.pass(Duration::from_secs(59));
    assert_eq!(receiver.so_far().len(), 1);
    world.pass(Duration::from_secs(1));
    receiver.received(2).await;
    world.tried(id, 2).await;
    // The second wait is five minutes; it begins when the second attempt ended.
    world.pass(Duration::from_secs(300));
    let received = receiver.received(3).await;
    assert!(received.windows(2).all(|pair| pair[0] == pair[1]), "{received:?}");
    let row = world.deliveries(id, DeliveryStatus::Delivered, 1).await.remove(0);
    let whole = world.store.delivery(row.id).await.expect("answered").expect("it is there");
    let statuses: Vec<_> = whole.attempts.iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(500), Some(503), Some(200)]);
}

#[tokio::test]
async fn what_the_dialect_has_no_words_for_is_counted_and_passed_by() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    let id = world.subscribe(1, receiver.port, json!({})).await;
    for who in ["a", "b"] {
        world.append(Kind::EmailClicked, who).await;
    }
    world.append(Kind::EmailReplied, "c").await;
    assert_eq!(whom(&receiver.received(1).await), ["c"]);
    world.deliveries(id, DeliveryStatus::Delivered, 1).await;
    let standings = world.store.standings().await.expect("answered");
    assert_eq!(standings.iter().find(|(of, _)| *of == id).map(|(_, standing)| standing.not_expressible), Some(2));
}

#[tokio::test]
async fn an_event_that_is_too_old_is_skipped_and_listed() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    let id = world.subscribe(1, receiver.port, json!({"max_age": 60})).await;
    world.stop().await;
    world.append(Kind::EmailReplied, "old").await;
    world.pass(Duration::from_secs(61));
    world.append(Kind::EmailReplied, "new").await;
    world.start();
    assert_eq!(whom(&receiver.received(1).await), ["new"]);
    let skipped = world.deliveries(id, DeliveryStatus::Skipped, 1).await;
    assert!(skipped[0].reason.as_deref().is_some_and(|reason| reason.contains("max_age")), "{skipped:?}");
}

#[tokio::test]
async fn a_stop_loses_nothing_and_repeats_nothing_that_was_written_down() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    let id = world.subscribe(1, receiver.port, json!({"concurrency": 2})).await;
    for round in 0..4 {
        for number in 0..25 {
            world.append(Kind::EmailReplied, &format!("p{round}x{number}")).await;
        }
        world.stop().await;
        world.append(Kind::EmailReplied, &format!("while stopped {round}").replace(' ', "-")).await;
        world.start();
    }
    let rows = world.deliveries(id, DeliveryStatus::Delivered, 104).await;
    assert_eq!(rows.len(), 104);
    let mut heard = whom(&receiver.so_far());
    assert_eq!(heard.len(), 104, "a stop that waits for what is on the wire repeats nothing");
    heard.sort();
    heard.dedup();
    assert_eq!(heard.len(), 104);
}

#[tokio::test]
async fn new_settings_hold_from_the_next_event_on() {
    let world = World::new().await;
    let receiver = Receiver::answering(&[200]).await;
    world.subscribe(1, receiver.port, json!({"kinds": ["email.replied"]})).await;
    world.append(Kind::EmailSent, "sent-before").await;
    world.append(Kind::EmailReplied, "reply").await;
    receiver.received(1).await;
    let elsewhere = Receiver::answering(&[200]).await;
    world.pass(Duration::from_millis(1));
    let id = world.subscribe(1, elsewhere.port, json!({"kinds": ["*"]})).await;
    // Once somebody has heard of the new settings.
    let mut number = 0;
    until("it is sent elsewhere", async || {
        world.append(Kind::EmailSent, &format!("after{number}")).await;
        number += 1;
        !elsewhere.so_far().is_empty()
    })
    .await;
    let heard = whom(&elsewhere.so_far());
    assert!(!heard.contains(&"sent-before".to_owned()), "{heard:?}");
    assert_eq!(receiver.so_far().len(), 1);
    world.deliveries(id, DeliveryStatus::Delivered, 2).await;
}

#[tokio::test]
async fn what_comes_behind_more_than_one_read_takes_in_is_delivered_at_once() {
    let mut world = World::new().await;
    world.stop().await;
    // Ten bodies of 1 MiB: the store reads eight of them at once, and all lie in one page.
    for number in 0..10 {
        let raw = vec![b' '; FEED_BYTES_MAX / 8];
        world.append_raw(ACME, Origin::Live, Kind::EmailSent, &format!("p{number}"), raw).await;
    }
    world.store.folded().wait_for(|folded| *folded >= 10).await.expect("the store is open");
    world.start();
    let receiver = Receiver::answering(&[200]).await;
    world.subscribe(1, receiver.port, json!({})).await;
    world.append(Kind::EmailReplied, "jo").await;
    assert_eq!(whom(&receiver.received(1).await), ["jo"]);
}

#[tokio::test]
async fn what_an_outbox_has_beyond_what_is_read_of_it_waits_for_no_retry_of_tomorrow() {
    let mut world = World::new().await;
    let receiver = Receiver::answering(&[500, 200]).await;
    world.stop().await;
    let settings = json!({"concurrency": 64, "policy": {"schedule": [24 * 60 * 60]}});
    let id = world.subscribe(1, receiver.port, settings).await;
    let who = |position| match position {
        1 => "jo",
        2..=RETRYING_MAX => "held",
        _ => "beyond",
    };
    let rows = (1..=RETRYING_MAX + 1).map(|position| outgoing(id, (position as u64, 0), who(position))).collect();
    world.store.dispatch(Dispatch { outgoing: rows, ..Dispatch::default() }).await.expect("they are in the outbox");
    receiver.hold_only("held");
    world.start();
    world.tried(id, 1).await;
    receiver.received(65).await;
    // It comes again tomorrow. Of the others nothing is left but what is on the wire, and the one that was not read.
    world.tamper("DELETE FROM outbox WHERE position BETWEEN 2 AND 10000");
    receiver.hold(false);
    assert_eq!(whom(&receiver.received(66).await)[65], "beyond");
    assert_eq!(receiver.so_far().len(), 66);
}
