//! Superseding: entries whose bodies are read as something else.

use std::{collections::BTreeMap, sync::Arc};

use hookline_model::{
    entry::{Origin, VARIANTS_MAX},
    event::{Change, Event},
    id::{EventId, WorkspaceId},
    identity::Claim,
    kind::Kind,
    time::{Millis, TimeSource},
};

use super::{
    MakePlace,
    given::{self, HOUR, MINUTE, Sketch, alias, at, by_address, by_lead, campaign_key, event, link, message_key, sent},
    world::{ACME, UNROUTED, World, all, some_life},
};
use crate::{
    Append,
    query::{EventFilter, PAGE_ROWS_MAX, PageRequest},
    rerun::{Reading, Received, Reread, Rerun, RerunFilter},
};

pub(super) const EVER: RerunFilter = RerunFilter { since: Millis(i64::MIN), until: Millis(i64::MAX), platform: None };

/// Every entry of a workspace that a filter wants, in pages of so many.
pub(super) async fn received(world: &World, workspace: WorkspaceId, filter: RerunFilter, limit: usize) -> Vec<Received> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = world.store.received(workspace, filter, PageRequest { limit, after }).await.expect("a page is answered");
        assert!(page.rows.len() <= limit);
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

/// A reading of an entry as this event, as the server makes it.
pub(super) fn reading(row: &Received, workspace: WorkspaceId, event: Event) -> Reading {
    let (origin, received_at, raw) = (Origin::Rerun, row.received_at, row.raw.clone());
    Reading { position: row.position, append: Append { workspace, event, claim: None, origin, received_at, raw } }
}

/// Reads every entry of [`ACME`] again: `read` says what as, or nothing.
pub(super) async fn readings(world: &World, read: impl Fn(&Event) -> Option<Event>) -> Vec<Reading> {
    let rows = received(world, ACME, EVER, PAGE_ROWS_MAX).await;
    rows.iter().filter_map(|row| Some(reading(row, ACME, read(&row.event)?))).collect()
}

pub(super) async fn supersede(world: &World, readings: Vec<Reading>) -> Vec<Reread> {
    let rerun = Rerun { readings, is_dry: false, answer: None };
    world.store.supersede(ACME, rerun).await.expect("a rerun is answered")
}

/// A later parser, given as what it reads each event as; nothing for those that it does not read otherwise.
pub(super) async fn reread(world: &World, read: impl Fn(&Event) -> Option<Event>) -> Vec<Reread> {
    let readings = readings(world, read).await;
    supersede(world, readings).await
}

pub(super) fn appended(event: &Event) -> Reread {
    Reread::Superseded { event_id: event.id, duplicate: false }
}

/// How many deliveries there were of each event of [`ACME`].
pub(super) async fn deliveries(world: &World) -> BTreeMap<EventId, u64> {
    let events = world.events(ACME, EventFilter::default()).await;
    events.into_iter().map(|stored| (stored.event.id, 1 + stored.duplicates.count)).collect()
}

