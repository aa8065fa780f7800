//! Reruns: walking over what was received, dry runs, and the answers kept with them.

use std::sync::Arc;

use hookline_model::{entry::Origin, event::Event, kind::Kind, platform::Platform};

use super::{
    MakePlace,
    given::{self, Sketch, at, by_address, sent},
    superseding::{EVER, appended, deliveries, reading, readings, received, reread, supersede},
    world::{ACME, BETA, World, all, some_life},
};
use crate::{
    Append, Error,
    answers::KeptAnswer,
    query::{EventFilter, PAGE_ROWS_MAX, PageRequest},
    rerun::{MakeRerunAnswer, RERUN_PAGE_BYTES_MAX, Received, Reread, Rerun, RerunFilter},
};

pub(super) async fn a_dry_run_says_the_same_and_changes_nothing(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(some_life()).await;
    let (dump, committed) = (world.dump(ACME).await, world.committed());
    // Two become one event, so that the second is a duplicate only after the first.
    let read = async |world: &World| {
        readings(world, |event| (event.kind == Kind::EmailSent).then(|| sent("jo@x.example", "41", 5))).await
    };
    let dry = Rerun { readings: read(&world).await, is_dry: true, answer: None };
    let said = world.store.supersede(ACME, dry).await.expect("a dry run is answered");
    assert_eq!((world.dump(ACME).await, world.committed()), (dump, committed));
    assert_eq!(deliveries(&world).await.len(), some_life().len() - 2, "two are variants");
    let again = sent("jo@x.example", "41", 5);
    assert_eq!(said[..2], [appended(&again), Reread::Superseded { event_id: again.id, duplicate: true }]);
    let readings = read(&world).await;
    assert_eq!(supersede(&world, readings).await, said);
}

pub(super) async fn superseding_stays_in_its_workspace(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for workspace in [ACME, BETA] {
        for event in some_life() {
            world.append_as(workspace, Origin::Live, event).await;
        }
    }
    let (acme, beta) = (world.dump(ACME).await, world.dump(BETA).await);
    let other = |_: &Event| Some(sent("jo@x.example", "41", 5));
    let mut foreign = readings(&world, other).await;
    for reading in &mut foreign {
        reading.append.workspace = BETA;
    }
    let rerun = Rerun { readings: foreign.clone(), is_dry: false, answer: None };
    assert!(matches!(world.store.supersede(ACME, rerun.clone()).await, Err(Error::Conflict(_))), "readings of another workspace");
    let read = world.store.supersede(BETA, rerun).await.expect("a rerun is answered");
    assert_eq!(read, vec![Reread::NotThere; foreign.len()], "positions of another workspace");
    assert_eq!((world.dump(ACME).await, world.dump(BETA).await), (acme, beta.clone()));
    reread(&world, other).await;
    assert_eq!(world.dump(BETA).await, beta);
    let many = vec![readings(&world, other).await.swap_remove(0); PAGE_ROWS_MAX + 1];
    let too_many = world.store.supersede(ACME, Rerun { readings: many, is_dry: true, answer: None }).await;
    assert!(matches!(too_many, Err(Error::Conflict(_))), "{too_many:?}");
}

pub(super) async fn a_walk_meets_the_period_once_and_nothing_newer(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for n in 0..20 {
        let platform = if n % 4 == 0 { Platform::Instantly } else { Platform::Smartlead };
        let sent = sent(&format!("c{n}@x.example"), "41", n).of_platform(platform);
        world.deliver(Append { received_at: at(100 - n), ..given::delivery(ACME, sent) }).await;
    }
    let times = |rows: Vec<Received>| rows.into_iter().map(|row| row.received_at.0 - at(0).0).collect::<Vec<_>>();
    let filter = RerunFilter { since: at(85), until: at(90), platform: None };
    for limit in [1, 3, PAGE_ROWS_MAX] {
        assert_eq!(times(received(&world, ACME, filter, limit).await), [89, 88, 87, 86, 85], "{limit}");
        assert_eq!(received(&world, ACME, EVER, limit).await.len(), 20, "{limit}");
        let of_one = RerunFilter { platform: Some(Platform::Instantly), ..filter };
        assert_eq!(times(received(&world, ACME, of_one, limit).await), [88], "{limit}");
    }
    assert!(received(&world, BETA, EVER, 10).await.is_empty());
    // A walk that supersedes what it meets, with later times, meets nothing twice.
    let (mut met, mut after) = (0, None);
    loop {
        let page = world.store.received(ACME, EVER, PageRequest { limit: 3, after }).await.expect("a page is answered");
        met += page.rows.len();
        let later = |row: &Received| sent("late@x.example", "41", 1_000 + row.event.occurred_at.0 - at(0).0);
        supersede(&world, page.rows.iter().map(|row| reading(row, ACME, later(row))).collect()).await;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(met, 20);
    let contact = world.contact(&by_address("late@x.example")).await.expect("the contact is there");
    assert_eq!(contact.counts["sent"], 20);
    assert_eq!(world.contacts(ACME, crate::query::ContactFilter::default()).await.len(), 1);
}

pub(super) async fn a_page_of_deliveries_carries_a_bounded_number_of_bytes(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for n in 0..3 {
        let raw = vec![b'x'; RERUN_PAGE_BYTES_MAX / 2];
        world.deliver(Append { raw, ..given::delivery(ACME, sent("a@x.example", "41", n)) }).await;
    }
    let large = vec![b'x'; RERUN_PAGE_BYTES_MAX + 1];
    world.deliver(Append { raw: large, ..given::delivery(ACME, sent("a@x.example", "41", 3)) }).await;
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = world.store.received(ACME, EVER, PageRequest { limit: 10, after }).await.expect("a page is answered");
        pages.push(page.rows.len());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages, [1, 1, 1, 1], "two have too much, with their events, and one that has too much alone still goes");
}

