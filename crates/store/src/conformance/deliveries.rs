//! Passing events on: the feed, cursors, the outbox, and what came of deliveries.

use std::{collections::HashSet, sync::Arc};

use hookline_model::{
    entry::Origin,
    event::Event,
    id::{DeliveryId, SubscriptionId},
    kind::Kind,
    time::Millis,
};
use uuid::Uuid;

use super::{
    MakePlace,
    given::{Sketch, at, event, sent},
    world::{ACME, BETA, UNROUTED, World},
};
use crate::{
    deliveries::{
        ATTEMPTS_KEPT, AttemptRow, DeliveryFilter, DeliveryKey, DeliveryRow, DeliveryStatus, Dispatch, Fed, Feed, Lane, Moved,
        Outcome, Outgoing,
    },
    query::PageRequest,
};

pub(super) const ONE: SubscriptionId = SubscriptionId(Uuid::from_u128(0xc1));
pub(super) const OTHER: SubscriptionId = SubscriptionId(Uuid::from_u128(0xc2));

/// The feed behind a position, read page by page until it is level with the log.
async fn fed(world: &World, after: u64, at_once: u64) -> Vec<(u64, Event)> {
    let (mut found, mut after) = (Vec::new(), after);
    loop {
        let until = after.saturating_add(at_once);
        let Feed { entries, through } = world.store.feed(after, until, None).await.expect("the feed is answered");
        assert!(through <= until && entries.iter().all(|entry| entry.position > after && entry.position <= through));
        found.extend(entries.into_iter().map(|entry| (entry.position, (*entry.event).clone())));
        if through == after {
            return found;
        }
        after = through;
    }
}

/// Waits until the records have the whole log.
pub(super) async fn level(world: &World) -> u64 {
    let committed = world.committed();
    let mut folded = world.store.folded();
    folded.wait_for(|folded| *folded >= committed).await.expect("the store is open");
    committed
}