pub(super) async fn what_is_superseded_is_as_if_it_had_never_been_there(make_place: MakePlace<'_>) {
    let (world, undisturbed) = (World::new(make_place).await, World::new(make_place).await);
    world.append_all(some_life()).await;
    world
        .append_all([sent("gone@g.example", "44", HOUR).first_name("Gone"), event(Kind::EmailSent, 7).message("homeless")])
        .await;
    // Names, times, contacts, campaigns and messages are all learned otherwise, and most ids with them.
    let tomorrow = |event: &Event| {
        let mut event = event.clone();
        event.occurred_at = Millis(event.occurred_at.0 + 60_000);
        event.facts.first_name = Some(Change::Set("Tomorrow".to_owned()));
        match event.contact_key() {
            Some(key) if key == by_address("gone@g.example") => sent("found@g.example", "45", 2 * HOUR),
            Some(key) if key == by_address("bob@b.example") => event.about("rob@b.example").message("another"),
            _ => event,
        }
    };
    let read = reread(&world, |event| Some(tomorrow(event))).await;
    assert!(read.iter().all(|read| matches!(read, Reread::Superseded { .. })), "{read:?}");
    undisturbed.append_all(some_life().iter().map(tomorrow)).await;
    undisturbed.append_all([sent("found@g.example", "45", 2 * HOUR)]).await;
    undisturbed.append(tomorrow(&event(Kind::EmailSent, 7).message("homeless"))).await;
    let dump = world.dump(ACME).await;
    assert_eq!(dump, undisturbed.dump(ACME).await);

    let gone = sent("gone@g.example", "44", HOUR);
    assert!(world.event(gone.id).await.is_none() && world.contact(&by_address("gone@g.example")).await.is_none());
    assert!(world.campaign(&campaign_key("44")).await.is_none());
    assert!(world.email(&message_key("gone@g.example 44 3600000")).await.is_none());
    let shown = |world: &World| {
        let store = Arc::clone(&world.store);
        async move { store.events(ACME, EventFilter::default(), all()).await.expect("events are answered").rows }
    };
    let (events, others) = (shown(&world).await, shown(&undisturbed).await);
    let said = |events: &[crate::StoredEvent]| events.iter().map(|stored| stored.event.clone()).collect::<Vec<_>>();
    let (mut said_here, mut said_there) = (said(&events), said(&others));
    for said in [&mut said_here, &mut said_there] {
        said.sort_by_key(|event| (event.occurred_at, event.id));
    }
    assert_eq!(said_here, said_there);
    let world = world.reopened().await;
    assert_eq!(world.dump(ACME).await, dump);
    world.append(sent("gone@g.example", "44", 3 * HOUR)).await;
    undisturbed.append(sent("gone@g.example", "44", 3 * HOUR)).await;
    assert_eq!(world.dump(ACME).await, undisturbed.dump(ACME).await, "who comes back is new");
}

pub(super) async fn what_is_read_the_same_changes_nothing(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(some_life()).await;
    let (dump, committed) = (world.dump(ACME).await, world.committed());
    let read = reread(&world, |event| Some(event.clone())).await;
    assert_eq!(read, vec![Reread::Same; some_life().len()]);
    assert_eq!((world.dump(ACME).await, world.committed()), (dump, committed));
    assert!(supersede(&world, Vec::new()).await.is_empty());
}

pub(super) async fn a_superseding_entry_keeps_its_delivery_and_may_be_superseded(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let first = sent("jane@x.example", "41", 0);
    let raw = b"{\"a\": \xf0\x9f\xa6\x80}".to_vec();
    world.deliver(Append { raw: raw.clone(), received_at: at(77), ..given::delivery(ACME, first.clone()) }).await;
    for (n, name) in ["Jane", "Janet", "Jane"].into_iter().enumerate() {
        let mut second = first.clone();
        second.facts.first_name = Some(Change::Set(name.to_owned()));
        assert_eq!(reread(&world, |_| Some(second.clone())).await, [appended(&second)], "{n}");
        let stored = world.store.event(ACME, first.id, true).await.expect("an event is answered").expect("it is there");
        assert_eq!((stored.origin, stored.received_at, stored.raw.as_ref()), (Origin::Rerun, at(77), Some(&raw)));
        assert_eq!((&*stored.event, stored.duplicates.count), (&second, 0));
        let contact = world.contact(&by_address("jane@x.example")).await.expect("the contact is there");
        assert_eq!((contact.first_name.as_deref(), &contact.counts["sent"]), (Some(name), &1.into()));
    }
    assert!(world.append(first).await.duplicate, "the event is known, whatever it was read as");
    let read = supersede(&world, vec![]).await;
    assert!(read.is_empty());
    let gone = Received { position: 1, ..received(&world, ACME, EVER, 1).await.swap_remove(0) };
    let again = supersede(&world, vec![reading(&gone, ACME, sent("jo@x.example", "41", 0))]).await;
    assert_eq!(again, [Reread::NotThere], "what is superseded is no more");
}

