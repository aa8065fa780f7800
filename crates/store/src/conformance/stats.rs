//! Statistics: sums over what the records say.

use hookline_model::{
    calendar::{Calendar, Unit},
    counts::Counter,
    entry::Origin,
    event::Change,
    id::{CampaignId, WorkspaceId},
    interest::Interest,
    key::CampaignKey,
    kind::Kind,
    platform::Platform,
};

use super::{
    MakePlace,
    given::{HOUR, MINUTE, Sketch, alias, at, by_address, campaign_key, event, external, link, sent},
    world::{ACME, BETA, NOWHERE, UNROUTED, World, some_life},
};
use crate::{
    RebuildKeys,
    query::CampaignSelector,
    stats::{StatsBy, StatsFilter, StatsKey, StatsRow},
};

/// A row in short: its key, and what is not zero of events, counts and unique counts.
type Short = (StatsKey, i64, Vec<(&'static str, i64)>, Option<Vec<(&'static str, i64)>>);

fn short(row: &StatsRow) -> Short {
    let named = |counts: hookline_model::counts::Counts| {
        let all = Counter::ALL.into_iter().map(|counter| (counter.name(), counts.get(counter)));
        all.filter(|(_, count)| *count != 0).collect()
    };
    (row.key, row.events, named(row.counts), row.unique.map(named))
}

async fn stats(world: &World, filter: StatsFilter, by: StatsBy) -> Vec<Short> {
    world.stats(ACME, filter, by).await.iter().map(short).collect()
}

/// The one row without grouping: counts and unique counts.
async fn whole(world: &World, filter: StatsFilter) -> (Vec<(&'static str, i64)>, Vec<(&'static str, i64)>) {
    let mut rows = stats(world, filter, StatsBy::Nothing).await;
    assert_eq!(rows.len(), 1);
    let (key, _, counts, unique) = rows.remove(0);
    assert_eq!(key, StatsKey::All);
    (counts, unique.expect("it has unique counts"))
}

fn any() -> StatsFilter {
    StatsFilter::default()
}

fn days(zone: &str) -> StatsBy {
    StatsBy::Time(Calendar::of(zone, Unit::Day).expect("a time zone"))
}

fn hours(zone: &str) -> StatsBy {
    StatsBy::Time(Calendar::of(zone, Unit::Hour).expect("a time zone"))
}

fn campaign(key: &CampaignKey) -> StatsKey {
    StatsKey::Campaign(Some(CampaignId::derive(ACME, key)))
}

