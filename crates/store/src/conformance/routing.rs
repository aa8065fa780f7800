//! Routing: rules in the directory, deliveries to an agency's addresses, and placing what waits.

use std::{collections::BTreeSet, sync::Arc};

use hookline_model::{
    entry::Origin,
    event::{Change, Event},
    id::{AgencyId, RouteId, WorkspaceId},
    identity::Claim,
    kind::Kind,
    platform::Platform,
    route::{Decision, MatchBy, Matcher, Route, Waiting, WaitingCode},
};
use uuid::Uuid;

use super::{
    MakePlace,
    given::{self, HOUR, Sketch, alias, at, campaign_key, event, sent},
    superseding::{EVER, received},
    world::{ACME, AGENCY, BETA, NOWHERE, UNROUTED, World, agency, all, is_empty, workspace},
};
use crate::{
    Append, Appended, Error, RebuildKeys,
    answers::KeptAnswer,
    directory::DirectoryChange,
    query::{EventFilter, PAGE_ROWS_MAX},
    rerun::Received,
    routing::{Delivered, Placed, Placement, Placing, Unplaced},
};

const OTHER: AgencyId = AgencyId(Uuid::from_u128(0xe0));
const OTHERS: WorkspaceId = WorkspaceId(Uuid::from_u128(0xe1));
const OTHERS_UNROUTED: WorkspaceId = WorkspaceId(Uuid::from_u128(0xef));

fn rule(n: u128, value: &str, to: WorkspaceId) -> Route {
    let matcher = Matcher::new(MatchBy::CampaignId, value).expect("a value of a rule");
    Route { id: RouteId(Uuid::from_u128(n)), agency: AGENCY, platform: None, matcher, workspace: to, created_at: at(0) }
}

async fn change(world: &World, changes: Vec<DirectoryChange>) {
    world.store.change_directory(changes).await.expect("the directory is changed");
}

async fn with_another_agency(make_place: MakePlace<'_>) -> World {
    let world = World::new(make_place).await;
    let changes = vec![
        DirectoryChange::PutAgency(agency(OTHER, OTHERS_UNROUTED)),
        DirectoryChange::PutWorkspace(workspace(OTHERS, OTHER, false)),
        DirectoryChange::PutWorkspace(workspace(OTHERS_UNROUTED, OTHER, true)),
    ];
    change(&world, changes).await;
    world
}

fn nothing_matches() -> Waiting {
    Waiting { code: WaitingCode::NoRule, text: "nothing matches".to_owned() }
}

fn ask_known() -> Decision {
    Decision::AskKnown(nothing_matches())
}

/// Delivers to the agency's address.
async fn deliver(world: &World, event: Event, decision: Decision) -> Delivered {
    let delivered = world.store.deliver(given::delivery(UNROUTED, event), decision).await;
    delivered.expect("a delivery is answered")
}

fn delivered(event: &Event, duplicate: bool, workspace: Option<WorkspaceId>) -> Delivered {
    Delivered { appended: Appended { event_id: event.id, duplicate }, workspace }
}

fn placed(event: &Event, workspace: WorkspaceId, duplicate: bool) -> Placed {
    Placed::In { workspace, event_id: event.id, duplicate }
}

async fn waiting(world: &World) -> Vec<Unplaced> {
    world.store.unplaced(UNROUTED, all()).await.expect("what waits is answered").rows
}

async fn codes(world: &World) -> Vec<WaitingCode> {
    waiting(world).await.iter().map(|unplaced| unplaced.waiting.code).collect()
}

fn placement(row: Received, decision: Decision) -> Placement {
    let Received { position, event, received_at, raw, .. } = row;
    let append = Append { workspace: UNROUTED, event, claim: None, origin: Origin::Routed, received_at, raw };
    Placement { position, append, decision }
}

/// What `decide` says of everything that waits, as the server makes it.
async fn placements(world: &World, decide: impl Fn(&Event) -> Decision) -> Vec<Placement> {
    let rows = received(world, UNROUTED, EVER, PAGE_ROWS_MAX).await;
    rows.into_iter().map(|row| (decide(&row.event), row)).map(|(decision, row)| placement(row, decision)).collect()
}