pub(super) async fn links_and_aliases_that_are_superseded_go(make_place: MakePlace<'_>) {
    let (ann, bob, lead) = (by_address("ann@a.example"), by_address("bob@b.example"), by_lead("7"));
    let base = || {
        vec![
            sent("ann@a.example", "41", 0),
            sent("bob@b.example", "41", 1_000),
            sent("cy@c.example", "42", 2_000),
            event(Kind::EmailOpened, 3_000).about_id("7").in_campaign("41"),
            event(Kind::EmailSent, 4_000).message("homeless"),
            event(Kind::ContactUpdated, 5_000).about("bob@b.example").about_id("7"),
        ]
    };
    let is_stated = |event: &Event| !event.facts.links.is_empty() || !event.facts.aliases.is_empty();
    let unstated = |event: &Event| {
        let mut event = event.clone();
        (event.facts.links, event.facts.aliases) = (Vec::new(), Vec::new());
        event
    };
    let stated = [
        vec![link(&ann, &bob, true, 10_000)],
        vec![alias(&campaign_key("41"), &campaign_key("42"), true, 10_000)],
        // The earlier word decides again: what was unlinked is linked.
        vec![link(&ann, &bob, true, 9_000), link(&ann, &bob, false, 10_000)],
        // Named with two addresses, a stand-in stands for the last; then for the one before.
        vec![event(Kind::ContactUpdated, 10_000).about("ann@a.example").about_id("7")],
    ];
    for stated in stated {
        let (world, undisturbed) = (World::new(make_place).await, World::new(make_place).await);
        world.append_all(base().into_iter().chain(stated.clone())).await;
        let last = stated.last().expect("something is stated").clone();
        let tomorrow = |event: &Event| {
            if event.id != last.id {
                return None;
            }
            Some(if is_stated(event) { unstated(event) } else { sent("ann@a.example", "41", 10_000) })
        };
        let joined = world.dump(ACME).await;
        let read = reread(&world, tomorrow).await;
        assert!(matches!(read[..], [Reread::Superseded { duplicate: false, .. }]), "{read:?}");
        let rest = stated.iter().map(|event| tomorrow(event).unwrap_or_else(|| event.clone()));
        undisturbed.append_all(base().into_iter().chain(rest)).await;
        let dump = world.dump(ACME).await;
        assert_eq!(dump, undisturbed.dump(ACME).await, "{last:?}");
        assert_ne!(dump, joined, "{last:?}");
        world.append(event(Kind::EmailOpened, 20_000).about_id("7").in_campaign("42")).await;
        undisturbed.append(event(Kind::EmailOpened, 20_000).about_id("7").in_campaign("42")).await;
        assert_eq!(world.dump(ACME).await, undisturbed.dump(ACME).await, "and life goes on: {last:?}");
        assert!(world.contact(&lead).await.is_some());
    }
}

pub(super) async fn deliveries_are_counted_under_the_id_they_go_by(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let (one, two, three) = (sent("a@x.example", "41", 0), sent("b@x.example", "41", 1_000), sent("c@x.example", "41", 2_000));
    let mut variant = one.clone();
    variant.facts.phone = Some(Change::Set("1".to_owned()));
    for event in [&one, &one, &variant, &two, &two] {
        world.append(event.clone()).await;
    }
    assert_eq!(deliveries(&world).await, [(one.id, 3), (two.id, 2)].into());
    // Of two variants one goes: its own delivery goes with it, and the repetitions stay.
    let read = reread(&world, |event| (*event == variant).then(|| three.clone())).await;
    assert_eq!(read, [appended(&three)]);
    assert_eq!(deliveries(&world).await, [(one.id, 2), (two.id, 2), (three.id, 1)].into());
    // The last one goes, and everything with it; to an event that is known.
    let read = reread(&world, |event| (*event == one).then(|| two.clone())).await;
    assert_eq!(read, [Reread::Superseded { event_id: two.id, duplicate: true }]);
    assert_eq!(deliveries(&world).await, [(two.id, 4), (three.id, 1)].into());
    assert_eq!(world.contact(&by_address("b@x.example")).await.map(|contact| contact.counts["sent"].clone()), Some(1.into()));
    assert!(world.contact(&by_address("a@x.example")).await.is_none());
    // To an event that is new.
    let four = sent("d@x.example", "41", 3_000);
    assert_eq!(reread(&world, |event| (*event == two).then(|| four.clone())).await, [appended(&four)]);
    assert_eq!(deliveries(&world).await, [(three.id, 1), (four.id, 4)].into());
    let world = world.reopened().await;
    assert_eq!(deliveries(&world).await, [(three.id, 1), (four.id, 4)].into());
    assert!(!world.append(one).await.duplicate, "the old id is nobody's");
}

