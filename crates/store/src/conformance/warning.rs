//! Warnings: kept with the failure they tell of, once in a run of failures, until the log has them.

use std::{collections::HashSet, sync::Arc};

use hookline_model::{
    entry::Origin,
    event::Event,
    id::{SubscriptionId, WorkspaceId},
    kind::Kind,
    platform::Platform,
    route::{Decision, Waiting},
};

use super::{
    MakePlace,
    deliveries::{ONE, OTHER, ended, finish, level, outgoing, put, standing},
    given::{at, event, sent},
    world::{ACME, AGENCY, BETA, UNROUTED, World},
};
use crate::{
    Append,
    deliveries::{DeliveryStatus, Outcome},
    directory::AddressOwner,
    query::{EventFilter, PageRequest},
    routing::{Placed, Placement, Placing},
    warnings::{NewWarning, WARNINGS_WAITING_MAX, Warning},
};

fn failed(subscription: SubscriptionId, position: u64, percent: u8) -> Outcome {
    let said = format!("{{\"percent\":{percent},\"position\":{position}}}");
    let new = Some(Box::new(NewWarning { percent, workspace: ACME, said }));
    match ended(subscription, position, DeliveryStatus::Failed, None) {
        Outcome::Ended { subscription, key, status, reason, at, attempt, .. } => {
            Outcome::Ended { subscription, key, status, reason, at, attempt, warning: new }
        }
        Outcome::Again { .. } => unreachable!("it ended"),
    }
}

async fn waiting(world: &World) -> Vec<Warning> {
    world.store.warnings(1_000).await.expect("warnings are answered")
}

/// Of whom those that wait tell, and what they say.
async fn said(world: &World) -> Vec<(SubscriptionId, String)> {
    waiting(world).await.into_iter().map(|warning| (warning.subscription, warning.said)).collect()
}

fn of(subscription: SubscriptionId, percent: u8, position: u64) -> (SubscriptionId, String) {
    (subscription, format!("{{\"percent\":{percent},\"position\":{position}}}"))
}

pub(super) async fn a_warning_is_kept_with_its_failure_until_it_is_let_go(make_place: MakePlace<'_>) {
    let mut world = World::new(make_place).await;
    put(&world, (1..=3).map(|position| outgoing(ONE, position)).chain([outgoing(OTHER, 1)]), Vec::new()).await;
    finish(&world, vec![failed(ONE, 1, 50), failed(OTHER, 1, 80)]).await;
    // An outcome that comes again, as after an answer that was lost, changes nothing.
    finish(&world, vec![failed(ONE, 1, 100)]).await;
    for _ in 0..2 {
        assert_eq!(said(&world).await, [of(ONE, 50, 1), of(OTHER, 80, 1)], "oldest first");
        assert_eq!((standing(&world, ONE).await.warned, standing(&world, OTHER).await.warned), (50, 80));
        world = world.reopened().await;
    }
    let first = world.store.warnings(1).await.expect("answered").remove(0);
    assert_eq!((first.workspace, first.at), (ACME, at(1_000)));
    world.store.warned(vec![first.number]).await.expect("it is let go");
    world.store.warned(vec![first.number, 999]).await.expect("what is gone is no fault");
    assert_eq!(said(&world).await, [of(OTHER, 80, 1)]);
}

pub(super) async fn a_run_of_failures_is_warned_of_once_at_each_height(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    put(&world, (1..=12).map(|position| outgoing(ONE, position)), Vec::new()).await;
    finish(&world, vec![failed(ONE, 1, 50), failed(ONE, 2, 50), failed(ONE, 3, 80), failed(ONE, 4, 50)]).await;
    assert_eq!(said(&world).await, [of(ONE, 50, 1), of(ONE, 80, 3)], "never lower again");
    finish(&world, vec![ended(ONE, 5, DeliveryStatus::Skipped, None), failed(ONE, 6, 80)]).await;
    assert_eq!(waiting(&world).await.len(), 2, "what is skipped ends no run");
    // A success ends the run, and so does forgiving.
    finish(&world, vec![ended(ONE, 7, DeliveryStatus::Delivered, None), failed(ONE, 8, 50)]).await;
    assert_eq!(said(&world).await[2..], [of(ONE, 50, 8)]);
    world.store.forgive(ONE).await.expect("it is forgiven");
    assert_eq!(standing(&world, ONE).await.warned, 0);
    finish(&world, vec![failed(ONE, 9, 50), failed(ONE, 10, 100)]).await;
    assert_eq!(said(&world).await[3..], [of(ONE, 50, 9), of(ONE, 100, 10)]);
    // The same where the success was written down before.
    finish(&world, vec![ended(ONE, 11, DeliveryStatus::Delivered, None)]).await;
    assert_eq!(standing(&world, ONE).await.warned, 0);
    finish(&world, vec![failed(ONE, 12, 50)]).await;
    assert_eq!(said(&world).await[5..], [of(ONE, 50, 12)]);
}

