use std::sync::Arc;

use hookline_model::{
    entry::Origin,
    event::{CampaignRef, ContactRef, Event, Facts, MessageFacts},
    id::{CampaignId, ContactId, EventId, WorkspaceId},
    identity::Identity,
    key::{CampaignKey, EmailAddress, ExternalId},
    platform::Platform,
    record::{Campaign, Contact},
    time::{Millis, TimeSource},
};
use hookline_store::{Duplicates, StoredEvent};
use serde_json::{Map, json};
use uuid::Uuid;

use super::*;

const AT: Millis = Millis(1_770_000_000_000);
const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(0xb1));

fn settings(fields: &Value) -> Settings {
    let mut whole = json!({"url": "https://x.example/", "kinds": ["*"], "dialect": "smartlead"});
    whole.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    serde_json::from_value(whole).expect("settings")
}

fn snapshot(kind: Kind, category: Option<&str>) -> Snapshot {
    let external = ExternalId { platform: Platform::Instantly, account: String::new(), id: "dach".to_owned() };
    let key = CampaignKey::External(external);
    let digest = Identity::new(Platform::Instantly, "", kind).part("contact", "jo").digest();
    let event = Event {
        id: EventId::derive(AT, &digest),
        kind,
        platform: Platform::Instantly,
        account: None,
        occurred_at: AT,
        time_source: TimeSource::Stated,
        contact: Some(ContactRef { email: EmailAddress::parse("jo@x.example").ok(), external: None }),
        campaign: Some(CampaignRef { key: key.clone(), name: None, status_mentioned: None }),
        sending_account: None,
        outbound: Some(Box::new(MessageFacts { sequence_number: Some(1), ..MessageFacts::default() })),
        inbound: None,
        facts: Facts { category: category.map(|name| Change::Set(name.to_owned())), ..Facts::default() },
    };
    let id = CampaignId::derive(WORKSPACE, &key);
    let campaign = Campaign {
        id,
        number: id.number(),
        platform: Platform::Instantly,
        account: None,
        platform_campaign_id: Some("dach".to_owned()),
        name: None,
        status: None,
        counts: json!({}),
        unique: json!({}),
        first_event_at: None,
        last_event_at: None,
    };
    let event = StoredEvent {
        event: Arc::new(event),
        workspace: WORKSPACE,
        origin: Origin::Live,
        received_at: AT,
        duplicates: Duplicates::default(),
        contact_id: None,
        contact_email: None,
        campaign_id: Some(id),
        raw: None,
    };
    Snapshot { event, contact: None, campaign: Some(campaign), email: None }
}

/// The same of a contact that has this category and interest.
fn of_contact(snapshot: Snapshot, category: Option<&str>, interest: Option<&'static str>) -> Snapshot {
    let contact = Contact {
        id: ContactId(Uuid::nil()),
        email: None,
        first_name: None,
        last_name: None,
        company_name: None,
        phone: None,
        linkedin_url: None,
        website_url: None,
        custom_fields: Map::new(),
        status: "replied",
        status_reason: None,
        interest,
        category: category.map(ToOwned::to_owned),
        score: None,
        last_activity_at: None,
        unsubscribed_at: None,
        bounced_at: None,
        blocked: false,
        tags: Vec::new(),
        lists: Vec::new(),
        counts: json!({}),
        external: Vec::new(),
        created_at: None,
        updated_at: None,
    };
    Snapshot { contact: Some(contact), ..snapshot }
}

fn passes(settings: &Settings, snapshot: &Snapshot) -> bool {
    matches_records(settings, snapshot, || Value::Null)
}

#[test]
fn a_name_that_means_a_part_of_a_kind_gets_that_part() {
    let named = |names: Value| settings(&json!({"extra": {"smartlead": {"names": names}}}));
    let first = snapshot(Kind::EmailSent, None).event.event;
    let mut second = first.clone();
    Arc::make_mut(&mut second).outbound = Some(Box::new(MessageFacts { sequence_number: Some(2), ..MessageFacts::default() }));
    for (names, expected) in [
        (json!(["FIRST_EMAIL_SENT"]), [true, false]),
        (json!(["first_email_sent", "EMAIL_SENT"]), [true, true]),
        (json!(["SENT"]), [true, true]),
        (json!(["EMAIL_REPLY"]), [false, false]),
        (json!(["OF_NOBODY"]), [true, true]),
        (json!([]), [true, true]),
    ] {
        let settings = named(names.clone());
        assert_eq!([&first, &second].map(|event| matches_names(&settings, event)), expected, "{names}");
    }
    // Of another dialect these are no names.
    let other = Settings { dialect: crate::settings::Dialect::Hookline, ..named(json!(["EMAIL_REPLY"])) };
    assert!(matches_names(&other, &first));
    let mut forgotten = named(json!(["EMAIL_REPLY"]));
    forgotten.forget_names();
    assert!(matches_names(&forgotten, &first));
}

#[test]
fn a_campaign_is_known_by_three_ids() {
    let snapshot = snapshot(Kind::EmailReplied, None);
    let campaign = snapshot.campaign.clone().expect("a campaign");
    for id in [campaign.id.to_string(), campaign.number.to_string(), "DACH".to_owned()] {
        assert!(passes(&settings(&json!({"filter": {"campaigns": [id]}})), &snapshot), "{id}");
    }
    assert!(!passes(&settings(&json!({"filter": {"campaigns": ["41"]}})), &snapshot));
}

#[test]
fn a_category_is_the_events_or_the_contacts_and_an_interest_has_the_name_of_one() {
    let interested = settings(&json!({"filter": {"categories": ["interested"]}}));
    let changes = settings(&json!({"filter": {"categories": ["Interested"], "category_changes_only": true}}));
    let reply = || snapshot(Kind::EmailReplied, None);
    for (case, of, expected) in [
        ("its own", snapshot(Kind::ContactCategoryUpdated, Some("Interested")), [true, true]),
        ("another", snapshot(Kind::ContactCategoryUpdated, Some("Wrong Person")), [false, false]),
        ("an interest", snapshot(Kind::ContactInterested, None), [true, true]),
        ("an interest under a label", snapshot(Kind::ContactInterested, Some("Hot")), [true, true]),
        ("another interest", snapshot(Kind::ContactNotInterested, None), [false, false]),
        ("a reply of nobody known", reply(), [false, true]),
        ("a reply of somebody interested", of_contact(reply(), Some("Interested"), None), [true, true]),
        ("a reply of an interest", of_contact(reply(), None, Some("interested")), [true, true]),
        ("a reply of another", of_contact(reply(), Some("Closed"), Some("interested")), [false, true]),
    ] {
        assert_eq!([passes(&interested, &of), passes(&changes, &of)], expected, "{case}");
    }
}
