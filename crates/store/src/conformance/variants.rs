//! Variants: deliveries of one event that say different things. Each gives its values, one of them counts.

use hookline_model::{
    entry::Origin,
    event::{Change, Event},
    kind::Kind,
};
use serde_json::Value;

use super::{
    MakePlace,
    given::{HOUR, Sketch, at, by_address, campaign_key, event, message_key, sent},
    world::{ACME, World, is_empty},
};
use crate::{Appended, Duplicates, query::EventFilter};

/// Three variants of one event: other values, other times, another step.
fn three() -> [Event; 3] {
    let plain = sent("jane@x.example", "41", 0);
    let mut later = plain.clone().first_name("Jane");
    later.occurred_at = at(2 * HOUR);
    let mut earlier = plain.clone();
    earlier.occurred_at = at(-2 * HOUR);
    earlier.facts.company_name = Some(Change::Set("ACME".to_owned()));
    earlier.outbound.get_or_insert_default().sequence_number = Some(4);
    assert!(plain.id == later.id && plain.id == earlier.id, "variants have one id");
    [plain, later, earlier]
}

/// The dump of a fresh store after these.
async fn dump_after(make_place: MakePlace<'_>, deliveries: &[(Origin, &Event)]) -> Value {
    let world = World::new(make_place).await;
    for (origin, event) in deliveries {
        world.append_as(ACME, *origin, (*event).clone()).await;
    }
    world.dump(ACME).await
}

pub(super) async fn variants_give_the_same_dump_in_any_order(make_place: MakePlace<'_>) {
    let variants = three();
    let orders: [&[usize]; 8] =
        [&[0, 1, 2], &[0, 2, 1], &[1, 0, 2], &[1, 2, 0], &[2, 0, 1], &[2, 1, 0], &[0, 0, 1, 2, 1], &[2, 2, 1, 0, 2]];
    let mut dumps = Vec::new();
    for order in orders {
        let deliveries: Vec<_> = order.iter().map(|place| (Origin::Live, &variants[*place])).collect();
        dumps.push(dump_after(make_place, &deliveries).await);
    }
    for (dump, order) in dumps.iter().zip(orders) {
        assert_eq!(dump, &dumps[0], "in the order {order:?}");
    }
    let rollups = dumps[0]["rollups"].as_array().expect("a dump lists rollups");
    assert_eq!(rollups.len(), 1, "{rollups:?}");
    assert_eq!((&rollups[0]["count"], &rollups[0]["sequence_number"]), (&1.into(), &4.into()));
    assert_eq!(rollups[0]["quarter"], at(-2 * HOUR).to_string());
}

pub(super) async fn the_variant_with_the_smallest_time_counts_and_is_shown(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let [plain, later, earlier] = three();
    let id = plain.id;
    let quarter = async || {
        let dump = world.dump(ACME).await;
        let rollups = dump["rollups"].as_array().expect("a dump lists rollups").clone();
        assert_eq!(rollups.len(), 1, "{rollups:?}");
        assert_eq!(rollups[0]["count"], 1);
        rollups[0]["quarter"].clone()
    };
    let steps = [(later, false, 2 * HOUR, 2 * HOUR), (plain, true, 0, 2 * HOUR), (earlier, true, -2 * HOUR, 2 * HOUR)];
    for (times, (variant, duplicate, counting, last)) in (0..).zip(steps) {
        assert_eq!(world.append(variant).await, Appended { event_id: id, duplicate });
        let stored = world.events(ACME, EventFilter::default()).await;
        assert_eq!(stored.len(), 1, "variants are one event");
        assert_eq!((stored[0].event.id, stored[0].event.occurred_at), (id, at(counting)));
        assert_eq!(stored[0].duplicates.count, times);
        assert_eq!(world.event(id).await.map(|stored| stored.event.occurred_at), Some(at(counting)));
        assert_eq!(quarter().await, at(counting).quarter_start().to_string(), "the rollup moves");
        let contact = world.contact(&by_address("jane@x.example")).await.expect("the contact is there");
        assert_eq!(contact.counts["sent"], 1);
        assert_eq!(contact.updated_at, Some(at(last).to_string()), "every variant's time takes part");
        let campaign = world.campaign(&campaign_key("41")).await.expect("the campaign is there");
        assert_eq!((&campaign.counts["sent"], &campaign.unique["contacts"]), (&1.into(), &1.into()));
    }
    let contact = world.contact(&by_address("jane@x.example")).await.expect("the contact is there");
    let values = (contact.first_name.as_deref(), contact.company_name.as_deref());
    assert_eq!(values, (Some("Jane"), Some("ACME")), "every variant gives its values");
    assert_eq!(world.committed(), 3);
    // By time it is found where the counting variant is, and nowhere else.
    let between = |since, until| EventFilter { since: Some(at(since)), until: Some(at(until)), ..EventFilter::default() };
    assert_eq!(world.events(ACME, between(-2 * HOUR, -HOUR)).await.len(), 1);
    assert!(world.events(ACME, between(-HOUR, 3 * HOUR)).await.is_empty());
}