pub(super) async fn a_full_event_takes_a_reading_as_a_repetition(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let full = sent("a@x.example", "41", 0);
    let variant = |n: usize| {
        let mut event = full.clone();
        event.facts.phone = Some(Change::Set(n.to_string()));
        event
    };
    world.append_all((0..VARIANTS_MAX).map(variant)).await;
    let other = sent("b@x.example", "41", 1_000);
    world.append(other.clone()).await;
    let read = reread(&world, |event| (*event == other).then(|| variant(VARIANTS_MAX))).await;
    assert_eq!(read, [Reread::Superseded { event_id: full.id, duplicate: true }]);
    assert_eq!(deliveries(&world).await, [(full.id, VARIANTS_MAX as u64 + 1)].into());
    assert!(world.contact(&by_address("b@x.example")).await.is_none());
}

pub(super) async fn claims_follow_the_superseding_event(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let claimed = |event: Event, hash: u8| Append { claim: Some(Claim::Forever([hash; 16])), ..given::delivery(ACME, event) };
    let replied = |ms: i64| event(Kind::EmailReplied, ms).about("jane@x.example").reply("r1@x.example");
    world.deliver(claimed(replied(0), 1)).await;
    world.deliver(claimed(replied(HOUR), 1)).await;
    assert_eq!(world.committed(), 2, "a variant under the first one's id");
    let rerun = async |ms: i64, new: Event, hash: u8| {
        let rows = received(&world, ACME, EVER, 10).await;
        let row = rows.iter().find(|row| row.event.occurred_at == at(ms)).expect("the entry is there");
        let mut reading = reading(row, ACME, new);
        reading.append.claim = Some(Claim::Forever([hash; 16]));
        supersede(&world, vec![reading]).await
    };
    // Under the claim that leads to it, an event keeps its id, also if its time was learned better.
    let id = replied(0).id;
    assert_eq!(rerun(HOUR, replied(2 * HOUR), 1).await, [Reread::Superseded { event_id: id, duplicate: false }]);
    assert_eq!(rerun(2 * HOUR, replied(2 * HOUR), 1).await, [Reread::Same], "by the claim, not by its own id");
    // Under another claim, which is free, by its own id; and who comes later is the same event.
    let other = event(Kind::EmailReplied, 3 * HOUR).about("jane@x.example").reply("r2@x.example");
    assert_eq!(rerun(2 * HOUR, other.clone(), 2).await, [appended(&other)]);
    let late = event(Kind::EmailReplied, 4 * HOUR).about("jane@x.example").reply("r2@x.example");
    assert_eq!(world.deliver(claimed(late, 2)).await.event_id, other.id);
    // The first claim's last entry goes to the second claim's event: the first claim is free again.
    assert_eq!(rerun(0, replied(0), 2).await, [Reread::Superseded { event_id: other.id, duplicate: false }]);
    let fresh = world.deliver(claimed(replied(5 * HOUR), 1)).await;
    assert_eq!((fresh.event_id, fresh.duplicate), (replied(5 * HOUR).id, false));
    assert_eq!(world.deliver(claimed(replied(6 * HOUR), 1)).await.event_id, replied(5 * HOUR).id);
}

