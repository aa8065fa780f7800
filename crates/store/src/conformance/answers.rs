//! Kept answers: with the change they belong to or not at all, once per key, for a day.

use hookline_model::{
    id::{AgencyId, CampaignId},
    time::Millis,
};
use uuid::Uuid;

use super::{
    MakePlace,
    given::{at, campaign_key, delivery, sent, unreadable},
    world::{ACME, AGENCY, BETA, UNROUTED, World, agency, all, workspace},
};
use crate::{
    Error,
    answers::{ANSWER_LIFETIME_MS, ANSWERS_MAX, KeptAnswer},
    directory::DirectoryChange,
    settle::{MakeAnswer, Settled, Settlement},
};

fn key(n: usize) -> [u8; 32] {
    let mut key = [0xab; 32];
    key[..8].copy_from_slice(&n.to_be_bytes());
    key
}

fn answer(n: usize, at: Millis) -> KeptAnswer {
    let body = format!("{{\"answer\":{n}}}\u{0}").into_bytes();
    KeptAnswer { key: key(n), request: [7; 32], status: 201, body, at }
}

async fn kept(world: &World, n: usize, now: Millis) -> Option<KeptAnswer> {
    world.store.kept_answer(key(n), now).await.expect("a kept answer is looked up")
}

/// Renames the agency of the cases.
fn renaming(name: &str) -> DirectoryChange {
    let mut agency = agency(AGENCY, UNROUTED);
    name.clone_into(&mut agency.name);
    DirectoryChange::PutAgency(agency)
}

fn name(world: &World) -> String {
    world.store.directory().agencies()[0].name.clone()
}

pub(super) async fn an_answer_is_kept_with_its_change_and_survives_reopening(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    assert_eq!(kept(&world, 1, at(0)).await, None);
    let empty = KeptAnswer { status: 204, body: Vec::new(), request: [0xff; 32], ..answer(2, at(5)) };
    for (name, answer) in [("first", answer(1, at(0))), ("second", empty.clone())] {
        let changes = vec![renaming(name), DirectoryChange::KeepAnswer(answer)];
        world.store.change_directory(changes).await.expect("the directory is changed");
    }
    let check = async |world: &World| {
        assert_eq!(name(world), "second");
        assert_eq!(kept(world, 1, at(10)).await, Some(answer(1, at(0))));
        assert_eq!(kept(world, 2, at(10)).await, Some(empty.clone()));
        assert_eq!(kept(world, 3, at(10)).await, None);
    };
    check(&world).await;
    check(&world.reopened().await).await;
}

pub(super) async fn a_change_under_a_known_key_is_a_conflict_and_changes_nothing(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let first = vec![renaming("first"), DirectoryChange::KeepAnswer(answer(1, at(0)))];
    world.store.change_directory(first).await.expect("the directory is changed");
    let other = KeptAnswer { request: [8; 32], status: 200, ..answer(1, at(1)) };
    for answer in [answer(1, at(0)), other] {
        let again = vec![renaming("again"), DirectoryChange::KeepAnswer(answer), renaming("and again")];
        let again = world.store.change_directory(again).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
        assert_eq!(name(&world), "first");
        assert_eq!(kept(&world, 1, at(1)).await, Some(self::answer(1, at(0))));
    }
    let settled = world.store.settle(ACME, Vec::new(), Some(making(1, at(1)))).await;
    assert!(matches!(settled, Err(Error::Conflict(_))), "{settled:?}");
}

pub(super) async fn a_change_that_is_refused_keeps_no_answer(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let nobodys = DirectoryChange::PutWorkspace(workspace(BETA, AgencyId(Uuid::nil()), false));
    let refused = world.store.change_directory(vec![DirectoryChange::KeepAnswer(answer(1, at(0))), nobodys]).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert_eq!(kept(&world, 1, at(0)).await, None);
    let changes = vec![renaming("new"), DirectoryChange::KeepAnswer(answer(1, at(0)))];
    world.store.change_directory(changes).await.expect("the key is still free");
}

pub(super) async fn of_changes_at_once_under_one_key_one_is_made(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut changes = tokio::task::JoinSet::new();
    for n in 0..40 {
        let store = std::sync::Arc::clone(&world.store);
        let renamed = renaming(&format!("name {n}"));
        let answer = KeptAnswer { body: vec![n], ..answer(1, at(0)) };
        changes.spawn(async move { (n, store.change_directory(vec![renamed, DirectoryChange::KeepAnswer(answer)]).await) });
    }
    let made: Vec<u8> = changes.join_all().await.into_iter().filter(|(_, made)| made.is_ok()).map(|(n, _)| n).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(kept(&world, 1, at(0)).await.map(|kept| kept.body), Some(made.clone()));
    assert_eq!(name(&world), format!("name {}", made[0]));
}

