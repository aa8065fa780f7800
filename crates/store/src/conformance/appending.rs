//! Appending: answered means kept, seen by whoever reads after, and counted once.

use std::collections::BTreeSet;

use hookline_model::{
    entry::Origin,
    event::{Change, Event},
    id::{CampaignId, ContactId, EmailId, EventId, QuarantineId, WorkspaceId},
    item::ItemSort,
    kind::Kind,
    platform::Platform,
};
use uuid::Uuid;

use super::{
    MakePlace,
    given::{self, Sketch, at, by_address, by_lead, campaign_key, event, message_key, sent, unreadable},
    world::{ACME, AGENCY, BETA, NOWHERE, UNROUTED, World, all, workspace},
};
use crate::{
    Append, Appended, Duplicates, RebuildKeys, Store,
    directory::DirectoryChange,
    query::{CampaignFilter, ContactFilter, EmailFilter, EventFilter},
};

pub(super) async fn an_append_is_seen_by_every_read_that_begins_after_it(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    for n in 1..=20 {
        let address = format!("contact{n}@x.example");
        let message = format!("{address} 41 {n}");
        let event = sent(&address, "41", n);
        let id = event.id;
        world.append(event).await;

        assert_eq!(world.event(id).await.map(|stored| stored.event.id), Some(id));
        assert_eq!(world.events(ACME, EventFilter::default()).await[0].event.id, id);
        let contact = world.contact(&by_address(&address)).await.expect("the contact is there");
        assert_eq!(contact.counts["sent"], 1);
        assert_eq!(world.contacts(ACME, ContactFilter::default()).await[0], contact);
        let campaign = world.campaign(&campaign_key("41")).await.expect("the campaign is there");
        assert_eq!((&campaign.counts["sent"], &campaign.unique["contacts"]), (&n.into(), &n.into()));
        assert_eq!(world.campaigns(ACME, CampaignFilter::default()).await, [campaign]);
        let email = world.email(&message_key(&message)).await.expect("the message is there");
        assert_eq!(email.contact_email.as_deref(), Some(address.as_str()));
        assert_eq!(world.emails(ACME, EmailFilter::default()).await[0], email);
        let dump = world.dump(ACME).await;
        for records in ["contacts", "emails", "enrollments"] {
            assert_eq!(dump[records].as_array().map(Vec::len), usize::try_from(n).ok(), "{records}");
        }
    }
}

pub(super) async fn an_entry_comes_back_as_it_was_appended(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let origins = [Origin::Live, Origin::Import, Origin::Routed, Origin::Rerun, Origin::Manual, Origin::Test];
    for (place, origin) in (0..).zip(origins) {
        let mut event = sent("jane@x.example", "41", place).step(3).first_name("Jané \u{0} 🦀").reply("r@x.example");
        event.account = Some("client 7".to_owned());
        event.sending_account = Some("sales@us.example".to_owned());
        event.facts.tags = given::adding(&["vip", "%", "line\nfeed"]);
        event.facts.score = Some(Change::Set(serde_json::json!(0.1)));
        event.facts.company_name = Some(Change::Clear);
        let delivery = Append { origin, raw: vec![0xff, 0x00, 0xfe], ..given::delivery(ACME, event.clone()) };
        let appended = world.deliver(delivery.clone()).await;
        if origin == Origin::Test {
            event.id = event.id.of_test();
        }
        assert_eq!(appended, Appended { event_id: event.id, duplicate: false });

        let stored = world.store.event(ACME, event.id, true).await.expect("an event is answered").expect("it is there");
        assert_eq!(*stored.event, event);
        assert_eq!((stored.workspace, stored.origin, stored.received_at), (ACME, origin, delivery.received_at));
        assert_eq!(stored.duplicates, Duplicates::default());
        assert_eq!(stored.raw, Some(delivery.raw));
        if origin != Origin::Test {
            assert_eq!(stored.contact_id, Some(ContactId::derive(ACME, &by_address("jane@x.example"))));
            assert_eq!(stored.campaign_id, Some(CampaignId::derive(ACME, &campaign_key("41"))));
        }
        let listed = world.events(ACME, EventFilter::default()).await;
        assert_eq!((&*listed[0].event, &listed[0].raw), (&event, &None), "lists carry no raw bodies");
    }
    let nobody = event(Kind::AccountError, 100).of_platform(Platform::Emailbison);
    world.append(nobody.clone()).await;
    let stored = world.event(nobody.id).await.expect("it is there");
    assert_eq!((stored.contact_id, stored.contact_email, stored.campaign_id), (None, None, None));
    assert_eq!(*stored.event, nobody);
}

pub(super) async fn a_repetition_is_a_duplicate_of_the_first_and_is_noted(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let event = sent("jane@x.example", "41", 0);
    let (id, key) = (event.id, message_key("jane@x.example 41 0"));
    let arriving = |ms: i64| Append { received_at: at(ms), raw: ms.to_string().into(), ..given::delivery(ACME, event.clone()) };
    assert_eq!(world.deliver(arriving(10)).await, Appended { event_id: id, duplicate: false });
    let dump = world.dump(ACME).await;
    assert_eq!(world.event(id).await.map(|stored| stored.duplicates), Some(Duplicates::default()));
    // The second last comes last: times of receipt need not rise.
    for (ms, count, last) in [(30, 1, 30), (50, 2, 50), (40, 3, 50)] {
        assert_eq!(world.deliver(arriving(ms)).await, Appended { event_id: id, duplicate: true });
        let stored = world.store.event(ACME, id, true).await.expect("an event is answered").expect("it is there");
        assert_eq!(stored.duplicates, Duplicates { count, last_at: Some(at(last)) });
        assert_eq!((stored.received_at, stored.raw.as_deref()), (at(10), Some(b"10".as_slice())), "of the first delivery");
        assert_eq!(world.events(ACME, EventFilter::default()).await[0].duplicates, stored.duplicates);
    }
    assert_eq!(world.dump(ACME).await, dump, "a repetition changes no record");
    assert_eq!(world.events(ACME, EventFilter::default()).await.len(), 1);
    assert_eq!(world.contact(&by_address("jane@x.example")).await.map(|contact| contact.counts["sent"].clone()), Some(1.into()));
    assert!(world.email(&key).await.is_some());
    assert_eq!(world.committed(), 1, "a repetition is no entry");
}