pub(super) async fn variants_of_one_time_count_once(make_place: MakePlace<'_>) {
    let open = event(Kind::EmailOpened, 0).about("jane@x.example").in_campaign("41").message("m1");
    let variants: Vec<Event> = ["Jane", "Janet", "Janine"].map(|name| open.clone().first_name(name)).into();
    let forth: Vec<_> = variants.iter().map(|variant| (Origin::Live, variant)).collect();
    let back: Vec<_> = forth.iter().rev().copied().collect();
    let dump = dump_after(make_place, &forth).await;
    assert_eq!(dump, dump_after(make_place, &back).await);
    assert_eq!(dump["emails"][0]["opened_count"], 1);
    assert_eq!(dump["campaigns"][0]["counts"]["opened"], 1);

    let world = World::new(make_place).await;
    world.append_all(variants.clone()).await;
    let stored = world.event(open.id).await.expect("it is there");
    assert_eq!(stored.event.content_digest(), variants.iter().map(Event::content_digest).min().expect("there are variants"));
    assert_eq!(stored.duplicates, Duplicates { count: 2, last_at: Some(at(1_000)) });
    assert_eq!(world.email(&message_key("m1")).await.map(|email| email.opened_count), Some(1));
}

pub(super) async fn a_test_delivery_changes_nothing_that_live_ones_make(make_place: MakePlace<'_>) {
    // The same event, once as it happened and once as a test; and variants of it on either side of it in time.
    let [plain, later, earlier] = three();
    let live = dump_after(make_place, &[(Origin::Live, &plain)]).await;
    assert!(!is_empty(&live));
    let mut wrong = Vec::new();
    for (test, what) in [(&plain, "the same"), (&later, "a later variant"), (&earlier, "an earlier variant")] {
        let (live_one, test) = ((Origin::Live, &plain), (Origin::Test, test));
        for (deliveries, order) in [([live_one, test], "after"), ([test, live_one], "before")] {
            let dump = dump_after(make_place, &deliveries).await;
            if dump != live {
                wrong.push(format!("{what} {order} the live one: sent {}", dump["campaigns"][0]["counts"]["sent"]));
            }
        }
    }
    assert!(wrong.is_empty(), "a test delivery changed the records: {wrong:#?}");
    // And a test that was shown for a while takes no count away when a live variant takes its place.
    let mut earliest = earlier.clone();
    earliest.occurred_at = at(-4 * HOUR);
    let dump = dump_after(make_place, &[(Origin::Live, &plain), (Origin::Live, &earliest)]).await;
    let with_test = dump_after(make_place, &[(Origin::Live, &plain), (Origin::Test, &earlier), (Origin::Live, &earliest)]).await;
    assert_eq!(with_test, dump);
}
