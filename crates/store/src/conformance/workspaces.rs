//! A workspace sees only itself; and where events make no records.

use hookline_model::{
    entry::Origin,
    id::{CampaignId, ContactId, EmailId},
    item::ItemSort,
    kind::Kind,
    platform::Platform,
};

use super::{
    MakePlace,
    given::{Sketch, by_address, by_lead, campaign_key, event, item_key, message_key, sent, unreadable},
    world::{ACME, BETA, UNROUTED, World, all, is_empty, some_life},
};
use crate::{
    Appended, RebuildKeys,
    query::{CampaignFilter, CampaignSelector, ContactFilter, ContactSelector, EmailFilter, EventFilter},
};

pub(super) async fn the_same_event_in_two_workspaces_is_two(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let event = sent("jane@x.example", "41", 0);
    for workspace in [ACME, BETA] {
        let appended = world.append_as(workspace, Origin::Live, event.clone()).await;
        assert_eq!(appended, Appended { event_id: event.id, duplicate: false });
    }
    let again = world.append_as(BETA, Origin::Live, event.clone()).await;
    assert!(again.duplicate);
    for (workspace, repetitions) in [(ACME, 0), (BETA, 1)] {
        let stored = world.store.event(workspace, event.id, false).await.expect("an event is answered").expect("it is there");
        assert_eq!((stored.workspace, stored.duplicates.count), (workspace, repetitions));
        assert_eq!(world.events(workspace, EventFilter::default()).await.len(), 1);
        let contacts = world.contacts(workspace, ContactFilter::default()).await;
        assert_eq!((contacts.len(), &contacts[0].counts["sent"]), (1, &1.into()));
        assert_eq!(contacts[0].id, ContactId::derive(workspace, &by_address("jane@x.example")));
    }
}

pub(super) async fn ids_of_one_workspace_answer_nothing_in_another(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(some_life()).await;
    world.store.quarantine(unreadable(ACME, 1, 0)).await.expect("quarantine takes it");
    let store = &world.store;
    let events = world.events(ACME, EventFilter::default()).await;
    let contacts = world.contacts(ACME, ContactFilter::default()).await;
    let campaigns = world.campaigns(ACME, CampaignFilter::default()).await;
    let emails = world.emails(ACME, EmailFilter::default()).await;
    assert!(!events.is_empty() && !contacts.is_empty() && !campaigns.is_empty() && !emails.is_empty());
    for other in [BETA, UNROUTED] {
        for stored in &events {
            assert!(store.event(other, stored.event.id, true).await.expect("an event is answered").is_none());
        }
        for contact in &contacts {
            assert!(store.contact(other, contact.id).await.expect("a contact is answered").is_none());
        }
        for campaign in &campaigns {
            assert!(store.campaign(other, campaign.id).await.expect("a campaign is answered").is_none());
        }
        for email in &emails {
            assert!(store.email(other, email.id).await.expect("an email is answered").is_none());
        }
        // What the same keys would be called there is nobody either.
        let contact = ContactId::derive(other, &by_address("ann@a.example"));
        assert!(store.contact(other, contact).await.expect("a contact is answered").is_none());
        let campaign = CampaignId::derive(other, &campaign_key("41"));
        assert!(store.campaign(other, campaign).await.expect("a campaign is answered").is_none());
        let email = EmailId::derive(other, &message_key("ann@a.example 41 0"));
        assert!(store.email(other, email).await.expect("an email is answered").is_none());
        assert!(is_empty(&world.dump(other).await));
        assert!(store.quarantined(other, all()).await.expect("quarantine is answered").rows.is_empty());
    }
}

pub(super) async fn filters_find_nothing_of_another_workspace(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world.append_all(some_life()).await;
    let address = "ann@a.example";
    let contact = ContactId::derive(ACME, &by_address(address));
    let campaign = CampaignId::derive(ACME, &campaign_key("41"));
    let contacts = [ContactSelector::Id(contact), ContactSelector::Email(address.to_owned())];
    let campaigns = [CampaignSelector::Id(campaign), CampaignSelector::PlatformId("41".to_owned())];
    let mut events = vec![EventFilter { kind: Some(Kind::EmailSent), ..EventFilter::default() }];
    let mut emails = vec![EmailFilter { inbound: Some(false), ..EmailFilter::default() }];
    for contact in &contacts {
        events.push(EventFilter { contact: Some(contact.clone()), ..EventFilter::default() });
        emails.push(EmailFilter { contact: Some(contact.clone()), ..EmailFilter::default() });
    }
    for campaign in &campaigns {
        events.push(EventFilter { campaign: Some(campaign.clone()), ..EventFilter::default() });
        emails.push(EmailFilter { campaign: Some(campaign.clone()), ..EmailFilter::default() });
    }
    let people = [
        ContactFilter { email: Some(address.to_owned()), ..ContactFilter::default() },
        ContactFilter { q: Some("ann".to_owned()), ..ContactFilter::default() },
        ContactFilter { tag: Some("vip".to_owned()), ..ContactFilter::default() },
        ContactFilter { status: Some("unsubscribed".to_owned()), ..ContactFilter::default() },
    ];
    let of_smartlead = CampaignFilter { platform: Some(Platform::Smartlead), ..CampaignFilter::default() };
    for (workspace, found) in [(ACME, true), (BETA, false), (UNROUTED, false)] {
        for filter in &events {
            assert_eq!(!world.events(workspace, filter.clone()).await.is_empty(), found, "{filter:?}");
        }
        for filter in &emails {
            assert_eq!(!world.emails(workspace, filter.clone()).await.is_empty(), found, "{filter:?}");
        }
        for filter in &people {
            assert_eq!(!world.contacts(workspace, filter.clone()).await.is_empty(), found, "{filter:?}");
        }
        assert_eq!(!world.campaigns(workspace, of_smartlead.clone()).await.is_empty(), found);
    }
}