pub(super) async fn stats_add_up_events_in_every_grouping(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    assert_eq!(whole(&world, any()).await, (vec![], vec![]), "nothing is one row, too");
    let mut category = event(Kind::ContactCategoryUpdated, 40 * MINUTE).about("bob@b.example").in_campaign("42");
    category.facts.interest = Some(Change::Set(Interest::Interested));
    world
        .append_all([
            sent("ann@a.example", "41", 0).step(1),
            sent("bob@b.example", "41", 10 * MINUTE).step(1),
            sent("ann@a.example", "41", 16 * HOUR).step(2),
            event(Kind::EmailOpened, 50 * MINUTE).about("ann@a.example").in_campaign("41").message("m1").step(1),
            event(Kind::EmailReplied, 20 * MINUTE).about("ann@a.example"),
            category,
        ])
        .await;
    let check = async |world: &World| {
        let by = async |by| stats(world, any(), by).await;
        let (sent, opened, interested) = (("sent", 3), ("opened", 1), ("interested", 1));
        assert_eq!(whole(world, any()).await.0, [sent, opened, ("replied", 1), interested]);
        // Without a campaign there is no enrollment, so that reply is nobody's first.
        assert_eq!(whole(world, any()).await.1, [("sent", 2), opened, interested]);
        let kind = |kind, count, counts| (StatsKey::Kind(kind), count, counts, None);
        assert_eq!(
            by(StatsBy::Kind).await,
            [
                kind(Kind::EmailSent, 3, vec![sent]),
                kind(Kind::EmailOpened, 1, vec![opened]),
                kind(Kind::EmailReplied, 1, vec![("replied", 1)]),
                kind(Kind::ContactCategoryUpdated, 1, vec![interested]),
            ]
        );
        let mut campaigns = vec![
            (campaign(&campaign_key("41")), 4, vec![sent, opened], Some(vec![("sent", 2), opened])),
            (campaign(&campaign_key("42")), 1, vec![interested], Some(vec![interested])),
            (StatsKey::Campaign(None), 1, vec![("replied", 1)], Some(vec![])),
        ];
        campaigns.sort();
        assert_eq!(by(StatsBy::Campaign).await, campaigns);
        let step = |step, count, counts| (StatsKey::SequenceNumber(step), count, counts, None);
        assert_eq!(
            by(StatsBy::SequenceNumber).await,
            [
                step(None, 2, vec![("replied", 1), interested]),
                step(Some(1), 3, vec![("sent", 2), opened]),
                step(Some(2), 1, vec![("sent", 1)]),
            ]
        );
        let time = |ms, count, counts, unique| (StatsKey::Time(at(ms)), count, counts, Some(unique));
        let first_day =
            |ms| time(ms, 5, vec![("sent", 2), opened, ("replied", 1), interested], vec![("sent", 2), opened, interested]);
        // The second message to Ann is of the next day, and of the same one further west; it is no first of hers.
        assert_eq!(by(days("UTC")).await, [first_day(-8 * HOUR), time(16 * HOUR, 1, vec![("sent", 1)], vec![])]);
        assert_eq!(by(days("America/New_York")).await.len(), 1);
        // Kathmandu is at 5:45, so that its hours begin at a quarter past.
        assert_eq!(
            by(hours("Asia/Kathmandu")).await,
            [
                time(-45 * MINUTE, 2, vec![("sent", 2)], vec![("sent", 2)]),
                time(15 * MINUTE, 3, vec![opened, ("replied", 1), interested], vec![opened, interested]),
                time(15 * HOUR + 15 * MINUTE, 1, vec![("sent", 1)], vec![]),
            ]
        );
    };
    check(&world).await;
    check(&world.reopened().await).await;
}

