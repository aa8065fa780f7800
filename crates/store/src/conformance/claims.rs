//! Claims: the guard beside the id, where times do not identify an event.

use hookline_model::{
    event::Event,
    id::WorkspaceId,
    identity::{CLAIM_WINDOW_MS, Claim},
    kind::Kind,
    time::{Millis, TimeSource},
};

use super::{
    MakePlace,
    given::{self, HOUR, MINUTE, Sketch, at, by_address, event},
    world::{ACME, BETA, World},
};
use crate::{Append, Appended, query::EventFilter};

fn replied(ms: i64) -> Event {
    event(Kind::EmailReplied, ms).about("jane@x.example").in_campaign("41").reply("r1@x.example")
}

pub(super) async fn a_claim_for_ever_maps_another_time_to_the_first_id(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let claim = Some(Claim::Forever([1; 16]));
    let first = replied(0);
    let appended = world.deliver(Append { claim, ..given::delivery(ACME, first.clone()) }).await;
    assert_eq!(appended, Appended { event_id: first.id, duplicate: false });

    // A year later, by its own account an hour after the first, and then one an hour before.
    let year = 365 * 24 * HOUR;
    for ms in [HOUR, -HOUR] {
        let other = replied(ms);
        assert_ne!(other.id, first.id);
        let delivery = Append { claim, received_at: at(year + ms), ..given::delivery(ACME, other.clone()) };
        assert_eq!(world.deliver(delivery.clone()).await, Appended { event_id: first.id, duplicate: true });
        assert_eq!(world.deliver(delivery).await, Appended { event_id: first.id, duplicate: true }, "and again");
        assert!(world.event(other.id).await.is_none(), "its own id is nobody's");
    }
    let stored = world.events(ACME, EventFilter::default()).await;
    assert_eq!(stored.len(), 1);
    assert_eq!((stored[0].event.id, stored[0].event.occurred_at), (first.id, at(-HOUR)), "the smallest time counts");
    let contact = world.contact(&by_address("jane@x.example")).await.expect("the contact is there");
    assert_eq!(contact.counts["replied"], 1);
    let dump = world.dump(ACME).await;
    assert_eq!(dump["rollups"].as_array().map(Vec::len), Some(1));
    assert_eq!(dump["rollups"][0]["quarter"], at(-HOUR).to_string());

    let unclaimed = replied(2 * HOUR);
    assert!(!world.append(unclaimed).await.duplicate, "a delivery without the claim goes by its own id");
    let otherwise = Append { claim: Some(Claim::Forever([2; 16])), ..given::delivery(ACME, replied(3 * HOUR)) };
    assert!(!world.deliver(otherwise).await.duplicate, "another hash is another claim");
}

/// A delivery of an event without a time of its own.
fn timeless(workspace: WorkspaceId, hash: u8, received_ms: i64) -> Append {
    let mut event = event(Kind::ContactUnsubscribed, received_ms).about(&format!("contact{hash}@x.example"));
    event.time_source = TimeSource::Received;
    let claim = Some(Claim::Window([hash; 16]));
    Append { claim, received_at: Millis(event.occurred_at.0), ..given::delivery(workspace, event) }
}

pub(super) async fn a_claim_for_a_window_holds_within_it_and_not_beyond(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let apart = [
        (0, true),
        (1, true),
        (CLAIM_WINDOW_MS, true),
        (-CLAIM_WINDOW_MS, true),
        (CLAIM_WINDOW_MS + 1, false),
        (-CLAIM_WINDOW_MS - 1, false),
    ];
    for (hash, (ms, held)) in (0..).zip(apart) {
        let (first, other) = (timeless(ACME, hash, 0), timeless(ACME, hash, ms));
        let (first_id, own_id) = (first.event.id, other.event.id);
        assert_eq!(world.deliver(first).await, Appended { event_id: first_id, duplicate: false });
        let expected = Appended { event_id: if held { first_id } else { own_id }, duplicate: held };
        assert_eq!(world.deliver(other).await, expected, "received {ms} ms apart");
        assert_eq!(world.event(own_id).await.is_some(), !held || own_id == first_id);
    }
}

pub(super) async fn a_window_is_measured_from_the_first_receipt(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let first = timeless(ACME, 1, 0);
    let first_id = first.event.id;
    world.deliver(first).await;
    let repetition = world.deliver(timeless(ACME, 1, CLAIM_WINDOW_MS - MINUTE)).await;
    assert_eq!(repetition, Appended { event_id: first_id, duplicate: true });

    // The repetition did not prolong the window; what is beyond it is an event of its own, with a window of its own.
    let beyond = timeless(ACME, 1, CLAIM_WINDOW_MS + MINUTE);
    let beyond_id = beyond.event.id;
    assert_eq!(world.deliver(beyond).await, Appended { event_id: beyond_id, duplicate: false });
    let after = world.deliver(timeless(ACME, 1, 2 * CLAIM_WINDOW_MS)).await;
    assert_eq!(after, Appended { event_id: beyond_id, duplicate: true });
    assert_eq!(world.events(ACME, EventFilter::default()).await.len(), 2);
    assert_eq!(world.committed(), 2, "a time of receipt does not make a variant");
}

pub(super) async fn a_claim_is_its_workspaces_own_and_survives_reopening(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let claiming = |workspace, ms| Append { claim: Some(Claim::Forever([1; 16])), ..given::delivery(workspace, replied(ms)) };
    let first = world.deliver(claiming(ACME, 0)).await.event_id;
    let other = world.deliver(claiming(BETA, HOUR)).await;
    assert_eq!(other, Appended { event_id: replied(HOUR).id, duplicate: false });
    let window = world.deliver(timeless(ACME, 2, 0)).await.event_id;

    let world = world.reopened().await;
    assert_eq!(world.deliver(claiming(ACME, 2 * HOUR)).await, Appended { event_id: first, duplicate: true });
    assert_eq!(world.deliver(claiming(BETA, 2 * HOUR)).await, Appended { event_id: other.event_id, duplicate: true });
    assert_eq!(world.deliver(timeless(ACME, 2, MINUTE)).await, Appended { event_id: window, duplicate: true });
}
