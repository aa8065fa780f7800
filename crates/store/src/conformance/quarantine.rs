//! Quarantine: what could not be read is kept.

use hookline_model::{id::QuarantineId, platform::Platform};

use super::{
    MakePlace,
    given::{at, sent, unreadable},
    world::{ACME, BETA, World, all},
};
use crate::{Error, Quarantined};

pub(super) async fn quarantine_keeps_a_delivery_whole_and_survives_reopening(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut body: Vec<u8> = (0..=255).collect();
    body.resize(100_000, 0xff);
    let delivery = Quarantined {
        platform: Platform::Emailbison,
        reason: "the field \"événement\" is \u{0} missing 🦀".to_owned(),
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-twice".to_owned(), "one".to_owned()),
            ("x-twice".to_owned(), "\"two\"".to_owned()),
            ("x-empty".to_owned(), String::new()),
        ],
        body,
        ..unreadable(ACME, 1, 5)
    };
    let empty = Quarantined { reason: String::new(), headers: Vec::new(), body: Vec::new(), ..unreadable(ACME, 2, 4) };
    for delivery in [&delivery, &empty] {
        world.store.quarantine(delivery.clone()).await.expect("quarantine takes it");
    }
    let kept = world.store.quarantined(ACME, all()).await.expect("quarantine is answered").rows;
    assert_eq!(kept, [delivery.clone(), empty.clone()]);
    let world = world.reopened().await;
    let kept = world.store.quarantined(ACME, all()).await.expect("quarantine is answered").rows;
    assert_eq!(kept, [delivery, empty]);
    assert_eq!(world.committed(), 0, "what is in quarantine is no entry");
}

pub(super) async fn quarantine_is_listed_newest_first_and_by_workspace(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for (workspace, id, ms) in [(ACME, 1, 20), (BETA, 2, 25), (ACME, 3, 10), (ACME, 4, 30)] {
        world.store.quarantine(unreadable(workspace, id, ms)).await.expect("quarantine takes it");
    }
    for (workspace, expected) in [(ACME, vec![30, 20, 10]), (BETA, vec![25])] {
        let kept = world.store.quarantined(workspace, all()).await.expect("quarantine is answered").rows;
        let expected: Vec<_> = expected.into_iter().map(at).collect();
        assert_eq!(kept.iter().map(|kept| kept.received_at).collect::<Vec<_>>(), expected);
        assert!(kept.iter().all(|kept| kept.workspace == workspace));
    }
}

pub(super) async fn a_quarantine_id_that_comes_twice_is_kept_once(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let delivery = unreadable(ACME, 1, 0);
    world.store.quarantine(delivery.clone()).await.expect("quarantine takes it");
    // A second try of a caller that never saw the answer: taken or refused, but nothing else comes of it.
    let again = world.store.quarantine(delivery.clone()).await;
    assert!(matches!(again, Ok(()) | Err(Error::Conflict(_))), "{again:?}");
    world.store.ready().await.expect("the store goes on");
    let kept = world.store.quarantined(ACME, all()).await.expect("quarantine is answered").rows;
    assert_eq!(kept.iter().map(|kept| kept.id).collect::<Vec<QuarantineId>>(), [delivery.id]);
    world.append(sent("jane@x.example", "41", 0)).await;
}