pub(super) async fn so_many_warnings_of_a_subscription_wait_and_no_more(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let count = WARNINGS_WAITING_MAX as u64 + 1;
    put(&world, (1..=2 * count).map(|position| outgoing(ONE, position)).chain([outgoing(OTHER, 1)]), Vec::new()).await;
    for position in 1..=count {
        let ends = ended(ONE, count + position, DeliveryStatus::Delivered, None);
        finish(&world, vec![failed(ONE, position, 50), ends]).await;
    }
    finish(&world, vec![failed(OTHER, 1, 50)]).await;
    let waiting = waiting(&world).await;
    assert_eq!(waiting.iter().filter(|warning| warning.subscription == ONE).count(), WARNINGS_WAITING_MAX);
    assert_eq!(waiting.iter().filter(|warning| warning.subscription == OTHER).count(), 1, "another's are its own");
}

/// A warning of an agency's, in the log.
fn of_the_house(minute: i64) -> Event {
    Event { platform: Platform::Hookline, ..event(Kind::WebhookWarning, minute) }
}

pub(super) async fn what_is_of_the_house_is_fed_from_a_reserved_workspace_and_waits_for_no_place(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let unplaced = sent("u@u.example", "9", 4);
    let delivery = |event: Event| Append {
        workspace: UNROUTED,
        event,
        claim: None,
        origin: Origin::Live,
        received_at: at(5),
        raw: b"{}".to_vec(),
    };
    let waits = Decision::Wait(Waiting::not_tried());
    world.store.deliver(delivery(unplaced.clone()), waits).await.expect("it waits");
    world.append_as(UNROUTED, Origin::Live, of_the_house(5)).await;
    level(&world).await;
    let told: HashSet<WorkspaceId> = world.store.directory().told_of(AddressOwner::Agency(AGENCY)).into_iter().collect();
    assert_eq!(told, HashSet::from([ACME, BETA, UNROUTED]));
    assert_eq!(world.store.directory().told_of(AddressOwner::Workspace(ACME)), [ACME]);
    let fed = world.store.feed(0, u64::MAX, Some(Arc::new(told))).await.expect("the feed is answered").entries;
    let kinds: Vec<(WorkspaceId, Kind)> = fed.iter().map(|fed| (fed.workspace, fed.event.kind)).collect();
    assert_eq!(kinds, [(UNROUTED, Kind::WebhookWarning)]);
    let snapshots = world.store.snapshots(fed.clone()).await.expect("answered");
    assert_eq!(snapshots[0].as_ref().map(|snapshot| snapshot.event.event.id), Some(of_the_house(5).id));
    // It is listed among the events there, and not with what waits.
    let page = || PageRequest { limit: 10, after: None };
    let listed = world.store.events(UNROUTED, EventFilter::default(), page()).await.expect("answered").rows;
    assert_eq!(listed.len(), 2);
    let waiting = world.store.unplaced(UNROUTED, page()).await.expect("answered").rows;
    assert_eq!(waiting.iter().map(|row| row.stored.event.id).collect::<Vec<_>>(), [unplaced.id]);
    // A page is filled with what waits, whatever is newer, and leads to no empty one.
    for minute in 6..9 {
        world.append_as(UNROUTED, Origin::Live, of_the_house(minute)).await;
    }
    level(&world).await;
    let first = world.store.unplaced(UNROUTED, PageRequest { limit: 1, after: None }).await.expect("answered");
    assert_eq!(first.rows.iter().map(|row| row.stored.event.id).collect::<Vec<_>>(), [unplaced.id]);
    let rest = world.store.unplaced(UNROUTED, PageRequest { limit: 1, after: first.next }).await.expect("answered");
    assert_eq!((rest.rows.len(), rest.next), (0, None));
    // Whoever says that it belongs elsewhere is not listened to.
    let placement =
        Placement { position: fed[0].position, append: delivery(of_the_house(5)), decision: Decision::Workspace(ACME) };
    let placing = Placing { placements: vec![placement], is_dry: false, answer: None };
    let placed = world.store.place(UNROUTED, placing).await.expect("answered");
    assert_eq!(placed, [Placed::NotThere]);
    assert!(world.store.event(UNROUTED, of_the_house(5).id, false).await.expect("answered").is_some());
}