pub(super) async fn the_feed_has_every_new_event_once_in_the_order_of_the_log(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let events: Vec<Event> = (0..7).map(|minute| sent(&format!("p{minute}@x.example"), "41", 9 - minute)).collect();
    for event in &events {
        world.append(event.clone()).await;
    }
    // A repetition, a variant, another workspace, and one that nobody placed.
    world.append(events[2].clone()).await;
    let mut variant = events[3].clone();
    variant.facts.category = Some(hookline_model::event::Change::Set("Other".to_owned()));
    world.append(variant).await;
    let elsewhere = sent("z@z.example", "9", 3);
    world.append_as(BETA, Origin::Import, elsewhere.clone()).await;
    world.append_as(UNROUTED, Origin::Live, sent("u@u.example", "9", 4)).await;
    level(&world).await;
    let expected: Vec<Event> = events.iter().chain([&elsewhere]).cloned().collect();
    for at_once in [1, 3, u64::MAX] {
        let found = fed(&world, 0, at_once).await;
        assert!(found.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order");
        assert_eq!(found.into_iter().map(|(_, event)| event).collect::<Vec<_>>(), expected, "{at_once} at a time");
    }
    let of = Some(Arc::new(HashSet::from([BETA])));
    let Feed { entries, through } = world.store.feed(0, u64::MAX, of).await.expect("the feed is answered");
    assert_eq!((entries.len(), through), (1, world.committed()));
    assert_eq!((entries[0].workspace, entries[0].origin, &entries[0].event), (BETA, Origin::Import, &Arc::new(elsewhere)));
}

pub(super) async fn a_snapshot_has_the_records_an_event_tells_of(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let reply = event(Kind::EmailReplied, 5).about("jane@x.example").in_campaign("41").reply("r-1@x");
    world.append_all([sent("jane@x.example", "41", 0), reply]).await;
    level(&world).await;
    let told = world.store.feed(0, 10, None).await.expect("the feed is answered").entries;
    let elsewhere = Fed { workspace: BETA, ..told[0].clone() };
    let nowhere = Fed { position: 1_000, ..told[0].clone() };
    let asked = told.into_iter().chain([elsewhere, nowhere]).collect();
    let found = world.store.snapshots(asked).await.expect("snapshots are answered");
    let present: Vec<bool> = found.iter().map(Option::is_some).collect();
    assert_eq!(present, [true, true, false, false], "of another workspace, and of no entry, there is none");
    let reply = found[1].as_ref().expect("the reply");
    assert_eq!(reply.event.event.kind, Kind::EmailReplied);
    let contact = reply.contact.as_ref().expect("the contact");
    assert_eq!((contact.email.as_deref(), contact.status), (Some("jane@x.example"), "replied"));
    assert_eq!(reply.campaign.as_ref().expect("the campaign").counts["replied"], 1);
    assert_eq!(reply.email.as_ref().expect("the message").direction, "inbound");
}

pub(super) fn outgoing(subscription: SubscriptionId, position: u64) -> Outgoing {
    let event_id = event(Kind::EmailSent, position as i64).id;
    Outgoing {
        id: DeliveryId::derive(subscription, event_id, 0),
        subscription,
        key: DeliveryKey { position, run: 0 },
        workspace: ACME,
        event_id,
        kind: Kind::EmailSent,
        lane: if position.is_multiple_of(2) { Lane::Fast } else { Lane::Bulk },
        contact: Some(u64::MAX - position),
        created_at: at(position as i64),
        due_at: at(0),
        charged: 0,
        attempts: Vec::new(),
        content_type: "application/json".into(),
        body: format!("body {position}").into(),
    }
}

pub(super) fn attempt(number: u32, status: Option<u16>) -> AttemptRow {
    AttemptRow {
        number,
        started_at: at(i64::from(number)),
        status,
        error: status.is_none().then(|| ("timeout".to_owned(), "no answer in time".to_owned())),
        is_charged: true,
        timing: [Some(1), None, None, Some(7), Some(9)],
        request_headers: vec![("webhook-id".to_owned(), "x".to_owned())],
        answer: b"thanks".to_vec(),
    }
}

pub(super) async fn put(world: &World, rows: impl IntoIterator<Item = Outgoing>, moved: Vec<Moved>) {
    let dispatch = Dispatch { outgoing: rows.into_iter().collect(), skipped: Vec::new(), moved };
    world.store.dispatch(dispatch).await.expect("the dispatch is written");
}

pub(super) async fn finish(world: &World, outcomes: Vec<Outcome>) {
    world.store.finish(Arc::new(outcomes)).await.expect("the outcomes are written");
}

pub(super) fn ended(subscription: SubscriptionId, position: u64, status: DeliveryStatus, attempt: Option<AttemptRow>) -> Outcome {
    let key = DeliveryKey { position, run: 0 };
    Outcome::Ended { subscription, key, status, reason: None, at: at(1_000), attempt: attempt.map(Box::new), warning: None }
}

pub(super) async fn listed(world: &World, subscription: SubscriptionId, status: Option<DeliveryStatus>) -> Vec<DeliveryRow> {
    let filter = DeliveryFilter { status, ..DeliveryFilter::default() };
    let (mut rows, mut page) = (Vec::new(), PageRequest { limit: 2, after: None });
    loop {
        let found = world.store.deliveries(subscription, filter.clone(), page.clone()).await.expect("a page is answered");
        rows.extend(found.rows);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return rows,
        }
    }
}

pub(super) fn positions(rows: &[DeliveryRow]) -> Vec<u64> {
    rows.iter().map(|row| row.key.position).collect()
}

pub(super) async fn standing(world: &World, subscription: SubscriptionId) -> crate::deliveries::Standing {
    let standings = world.store.standings().await.expect("standings are answered");
    standings.into_iter().find(|(id, _)| *id == subscription).map(|(_, standing)| standing).unwrap_or_default()
}

pub(super) async fn the_outbox_and_the_cursors_move_together_and_outlive_the_store(make_place: MakePlace<'_>) {
    let mut world = World::new(make_place).await;
    let moved = Moved { subscription: ONE, fast: 9, bulk: 4, not_expressible: 2 };
    put(&world, [outgoing(ONE, 3), outgoing(ONE, 2), outgoing(OTHER, 3)], vec![moved]).await;
    // A cursor never moves back, and what is in the outbox already stays as it is.
    let again = Outgoing { body: b"another body".as_slice().into(), ..outgoing(ONE, 3) };
    put(&world, [again], vec![Moved { fast: 1, bulk: 6, not_expressible: 1, ..moved }]).await;
    for _ in 0..2 {
        let stands = standing(&world, ONE).await;
        assert_eq!((stands.fast, stands.bulk, stands.not_expressible), (9, 6, 3));
        assert_eq!(standing(&world, OTHER).await, crate::deliveries::Standing::default());
        let waiting = world.store.waiting(ONE, 10).await.expect("the outbox is answered");
        let bare = |row: Outgoing| Outgoing { content_type: String::new().into(), body: Vec::new().into(), ..row };
        assert_eq!(waiting, [bare(outgoing(ONE, 3)), bare(outgoing(ONE, 2))], "equally due, in the order of their coming");
        assert_eq!(world.store.waiting(ONE, 1).await.expect("the outbox is answered").len(), 1);
        let keys = [3, 99].map(|position| DeliveryKey { position, run: 0 }).to_vec();
        let whole = world.store.outgoing(ONE, keys).await.expect("the outbox is answered");
        assert_eq!(whole, [outgoing(ONE, 3)]);
        world = world.reopened().await;
    }
}