pub(super) async fn an_unknown_workspace_is_an_error(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append(sent("jane@x.example", "41", 0)).await;
    let store = &world.store;
    assert!(store.append(given::delivery(NOWHERE, sent("jane@x.example", "41", 0))).await.is_err());
    assert!(store.quarantine(unreadable(NOWHERE, 1, 0)).await.is_err());
    assert_no_read_answers(store.as_ref(), NOWHERE).await;
    store.ready().await.expect("the store goes on");
    world.append(sent("jane@x.example", "41", 1)).await;
    assert_eq!(world.committed(), 2);
}

/// Checks that every method that reads a workspace, or rebuilds in it, answers with an error.
pub(super) async fn assert_no_read_answers(store: &dyn Store, workspace: WorkspaceId) {
    let (contact, campaign, email) = (by_lead("1"), campaign_key("1"), message_key("1"));
    assert!(store.quarantined(workspace, all()).await.is_err());
    assert!(store.quarantined_one(workspace, QuarantineId(Uuid::nil())).await.is_err());
    assert!(store.event(workspace, EventId(Uuid::nil()), true).await.is_err());
    assert!(store.events(workspace, EventFilter::default(), all()).await.is_err());
    assert!(store.contact(workspace, ContactId::derive(workspace, &contact)).await.is_err());
    assert!(store.contacts(workspace, ContactFilter::default(), all()).await.is_err());
    assert!(store.campaign(workspace, CampaignId::derive(workspace, &campaign)).await.is_err());
    assert!(store.campaigns(workspace, CampaignFilter::default(), all()).await.is_err());
    assert!(store.email(workspace, EmailId::derive(workspace, &email)).await.is_err());
    assert!(store.emails(workspace, EmailFilter::default(), all()).await.is_err());
    assert!(store.items(workspace, ItemSort::List, all()).await.is_err());
    assert!(store.contact_items(workspace, ContactId::derive(workspace, &contact), ItemSort::Note, all()).await.is_err());
    assert!(store.erasures(workspace, all()).await.is_err());
    assert!(store.dump(workspace).await.is_err());
    let keys = RebuildKeys { contacts: vec![contact], campaigns: vec![campaign], emails: vec![email], items: Vec::new() };
    assert!(store.rebuild(workspace, keys).await.is_err());
}

/// Twenty events of ten contacts in one campaign.
fn twenty() -> Vec<Event> {
    (0..20).map(|n| sent(&format!("contact{}@x.example", n % 10), "41", n)).collect()
}

pub(super) async fn concurrent_appends_are_all_answered_and_counted_once(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let workspaces: Vec<WorkspaceId> = (1..=5).map(|n| WorkspaceId(Uuid::from_u128(0xc0 + n))).collect();
    let changes = workspaces.iter().map(|id| DirectoryChange::PutWorkspace(workspace(*id, AGENCY, false))).collect();
    world.store.change_directory(changes).await.expect("workspaces are made");

    // 200 deliveries: in each of the five workspaces each of the twenty events twice.
    let events = twenty();
    let mut deliveries = tokio::task::JoinSet::new();
    for event in events.iter().chain(&events) {
        for workspace in &workspaces {
            let store = std::sync::Arc::clone(&world.store);
            let delivery = given::delivery(*workspace, event.clone());
            let workspace = *workspace;
            deliveries.spawn(async move { (workspace, store.append(delivery).await) });
        }
    }
    let (mut firsts, mut duplicates) = (BTreeSet::new(), BTreeSet::new());
    while let Some(delivery) = deliveries.join_next().await {
        let (workspace, appended) = delivery.expect("no append panics");
        let Appended { event_id, duplicate } = appended.expect("every append is answered");
        let of_its_sort = if duplicate { &mut duplicates } else { &mut firsts };
        assert!(of_its_sort.insert((workspace, event_id)), "{event_id} was twice answered with duplicate = {duplicate}");
    }
    assert_eq!((firsts.len(), duplicates.len()), (100, 100));
    assert_eq!(world.committed(), 100);

    for workspace in workspaces {
        let stored = world.events(workspace, EventFilter::default()).await;
        assert_eq!(stored.len(), 20);
        assert!(stored.iter().all(|stored| stored.duplicates.count == 1));
        let campaigns = world.campaigns(workspace, CampaignFilter::default()).await;
        assert_eq!((&campaigns[0].counts["sent"], &campaigns[0].unique["contacts"]), (&20.into(), &10.into()));
        let contacts = world.contacts(workspace, ContactFilter::default()).await;
        assert_eq!(contacts.iter().filter(|contact| contact.counts["sent"] == 2).count(), 10);
        assert_eq!(world.emails(workspace, EmailFilter::default()).await.len(), 20);
    }
    for workspace in [ACME, BETA, UNROUTED] {
        assert!(world.events(workspace, EventFilter::default()).await.is_empty());
    }
}
