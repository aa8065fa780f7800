//! Delivering again: retries, replays, sums by day, and pulling.

use hookline_model::{entry::Origin, id::DeliveryId, time::Millis};

use super::{
    MakePlace,
    deliveries::{ONE, OTHER, attempt, ended, finish, level, listed, outgoing, positions, put},
    given::{at, sent},
    world::{ACME, World},
};
use crate::{
    Append, Error,
    deliveries::{DayCount, DeliveryFilter, DeliveryKey, DeliveryStatus, Dispatch, Moved, Outcome, Outgoing, day_of},
    pulling::CONSUMERS_MAX,
    query::PageRequest,
    redelivery::{CLOCK_SLACK, NewReplay, REPLAYS_KEPT_MAX, REPLAYS_RUNNING_MAX, Replay, ReplayStatus, ReplayStep},
};

pub(super) async fn a_retry_brings_back_what_failed_and_hastens_what_waits(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, (1..=4).map(|position| outgoing(ONE, position)), Vec::new()).await;
    let key = |position| DeliveryKey { position, run: 0 };
    let again = Outcome::Again {
        subscription: ONE,
        key: key(3),
        due_at: at(900),
        charged: 1,
        attempt: Some(Box::new(attempt(1, Some(503)))),
    };
    let fail = ended(ONE, 1, DeliveryStatus::Failed, Some(attempt(1, Some(500))));
    finish(&world, vec![fail, ended(ONE, 2, DeliveryStatus::Delivered, Some(attempt(1, Some(200)))), again]).await;
    let mut woken = world.store.woken();
    let retry = |position| world.store.retry(outgoing(ONE, position).id, at(500));
    assert_eq!(retry(1).await.expect("answered"), Some(DeliveryStatus::Failed));
    assert_eq!(woken.try_recv(), Ok(ONE), "who serves it hears of it");
    assert_eq!(retry(2).await.expect("answered"), Some(DeliveryStatus::Delivered));
    assert_eq!(retry(3).await.expect("answered"), Some(DeliveryStatus::Retrying));
    assert_eq!(retry(4).await.expect("answered"), Some(DeliveryStatus::Pending));
    assert_eq!(retry(5).await.expect("answered"), None);
    let waiting = world.store.waiting(ONE, 9).await.expect("answered");
    let due: Vec<(u64, Millis)> = waiting.iter().map(|row| (row.key.position, row.due_at)).collect();
    // What was due before is not put off.
    assert_eq!(due, [(4, at(0)), (3, at(500)), (1, at(500))]);
    let back = world.store.outgoing(ONE, vec![key(1)]).await.expect("answered").remove(0);
    assert_eq!((back.body, back.attempts), (outgoing(ONE, 1).body, vec![attempt(1, Some(500))]));
    let row = world.store.delivery(outgoing(ONE, 2).id).await.expect("answered").expect("it is there");
    assert_eq!(row.status, DeliveryStatus::Delivered, "that stays as it was");
}

pub(super) async fn deliveries_are_counted_by_the_day_in_which_they_were_made(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let day = day_of(at(0));
    let next_day = |position| Outgoing { created_at: Millis(at(0).0 + 24 * 60 * 60 * 1_000), ..outgoing(ONE, position) };
    let rows = (1..=5).map(|position| outgoing(ONE, position)).chain([next_day(6), outgoing(OTHER, 1)]);
    put(&world, rows, Vec::new()).await;
    // What is there already counts once.
    put(&world, [outgoing(ONE, 1)], Vec::new()).await;
    let again = |number| Outcome::Again {
        subscription: ONE,
        key: DeliveryKey { position: 3, run: 0 },
        due_at: at(900),
        charged: number,
        attempt: Some(Box::new(attempt(number, Some(503)))),
    };
    let fail = |position| ended(ONE, position, DeliveryStatus::Failed, Some(attempt(1, Some(500))));
    let good = |position| ended(ONE, position, DeliveryStatus::Delivered, Some(attempt(1, Some(200))));
    finish(&world, vec![fail(1), fail(2), again(1), again(2), good(4), good(6)]).await;
    world.store.retry(outgoing(ONE, 1).id, at(600)).await.expect("answered");
    let mut skipped = world.store.delivery(outgoing(ONE, 2).id).await.expect("answered").expect("it is there");
    (skipped.id, skipped.key.position, skipped.status) = (outgoing(ONE, 9).id, 9, DeliveryStatus::Skipped);
    world.store.dispatch(Dispatch { skipped: vec![skipped], ..Dispatch::default() }).await.expect("it is written");
    let count = |day, status, count| DayCount { day, status, count };
    let first = [
        count(day, DeliveryStatus::Pending, 1),
        count(day, DeliveryStatus::Retrying, 2),
        count(day, DeliveryStatus::Delivered, 1),
        count(day, DeliveryStatus::Failed, 1),
        count(day, DeliveryStatus::Skipped, 1),
    ];
    let summary = |of, first, last| world.store.summary(of, first, last);
    assert_eq!(summary(vec![ONE], day, day).await.expect("answered"), first);
    assert_eq!(summary(vec![ONE], day + 1, day + 9).await.expect("answered"), [count(day + 1, DeliveryStatus::Delivered, 1)]);
    let both = summary(vec![ONE, OTHER], day, day).await.expect("answered");
    assert_eq!(both[0], count(day, DeliveryStatus::Pending, 2));
}

