//! Filters: each field tells a row that matches from one that does not.

use std::collections::BTreeSet;

use hookline_model::{
    event::{Change, Event},
    id::{CampaignId, ContactId, EventId},
    interest::Interest,
    key::{CampaignKey, ExternalId},
    kind::Kind,
    platform::Platform,
};
use uuid::Uuid;

use super::{
    MakePlace,
    given::{self, Sketch, at, by_address, campaign_key, event, link, sent},
    world::{ACME, World},
};
use crate::query::{CampaignFilter, CampaignSelector, ContactFilter, ContactSelector, EmailFilter, EventFilter};

fn contact_id(address: &str) -> Option<ContactSelector> {
    Some(ContactSelector::Id(ContactId::derive(ACME, &by_address(address))))
}

fn contact_email(address: &str) -> Option<ContactSelector> {
    Some(ContactSelector::Email(address.to_owned()))
}

fn campaign_id(key: &CampaignKey) -> Option<CampaignSelector> {
    Some(CampaignSelector::Id(CampaignId::derive(ACME, key)))
}

fn platform_id(id: &str) -> Option<CampaignSelector> {
    Some(CampaignSelector::PlatformId(id.to_owned()))
}

pub(super) async fn every_filter_of_events_tells_rows_apart(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let lemlist = event(Kind::EmailSent, 30).of_platform(Platform::Lemlist).about("dan@d.example").in_campaign("41");
    let listed = [
        sent("ann@a.example", "41", 0),
        event(Kind::EmailOpened, 10).about("ann@a.example").in_campaign("42"),
        event(Kind::EmailReplied, 20).about("bob@b.example"),
        lemlist,
        event(Kind::AccountError, 40),
    ];
    world.append_all(listed.clone()).await;
    let any = EventFilter::default;
    let lemlists = CampaignKey::External(given::external(Platform::Lemlist, "41"));
    let cases: Vec<(EventFilter, &[usize])> = vec![
        (any(), &[0, 1, 2, 3, 4]),
        (EventFilter { kind: Some(Kind::EmailSent), ..any() }, &[0, 3]),
        (EventFilter { kind: Some(Kind::EmailBounced), ..any() }, &[]),
        (EventFilter { platform: Some(Platform::Lemlist), ..any() }, &[3]),
        (EventFilter { platform: Some(Platform::Instantly), ..any() }, &[]),
        (EventFilter { contact: contact_id("ann@a.example"), ..any() }, &[0, 1]),
        (EventFilter { contact: contact_id("nobody@n.example"), ..any() }, &[]),
        (EventFilter { contact: contact_email("bob@b.example"), ..any() }, &[2]),
        (EventFilter { contact: contact_email(" Bob@B.example"), ..any() }, &[2]),
        (EventFilter { contact: contact_email("nobody@n.example"), ..any() }, &[]),
        (EventFilter { contact: contact_email("ann"), ..any() }, &[]),
        (EventFilter { contact: contact_email(""), ..any() }, &[]),
        (EventFilter { campaign: campaign_id(&campaign_key("41")), ..any() }, &[0]),
        (EventFilter { campaign: campaign_id(&lemlists), ..any() }, &[3]),
        (EventFilter { campaign: campaign_id(&campaign_key("4")), ..any() }, &[]),
        (EventFilter { campaign: platform_id("41"), ..any() }, &[0, 3]),
        (EventFilter { campaign: platform_id("4"), ..any() }, &[]),
        (EventFilter { since: Some(at(10)), ..any() }, &[1, 2, 3, 4]),
        (EventFilter { since: Some(at(11)), ..any() }, &[2, 3, 4]),
        (EventFilter { until: Some(at(20)), ..any() }, &[0, 1]),
        (EventFilter { until: Some(at(21)), ..any() }, &[0, 1, 2]),
        (EventFilter { since: Some(at(10)), until: Some(at(10)), ..any() }, &[]),
        (EventFilter { since: Some(at(0)), until: Some(at(31)), kind: Some(Kind::EmailSent), ..any() }, &[0, 3]),
        (EventFilter { contact: contact_id("ann@a.example"), campaign: platform_id("42"), ..any() }, &[1]),
        (EventFilter { contact: contact_id("bob@b.example"), campaign: platform_id("42"), ..any() }, &[]),
        (EventFilter { platform: Some(Platform::Smartlead), kind: Some(Kind::EmailSent), ..any() }, &[0]),
    ];
    for (filter, expected) in cases {
        let found: Vec<EventId> = world.events(ACME, filter.clone()).await.iter().map(|stored| stored.event.id).collect();
        let expected: Vec<EventId> = expected.iter().rev().map(|place| listed[*place].id).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}

/// The given names of the contacts that a filter finds.
async fn names(world: &World, filter: ContactFilter) -> BTreeSet<String> {
    world.contacts(ACME, filter).await.into_iter().filter_map(|contact| contact.first_name).collect()
}

async fn check_contacts(world: &World, cases: Vec<(ContactFilter, &[&str])>) {
    for (filter, expected) in cases {
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(names(world, filter.clone()).await, expected, "{filter:?}");
    }
}

fn person(name: &str, ms: i64) -> Event {
    event(Kind::ContactUpdated, ms).about(&format!("{}@x.example", name.to_lowercase())).first_name(name)
}

fn tagged(name: &str, ms: i64, tags: &[&str], lists: &[&str]) -> Event {
    let mut event = person(name, ms);
    event.facts.tags = given::adding(tags);
    event.facts.lists = given::adding(lists);
    event
}

pub(super) async fn every_filter_of_contacts_tells_rows_apart(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut leaving = tagged("Cy", 3, &["vip"], &[]);
    leaving.facts.interest = Some(Change::Set(Interest::NotInterested));
    let mut left = tagged("Cy", 4, &[], &[]);
    left.facts.tags.get_or_insert_default().remove.insert("vip".to_owned());
    let people = vec![
        tagged("Ann", 0, &["vip"], &["spring"]),
        event(Kind::ContactInterested, 1).about("ann@x.example"),
        tagged("Bob", 2, &["cold"], &["spring", "autumn"]),
        leaving,
        left,
        // Bob has another address.
        link(&by_address("bob@x.example"), &by_address("a.bob@home.example"), true, 5),
        tagged("Gone", 6, &["vip"], &["spring"]),
        event(Kind::ContactDeleted, 7).about("gone@x.example"),
    ];
    world.append_all(people).await;
    let any = ContactFilter::default;
    let some = |text: &str| Some(text.to_owned());
    let cases: Vec<(ContactFilter, &[&str])> = vec![
        (any(), &["Ann", "Bob", "Cy"]),
        (ContactFilter { email: some("ann@x.example"), ..any() }, &["Ann"]),
        (ContactFilter { email: some(" ANN@x.example "), ..any() }, &["Ann"]),
        (ContactFilter { email: some("bob@x.example"), ..any() }, &["Bob"]),
        (ContactFilter { email: some("a.bob@home.example"), ..any() }, &["Bob"]),
        (ContactFilter { email: some("nn@x.example"), ..any() }, &[]),
        (ContactFilter { email: some("not an address"), ..any() }, &[]),
        (ContactFilter { email: some("gone@x.example"), ..any() }, &[]),
        (ContactFilter { status: some("interested"), ..any() }, &["Ann"]),
        (ContactFilter { status: some("not_interested"), ..any() }, &["Cy"]),
        (ContactFilter { status: some("new"), ..any() }, &["Bob"]),
        (ContactFilter { status: some("bounced"), ..any() }, &[]),
        (ContactFilter { interest: Some(Interest::Interested), ..any() }, &["Ann"]),
        (ContactFilter { interest: Some(Interest::NotInterested), ..any() }, &["Cy"]),
        (ContactFilter { interest: Some(Interest::Closed), ..any() }, &[]),
        (ContactFilter { tag: some("vip"), ..any() }, &["Ann"]),
        (ContactFilter { tag: some("cold"), ..any() }, &["Bob"]),
        (ContactFilter { tag: some("spring"), ..any() }, &[]),
        (ContactFilter { list: some("spring"), ..any() }, &["Ann", "Bob"]),
        (ContactFilter { list: some("autumn"), ..any() }, &["Bob"]),
        (ContactFilter { list: some("vip"), ..any() }, &[]),
        (ContactFilter { q: some("ann"), ..any() }, &["Ann"]),
        (ContactFilter { tag: some("vip"), list: some("spring"), status: some("interested"), ..any() }, &["Ann"]),
        (ContactFilter { tag: some("vip"), list: some("autumn"), ..any() }, &[]),
    ];
    check_contacts(&world, cases).await;
}

pub(super) async fn a_tag_or_list_matches_whole_names_only(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    world
        .append_all([
            tagged("Ann", 0, &["vip"], &["spring"]),
            tagged("Bob", 1, &["vip gold", "a vip", "vip, gold"], &["spring 2026", "in spring"]),
            tagged("Cy", 2, &["VIP", "vip\ngold", "very\nvip\nindeed"], &["Spring", "spring\n2026", "in\nspring"]),
            tagged("Dan", 3, &["%", "\\n"], &["100%", "a_c"]),
            tagged("Eve", 4, &["\n", "Ünïcode \u{0} 🦀"], &["abc", "\\"]),
            tagged("Fay", 5, &[], &[]),
        ])
        .await;
    let cases: [(&str, &[&str], &[&str]); 16] = [
        ("vip", &["Ann"], &[]),
        ("spring", &[], &["Ann"]),
        ("vip gold", &["Bob"], &[]),
        ("spring 2026", &[], &["Bob"]),
        ("gold", &[], &[]),
        ("vip\ngold", &["Cy"], &[]),
        ("spring\n2026", &[], &["Cy"]),
        ("in", &[], &[]),
        ("vip\nvip gold", &[], &[]),
        ("%", &["Dan"], &[]),
        ("a_c", &[], &["Dan"]),
        ("a%", &[], &[]),
        ("\\n", &["Dan"], &[]),
        ("\n", &["Eve"], &[]),
        ("Ünïcode \u{0} 🦀", &["Eve"], &[]),
        ("", &[], &[]),
    ];
    for (name, with_tag, on_list) in cases {
        let tag = ContactFilter { tag: Some(name.to_owned()), ..ContactFilter::default() };
        let list = ContactFilter { list: Some(name.to_owned()), ..ContactFilter::default() };
        check_contacts(&world, vec![(tag, with_tag), (list, on_list)]).await;
    }
}

pub(super) async fn a_search_ignores_case_and_knows_no_wildcards(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut ann = person("Ann", 0);
    ann.facts.last_name = Some(Change::Set("O'Hara-Weiß".to_owned()));
    ann.facts.company_name = Some(Change::Set("100% Örtlich_GmbH".to_owned()));
    let mut bob = event(Kind::ContactUpdated, 1).about("bob.builder@sites.example").about_id("12345");
    bob.facts.full_name = Some(Change::Set("Bob  van Dijk".to_owned()));
    bob.facts.company_name = Some(Change::Set("1000 Ortlich GmbH".to_owned()));
    bob.facts.phone = Some(Change::Set("+49 555".to_owned()));
    world.append_all([ann, bob, person("Cy", 2)]).await;
    let cases: [(&str, &[&str]); 21] = [
        ("ann", &["Ann"]),
        ("ANN", &["Ann"]),
        ("o'hara", &["Ann"]),
        ("WEIß", &["Ann"]),
        ("örtlich", &["Ann"]),
        ("ÖRTLICH", &["Ann"]),
        ("100%", &["Ann"]),
        ("100", &["Ann", "Bob"]),
        ("%", &["Ann"]),
        ("_", &["Ann"]),
        ("h_g", &["Ann"]),
        ("c_", &[]),
        ("a%n", &[]),
        ("*", &[]),
        ("\\", &[]),
        ("bob.builder", &["Bob"]),
        ("SITES.EXAMPLE", &["Bob"]),
        ("van dijk", &["Bob"]),
        ("x.example", &["Ann", "Cy"]),
        ("555", &[]),
        ("", &["Ann", "Bob", "Cy"]),
    ];
    for (q, expected) in cases {
        let filter = ContactFilter { q: Some(q.to_owned()), ..ContactFilter::default() };
        check_contacts(&world, vec![(filter, expected)]).await;
    }
}

pub(super) async fn every_filter_of_campaigns_tells_rows_apart(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let mut paused = event(Kind::CampaignStatusChanged, 0).in_campaign("41");
    paused.facts.campaign_status = Some("paused".to_owned());
    let mut mentioned = event(Kind::EmailSent, 1).of_platform(Platform::Lemlist).about("ann@a.example").in_campaign("42");
    mentioned.campaign.as_mut().expect("it is in a campaign").status_mentioned = Some("active".to_owned());
    world.append_all([paused, mentioned, sent("ann@a.example", "43", 2)]).await;
    let any = CampaignFilter::default;
    let status = |status: &str| Some(status.to_owned());
    let cases: Vec<(CampaignFilter, &[&str])> = vec![
        (any(), &["43", "42", "41"]),
        (CampaignFilter { platform: Some(Platform::Smartlead), ..any() }, &["43", "41"]),
        (CampaignFilter { platform: Some(Platform::Lemlist), ..any() }, &["42"]),
        (CampaignFilter { platform: Some(Platform::Hubspot), ..any() }, &[]),
        (CampaignFilter { status: status("paused"), ..any() }, &["41"]),
        (CampaignFilter { status: status("active"), ..any() }, &["42"]),
        (CampaignFilter { status: status("act"), ..any() }, &[]),
        (CampaignFilter { platform: Some(Platform::Smartlead), status: status("active") }, &[]),
    ];
    for (filter, expected) in cases {
        let found = world.campaigns(ACME, filter.clone()).await;
        let found: Vec<_> = found.iter().filter_map(|campaign| campaign.platform_campaign_id.as_deref()).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}

pub(super) async fn every_filter_of_emails_tells_rows_apart(make_place: MakePlace<'_>) {
    let world = World::new(make_place).await;
    let subject = |mut event: Event, subject: &str| {
        let message = event.inbound.as_mut().or(event.outbound.as_mut());
        message.expect("it tells of a message").subject = Some(subject.to_owned());
        event
    };
    let named = CampaignKey::Named(ExternalId { platform: Platform::Smartlead, account: String::new(), id: "41".to_owned() });
    let mut in_named = event(Kind::EmailSent, 4).about("cy@c.example").message("m4");
    in_named.campaign = sent("cy@c.example", "41", 4).campaign;
    in_named.campaign.as_mut().expect("it is in a campaign").key = named.clone();
    world
        .append_all([
            subject(event(Kind::EmailSent, 0).about("ann@a.example").in_campaign("41").message("m0"), "first"),
            subject(event(Kind::EmailSent, 1).about("bob@b.example").in_campaign("42").message("m1"), "second"),
            event(Kind::EmailOpened, 2).about("bob@b.example").in_campaign("42").message("m1"),
            subject(event(Kind::EmailReplied, 3).about("ann@a.example").in_campaign("41").reply("r@a.example"), "reply"),
            subject(in_named, "named"),
        ])
        .await;
    let any = EmailFilter::default;
    let status = |status: &str| Some(status.to_owned());
    let nobody = Some(ContactSelector::Id(ContactId(Uuid::from_u128(1))));
    let cases: Vec<(EmailFilter, &[&str])> = vec![
        (any(), &["named", "reply", "second", "first"]),
        (EmailFilter { inbound: Some(true), ..any() }, &["reply"]),
        (EmailFilter { inbound: Some(false), ..any() }, &["named", "second", "first"]),
        (EmailFilter { contact: contact_id("ann@a.example"), ..any() }, &["reply", "first"]),
        (EmailFilter { contact: contact_email("BOB@b.example"), ..any() }, &["second"]),
        (EmailFilter { contact: contact_email("nobody@n.example"), ..any() }, &[]),
        (EmailFilter { contact: nobody, ..any() }, &[]),
        (EmailFilter { campaign: campaign_id(&campaign_key("41")), ..any() }, &["reply", "first"]),
        (EmailFilter { campaign: campaign_id(&named), ..any() }, &["named"]),
        (EmailFilter { campaign: platform_id("42"), ..any() }, &["second"]),
        // A name is not an id.
        (EmailFilter { campaign: platform_id("41"), ..any() }, &["reply", "first"]),
        (EmailFilter { campaign: platform_id("4"), ..any() }, &[]),
        (EmailFilter { status: status("opened"), ..any() }, &["second"]),
        (EmailFilter { status: status("sent"), ..any() }, &["named", "first"]),
        (EmailFilter { status: status("received"), ..any() }, &["reply"]),
        (EmailFilter { status: status("bounced"), ..any() }, &[]),
        (EmailFilter { inbound: Some(true), contact: contact_id("bob@b.example"), ..any() }, &[]),
        (EmailFilter { inbound: Some(true), campaign: platform_id("41"), ..any() }, &["reply"]),
    ];
    for (filter, expected) in cases {
        let found = world.emails(ACME, filter.clone()).await;
        let found: Vec<_> = found.iter().filter_map(|email| email.subject.as_deref()).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}
