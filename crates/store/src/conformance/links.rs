//! Links and aliases: older ids go on answering, and what was joined can be separated.

use hookline_model::{
    id::{CampaignId, ContactId},
    key::ContactKey,
    kind::Kind,
    platform::Platform,
};

use super::{
    MakePlace,
    given::{self, Sketch, alias, at, by_address, by_lead, campaign_key, event, external, link, message_key, sent},
    world::{ACME, World},
};
use crate::query::{CampaignFilter, CampaignSelector, ContactFilter, ContactSelector, EmailFilter, EventFilter};

/// A contact first known by a lead's id alone, then named with its address.
async fn lead_then_address(make_place: MakePlace<'_>) -> World {
    let world = World::new(make_place).await;
    world.append(event(Kind::EmailSent, 0).about_id("7").in_campaign("41").message("m0")).await;
    let alone = world.contact(&by_lead("7")).await.expect("the lead is a contact");
    assert_eq!((alone.id, alone.email), (ContactId::derive(ACME, &by_lead("7")), None));
    world.append(event(Kind::EmailOpened, 10).about("jane@x.example").about_id("7").in_campaign("41").message("m0")).await;
    world
}

pub(super) async fn an_older_id_answers_with_the_record_of_the_newer(make_place: MakePlace<'_>) {
    let world = lead_then_address(make_place).await;
    let check = async |world: &World| {
        let (lead, jane) = (by_lead("7"), by_address("jane@x.example"));
        let contact = world.contact(&jane).await.expect("the address is a contact");
        assert_eq!(world.contact(&lead).await.as_ref(), Some(&contact), "the id of before");
        assert_eq!(contact.id, ContactId::derive(ACME, &jane));
        assert_eq!(contact.email.as_deref(), Some("jane@x.example"));
        assert_eq!((&contact.counts["sent"], &contact.counts["opened"]), (&1.into(), &1.into()));
        assert_eq!((contact.created_at, contact.updated_at), (Some(at(0).to_string()), Some(at(10).to_string())));
        assert_eq!(contact.external.len(), 1);
        let listed = world.contacts(ACME, ContactFilter::default()).await;
        assert_eq!(listed.iter().map(|contact| contact.id).collect::<Vec<_>>(), [contact.id], "it is one");
        let campaign = world.campaign(&campaign_key("41")).await.expect("the campaign is there");
        assert_eq!(campaign.unique["contacts"], 1);
        let email = world.email(&message_key("m0")).await.expect("the message is there");
        assert_eq!((email.contact_id, email.contact_email.as_deref()), (Some(contact.id), Some("jane@x.example")));
        assert_eq!(world.dump(ACME).await["enrollments"].as_array().map(Vec::len), Some(1));
    };
    check(&world).await;
    check(&world.reopened().await).await;
}

pub(super) async fn filters_by_contact_find_the_events_of_all_its_keys(make_place: MakePlace<'_>) {
    let world = lead_then_address(make_place).await;
    let (lead, jane) = (ContactId::derive(ACME, &by_lead("7")), ContactId::derive(ACME, &by_address("jane@x.example")));
    let selectors = [ContactSelector::Id(lead), ContactSelector::Id(jane), ContactSelector::Email("jane@x.example".to_owned())];
    world.append(sent("other@x.example", "41", 5)).await;
    for contact in selectors {
        let filter = EventFilter { contact: Some(contact.clone()), ..EventFilter::default() };
        let stored = world.events(ACME, filter).await;
        assert_eq!(stored.iter().map(|stored| stored.event.kind).collect::<Vec<_>>(), [Kind::EmailOpened, Kind::EmailSent]);
        for stored in stored {
            assert_eq!((stored.contact_id, stored.contact_email.as_deref()), (Some(jane), Some("jane@x.example")));
        }
        let filter = EmailFilter { contact: Some(contact), ..EmailFilter::default() };
        assert_eq!(world.emails(ACME, filter).await.len(), 1);
    }
}