pub(super) async fn pruned_deliveries_count_on_for_a_while(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, [outgoing(ONE, 1)], Vec::new()).await;
    finish(&world, vec![ended(ONE, 1, DeliveryStatus::Delivered, None)]).await;
    let days = |days: i64| Millis(at(2_000).0 + days * 24 * 60 * 60 * 1_000);
    assert_eq!(world.store.prune(days(30)).await.expect("answered"), 1);
    let day = day_of(at(0));
    assert_eq!(world.store.summary(vec![ONE], day, day).await.expect("answered").len(), 1);
    world.store.prune(days(500)).await.expect("answered");
    assert_eq!(world.store.summary(vec![ONE], day, day).await.expect("answered"), []);
}

pub(super) async fn what_failed_since_is_listed_by_when_it_ended(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, (1..=4).map(|position| outgoing(ONE, position)), Vec::new()).await;
    let end = |position, minute, status| Outcome::Ended {
        subscription: ONE,
        key: DeliveryKey { position, run: 0 },
        status,
        reason: None,
        at: at(minute),
        attempt: None,
        warning: None,
    };
    let failed = DeliveryStatus::Failed;
    finish(&world, vec![end(1, 10, failed), end(2, 20, failed), end(3, 30, DeliveryStatus::Delivered)]).await;
    let filter = |status| DeliveryFilter { status, ended_since: Some(at(20)), ..DeliveryFilter::default() };
    let page = world.store.deliveries(ONE, filter(Some(failed)), PageRequest::default()).await.expect("answered");
    assert_eq!(positions(&page.rows), [2]);
    let page = world.store.deliveries(ONE, filter(None), PageRequest::default()).await.expect("answered");
    assert_eq!(positions(&page.rows), [3, 2], "nothing that is on its way");
}

fn replay(once: Option<u8>, after: u64, through: u64) -> NewReplay {
    NewReplay {
        subscription: ONE,
        once: once.map(|byte| [byte; 32]),
        since: at(1),
        until: at(2),
        filter: "{}".to_owned(),
        after,
        through,
        created_at: at(7),
    }
}

async fn started(world: &World, new: NewReplay) -> Replay {
    world.store.start_replay(new).await.expect("it is started")
}

fn step(run: u32, positions: &[u64], after: u64) -> ReplayStep {
    let made = |position: &u64| Outgoing {
        id: DeliveryId::derive(ONE, outgoing(ONE, *position).event_id, run),
        key: DeliveryKey { position: *position, run },
        ..outgoing(ONE, *position)
    };
    let outgoing = positions.iter().map(made).collect();
    ReplayStep { subscription: ONE, run, outgoing, after, not_expressible: 1, at: at(9) }
}