pub(super) async fn an_answer_is_kept_for_a_day(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let keep = async |answer| world.store.change_directory(vec![DirectoryChange::KeepAnswer(answer)]).await;
    keep(answer(1, at(0))).await.expect("the answer is kept");
    assert!(kept(&world, 1, at(ANSWER_LIFETIME_MS - 1)).await.is_some());
    assert!(kept(&world, 1, at(-1)).await.is_some(), "a clock that was put back");
    let again = keep(answer(1, at(ANSWER_LIFETIME_MS - 1))).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    assert_eq!(kept(&world, 1, at(ANSWER_LIFETIME_MS)).await, None);
    keep(answer(1, at(ANSWER_LIFETIME_MS))).await.expect("the key is free again");
    assert_eq!(kept(&world, 1, at(ANSWER_LIFETIME_MS)).await, Some(answer(1, at(ANSWER_LIFETIME_MS))));
}

pub(super) async fn only_so_many_answers_are_kept_and_the_oldest_go_first(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let keep = async |numbers: std::ops::Range<usize>| {
        let changes = numbers.map(|n| DirectoryChange::KeepAnswer(answer(n, at(0)))).collect();
        world.store.change_directory(changes).await.expect("answers are kept");
    };
    keep(0..ANSWERS_MAX).await;
    assert!(kept(&world, 0, at(0)).await.is_some());
    keep(ANSWERS_MAX..ANSWERS_MAX + 3).await;
    for (n, is_kept) in [(0, false), (2, false), (3, true), (ANSWERS_MAX, true), (ANSWERS_MAX + 2, true)] {
        assert_eq!(kept(&world, n, at(0)).await.is_some(), is_kept, "{n}");
    }
}

/// Makes an answer that says how many deliveries were settled.
fn making(n: usize, at: Millis) -> MakeAnswer {
    std::sync::Arc::new(move |settled: &[Settled]| Some(KeptAnswer { body: vec![settled.len() as u8], ..answer(n, at) }))
}

pub(super) async fn a_settling_keeps_its_answer_or_settles_nothing(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for id in [1, 2] {
        world.store.quarantine(unreadable(ACME, id, 0)).await.expect("quarantine takes it");
    }
    let discarding = |id| vec![Settlement::Discard(unreadable(ACME, id, 0).id)];
    let settled = world.store.settle(ACME, discarding(1), Some(making(1, at(0)))).await.expect("it is settled");
    assert_eq!(settled, [Settled::Discarded]);
    assert_eq!(kept(&world, 1, at(0)).await.map(|kept| kept.body), Some(vec![1]));

    let event = sent("jane@x.example", "41", 0);
    let releasing = Settlement::Release(unreadable(ACME, 2, 0).id, Box::new(delivery(ACME, event.clone())));
    let again = world.store.settle(ACME, vec![releasing], Some(making(1, at(1)))).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    let left = world.store.quarantined(ACME, all()).await.expect("quarantine is answered").rows;
    assert_eq!((left, world.committed()), (vec![unreadable(ACME, 2, 0)], 0));
    assert!(!world.append(event).await.duplicate, "nothing of it is in the log");

    let none: MakeAnswer = std::sync::Arc::new(|_| None);
    let settled = world.store.settle(ACME, discarding(2), Some(none)).await.expect("it is settled");
    assert_eq!(settled, [Settled::Discarded], "without an answer worth keeping");
    assert_eq!(kept(&world, 2, at(0)).await, None);
    world.store.settle(ACME, Vec::new(), Some(making(3, at(0)))).await.expect("nothing is settled");
    assert_eq!(kept(&world, 3, at(0)).await.map(|kept| kept.body), Some(vec![0]));
}

pub(super) async fn what_is_recorded_keeps_its_answer_or_is_not_there(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let event = sent("jane@x.example", "41", 0);
    let recorded = world.store.record(delivery(ACME, event.clone()), Some(answer(1, at(0)))).await;
    assert!(recorded.is_ok_and(|appended| !appended.duplicate && appended.event_id == event.id));
    assert_eq!(kept(&world, 1, at(1)).await, Some(answer(1, at(0))));
    let other = sent("bob@x.example", "42", 1);
    let refused = world.store.record(delivery(ACME, other.clone()), Some(answer(1, at(1)))).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert!(world.event(other.id).await.is_none());
    assert!(world.store.record(delivery(ACME, other.clone()), None).await.is_ok());
    let world = world.reopened().await;
    assert!(world.event(event.id).await.is_some() && world.event(other.id).await.is_some());
    let keys = world.store.campaign_keys(ACME, CampaignId::derive(ACME, &campaign_key("42"))).await;
    assert_eq!(keys.expect("keys are answered"), Some(vec![campaign_key("42")]));
    let unknown = world.store.campaign_keys(BETA, CampaignId::derive(BETA, &campaign_key("42"))).await;
    assert_eq!(unknown.expect("keys are answered"), None);
}