pub(super) async fn a_delivery_ends_once_and_keeps_its_tries(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, (1..=3).map(|position| outgoing(ONE, position)), Vec::new()).await;
    let key = DeliveryKey { position: 1, run: 0 };
    let again = |number| Outcome::Again {
        subscription: ONE,
        key,
        due_at: at(60),
        charged: number,
        attempt: Some(Box::new(attempt(number, None))),
    };
    finish(&world, vec![again(1), ended(ONE, 2, DeliveryStatus::Delivered, Some(attempt(1, Some(200))))]).await;
    let waiting = world.store.outgoing(ONE, vec![key]).await.expect("the outbox is answered").remove(0);
    assert_eq!((waiting.due_at, waiting.charged, &waiting.attempts[..]), (at(60), 1, &[attempt(1, None)][..]));
    let due: Vec<u64> = world.store.waiting(ONE, 9).await.expect("answered").iter().map(|row| row.key.position).collect();
    assert_eq!(due, [3, 1], "by when they are due");
    finish(&world, vec![again(2), ended(ONE, 1, DeliveryStatus::Delivered, Some(attempt(3, Some(204))))]).await;
    // Over is over, also for who comes late with an outcome of its own.
    finish(&world, vec![again(4), ended(ONE, 1, DeliveryStatus::Failed, Some(attempt(5, Some(500))))]).await;
    let id = outgoing(ONE, 1).id;
    let row = world.store.delivery(id).await.expect("a delivery is answered").expect("it is there");
    assert_eq!((row.status, row.tries, row.subscription, row.body), (DeliveryStatus::Delivered, 3, ONE, None));
    assert_eq!(row.attempts, [attempt(1, None), attempt(2, None), attempt(3, Some(204))]);
    assert_eq!(row.attempts[0].latency(), std::time::Duration::from_micros(9));
    let pending = world.store.delivery(outgoing(ONE, 3).id).await.expect("answered").expect("it is on its way");
    assert_eq!((pending.status, pending.body), (DeliveryStatus::Pending, Some(b"body 3".to_vec())));
    let stands = standing(&world, ONE).await;
    assert_eq!((stands.delivered, stands.failed, stands.failed_in_row), (2, 0, 0));
    assert!(world.store.delivery(outgoing(OTHER, 1).id).await.expect("answered").is_none());
}

pub(super) async fn deliveries_that_came_together_end_each_by_itself(make_place: MakePlace<'_>) {
    let mut world = World::new(make_place).await;
    put(&world, (1..=150).map(|position| outgoing(ONE, position)).chain([outgoing(OTHER, 1)]), Vec::new()).await;
    let taken = |position| ended(ONE, position, DeliveryStatus::Delivered, Some(attempt(1, Some(200))));
    let find = async |world: &World, id| world.store.delivery(id).await.expect("a delivery is answered").expect("it is there");
    for _ in 0..2 {
        finish(&world, [2, 70, 149].map(taken).to_vec()).await;
        assert_eq!(standing(&world, ONE).await.delivered, 3);
    }
    // One more of what is there changes nothing.
    put(&world, [Outgoing { body: b"another body".as_slice().into(), ..outgoing(ONE, 3) }], Vec::new()).await;
    world = world.reopened().await;
    let row = find(&world, outgoing(ONE, 70).id).await;
    assert_eq!(
        (row.status, row.tries, row.attempts, row.body),
        (DeliveryStatus::Delivered, 1, vec![attempt(1, Some(200))], None)
    );
    assert_eq!((row.workspace, row.event_id, row.created_at), (ACME, outgoing(ONE, 70).event_id, at(70)));
    let row = find(&world, outgoing(ONE, 3).id).await;
    assert_eq!((row.status, row.subscription, row.at), (DeliveryStatus::Pending, ONE, at(0)));
    assert_eq!(row.body.as_deref(), Some(&b"body 3"[..]));
    let key = |position| DeliveryKey { position, run: 0 };
    let attempt = Some(Box::new(attempt(1, Some(503))));
    let again = Outcome::Again { subscription: ONE, key: key(71), due_at: at(60), charged: 1, attempt };
    finish(&world, vec![taken(69), again, taken(72)]).await;
    let waiting = world.store.waiting(ONE, 1_000).await.expect("the outbox is answered");
    let left = (1..=150).filter(|position| ![2, 69, 70, 71, 72, 149].contains(position)).chain([71]);
    assert!(waiting.iter().map(|row| row.key.position).eq(left), "in the order of their coming");
    let whole = world.store.outgoing(ONE, vec![key(3), key(148)]).await.expect("the outbox is answered");
    assert_eq!(whole, [outgoing(ONE, 3), outgoing(ONE, 148)]);
    assert_eq!(positions(&listed(&world, ONE, Some(DeliveryStatus::Retrying)).await), [71]);
    put(&world, (151..=160).map(|position| outgoing(ONE, position)), Vec::new()).await;
    assert_eq!(world.store.retry(outgoing(ONE, 155).id, at(1)).await.expect("answered"), Some(DeliveryStatus::Pending));
    finish(&world, (1..=160).map(taken).collect()).await;
    assert_eq!(standing(&world, ONE).await.delivered, 160);
    let days = world.store.summary(vec![ONE], i64::MIN, i64::MAX).await.expect("the sums are answered");
    assert!(days.iter().all(|day| day.status == DeliveryStatus::Delivered), "{days:?}");
    assert_eq!(world.store.waiting(OTHER, 9).await.expect("the outbox is answered").len(), 1);
}

