//! Tries of deliveries of several subscriptions together.

use hookline_model::{id::DeliveryId, time::Millis};
use uuid::Uuid;

use super::{
    MakePlace,
    deliveries::{ONE, OTHER, attempt, ended, finish, outgoing, put},
    given::at,
    world::World,
};
use crate::{
    attempts::{AttemptFilter, Attempted},
    deliveries::{AttemptRow, DeliveryKey, DeliveryStatus, Outcome},
    query::PageRequest,
};

/// A try that began in a minute.
fn tried(number: u32, minute: i64, status: Option<u16>) -> Option<Box<AttemptRow>> {
    Some(Box::new(AttemptRow { started_at: at(minute), ..attempt(number, status) }))
}

fn again(position: u64, number: u32, minute: i64) -> Outcome {
    let key = DeliveryKey { position, run: 0 };
    Outcome::Again { subscription: ONE, key, due_at: at(900), charged: number, attempt: tried(number, minute, Some(503)) }
}

/// One delivery on its way after two tries, one that was never tried, and three that ended: the first by its third try, the
/// second for good, and that of the other subscription at once.
async fn world(make_place: MakePlace<'_>) -> World {
    let world = World::new(make_place).await;
    put(&world, (1..=4).map(|position| outgoing(ONE, position)).chain([outgoing(OTHER, 9)]), Vec::new()).await;
    let end =
        |of, position, status, attempt: Option<Box<AttemptRow>>| ended(of, position, status, attempt.map(|attempt| *attempt));
    let outcomes = vec![
        again(1, 1, 1),
        again(1, 2, 2),
        again(3, 1, 3),
        end(ONE, 1, DeliveryStatus::Delivered, tried(3, 4, Some(200))),
        again(3, 2, 5),
        end(OTHER, 9, DeliveryStatus::Delivered, tried(1, 6, Some(204))),
        end(ONE, 2, DeliveryStatus::Failed, tried(1, 7, None)),
    ];
    finish(&world, outcomes).await;
    world
}

/// Positions and numbers of the tries of all pages of so many.
async fn walked(world: &World, filter: &AttemptFilter, limit: usize) -> Vec<(u64, u32)> {
    let (mut found, mut request) = (Vec::new(), PageRequest { limit, after: None });
    loop {
        let page = world.store.attempts(filter.clone(), request.clone()).await.expect("a page is answered");
        assert!(page.rows.len() <= limit);
        found.extend(page.rows.iter().map(|row| (row.delivery.key.position, row.attempt.number)));
        request.after = page.next;
        if request.after.is_none() {
            return found;
        }
    }
}

pub(super) async fn tries_are_listed_by_delivery_the_last_one_first(make_place: MakePlace<'_>) {
    let world = world(make_place).await;
    let both = AttemptFilter { subscriptions: vec![OTHER, ONE], ..AttemptFilter::default() };
    for limit in [1, 2, 3, 7, 500] {
        let expected = [(3, 2), (3, 1), (2, 1), (9, 1), (1, 3), (1, 2), (1, 1)];
        assert_eq!(walked(&world, &both, limit).await, expected, "{limit}");
    }
    let page = world.store.attempts(both, PageRequest::default()).await.expect("a page is answered");
    let is_last: Vec<bool> = page.rows.iter().map(|row| row.is_last).collect();
    assert_eq!(is_last, [true, false, true, true, true, false, false]);
    let Attempted { delivery, attempt: tried, .. } = &page.rows[0];
    assert_eq!((delivery.subscription, delivery.status, delivery.at), (ONE, DeliveryStatus::Retrying, at(900)));
    assert_eq!(delivery.body.as_deref(), Some(&b"body 3"[..]), "while it may be needed");
    assert_eq!(tried, &AttemptRow { started_at: at(5), ..attempt(2, Some(503)) });
    assert_eq!(page.rows[4].delivery.body, None, "what was delivered is not needed any more");
}

pub(super) async fn every_filter_of_tries_tells_them_apart(make_place: MakePlace<'_>) {
    let world = world(make_place).await;
    let of = |subscriptions: &[_]| AttemptFilter { subscriptions: subscriptions.to_vec(), ..AttemptFilter::default() };
    let both = of(&[ONE, OTHER]);
    let success = |is_success| AttemptFilter { is_success: Some(is_success), ..both.clone() };
    let between = |since: i64, until: i64| AttemptFilter { since: Some(at(since)), until: Some(at(until)), ..both.clone() };
    // The second part ended at the thousandth minute: none of it is too old for what began so late.
    let late = AttemptFilter { since: Some(Millis(at(2_000).0)), ..both.clone() };
    for (filter, expected) in [
        (of(&[]), vec![]),
        (of(&[OTHER]), vec![(9, 1)]),
        (success(true), vec![(9, 1), (1, 3)]),
        (success(false), vec![(3, 2), (3, 1), (2, 1), (1, 2), (1, 1)]),
        (between(2, 6), vec![(3, 2), (3, 1), (1, 3), (1, 2)]),
        (late, vec![]),
    ] {
        for limit in [1, 500] {
            assert_eq!(walked(&world, &filter, limit).await, expected, "{filter:?} {limit}");
        }
    }
}

pub(super) async fn tries_are_found_by_all_of_the_id_of_their_delivery_but_the_end(make_place: MakePlace<'_>) {
    let world = world(make_place).await;
    let both = AttemptFilter { subscriptions: vec![OTHER, ONE], ..AttemptFilter::default() };
    let page = world.store.attempts(both.clone(), PageRequest::default()).await.expect("a page is answered");
    for (of, position) in [(ONE, 3), (ONE, 1), (OTHER, 9)] {
        let id = outgoing(of, position).id;
        let mut own: Vec<Attempted> = page.rows.iter().filter(|row| row.delivery.id == id).cloned().collect();
        own.sort_by_key(|row| row.attempt.number);
        assert!(!own.is_empty());
        let changed = |place: usize| {
            let mut bytes = id.0.into_bytes();
            bytes[place] ^= 0x21;
            DeliveryId(Uuid::from_bytes(bytes))
        };
        for place in [14, 15] {
            assert_eq!(world.store.attempts_alike(changed(place)).await.expect("answered"), own, "{place}");
        }
        for place in [0, 8, 13] {
            assert_eq!(world.store.attempts_alike(changed(place)).await.expect("answered"), [], "{place}");
        }
    }
    // A page may start behind each of them.
    for (place, row) in page.rows.iter().enumerate() {
        let request = PageRequest { limit: 500, after: Some(row.place.clone()) };
        let behind = world.store.attempts(both.clone(), request).await.expect("a page is answered");
        assert_eq!(behind.rows, page.rows[place + 1..], "{place}");
    }
}