pub(super) async fn unlinking_separates_again(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let (ann, bob) = (by_address("ann@a.example"), by_address("bob@b.example"));
    world.append_all([sent("ann@a.example", "41", 0), sent("bob@b.example", "41", 1), sent("bob@b.example", "41", 2)]).await;
    let sent_to = async |key: &ContactKey| {
        let contact = world.contact(key).await.expect("the contact is there");
        (contact.id, contact.counts["sent"].clone())
    };
    let unique = async || world.campaign(&campaign_key("41")).await.expect("the campaign is there").unique["contacts"].clone();
    let listed = async || world.contacts(ACME, ContactFilter::default()).await.len();
    let found = async |key: &ContactKey| {
        let contact = Some(ContactSelector::Id(ContactId::derive(ACME, key)));
        world.events(ACME, EventFilter { contact, ..EventFilter::default() }).await.len()
    };
    let (ann_id, bob_id) = (ContactId::derive(ACME, &ann), ContactId::derive(ACME, &bob));
    for round in 0..2 {
        world.append(link(&ann, &bob, true, 10 + round * 10)).await;
        assert_eq!((sent_to(&ann).await, sent_to(&bob).await), ((ann_id, 3.into()), (ann_id, 3.into())));
        assert_eq!((unique().await, listed().await), (1.into(), 1));
        assert_eq!((found(&ann).await, found(&bob).await), (3, 3));
        world.append(link(&bob, &ann, false, 15 + round * 10)).await;
        assert_eq!((sent_to(&ann).await, sent_to(&bob).await), ((ann_id, 1.into()), (bob_id, 2.into())));
        assert_eq!((unique().await, listed().await), (2.into(), 2));
        assert_eq!((found(&ann).await, found(&bob).await), (1, 2));
    }
    // What was only named together is separated, too.
    let named = event(Kind::ContactUpdated, 50).of_platform(Platform::Hubspot).about("ann@a.example").about_id("99");
    let by_crm = event(Kind::ContactUpdated, 51).of_platform(Platform::Hubspot).about_id("99");
    let crm = ContactKey::External(external(Platform::Hubspot, "99"));
    world.append_all([named, by_crm]).await;
    assert_eq!(sent_to(&crm).await.0, ann_id);
    world.append(link(&ann, &crm, false, 52)).await;
    assert_eq!(sent_to(&crm).await, (ContactId::derive(ACME, &crm), 0.into()));
    assert_eq!(sent_to(&ann).await, (ann_id, 1.into()));
}

/// Two campaigns that are one, of two platforms, and a third.
async fn aliased(make_place: MakePlace<'_>) -> World {
    let world = World::new(make_place).await;
    world
        .append_all([
            sent("ann@a.example", "41", 0),
            sent("ann@a.example", "42", 1),
            sent("bob@b.example", "42", 2),
            sent("bob@b.example", "43", 3),
            alias(&campaign_key("41"), &campaign_key("42"), true, 10),
        ])
        .await;
    world
}

pub(super) async fn an_aliased_campaign_answers_under_both_ids(make_place: MakePlace<'_>) {
    let world = aliased(make_place).await;
    let check = async |world: &World| {
        let campaign = world.campaign(&campaign_key("41")).await.expect("the campaign is there");
        assert_eq!(world.campaign(&campaign_key("42")).await.as_ref(), Some(&campaign));
        assert_eq!(campaign.id, CampaignId::derive(ACME, &campaign_key("41")));
        assert_eq!((&campaign.counts["sent"], &campaign.unique["contacts"]), (&3.into(), &2.into()));
        let listed = world.campaigns(ACME, CampaignFilter::default()).await;
        let ids: Vec<_> = listed.iter().map(|campaign| campaign.platform_campaign_id.as_deref()).collect();
        assert_eq!(ids, [Some("43"), Some("41")]);
        let by_id = |id| CampaignSelector::Id(CampaignId::derive(ACME, &campaign_key(id)));
        let by_platform = |id: &str| CampaignSelector::PlatformId(id.to_owned());
        for selector in [by_id("41"), by_id("42"), by_platform("41"), by_platform("42")] {
            let filter = EventFilter { campaign: Some(selector.clone()), ..EventFilter::default() };
            let stored = world.events(ACME, filter).await;
            assert_eq!(stored.len(), 3, "{selector:?}");
            assert!(stored.iter().all(|stored| stored.campaign_id == Some(campaign.id)));
            let filter = EmailFilter { campaign: Some(selector.clone()), ..EmailFilter::default() };
            let emails = world.emails(ACME, filter).await;
            assert_eq!(emails.len(), 3, "{selector:?}");
            assert!(emails.iter().all(|email| email.campaign_id == Some(campaign.id)));
        }
    };
    check(&world).await;
    check(&world.reopened().await).await;
}

pub(super) async fn unaliasing_separates_again(make_place: MakePlace<'_>) {
    let world = aliased(make_place).await;
    world.append(alias(&campaign_key("42"), &campaign_key("41"), false, given::MINUTE)).await;
    for (id, sent, contacts) in [("41", 1, 1), ("42", 2, 2), ("43", 1, 1)] {
        let campaign = world.campaign(&campaign_key(id)).await.expect("the campaign is there");
        assert_eq!(campaign.id, CampaignId::derive(ACME, &campaign_key(id)));
        assert_eq!((&campaign.counts["sent"], &campaign.unique["contacts"]), (&sent.into(), &contacts.into()), "campaign {id}");
        let filter = EventFilter { campaign: Some(CampaignSelector::Id(campaign.id)), ..EventFilter::default() };
        assert_eq!(world.events(ACME, filter).await.len(), sent, "campaign {id}");
    }
    assert_eq!(world.campaigns(ACME, CampaignFilter::default()).await.len(), 3);
}