pub(super) async fn failures_in_a_row_are_counted_until_one_is_delivered_or_forgiven(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, (1..=6).map(|position| outgoing(ONE, position)), Vec::new()).await;
    let fail = |position| ended(ONE, position, DeliveryStatus::Failed, Some(attempt(1, Some(500))));
    finish(&world, vec![fail(1), fail(2)]).await;
    assert_eq!(standing(&world, ONE).await.failed_in_row, 2);
    finish(&world, vec![ended(ONE, 3, DeliveryStatus::Delivered, None), fail(4)]).await;
    let stands = standing(&world, ONE).await;
    assert_eq!((stands.failed_in_row, stands.failed, stands.delivered), (1, 3, 1));
    world.store.forgive(ONE).await.expect("it is forgiven");
    assert_eq!(standing(&world, ONE).await.failed_in_row, 0);
    finish(&world, vec![ended(ONE, 5, DeliveryStatus::Skipped, None)]).await;
    let stands = standing(&world, ONE).await;
    assert_eq!((stands.failed_in_row, stands.skipped), (0, 1));
}

pub(super) async fn deliveries_are_listed_newest_first_and_by_how_they_stand(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, (1..=7).map(|position| outgoing(ONE, position)).chain([outgoing(OTHER, 8)]), Vec::new()).await;
    let skipped = DeliveryRow {
        id: DeliveryId::derive(ONE, event(Kind::EmailSent, 9).id, 0),
        subscription: ONE,
        key: DeliveryKey { position: 9, run: 0 },
        workspace: ACME,
        event_id: event(Kind::EmailSent, 9).id,
        kind: Kind::EmailSent,
        status: DeliveryStatus::Skipped,
        reason: Some("too old".to_owned()),
        created_at: at(9),
        at: at(9),
        tries: 0,
        attempts: Vec::new(),
        body: None,
        content_type: "application/json".to_owned(),
    };
    let dispatch = Dispatch { skipped: vec![skipped.clone()], ..Dispatch::default() };
    world.store.dispatch(dispatch).await.expect("the dispatch is written");
    let again = Outcome::Again {
        subscription: ONE,
        key: DeliveryKey { position: 6, run: 0 },
        due_at: at(60),
        charged: 1,
        attempt: Some(Box::new(attempt(1, Some(503)))),
    };
    finish(
        &world,
        vec![
            ended(ONE, 4, DeliveryStatus::Delivered, Some(attempt(1, Some(200)))),
            again,
            ended(ONE, 2, DeliveryStatus::Failed, Some(attempt(1, Some(500)))),
            ended(ONE, 1, DeliveryStatus::Delivered, Some(attempt(1, Some(200)))),
        ],
    )
    .await;
    assert_eq!(positions(&listed(&world, ONE, None).await), [7, 6, 5, 3, 1, 2, 4, 9]);
    for (status, expected) in [
        (DeliveryStatus::Pending, &[7, 5, 3][..]),
        (DeliveryStatus::Retrying, &[6]),
        (DeliveryStatus::Delivered, &[1, 4]),
        (DeliveryStatus::Failed, &[2]),
        (DeliveryStatus::Skipped, &[9]),
    ] {
        let rows = listed(&world, ONE, Some(status)).await;
        assert_eq!(positions(&rows), expected, "{status:?}");
        assert!(rows.iter().all(|row| row.status == status));
    }
    assert_eq!(listed(&world, ONE, Some(DeliveryStatus::Skipped)).await, [skipped]);
    assert_eq!(positions(&listed(&world, OTHER, None).await), [8]);
    let filter = DeliveryFilter { since: Some(at(3)), until: Some(at(6)), ..DeliveryFilter::default() };
    let page = world.store.deliveries(ONE, filter, PageRequest::default()).await.expect("a page is answered");
    assert_eq!(positions(&page.rows), [5, 3, 4]);
}