pub(super) async fn a_replay_goes_on_where_it_was_and_counts_what_came_of_it(make_place: MakePlace<'_>) {
    let mut world = World::new(make_place).await;
    put(&world, [outgoing(ONE, 3)], vec![Moved { subscription: ONE, fast: 5, bulk: 5, not_expressible: 0 }]).await;
    let made = started(&world, replay(None, 2, 6)).await;
    assert_eq!((made.run, made.begin, made.after, made.through, made.status), (1, 2, 2, 6, ReplayStatus::Running));
    assert!(world.store.replay_on(step(1, &[3, 4], 4)).await.expect("answered"));
    world = world.reopened().await;
    let kept = world.store.replays(ONE).await.expect("answered").remove(0);
    assert_eq!((kept.begin, kept.after, kept.dispatched, kept.not_expressible), (2, 4, 2, 1));
    assert_eq!((kept.since, kept.until, kept.created_at, &*kept.filter), (at(1), at(2), at(7), "{}"));
    assert_eq!(positions(&listed(&world, ONE, None).await), [4, 3, 3], "beside the delivery of before");
    assert!(world.store.replay_on(step(1, &[5], 6)).await.expect("answered"), "to its end");
    let of_run = |position, status| Outcome::Ended {
        subscription: ONE,
        key: DeliveryKey { position, run: 1 },
        status,
        reason: None,
        at: at(9),
        attempt: None,
        warning: None,
    };
    finish(&world, vec![of_run(3, DeliveryStatus::Delivered), of_run(4, DeliveryStatus::Failed)]).await;
    finish(&world, vec![ended(ONE, 3, DeliveryStatus::Delivered, None)]).await;
    let done = world.store.replays(ONE).await.expect("answered").remove(0);
    assert_eq!((done.status, done.ended_at, done.dispatched), (ReplayStatus::Done, Some(at(9)), 3));
    assert_eq!((done.delivered, done.failed, done.skipped, done.not_expressible), (1, 1, 0, 2));
    world.store.retry(step(1, &[4], 0).outgoing[0].id, at(9)).await.expect("answered");
    assert_eq!(world.store.replays(ONE).await.expect("answered")[0].failed, 0, "it is on its way again");
    assert!(!world.store.replay_on(step(1, &[6], 7)).await.expect("answered"), "over is over");
    assert_eq!(world.store.replays(ONE).await.expect("answered")[0].dispatched, 3);
    let empty = started(&world, replay(None, 6, 6)).await;
    assert_eq!((empty.run, empty.status, empty.ended_at), (2, ReplayStatus::Done, Some(at(7))), "of nothing");
    assert!(world.store.replays(OTHER).await.expect("answered").is_empty());
}

pub(super) async fn a_replay_that_is_cancelled_sends_no_more(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, [outgoing(ONE, 3)], Vec::new()).await;
    let run = started(&world, replay(None, 0, 9)).await.run;
    world.store.replay_on(step(run, &[3, 4], 4)).await.expect("answered");
    let mut woken = world.store.woken();
    let cancelled = world.store.cancel_replay(ONE, run, at(50)).await.expect("answered").expect("it is there");
    assert_eq!((cancelled.status, cancelled.ended_at, cancelled.skipped), (ReplayStatus::Cancelled, Some(at(50)), 2));
    assert_eq!(woken.try_recv(), Ok(ONE));
    assert!(!world.store.replay_on(step(run, &[5], 9)).await.expect("answered"));
    let waiting = world.store.waiting(ONE, 9).await.expect("answered");
    assert_eq!(waiting.iter().map(|row| row.key).collect::<Vec<_>>(), [DeliveryKey { position: 3, run: 0 }]);
    let skipped = listed(&world, ONE, Some(DeliveryStatus::Skipped)).await;
    assert!(skipped.len() == 2 && skipped.iter().all(|row| row.reason.as_deref() == Some("the replay was cancelled")));
    assert_eq!(world.store.cancel_replay(ONE, run, at(60)).await.expect("answered"), Some(cancelled), "once");
    assert_eq!(world.store.cancel_replay(ONE, 9, at(60)).await.expect("answered"), None);
    assert_eq!(world.store.cancel_replay(OTHER, run, at(60)).await.expect("answered"), None);
}