pub(super) async fn unique_counts_are_in_the_quarter_of_the_first_time(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let opened = |ms| event(Kind::EmailOpened, ms).about("ann@a.example").in_campaign("41").message("m1");
    let hourly = async || {
        let rows = world.stats(ACME, any(), hours("UTC")).await;
        let row = |row: &StatsRow| {
            let unique = row.unique.expect("hours have unique counts").get(Counter::Opened);
            (row.key, row.counts.get(Counter::Opened), unique)
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    let hour = |hour, counted, unique| (StatsKey::Time(at(hour * HOUR)), counted, unique);
    world.append(opened(3 * HOUR)).await;
    assert_eq!(hourly().await, [hour(3, 1, 1)]);
    world.append_all([opened(4 * HOUR), opened(4 * HOUR + MINUTE)]).await;
    assert_eq!(hourly().await, [hour(3, 1, 1), hour(4, 2, 0)]);
    // What happened earlier is heard of later: the first time moves, the counts stay.
    world.append(opened(HOUR)).await;
    assert_eq!(hourly().await, [hour(1, 1, 1), hour(3, 1, 0), hour(4, 2, 0)]);
    let mut variant = opened(HOUR);
    variant.occurred_at = at(-HOUR);
    world.append(variant).await;
    assert_eq!(hourly().await, [hour(-1, 1, 1), hour(3, 1, 0), hour(4, 2, 0)]);
    let campaigns = RebuildKeys { campaigns: vec![campaign_key("41")], ..RebuildKeys::default() };
    let contacts = RebuildKeys { contacts: vec![by_address("ann@a.example")], ..RebuildKeys::default() };
    for keys in [campaigns, contacts] {
        world.store.rebuild(ACME, keys).await.expect("a rebuild is answered");
        assert_eq!(hourly().await, [hour(-1, 1, 1), hour(3, 1, 0), hour(4, 2, 0)]);
    }
}

pub(super) async fn every_filter_of_stats_tells_rows_apart(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let lemlists = CampaignKey::External(external(Platform::Lemlist, "41"));
    // Reported by a CRM about a campaign of SmartLead's.
    let mut by_crm = event(Kind::EmailReplied, 5 * HOUR).of_platform(Platform::Hubspot).about("ann@a.example");
    by_crm.campaign = sent("ann@a.example", "41", 0).campaign;
    world
        .append_all([
            sent("ann@a.example", "41", 0),
            sent("bob@b.example", "41", HOUR),
            sent("bob@b.example", "42", 2 * HOUR),
            event(Kind::EmailSent, 3 * HOUR).of_platform(Platform::Lemlist).about("cy@c.example").in_campaign("41"),
            event(Kind::EmailSent, 4 * HOUR).about("dora@d.example"),
            by_crm,
        ])
        .await;
    let id = |key: &CampaignKey| Some(CampaignSelector::Id(CampaignId::derive(ACME, key)));
    let platform_id = |id: &str| Some(CampaignSelector::PlatformId(id.to_owned()));
    let (since, until) = (|ms| Some(at(ms)), |ms| Some(at(ms)));
    // Sent and replied, counted and unique.
    let cases: Vec<(StatsFilter, [i64; 4])> = vec![
        (any(), [5, 1, 4, 1]),
        (StatsFilter { campaign: id(&campaign_key("41")), ..any() }, [2, 1, 2, 1]),
        (StatsFilter { campaign: id(&lemlists), ..any() }, [1, 0, 1, 0]),
        (StatsFilter { campaign: platform_id("41"), ..any() }, [3, 1, 3, 1]),
        (StatsFilter { campaign: platform_id("4"), ..any() }, [0, 0, 0, 0]),
        (StatsFilter { platform: Some(Platform::Smartlead), ..any() }, [4, 0, 3, 1]),
        (StatsFilter { platform: Some(Platform::Lemlist), ..any() }, [1, 0, 1, 0]),
        (StatsFilter { platform: Some(Platform::Hubspot), ..any() }, [0, 1, 0, 0]),
        (StatsFilter { platform: Some(Platform::Lemlist), campaign: platform_id("41"), ..any() }, [1, 0, 1, 0]),
        (StatsFilter { since: since(HOUR), ..any() }, [4, 1, 3, 1]),
        (StatsFilter { since: since(HOUR + 15 * MINUTE), ..any() }, [3, 1, 2, 1]),
        // Within a quarter of an hour nothing is told apart.
        (StatsFilter { since: since(HOUR + 14 * MINUTE), ..any() }, [4, 1, 3, 1]),
        (StatsFilter { until: until(HOUR), ..any() }, [1, 0, 1, 0]),
        (StatsFilter { until: until(HOUR + 15 * MINUTE), ..any() }, [2, 0, 2, 0]),
        (StatsFilter { since: since(HOUR), until: until(HOUR), ..any() }, [0, 0, 0, 0]),
        (StatsFilter { campaign: platform_id("41"), since: since(HOUR), until: until(4 * HOUR), ..any() }, [2, 0, 2, 0]),
        (StatsFilter { campaign: platform_id("42"), since: since(3 * HOUR), ..any() }, [0, 0, 0, 0]),
    ];
    for (filter, expected) in cases {
        let row = world.stats(ACME, filter.clone(), StatsBy::Nothing).await.remove(0);
        let unique = row.unique.expect("it has unique counts");
        let found = [&row.counts, &unique].map(|counts| [Counter::Sent, Counter::Replied].map(|counter| counts.get(counter)));
        assert_eq!(found.concat(), expected, "{filter:?}");
        // However it is grouped, it adds up to the same.
        for by in [days("Europe/Berlin"), hours("UTC"), StatsBy::Campaign, StatsBy::Kind, StatsBy::SequenceNumber] {
            let rows = world.stats(ACME, filter.clone(), by.clone()).await;
            assert_eq!(rows.iter().map(|row| row.events).sum::<i64>(), row.events, "{filter:?} {by:?}");
            let uniques = rows.iter().filter_map(|row| row.unique.map(|unique| unique.get(Counter::Sent)));
            assert_eq!(uniques.sum::<i64>(), if by.has_unique() { expected[2] } else { 0 }, "{filter:?} {by:?}");
        }
    }
}

pub(super) async fn stats_are_of_the_contacts_and_campaigns_of_today(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world
        .append_all([sent("ann@a.example", "41", 0), sent("bob@b.example", "41", HOUR), sent("bob@b.example", "42", 2 * HOUR)])
        .await;
    let (ann, bob) = (by_address("ann@a.example"), by_address("bob@b.example"));
    let (one, two) = (campaign_key("41"), campaign_key("42"));
    // The links and aliases, events of no campaign, are later than this.
    let early = StatsFilter { until: Some(at(3 * HOUR)), ..any() };
    let unique = async || {
        let rows = world.stats(ACME, early.clone(), hours("UTC")).await;
        rows.iter().map(|row| row.unique.map_or(0, |unique| unique.get(Counter::Sent))).collect::<Vec<_>>()
    };
    let campaigns = async || {
        let rows = world.stats(ACME, early.clone(), StatsBy::Campaign).await;
        rows.iter().map(|row| (row.key, row.events)).collect::<Vec<_>>()
    };
    let mut apart = vec![(campaign(&one), 2), (campaign(&two), 1)];
    apart.sort();
    for round in 1..3 {
        let then = |minutes| 10 * HOUR * round + minutes * MINUTE;
        assert_eq!((unique().await, campaigns().await), (vec![1, 1, 1], apart.clone()));
        world.append(link(&ann, &bob, true, then(0))).await;
        assert_eq!(unique().await, [1, 0, 1], "they are one contact");
        world.append(alias(&one, &two, true, then(1))).await;
        assert_eq!(unique().await, [1, 0, 0], "and one campaign");
        assert_eq!(campaigns().await, [(campaign(&one), 3)]);
        for key in [&one, &two] {
            let selected = Some(CampaignSelector::Id(CampaignId::derive(ACME, key)));
            let filter = StatsFilter { campaign: selected, ..any() };
            assert_eq!(whole(&world, filter).await, (vec![("sent", 3)], vec![("sent", 1)]));
        }
        world.append(link(&ann, &bob, false, then(2))).await;
        assert_eq!(unique().await, [1, 1, 0]);
        world.append(alias(&one, &two, false, then(3))).await;
    }
    assert_eq!((unique().await, campaigns().await), (vec![1, 1, 1], apart));
}

pub(super) async fn stats_are_of_their_workspace_and_of_live_events(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for event in some_life() {
        world.append_as(UNROUTED, Origin::Live, event.clone()).await;
        world.append_as(BETA, Origin::Test, event).await;
    }
    world.append_as(BETA, Origin::Live, sent("ann@a.example", "41", 0)).await;
    let counted = async |workspace: WorkspaceId| {
        let campaign = Some(CampaignSelector::PlatformId("41".to_owned()));
        let all = world.stats(workspace, any(), StatsBy::Nothing).await.remove(0);
        let of_campaign = world.stats(workspace, StatsFilter { campaign, ..any() }, StatsBy::Nothing).await.remove(0);
        (all.events, all.unique.map_or(0, |unique| unique.get(Counter::Sent)), of_campaign.events)
    };
    assert_eq!(counted(ACME).await, (0, 0, 0));
    assert_eq!(counted(UNROUTED).await, (0, 0, 0));
    assert_eq!(counted(BETA).await, (1, 1, 1));
    let unknown = world.store.stats(NOWHERE, any(), StatsBy::Nothing).await;
    assert!(unknown.is_err(), "an unknown workspace is an error");
}
