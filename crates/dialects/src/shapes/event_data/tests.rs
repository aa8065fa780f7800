use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use hookline_model::{
    event::{Bounce, CampaignRef, ContactRef},
    extra::Extra,
    id::EventId,
    interest::Interest,
    item::{ItemFact, ItemSort},
    key::{CampaignKey, ContactKey, EmailAddress, EmailKey, ExternalId},
    platform::Platform,
    time::TimeSource,
};

use super::*;

const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(7));

fn external(id: &str) -> ExternalId {
    ExternalId { platform: Platform::Smartlead, account: String::new(), id: id.to_owned() }
}

fn event(kind: Kind) -> Event {
    Event {
        id: EventId(Uuid::from_u128(1)),
        kind,
        platform: Platform::Smartlead,
        account: None,
        occurred_at: Millis(1_770_797_007_000),
        time_source: TimeSource::Stated,
        contact: None,
        campaign: None,
        sending_account: None,
        outbound: None,
        inbound: None,
        facts: Facts::default(),
    }
}

fn sent() -> MessageFacts {
    MessageFacts {
        key: Some(EmailKey::Sent(external("s-1"))),
        subject: Some("Hello".to_owned()),
        sequence_number: Some(2),
        at: Some(Millis(1_770_797_007_000)),
        opened_total: Some(3),
        ..MessageFacts::default()
    }
}

/// The data of an event, with the members that are null taken out.
fn stated(event: &Event) -> Value {
    render(event, WORKSPACE).into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into()
}

#[test]
fn a_message_event_always_has_the_fields_of_a_message() {
    let names = ["body_html", "body_text", "from", "message_id", "sent_at", "sequence_number", "subject", "to"];
    for kind in [Kind::EmailSent, Kind::EmailOpened, Kind::EmailFailed] {
        let data = render(&event(kind), WORKSPACE);
        assert_eq!(data.keys().map(String::as_str).collect::<Vec<_>>(), names, "{kind}");
        assert!(data.values().all(Value::is_null), "{kind}");
    }
    assert!(render(&event(Kind::ContactUpdated), WORKSPACE).is_empty());
    let event = Event { outbound: Some(Box::new(sent())), ..event(Kind::EmailSent) };
    let expected = json!({"subject": "Hello", "sequence_number": 2, "sent_at": "2026-02-11T08:03:27.000Z", "opened_count": 3});
    assert_eq!(stated(&event), expected);
}

#[test]
fn a_reply_shows_what_came_in_and_what_it_answers() {
    let inbound = MessageFacts {
        key: Some(EmailKey::Inbound("r-1@lead.example".to_owned())),
        message_id: Some("r-1@lead.example".to_owned()),
        body_text: Some("Yes".to_owned()),
        at: Some(Millis(1_770_797_008_000)),
        ..MessageFacts::default()
    };
    let outbound = Some(Box::new(sent()));
    let reply = Event { outbound, inbound: Some(Box::new(inbound)), ..event(Kind::EmailReplied) };
    let data = render(&reply, WORKSPACE);
    assert_eq!((&data["message_id"], &data["body_text"]), (&json!("r-1@lead.example"), &json!("Yes")));
    assert_eq!((&data["received_at"], &data["sequence_number"]), (&json!("2026-02-11T08:03:28.000Z"), &json!(2)));
    let answered = &data["in_reply_to"];
    let id = EmailId::derive(WORKSPACE, &EmailKey::Sent(external("s-1")));
    assert_eq!((&answered["email_id"], &answered["subject"]), (&json!(id), &json!("Hello")));
    assert_eq!(answered["sent_at"], "2026-02-11T08:03:27.000Z");
    let untracked = Event { outbound: None, ..reply };
    assert_eq!(render(&untracked, WORKSPACE)["in_reply_to"], Value::Null);
}

#[test]
fn bounces_and_clicks_are_shown() {
    let mut bounced = event(Kind::EmailBounced);
    assert_eq!(stated(&bounced), json!({"bounce_type": "unknown"}));
    bounced.facts.bounce = Some(Bounce { bounce_type: BounceType::Hard, reason: Some("no such user".to_owned()) });
    assert_eq!(stated(&bounced), json!({"bounce_type": "hard", "bounce_reason": "no such user"}));
    let mut clicked = event(Kind::EmailClicked);
    assert_eq!(stated(&clicked), json!({"links": []}));
    clicked.facts.clicked_links = BTreeSet::from(["https://x.example".to_owned()]);
    assert_eq!(stated(&clicked), json!({"links": ["https://x.example"]}));
}

#[test]
fn facts_of_a_contact_tell_a_clear_from_silence() {
    let mut updated = event(Kind::ContactCategoryUpdated);
    updated.contact = Some(ContactRef { email: None, external: Some(external("lead-9")) });
    updated.facts = Facts {
        first_name: Some(Change::Set("Jo".to_owned())),
        phone: Some(Change::Clear),
        interest: Some(Change::Set(Interest::Interested)),
        category: Some(Change::Set("Interested".to_owned())),
        custom_fields: BTreeMap::from([("size".to_owned(), Change::Set(json!(5))), ("old".to_owned(), Change::Clear)]),
        tags: Some(SetChange { add: BTreeSet::from(["a".to_owned()]), ..SetChange::default() }),
        ..Facts::default()
    };
    let expected = json!({
        "external_contact_id": "lead-9", "first_name": "Jo", "phone": null, "interest": "interested", "category": "Interested",
        "custom_fields": {"size": 5, "old": null}, "tags": {"added": ["a"], "removed": [], "all": null},
    });
    assert_eq!(Value::from(render(&updated, WORKSPACE)), expected);
}