pub(super) async fn links_and_rebuilds_stay_in_their_workspace(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let (ann, bob) = (by_address("ann@a.example"), by_address("bob@b.example"));
    for event in [sent("ann@a.example", "41", 0), sent("bob@b.example", "42", 1)] {
        world.append_as(BETA, Origin::Live, event).await;
    }
    let before = world.dump(BETA).await;
    world.append_all(some_life()).await;
    assert_eq!(world.dump(BETA).await, before, "links and aliases of one workspace join nothing in another");
    assert_eq!(world.contacts(BETA, ContactFilter::default()).await.len(), 2);

    let acme = world.dump(ACME).await;
    let keys = RebuildKeys {
        contacts: vec![ann, bob, by_address("cy@c.example"), by_lead("7")],
        campaigns: vec![campaign_key("41"), campaign_key("42"), campaign_key("43")],
        emails: vec![message_key("ann@a.example 41 0"), message_key("m7")],
        items: vec![item_key(ItemSort::Tag, "3"), item_key(ItemSort::Note, "3")],
    };
    world.store.rebuild(BETA, keys).await.expect("a rebuild is answered");
    assert_eq!(world.dump(BETA).await, before);
    assert_eq!(world.dump(ACME).await, acme);
}

pub(super) async fn a_reserved_workspace_lists_events_and_makes_no_records(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut ids = Vec::new();
    for event in some_life() {
        ids.push(world.append_as(UNROUTED, Origin::Live, event).await.event_id);
    }
    ids.sort();
    ids.dedup();
    let world = check_no_records(world, UNROUTED, &ids).await;
    let world = check_no_records(world.reopened().await, UNROUTED, &ids).await;
    let kind = EventFilter { kind: Some(Kind::EmailBounced), ..EventFilter::default() };
    assert_eq!(world.events(UNROUTED, kind).await.len(), 1, "what is listed can be filtered");
}

pub(super) async fn test_events_are_listed_and_make_no_records(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut ids = Vec::new();
    for event in some_life() {
        ids.push(world.append_as(ACME, Origin::Test, event).await.event_id);
    }
    ids.sort();
    ids.dedup();
    let world = check_no_records(world, ACME, &ids).await;
    let world = check_no_records(world.reopened().await, ACME, &ids).await;
    assert!(world.events(ACME, EventFilter::default()).await.iter().all(|stored| stored.origin == Origin::Test));

    // Beside them, live ones make theirs and no more.
    world.append(event(Kind::EmailSent, 1).about("zoe@z.example").in_campaign("99")).await;
    assert_eq!(world.contacts(ACME, ContactFilter::default()).await.len(), 1);
    let campaigns = world.campaigns(ACME, CampaignFilter::default()).await;
    assert_eq!((campaigns.len(), &campaigns[0].counts["sent"]), (1, &1.into()));
}

/// Checks that a workspace lists these events, with their facts, and has no records.
async fn check_no_records(
    world: World,
    workspace: hookline_model::id::WorkspaceId,
    ids: &[hookline_model::id::EventId],
) -> World {
    let mut listed: Vec<_> = world.events(workspace, EventFilter::default()).await.iter().map(|stored| stored.event.id).collect();
    listed.sort();
    assert_eq!(listed, ids);
    for id in ids {
        assert!(world.store.event(workspace, *id, true).await.expect("an event is answered").is_some());
    }
    assert!(is_empty(&world.dump(workspace).await));
    assert!(world.contacts(workspace, ContactFilter::default()).await.is_empty());
    assert!(world.campaigns(workspace, CampaignFilter::default()).await.is_empty());
    assert!(world.emails(workspace, EmailFilter::default()).await.is_empty());
    let contact = ContactId::derive(workspace, &by_address("ann@a.example"));
    assert!(world.store.contact(workspace, contact).await.expect("a contact is answered").is_none());
    let campaign = CampaignId::derive(workspace, &campaign_key("41"));
    assert!(world.store.campaign(workspace, campaign).await.expect("a campaign is answered").is_none());
    let email = EmailId::derive(workspace, &message_key("ann@a.example 41 0"));
    assert!(world.store.email(workspace, email).await.expect("an email is answered").is_none());
    world
}