async fn place_these(world: &World, placements: Vec<Placement>, is_dry: bool) -> Vec<Placed> {
    let placing = Placing { placements, is_dry, answer: None };
    world.store.place(UNROUTED, placing).await.expect("a placing is answered")
}

async fn place(world: &World, decide: impl Fn(&Event) -> Decision) -> Vec<Placed> {
    place_these(world, placements(world, decide).await, false).await
}

pub(super) async fn rules_are_in_the_directory_and_survive_reopening(make_place: MakePlace<'_>) {
    let world = with_another_agency(make_place).await;
    let rules = vec![rule(1, "41", ACME), Route { platform: Some(Platform::Smartlead), ..rule(2, "41", BETA) }];
    change(&world, rules.iter().cloned().map(DirectoryChange::PutRoute).collect()).await;
    let instance = DirectoryChange::PutInstance(AGENCY, "https://a.example".to_owned());
    change(&world, vec![instance.clone(), instance]).await;
    assert_eq!(world.store.directory().routes(AGENCY).rows(), rules);
    assert!(world.store.directory().routes(OTHER).rows().is_empty());
    let refused = [
        rule(3, "41", ACME),
        rule(1, "42", ACME),
        rule(4, "43", OTHERS),
        rule(5, "44", UNROUTED),
        rule(6, "45", NOWHERE),
        Route { agency: OTHER, ..rule(7, "46", ACME) },
    ];
    for route in refused {
        let changes = vec![DirectoryChange::PutRoute(rule(9, "49", ACME)), DirectoryChange::PutRoute(route)];
        let refused = world.store.change_directory(changes).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    let world = world.reopened().await;
    assert_eq!(world.store.directory().routes(AGENCY).rows(), rules, "all or none");
    // A change of something else leaves them as they are.
    change(&world, vec![DirectoryChange::PutWorkspace(workspace(ACME, AGENCY, false))]).await;
    assert_eq!(world.store.directory().routes(AGENCY).rows(), rules);
    let bison = |instance: &str| Event {
        account: Some(format!("https://{instance}.example/7")),
        ..event(Kind::AccountError, 0).of_platform(Platform::Emailbison)
    };
    let routes = world.store.directory().routes(AGENCY);
    assert_eq!(routes.new_instance(&bison("a")), None);
    assert_eq!(routes.new_instance(&bison("b")), Some("https://b.example"));
    change(&world, vec![DirectoryChange::DeleteRoute(rules[0].id)]).await;
    assert_eq!(world.store.directory().routes(AGENCY).rows(), &rules[1..]);
    change(&world, vec![DirectoryChange::PutRoute(rule(8, "48", ACME)), DirectoryChange::DeleteWorkspace(BETA)]).await;
    assert_eq!(world.store.directory().routes(AGENCY).rows(), [rule(8, "48", ACME)]);
    change(&world, vec![DirectoryChange::DeleteAgency(AGENCY)]).await;
    assert!(world.reopened().await.store.directory().routes(AGENCY).rows().is_empty());
}

pub(super) async fn a_delivery_goes_where_it_belongs_and_is_one_event_there(make_place: MakePlace<'_>) {
    let (world, undisturbed) = (World::new(make_place).await, World::new(make_place).await);
    let (jane, bob) = (sent("jane@x.example", "41", 0), sent("bob@x.example", "41", 5));
    let to_acme = || Decision::Workspace(ACME);
    assert_eq!(deliver(&world, jane.clone(), to_acme()).await, delivered(&jane, false, Some(ACME)));
    assert_eq!(deliver(&world, jane.clone(), to_acme()).await, delivered(&jane, true, Some(ACME)));
    assert!(world.append(jane.clone()).await.duplicate);
    world.append(bob.clone()).await;
    assert_eq!(deliver(&world, bob.clone(), to_acme()).await, delivered(&bob, true, Some(ACME)));
    undisturbed.append_all([jane.clone(), bob]).await;
    assert_eq!(world.dump(ACME).await, undisturbed.dump(ACME).await);
    let shown = world.event(jane.id).await.expect("the event is there");
    assert_eq!((shown.origin, shown.duplicates.count), (Origin::Live, 2));
    assert!(is_empty(&world.dump(BETA).await) && waiting(&world).await.is_empty());
    assert!(world.events(UNROUTED, EventFilter::default()).await.is_empty());
}

pub(super) async fn what_belongs_nowhere_waits_with_its_reason(make_place: MakePlace<'_>) {
    let world = with_another_agency(make_place).await;
    let disagree = || Waiting { code: WaitingCode::RulesDisagree, text: "they \u{0} 🦀".to_owned() };
    let first = sent("a@x.example", "41", 0);
    assert_eq!(deliver(&world, first.clone(), ask_known()).await, delivered(&first, false, None));
    assert_eq!(deliver(&world, first.clone(), ask_known()).await, delivered(&first, true, None));
    deliver(&world, sent("b@x.example", "41", 1), Decision::Wait(disagree())).await;
    for (n, elsewhere) in (2..).zip([OTHERS, NOWHERE, UNROUTED, OTHERS_UNROUTED]) {
        let event = sent("c@x.example", "42", n);
        let outcome = deliver(&world, event.clone(), Decision::Workspace(elsewhere)).await;
        assert_eq!(outcome, delivered(&event, false, None), "nothing leaves its agency");
    }
    let test = Append { origin: Origin::Test, ..given::delivery(UNROUTED, sent("t@x.example", "41", 9)) };
    let outcome = world.store.deliver(test, Decision::Workspace(ACME)).await.expect("a delivery is answered");
    assert_eq!(outcome.workspace, None, "a test is nobody's");
    // Not by this way: from quarantine.
    world.append_as(UNROUTED, Origin::Live, sent("q@x.example", "41", 10)).await;
    let refused = world.store.deliver(given::delivery(ACME, sent("d@x.example", "41", 3)), ask_known()).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    let check = async |world: &World| {
        use WaitingCode::{NoRule, NotTried, RulesDisagree, Test, WorkspaceGone};
        let expected = [NotTried, Test, WorkspaceGone, WorkspaceGone, WorkspaceGone, WorkspaceGone, RulesDisagree, NoRule];
        assert_eq!(codes(world).await, expected);
        let rows = waiting(world).await;
        assert_eq!((&rows[6].waiting, &rows[7].waiting), (&disagree(), &nothing_matches()));
        assert_eq!(rows[7].stored.duplicates.count, 1);
        assert!(is_empty(&world.dump(ACME).await) && is_empty(&world.dump(UNROUTED).await));
        assert!(is_empty(&world.dump(OTHERS).await));
    };
    check(&world).await;
    check(&world.reopened().await).await;
}

pub(super) async fn a_campaign_seen_in_one_workspace_places_what_no_rule_names(make_place: MakePlace<'_>) {
    let world = with_another_agency(make_place).await;
    let goes = async |world: &World, campaign: &str, ms: i64| {
        deliver(world, sent("jo@x.example", campaign, ms), ask_known()).await.workspace
    };
    // Neither what waits nor a test nor another agency shows anything.
    assert_eq!(goes(&world, "41", 0).await, None);
    world.append_as(ACME, Origin::Test, sent("t@x.example", "41", 1)).await;
    world.append_as(OTHERS, Origin::Live, sent("o@x.example", "41", 1)).await;
    assert_eq!(goes(&world, "41", 2).await, None);
    world.append(sent("ann@x.example", "41", 3)).await;
    assert_eq!(goes(&world, "41", 4).await, Some(ACME));
    let world = world.reopened().await;
    assert_eq!((goes(&world, "41", 5).await, goes(&world, "42", 5).await), (Some(ACME), None));
    // What is decided by a rule shows it too; a rule that disagrees is not passed by.
    deliver(&world, sent("bo@x.example", "42", 6), Decision::Workspace(BETA)).await;
    assert_eq!(goes(&world, "42", 7).await, Some(BETA));
    assert_eq!(deliver(&world, sent("cy@x.example", "42", 8), Decision::Wait(nothing_matches())).await.workspace, None);
    // Who says that two campaigns are one has seen both. That they are two again is no reason to have seen none.
    world.append(alias(&campaign_key("41"), &campaign_key("43"), true, 9)).await;
    world.append(alias(&campaign_key("41"), &campaign_key("43"), false, 10)).await;
    world.append(alias(&campaign_key("41"), &campaign_key("44"), false, 11)).await;
    assert_eq!((goes(&world, "43", 12).await, goes(&world, "44", 12).await), (Some(ACME), None));
    // A second workspace ends it for ever.
    world.append_as(BETA, Origin::Live, sent("dy@x.example", "41", 13)).await;
    assert_eq!(goes(&world, "41", 14).await, None);
    assert_eq!(codes(&world).await[0], WaitingCode::CampaignInSeveral);
    // Whoever is deleted has seen nothing.
    change(&world, vec![DirectoryChange::DeleteWorkspace(BETA)]).await;
    assert_eq!((goes(&world, "41", 15).await, goes(&world, "42", 15).await), (None, None));
    world.append(sent("ed@x.example", "42", 16)).await;
    assert_eq!(goes(&world, "42", 17).await, Some(ACME));
}

pub(super) async fn what_is_known_is_of_what_is_on_disk(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let decide = |_: &Event| Decision::Workspace(ACME);
    let goes = async |world: &World, campaign: &str, ms: i64| {
        deliver(world, sent("jo@x.example", campaign, ms), ask_known()).await.workspace
    };
    // A dry run shows nothing, and what is appended afterwards shows it.
    assert_eq!(goes(&world, "41", 0).await, None);
    place_these(&world, placements(&world, decide).await, true).await;
    assert_eq!(goes(&world, "41", 1).await, None);
    world.append(sent("ann@x.example", "41", 2)).await;
    assert_eq!(goes(&world, "41", 3).await, Some(ACME));
    // Nor does a change that is taken back.
    assert_eq!(goes(&world, "42", 4).await, None);
    let kept = KeptAnswer { key: [1; 32], request: [2; 32], status: 200, body: Vec::new(), at: at(0) };
    change(&world, vec![DirectoryChange::KeepAnswer(kept.clone())]).await;
    let again = Placing {
        placements: placements(&world, decide).await,
        is_dry: false,
        answer: Some(Arc::new(move |_: &[Placed]| Some(kept.clone()))),
    };
    let refused = world.store.place(UNROUTED, again).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert_eq!(goes(&world, "42", 5).await, None);
    world.append(sent("bob@x.example", "42", 6)).await;
    assert_eq!(goes(&world, "42", 7).await, Some(ACME));
    let world = world.reopened().await;
    assert_eq!((goes(&world, "41", 8).await, goes(&world, "42", 8).await), (Some(ACME), Some(ACME)));
}

pub(super) async fn what_waits_is_placed_once_and_keeps_its_delivery(make_place: MakePlace<'_>) {
    let (world, undisturbed) = (World::new(make_place).await, World::new(make_place).await);
    let life = super::world::some_life();
    for event in &life {
        let (raw, received_at) = (format!("raw {}", event.id).into_bytes(), at(3 * HOUR + event.occurred_at.0 % 1_000));
        let delivery = Append { raw, received_at, ..given::delivery(UNROUTED, event.clone()) };
        world.store.deliver(delivery.clone(), ask_known()).await.expect("a delivery is answered");
        undisturbed.deliver(Append { workspace: ACME, ..delivery }).await;
    }
    let before = world.events(UNROUTED, EventFilter::default()).await;
    let dry = place_these(&world, placements(&world, |_| Decision::Workspace(ACME)).await, true).await;
    assert_eq!(world.events(UNROUTED, EventFilter::default()).await.len(), before.len());
    assert!(is_empty(&world.dump(ACME).await));
    let all_of_it = placements(&world, |_| Decision::Workspace(ACME)).await;
    let outcome = place_these(&world, all_of_it.clone(), false).await;
    assert_eq!(outcome, dry);
    assert!(outcome.iter().all(|placed| matches!(placed, Placed::In { workspace: ACME, .. })), "{outcome:?}");
    let check = async |world: &World| {
        assert_eq!(world.dump(ACME).await, undisturbed.dump(ACME).await);
        assert!(waiting(world).await.is_empty() && is_empty(&world.dump(UNROUTED).await));
        assert!(world.events(UNROUTED, EventFilter::default()).await.is_empty());
        for stored in &before {
            let shown = world.store.event(ACME, stored.event.id, true).await.expect("an event is answered");
            let shown = shown.expect("the event is there");
            assert_eq!((shown.origin, shown.received_at, &shown.event), (Origin::Routed, stored.received_at, &stored.event));
            assert_eq!(shown.raw, Some(format!("raw {}", stored.event.id).into_bytes()));
            let there = undisturbed.event(stored.event.id).await.expect("the event is there");
            assert_eq!(shown.duplicates.count, there.duplicates.count);
            assert!(world.store.event(UNROUTED, stored.event.id, false).await.expect("an event is answered").is_none());
        }
    };
    check(&world).await;
    let again = place_these(&world, all_of_it, false).await;
    assert_eq!(again, vec![Placed::NotThere; life.len()]);
    let keys = RebuildKeys { campaigns: vec![campaign_key("41"), campaign_key("42")], ..RebuildKeys::default() };
    assert_eq!(world.store.rebuild(ACME, keys).await.expect("a rebuild is answered"), 0);
    let world = world.reopened().await;
    check(&world).await;
    // What comes again is known, though nothing would place it any more; in other words it is another variant, and waits.
    let again = deliver(&world, life[0].clone(), Decision::Wait(nothing_matches())).await;
    assert_eq!(again, delivered(&life[0], true, Some(ACME)));
    let mut other = life[0].clone();
    other.facts.phone = Some(Change::Set("+49 30 1".to_owned()));
    assert_eq!(deliver(&world, other.clone(), Decision::Wait(nothing_matches())).await, delivered(&other, false, None));
    assert_eq!(place(&world, |_| Decision::Workspace(ACME)).await, [placed(&other, ACME, true)]);
    let contact = world.contact(&given::by_address("ann@a.example")).await.expect("the contact is there");
    assert_eq!(contact.phone.as_deref(), Some("+49 30 1"));
    assert!(waiting(&world).await.is_empty());
}

pub(super) async fn what_the_workspace_had_is_a_repetition_of_it(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let (jane, bob) = (sent("jane@x.example", "41", 0), sent("bob@x.example", "42", 5));
    for event in [&jane, &jane, &bob] {
        deliver(&world, event.clone(), Decision::Wait(nothing_matches())).await;
    }
    world.append(jane.clone()).await;
    let dump = world.dump(ACME).await;
    let outcome = place(&world, |event| match event.id == jane.id {
        true => Decision::Workspace(ACME),
        false => Decision::Wait(Waiting { code: WaitingCode::RulesDisagree, text: "now they do".to_owned() }),
    });
    assert_eq!(
        outcome.await.into_iter().collect::<Vec<_>>(),
        [placed(&jane, ACME, true), Placed::Waits(WaitingCode::RulesDisagree)]
    );
    assert_eq!(world.dump(ACME).await, dump);
    assert_eq!(world.event(jane.id).await.map(|shown| (shown.origin, shown.duplicates.count)), Some((Origin::Live, 2)));
    let rows = waiting(&world).await;
    assert_eq!(
        rows.iter().map(|row| (row.stored.event.id, row.waiting.text.as_str())).collect::<Vec<_>>(),
        [(bob.id, "now they do")]
    );
}

pub(super) async fn a_claim_goes_with_what_is_placed(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let claim = Claim::Forever([7; 16]);
    let first = sent("jane@x.example", "41", 0);
    let delivery = Append { claim: Some(claim), ..given::delivery(UNROUTED, first.clone()) };
    world.store.deliver(delivery, ask_known()).await.expect("a delivery is answered");
    let mut all_of_it = placements(&world, |_| Decision::Workspace(ACME)).await;
    all_of_it[0].append.claim = Some(claim);
    assert_eq!(place_these(&world, all_of_it, false).await, [placed(&first, ACME, false)]);
    let later = given::sent("jane@x.example", "41", HOUR);
    let own = world.deliver(Append { claim: Some(claim), ..given::delivery(ACME, later) }).await;
    assert_eq!((own.event_id, own.duplicate), (first.id, true));
}

pub(super) async fn a_contact_that_was_placed_is_not_taken_for_another(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let jane = sent("jane@x.example", "41", 0);
    world.append(jane.clone()).await;
    deliver(&world, jane.clone(), Decision::Wait(nothing_matches())).await;
    assert!(is_empty(&world.dump(UNROUTED).await), "it is folded");
    assert_eq!(place(&world, |_| Decision::Workspace(ACME)).await, [placed(&jane, ACME, true)]);
    assert!(is_empty(&world.dump(UNROUTED).await), "it is folded before the next comes");
    // Whoever comes next is another workspace's, also under the same address.
    world.append_as(BETA, Origin::Live, sent("jane@x.example", "42", 1)).await;
    let id = hookline_model::id::ContactId::derive(UNROUTED, &given::by_address("jane@x.example"));
    assert!(world.store.contact(UNROUTED, id).await.expect("a contact is answered").is_none());
    assert!(is_empty(&world.dump(UNROUTED).await));
}

pub(super) async fn placing_shows_campaigns_to_what_is_placed_next(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let events = [sent("a@x.example", "41", 0), sent("b@x.example", "41", 1), sent("c@x.example", "42", 2)];
    for event in &events {
        deliver(&world, event.clone(), ask_known()).await;
    }
    let decide = |event: &Event| if event.id == events[0].id { Decision::Workspace(BETA) } else { ask_known() };
    let expected = vec![placed(&events[0], BETA, false), placed(&events[1], BETA, false), Placed::Waits(WaitingCode::NoRule)];
    let all_of_it = placements(&world, decide).await;
    assert_eq!(place_these(&world, all_of_it.clone(), true).await, expected);
    assert_eq!(place_these(&world, all_of_it, false).await, expected);
}

pub(super) async fn placing_stays_in_its_agency_and_leaves_tests(make_place: MakePlace<'_>) {
    let world = with_another_agency(make_place).await;
    let own = sent("a@x.example", "41", 0);
    deliver(&world, own.clone(), ask_known()).await;
    world.append_as(UNROUTED, Origin::Test, sent("t@x.example", "41", 1)).await;
    world.append_as(ACME, Origin::Live, sent("b@x.example", "43", 2)).await;
    world.append_as(OTHERS_UNROUTED, Origin::Live, sent("o@x.example", "41", 3)).await;
    let outcome = place(&world, |_| Decision::Workspace(OTHERS)).await;
    assert_eq!(outcome, [Placed::Waits(WaitingCode::WorkspaceGone), Placed::Waits(WaitingCode::Test)]);
    // Positions of other workspaces lead nowhere.
    let mut foreign = Vec::new();
    for other in [ACME, OTHERS_UNROUTED] {
        foreign.extend(received(&world, other, EVER, PAGE_ROWS_MAX).await);
    }
    let foreign = foreign.into_iter().map(|row| placement(row, Decision::Workspace(BETA))).collect();
    assert_eq!(place_these(&world, foreign, false).await, [Placed::NotThere; 2]);
    for (reserved, placing) in [(ACME, ACME), (UNROUTED, ACME), (NOWHERE, NOWHERE)] {
        let mut placements = placements(&world, |_| Decision::Workspace(BETA)).await;
        placements.iter_mut().for_each(|placement| placement.append.workspace = placing);
        let refused = world.store.place(reserved, Placing { placements, is_dry: false, answer: None }).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    let outcome = place(&world, |_| Decision::Workspace(BETA)).await;
    assert_eq!(outcome, [placed(&own, BETA, false), Placed::Waits(WaitingCode::Test)]);
    assert_eq!(codes(&world).await, [WaitingCode::Test]);
    assert!(is_empty(&world.dump(OTHERS).await));
}

pub(super) async fn of_placings_at_once_one_is_made(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let events: Vec<Event> = (0..20).map(|n| sent(&format!("contact{n}@x.example"), "41", n)).collect();
    for event in &events {
        deliver(&world, event.clone(), ask_known()).await;
    }
    let all_of_it = placements(&world, |_| Decision::Workspace(ACME)).await;
    let mut placings = tokio::task::JoinSet::new();
    for round in 0..8 {
        let store = Arc::clone(&world.store);
        let mut placements = all_of_it.clone();
        placements.rotate_left(round);
        let placing = Placing { placements, is_dry: false, answer: None };
        placings.spawn(async move { store.place(UNROUTED, placing).await.expect("a placing is answered") });
    }
    let mut ids = Vec::new();
    for placed in placings.join_all().await.into_iter().flatten() {
        match placed {
            Placed::In { workspace: ACME, event_id, duplicate: false } => ids.push(event_id),
            Placed::NotThere => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((ids.len(), ids.into_iter().collect::<BTreeSet<_>>().len()), (20, 20));
    let listed = world.events(ACME, EventFilter::default()).await;
    assert!(listed.len() == 20 && listed.iter().all(|shown| shown.duplicates.count == 0));
}