pub(super) async fn replays_are_bounded_and_repeated_requests_make_one(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let first = started(&world, replay(Some(1), 0, 9)).await;
    assert_eq!(started(&world, replay(Some(1), 3, 4)).await, first, "the same request again");
    for _ in 1..REPLAYS_RUNNING_MAX {
        started(&world, replay(None, 0, 9)).await;
    }
    assert!(matches!(world.store.start_replay(replay(None, 0, 9)).await, Err(Error::Conflict(_))));
    world.store.cancel_replay(ONE, 2, at(9)).await.expect("answered");
    for _ in 0..REPLAYS_KEPT_MAX {
        started(&world, replay(None, 9, 9)).await;
    }
    let runs: Vec<u32> = world.store.replays(ONE).await.expect("answered").iter().map(|replay| replay.run).collect();
    assert_eq!(runs.len(), REPLAYS_KEPT_MAX);
    assert!(runs.contains(&1) && !runs.contains(&2), "those that run stay");
    assert_eq!(runs[0], (REPLAYS_RUNNING_MAX + REPLAYS_KEPT_MAX) as u32, "no number is given twice");
    while !world.store.forget(ONE).await.expect("answered") {}
    assert!(world.store.replays(ONE).await.expect("answered").is_empty());
}

pub(super) async fn a_period_of_receipt_is_found_in_the_log(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let hour = |hour: i64| Millis(at(0).0 + hour * 60 * 60 * 1_000);
    let append = |number: i64, received_at: Millis| {
        let event = sent(&format!("p{number}@x.example"), "41", number);
        Append { workspace: ACME, event, claim: None, origin: Origin::Live, received_at, raw: b"{}".to_vec() }
    };
    for number in 0..40 {
        world.store.append(append(number, hour(number))).await.expect("it is appended");
        // Now and then something comes late, as out of quarantine.
        if number % 8 == 7 {
            for late in 0..5 {
                world.store.append(append(1_000 + number * 10 + late, hour(0))).await.expect("it is appended");
            }
        }
    }
    let committed = level(&world).await;
    let all = world.store.feed(0, u64::MAX, None).await.expect("answered").entries;
    for (since, until) in [(0, 40), (3, 4), (10, 20), (39, 40), (17, 17)] {
        let (after, through) = world.store.received_between(hour(since), hour(until)).await.expect("answered");
        assert!(after <= through && through <= committed);
        let wanted = all.iter().filter(|fed| {
            let number = (fed.received_at.0 - at(0).0) / (60 * 60 * 1_000);
            // The late ones of hour 0 lie where they came.
            number >= since && number < until && number > 0
        });
        for fed in wanted {
            assert!(fed.position > after && fed.position <= through, "{since} to {until}: {}", fed.position);
        }
        let slack = 2 * (CLOCK_SLACK / (60 * 60 * 1_000)) as u64;
        let most = (until - since) as u64 + slack + 5 * ((until - since) as u64 / 8 + 2);
        assert!(through - after <= most, "{since} to {until}: {after} to {through}");
    }
    let (after, through) = world.store.received_between(hour(100), hour(200)).await.expect("answered");
    assert_eq!((after, through), (committed, committed), "nothing yet");
}

pub(super) async fn a_consumer_is_moved_on_and_never_back(make_place: MakePlace<'_>) {
    let mut world = World::new(make_place).await;
    let name = |name: &str| name.to_owned();
    assert_eq!(world.store.consumer(ONE, name("crm")).await.expect("answered"), None);
    assert_eq!(world.store.move_consumer(ONE, name("crm"), 7, at(1)).await.expect("answered"), 7);
    assert_eq!(world.store.move_consumer(ONE, name("crm"), 3, at(2)).await.expect("answered"), 7);
    assert_eq!(world.store.move_consumer(ONE, name("bi"), 3, at(2)).await.expect("answered"), 3);
    world = world.reopened().await;
    assert_eq!(world.store.consumer(ONE, name("crm")).await.expect("answered"), Some(7));
    assert_eq!(world.store.consumer(ONE, name("bi")).await.expect("answered"), Some(3));
    assert_eq!(world.store.consumer(OTHER, name("crm")).await.expect("answered"), None);
    for number in 2..CONSUMERS_MAX {
        world.store.move_consumer(ONE, format!("c{number}"), 1, at(3)).await.expect("there is room");
    }
    assert!(matches!(world.store.move_consumer(ONE, name("one more"), 1, at(3)).await, Err(Error::Conflict(_))));
    assert_eq!(world.store.move_consumer(ONE, name("crm"), 9, at(3)).await.expect("it is there already"), 9);
    while !world.store.forget(ONE).await.expect("answered") {}
    assert_eq!(world.store.consumer(ONE, name("crm")).await.expect("answered"), None);
}