pub(super) async fn a_rerun_keeps_its_answer_or_supersedes_nothing(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append(sent("a@x.example", "41", 0)).await;
    let making = |key: u8| -> Option<MakeRerunAnswer> {
        let answer = KeptAnswer { key: [key; 32], request: [1; 32], status: 200, body: Vec::new(), at: at(0) };
        Some(Arc::new(move |read: &[Reread]| Some(KeptAnswer { body: vec![read.len() as u8], ..answer.clone() })))
    };
    let kept =
        async |key: u8| world.store.kept_answer([key; 32], at(0)).await.expect("answers are looked up").map(|answer| answer.body);
    let to = |address: &'static str| move |_: &Event| Some(sent(address, "41", 0));
    let rerun = async |address: &'static str, is_dry: bool, answer: Option<MakeRerunAnswer>| {
        let readings = readings(&world, to(address)).await;
        world.store.supersede(ACME, Rerun { readings, is_dry, answer }).await
    };
    rerun("b@x.example", false, making(1)).await.expect("a rerun is answered");
    assert_eq!(kept(1).await, Some(vec![1]));
    let (dump, committed) = (world.dump(ACME).await, world.committed());
    let again = rerun("c@x.example", false, making(1)).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
    assert_eq!((world.dump(ACME).await, world.committed()), (dump.clone(), committed));
    rerun("c@x.example", true, making(2)).await.expect("a dry run is answered");
    assert_eq!((kept(2).await, world.dump(ACME).await), (Some(vec![1]), dump));
    let nothing = Rerun { readings: Vec::new(), is_dry: false, answer: making(3) };
    world.store.supersede(ACME, nothing).await.expect("nothing is answered");
    assert_eq!(kept(3).await, Some(vec![0]));
}

pub(super) async fn ingest_goes_on_while_entries_are_superseded(make_place: MakePlace<'_>) {
    let (world, undisturbed) = (World::new(make_place).await, World::new(make_place).await);
    let before: Vec<Event> = (0..60).map(|n| sent(&format!("c{}@x.example", n % 7), "41", n)).collect();
    let more: Vec<Event> = (100..160).map(|n| sent(&format!("c{}@x.example", n % 7), "42", n)).collect();
    world.append_all(before.clone()).await;
    let tomorrow = |event: &Event| event.clone().in_campaign("43").first_name("Later");
    let rows = received(&world, ACME, EVER, PAGE_ROWS_MAX).await;
    let mut tasks = tokio::task::JoinSet::new();
    for (row, event) in rows.iter().zip(&more) {
        let (store, delivery) = (Arc::clone(&world.store), given::delivery(ACME, event.clone()));
        tasks.spawn(async move { store.append(delivery).await.map(|_| ()) });
        let store = Arc::clone(&world.store);
        let rerun = Rerun { readings: vec![reading(row, ACME, tomorrow(&row.event))], is_dry: false, answer: None };
        tasks.spawn(async move { store.supersede(ACME, rerun).await.map(|_| ()) });
        // Reads of a moment before a supersession find what the log has put aside since.
        let store = Arc::clone(&world.store);
        tasks.spawn(
            async move { store.events(ACME, EventFilter::default(), all()).await.map(|page| assert!(page.rows.len() >= 60)) },
        );
    }
    for answer in tasks.join_all().await {
        answer.expect("appends and reruns are answered");
    }
    undisturbed.append_all(before.iter().map(tomorrow).chain(more)).await;
    assert_eq!(world.dump(ACME).await, undisturbed.dump(ACME).await);
}