pub(super) async fn tests_and_unrouted_events_are_superseded_and_make_no_records(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(some_life()).await;
    let dump = world.dump(ACME).await;
    let sample = sent("sample@x.example", "41", 0);
    world.append_as(ACME, Origin::Test, sample.clone()).await;
    world.append_as(UNROUTED, Origin::Live, sample.clone()).await;
    let named = sample.clone().first_name("Sample");
    let rows = received(&world, ACME, EVER, PAGE_ROWS_MAX).await;
    let row = rows.iter().find(|row| row.origin == Origin::Test).expect("the test is there");
    let mut as_test = reading(row, ACME, named.clone());
    as_test.append.origin = Origin::Test;
    let read = supersede(&world, vec![as_test]).await;
    assert_eq!(read, [Reread::Superseded { event_id: sample.id.of_test(), duplicate: false }]);
    assert_eq!(world.dump(ACME).await, dump);
    let stored = world.event(sample.id.of_test()).await.expect("the test is there");
    assert_eq!((stored.origin, stored.event.facts.clone()), (Origin::Test, named.facts.clone()));

    let rows = received(&world, UNROUTED, EVER, 1).await;
    let rerun = Rerun { readings: vec![reading(&rows[0], UNROUTED, named)], is_dry: false, answer: None };
    world.store.supersede(UNROUTED, rerun).await.expect("a rerun is answered");
    assert!(super::world::is_empty(&world.dump(UNROUTED).await));
    assert_eq!(world.events(UNROUTED, EventFilter::default()).await.len(), 1);

    // What was taken for real is a sample after all, and the other way round.
    let rows = received(&world, ACME, EVER, PAGE_ROWS_MAX).await;
    let real = rows.iter().find(|row| row.event.contact_key() == Some(by_address("dora@d.example"))).expect("it is there");
    let mut as_test = reading(real, ACME, real.event.clone());
    as_test.append.origin = Origin::Test;
    supersede(&world, vec![as_test]).await;
    assert!(world.contact(&by_address("dora@d.example")).await.is_none());
    let rows = received(&world, ACME, EVER, PAGE_ROWS_MAX).await;
    let test = rows.iter().find(|row| row.event.id == real.event.id.of_test()).expect("it is there");
    supersede(&world, vec![reading(test, ACME, real.event.clone())]).await;
    assert_eq!(world.dump(ACME).await, dump);
}

pub(super) async fn an_event_without_a_time_stays_what_it_is(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let opt_out = |received_ms: i64, phone: &str| {
        let mut event = event(Kind::ContactUnsubscribed, received_ms).about("jane@x.example");
        event.time_source = TimeSource::Received;
        event.facts.phone = Some(Change::Set(phone.to_owned()));
        let claim = Some(Claim::Window([1; 16]));
        Append { claim, received_at: at(received_ms), ..given::delivery(ACME, event) }
    };
    // The second is of the first one's window, and of that of the third, which took the claim over.
    let deliveries = [opt_out(0, "1"), opt_out(9 * MINUTE, "2"), opt_out(11 * MINUTE, "3")];
    for delivery in deliveries.clone() {
        world.deliver(delivery).await;
    }
    let dump = world.dump(ACME).await;
    let rows = received(&world, ACME, EVER, 10).await;
    let again = rows.iter().map(|row| {
        let delivery = deliveries.iter().find(|delivery| delivery.received_at == row.received_at).expect("it is one of them");
        Reading { position: row.position, append: delivery.clone() }
    });
    assert_eq!(supersede(&world, again.collect()).await, [Reread::Same; 3]);
    assert_eq!(world.dump(ACME).await, dump);
}

pub(super) async fn a_contact_that_is_gone_is_not_taken_for_the_next(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all([sent("a@x.example", "41", 0), sent("z@x.example", "41", 1)]).await;
    // Nobody is it about, so that the last contact goes and none comes.
    let nobody = event(Kind::AccountError, 1);
    let read = reread(&world, |event| (event.contact_key() == Some(by_address("z@x.example"))).then(|| nobody.clone())).await;
    assert_eq!(read, [appended(&nobody)]);
    world.append(sent("new@x.example", "41", 2)).await;
    assert!(world.contact(&by_address("z@x.example")).await.is_none());
    world.append(sent("z@x.example", "41", 3)).await;
    let addresses = async |address: &str| world.contact(&by_address(address)).await.and_then(|contact| contact.email);
    for address in ["a@x.example", "new@x.example", "z@x.example"] {
        assert_eq!(addresses(address).await.as_deref(), Some(address));
    }
    let campaign = world.campaign(&campaign_key("41")).await.expect("the campaign is there");
    assert_eq!((&campaign.unique["contacts"], &campaign.counts["sent"]), (&3.into(), &3.into()));
}