pub(super) async fn a_delivery_that_failed_comes_back_as_it_was(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, [outgoing(ONE, 1), outgoing(ONE, 2)], Vec::new()).await;
    finish(
        &world,
        vec![
            ended(ONE, 1, DeliveryStatus::Failed, Some(attempt(1, Some(500)))),
            ended(ONE, 2, DeliveryStatus::Delivered, Some(attempt(1, Some(200)))),
        ],
    )
    .await;
    let ids = vec![outgoing(ONE, 1).id, outgoing(ONE, 2).id, outgoing(ONE, 7).id];
    assert_eq!(world.store.revive(ids.clone(), at(500)).await.expect("it is answered"), 1);
    assert_eq!(world.store.revive(ids, at(500)).await.expect("it is answered"), 0, "it is on its way already");
    let back = world.store.outgoing(ONE, vec![DeliveryKey { position: 1, run: 0 }]).await.expect("answered").remove(0);
    let expected = Outgoing { due_at: at(500), attempts: vec![attempt(1, Some(500))], ..outgoing(ONE, 1) };
    assert_eq!(back, expected);
    assert_eq!(standing(&world, ONE).await.failed, 0);
    let row = world.store.delivery(back.id).await.expect("answered").expect("it is there");
    assert_eq!((row.status, row.tries), (DeliveryStatus::Retrying, 1));
}

pub(super) async fn tries_beyond_the_bound_are_counted_and_the_last_is_kept(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, [outgoing(ONE, 1)], Vec::new()).await;
    let many = ATTEMPTS_KEPT as u32 + 5;
    for number in 1..=many {
        let key = DeliveryKey { position: 1, run: 0 };
        let attempt = Some(Box::new(attempt(number, Some(500))));
        finish(&world, vec![Outcome::Again { subscription: ONE, key, due_at: at(0), charged: number, attempt }]).await;
    }
    let row = world.store.delivery(outgoing(ONE, 1).id).await.expect("answered").expect("it is there");
    assert_eq!((row.tries, row.attempts.len()), (many, ATTEMPTS_KEPT));
    let numbers: Vec<u32> = row.attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!((numbers[0], numbers[1], numbers[ATTEMPTS_KEPT - 1]), (1, 2, many));
}

pub(super) async fn what_is_forgotten_is_gone_and_old_deliveries_are_pruned(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let rows = (1..=1_500).map(|position| outgoing(ONE, position)).chain([outgoing(OTHER, 1), outgoing(OTHER, 2)]);
    put(&world, rows, vec![Moved { subscription: ONE, fast: 5, bulk: 5, not_expressible: 0 }]).await;
    let end = |position, at| Outcome::Ended {
        subscription: OTHER,
        key: DeliveryKey { position, run: 0 },
        status: DeliveryStatus::Delivered,
        reason: None,
        at,
        attempt: None,
        warning: None,
    };
    finish(&world, vec![end(1, at(10)), end(2, at(20))]).await;
    assert_eq!(world.store.prune(at(20)).await.expect("it is pruned"), 1);
    assert_eq!(positions(&listed(&world, OTHER, None).await), [2]);
    assert_eq!(world.store.prune(Millis(0)).await.expect("it is pruned"), 0);
    let mut steps = 0;
    while !world.store.forget(ONE).await.expect("it is forgotten") {
        steps += 1;
        assert!(steps < 10, "it comes to an end");
    }
    assert!(steps > 0, "a bounded part at a time");
    assert!(world.store.waiting(ONE, 10).await.expect("answered").is_empty());
    assert_eq!(standing(&world, ONE).await.fast, 0);
    assert_eq!(positions(&listed(&world, OTHER, None).await), [2], "nobody else's");
}