#[test]
fn a_kind_that_means_an_interest_shows_it() {
    assert_eq!(stated(&event(Kind::ContactMeetingBooked)), json!({"interest": "meeting_booked"}));
}

#[test]
fn extra_keys_are_merged_in_but_replace_nothing() {
    let mut changed = event(Kind::CampaignStatusChanged);
    let key = CampaignKey::External(external("41"));
    changed.campaign = Some(CampaignRef { key, name: None, status_mentioned: Some("OLD".to_owned()) });
    assert_eq!(stated(&changed), json!({"campaign_status": "OLD"}));
    changed.facts.campaign_status = Some("PAUSED".to_owned());
    let extra = [("app_url", json!("https://x.example")), ("campaign_status", json!("forged"))];
    changed.facts.extra = extra.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    assert_eq!(stated(&changed), json!({"campaign_status": "PAUSED", "app_url": "https://x.example"}));
}

/// An event that states every fact there is.
fn everything() -> Event {
    let set = |text: &str| Some(Change::Set(text.to_owned()));
    let names = |name: &str| BTreeSet::from([name.to_owned()]);
    let whole = SetChange { add: names("a"), remove: names("b"), snapshot: Some(names("a")) };
    let mut event = event(Kind::EmailReplied);
    event.contact = Some(ContactRef { email: None, external: Some(external("lead-9")) });
    let at = Some(Millis(1_770_797_007_000));
    let outbound = MessageFacts { first_opened_at: at, last_opened_at: at, ..sent() };
    event.outbound = Some(Box::new(outbound.clone()));
    event.inbound = Some(Box::new(MessageFacts { key: Some(EmailKey::Inbound("r-1".to_owned())), ..outbound }));
    let keys = ["a@x.example", "b@x.example"].map(|text| ContactKey::Email(EmailAddress::parse(text).expect("an address")));
    let [a, b] = ["41", "42"].map(|id| CampaignKey::External(external(id)));
    event.facts = Facts {
        first_name: set("Jo"),
        last_name: set("Lead"),
        full_name: set("Jo Lead"),
        company_name: set("Lead"),
        phone: set("1"),
        linkedin_url: set("https://x.example"),
        website_url: set("https://x.example"),
        score: Some(Change::Set(json!(1.5))),
        custom_fields: BTreeMap::from([("size".to_owned(), Change::Set(json!([5])))]),
        interest: Some(Change::Set(Interest::Closed)),
        category: set("Won"),
        blocked: Some(true),
        tags: Some(whole.clone()),
        lists: Some(whole),
        lifts: BTreeSet::from([EventId(Uuid::from_u128(2))]),
        links: vec![LinkFact { a: keys[0].clone(), b: keys[1].clone(), linked: true }],
        aliases: vec![AliasFact { a, b, aliased: false }],
        bounce: Some(Bounce { bounce_type: BounceType::Soft, reason: Some("full".to_owned()) }),
        clicked_links: names("https://x.example"),
        campaign_status: Some("ACTIVE".to_owned()),
        item: Some(Box::new(ItemFact {
            sort: ItemSort::Note,
            id: external("note-1"),
            fields: BTreeMap::from([("text".to_owned(), Change::Set(json!("Ring"))), ("title".to_owned(), Change::Clear)]),
        })),
        erase: true,
        extra: Extra::default(),
    };
    event
}

/// A schema in which a field that is not named is a breach, also where programs should put up with one.
fn close(schema: &mut Value) {
    if schema.get("properties").is_some() {
        schema["additionalProperties"] = json!(false);
    }
}

#[test]
fn every_fact_is_described_and_nothing_else() {
    let mut schema = schemars::schema_for!(EventData).to_value();
    close(&mut schema);
    schema["$defs"].as_object_mut().expect("definitions").values_mut().for_each(close);
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let described =
        |object: &Value| -> BTreeSet<String> { object["properties"].as_object().expect("properties").keys().cloned().collect() };
    let keys = |object: &Map<String, Value>| -> BTreeSet<String> { object.keys().cloned().collect() };
    let reply = render(&everything(), WORKSPACE);
    let send = render(&Event { inbound: None, ..everything() }, WORKSPACE);
    for data in [&reply, &send, &render(&event(Kind::EmailBounced), WORKSPACE)] {
        if let Err(error) = validator.validate(&Value::from(data.clone())) {
            panic!("{error} at {}", error.instance_path());
        }
    }
    assert_eq!(&keys(&reply) | &keys(&send), described(&schema));
    assert_eq!(keys(reply["in_reply_to"].as_object().expect("a message")), described(&schema["$defs"]["AnsweredMessage"]));
}
