//! The shapes beside the one that live captures show: what each fixture says, as literals.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use hookline_model::{
    event::{Bounce, BounceType, Change, Event, MessageFacts},
    interest::Interest,
    key::{CampaignKey, ContactKey, EmailAddress, EmailKey},
    kind::Kind,
    time::{Millis, TimeSource},
};

use super::{
    LEAD, MAILBOX, RECEIVED, REPLY_ID, SENT_ID, changed, contact_email, event, external, fixture, lead_id, parse, parsed,
    sent_key, some,
};

/// The first step of the campaign, to the lead by its id.
fn step_key() -> Option<EmailKey> {
    let contact = ContactKey::External(external("5020117346"));
    Some(EmailKey::Step { campaign: CampaignKey::External(external("3158824")), contact, step: 1 })
}

fn set(text: &str) -> Option<Change<String>> {
    Some(Change::Set(text.to_owned()))
}

/// Checks the kind, who it is about, the campaign and the stated time.
fn assert_is(event: &Event, kind: Kind, email: Option<&str>, id: Option<&str>, at: &str) {
    assert_eq!((event.kind, contact_email(event), lead_id(event)), (kind, email, id));
    assert_eq!(event.campaign.as_ref().map(|campaign| &campaign.key), Some(&CampaignKey::External(external("3158824"))));
    assert_eq!((event.occurred_at.to_string().as_str(), event.time_source), (at, TimeSource::Stated));
}

fn with(name: &str, pointer: &str, value: Value) -> Value {
    let mut body = fixture(name);
    *body.pointer_mut(pointer).expect("a value") = value;
    body
}

#[test]
fn minimal_events_are_read_by_their_own_times() {
    let cases = [
        ("minimal_open", Kind::EmailOpened, "2026-03-04T10:02:41.000Z"),
        ("minimal_click", Kind::EmailClicked, "2026-03-04T10:03:05.000Z"),
        ("minimal_reply", Kind::EmailReplied, "2026-03-04T13:40:09.000Z"),
    ];
    for (name, kind, at) in cases {
        let event = event(&fixture(name));
        assert_is(&event, kind, Some(LEAD), None, at);
        assert_eq!(event.sending_account.as_deref(), Some(MAILBOX), "{name}");
        assert_eq!((event.sequence_number(), event.outbound_key()), (Some(1), None), "{name}");
    }
    let clicked = event(&fixture("minimal_click")).facts.clicked_links;
    assert_eq!(clicked, BTreeSet::from(["https://lumenroute.example/tour".to_owned()]));
    let inbound = event(&fixture("minimal_reply")).inbound.expect("a message");
    assert_eq!(inbound.body_html.as_deref(), Some("<div>Thursday at ten?</div>"));
    assert_eq!(inbound.body_text.as_deref(), Some("Thursday at ten?\n"));
}

#[test]
fn minimal_unsubscribe_and_category_have_no_time() {
    for (name, kind) in [("minimal_unsubscribed", Kind::ContactUnsubscribed), ("minimal_category", Kind::ContactCategoryUpdated)]
    {
        let parsed = parsed(&fixture(name));
        assert_eq!((parsed.event.kind, contact_email(&parsed.event)), (kind, Some(LEAD)));
        assert_eq!((parsed.event.occurred_at, parsed.event.time_source), (RECEIVED, TimeSource::Received));
        assert!(parsed.claim.is_some());
    }
    let category = event(&fixture("minimal_category")).facts;
    assert_eq!((category.category, category.interest), (set("Interested"), Some(Change::Set(Interest::Interested))));
}

#[test]
fn b_send_is_read() {
    let event = event(&fixture("nested_sent"));
    assert_is(&event, Kind::EmailSent, Some(LEAD), Some("5020117346"), "2026-03-04T09:15:22.000Z");
    let expected = MessageFacts {
        key: step_key(),
        to: some(LEAD),
        sequence_number: Some(1),
        at: Some(event.occurred_at),
        ..MessageFacts::default()
    };
    assert_eq!(event.outbound.as_deref(), Some(&expected));
    assert_eq!((event.facts.first_name.clone(), event.facts.last_name.clone()), (set("Mara"), set("Lind")));
    assert_eq!(event.facts.company_name, set("Fjordpack AS"));
    assert_eq!((event.account.as_ref(), event.sending_account.as_ref()), (None, None));
    assert_eq!(json!(event.facts.extra), json!({"email_account_id": "880412"}));
}

#[test]
fn b_open_reports_totals_and_needs_no_address() {
    let opened = event(&fixture("nested_opened"));
    assert_is(&opened, Kind::EmailOpened, None, Some("5020117346"), "2026-03-04T10:02:41.000Z");
    let expected = MessageFacts {
        key: step_key(),
        sequence_number: Some(1),
        opened_total: Some(3),
        first_opened_at: Some(Millis(1_772_618_561_000)),
        // Later than the event itself: a report, not its time.
        last_opened_at: Some(Millis(1_772_623_800_000)),
        ..MessageFacts::default()
    };
    assert_eq!(opened.outbound.as_deref(), Some(&expected));
    let newer = event(&changed("nested_opened", &json!({"lead": {"email": LEAD, "first_name": "Mara"}})));
    assert_eq!((contact_email(&newer), newer.outbound_key()), (Some(LEAD), step_key().as_ref()));
    assert_eq!(newer.facts.first_name, set("Mara"));
}

#[test]
fn b_click_reads_its_link() {
    let event = event(&fixture("nested_clicked"));
    assert_is(&event, Kind::EmailClicked, None, Some("5020117346"), "2026-03-04T10:03:05.000Z");
    assert_eq!(event.facts.clicked_links, BTreeSet::from(["https://lumenroute.example/tour".to_owned()]));
    assert_eq!(event.outbound_key(), step_key().as_ref());
}

#[test]
fn b_reply_is_read() {
    let event = event(&fixture("nested_replied"));
    assert_is(&event, Kind::EmailReplied, Some(LEAD), Some("5020117346"), "2026-03-04T13:40:09.000Z");
    assert_eq!(event.campaign.as_ref().and_then(|campaign| campaign.name.as_deref()), Some("Nordic ports Q1"));
    let inbound = MessageFacts {
        key: Some(EmailKey::Inbound(REPLY_ID.to_owned())),
        message_id: some(REPLY_ID),
        from: some(LEAD),
        subject: some("Re: Berth planning"),
        body_text: some("Thursday at ten?"),
        at: Some(Millis(1_772_631_602_000)),
        ..MessageFacts::default()
    };
    assert_eq!(event.inbound.as_deref(), Some(&inbound));
    let outbound = MessageFacts {
        key: sent_key(),
        message_id: some(SENT_ID),
        to: some(LEAD),
        subject: some("Berth planning"),
        sequence_number: Some(1),
        ..MessageFacts::default()
    };
    assert_eq!(event.outbound.as_deref(), Some(&outbound));
}

#[test]
fn b_bounce_and_unsubscribe_are_read_though_never_shown() {
    let bounce = event(&fixture("nested_bounced"));
    assert_is(&bounce, Kind::EmailBounced, Some(LEAD), Some("5020117346"), "2026-03-04T09:15:31.000Z");
    assert_eq!(bounce.facts.bounce, Some(Bounce { bounce_type: BounceType::Unknown, reason: None }));
    let outbound = bounce.outbound.as_deref().expect("a message");
    assert_eq!((outbound.key.as_ref(), outbound.at), (step_key().as_ref(), None), "the time is the bounce's, not the send's");
    let unsubscribed = event(&fixture("nested_unsubscribed"));
    assert_is(&unsubscribed, Kind::ContactUnsubscribed, Some(LEAD), Some("5020117346"), "2026-03-05T07:21:50.000Z");
}

#[test]
fn c_reply_and_open_are_read() {
    let reply = event(&fixture("typed_replied"));
    assert_is(&reply, Kind::EmailReplied, Some(LEAD), Some("5020117346"), "2026-03-04T13:40:09.000Z");
    let inbound = reply.inbound.as_deref().expect("a message");
    assert_eq!(inbound.key, Some(EmailKey::Inbound(REPLY_ID.to_owned())));
    assert_eq!(inbound.body_html, None, "an address in angle brackets is no tag");
    assert!(inbound.body_text.as_deref().is_some_and(|text| text.starts_with("Thursday at ten?\n\nOn Wed")));
    let open = event(&fixture("typed_opened"));
    assert_is(&open, Kind::EmailOpened, Some(LEAD), Some("5020117346"), "2026-03-04T10:02:41.000Z");
    assert_eq!(open.outbound_key(), step_key().as_ref());
}

#[test]
fn d_reply_and_open_are_read() {
    let reply = event(&fixture("short_replied"));
    assert_is(&reply, Kind::EmailReplied, Some(LEAD), None, "2026-03-04T13:40:09.000Z");
    assert_eq!(reply.sending_account.as_deref(), Some(MAILBOX));
    assert_eq!((reply.facts.first_name.clone(), reply.facts.last_name.clone()), (set("Mara"), set("Lind")));
    assert_eq!(json!(reply.facts.extra), json!({"reply_category": 5}));
    let inbound = reply.inbound.as_deref().expect("a message");
    assert_eq!((inbound.from.as_deref(), inbound.to.as_deref()), (Some(LEAD), Some(MAILBOX)));
    assert_eq!(inbound.subject.as_deref(), Some("Re: Berth planning"));
    assert_eq!((inbound.body_html.as_deref(), inbound.body_text.as_deref()), (Some("<p>Thursday at ten?</p>"), None));
    let open = event(&fixture("short_opened"));
    assert_is(&open, Kind::EmailOpened, Some(LEAD), None, "2026-03-04T10:02:41.000Z");
    let with_step = event(&changed("short_opened", &json!({"sequence_number": "2"})));
    let contact = ContactKey::Email(EmailAddress::parse(LEAD).expect("an address"));
    let campaign = CampaignKey::External(external("3158824"));
    assert_eq!(with_step.outbound_key(), Some(&EmailKey::Step { campaign, contact, step: 2 }));
}

#[test]
fn d_message_is_the_sent_one_only_on_a_send() {
    let short = |name: &str| event(&changed("short_replied", &json!({"event_type": name})));
    let sent = short("SENT").outbound.expect("a message");
    assert_eq!(sent.body_html.as_deref(), Some("<p>Thursday at ten?</p>"));
    let bounced = short("BOUNCED");
    assert_eq!(bounced.facts.bounce, Some(Bounce { bounce_type: BounceType::Unknown, reason: None }));
    assert_eq!(bounced.outbound.and_then(|message| message.body_html), None);
}

#[test]
fn d_category_by_number_is_kept() {
    let event = event(&changed("short_replied", &json!({"event_type": "LEAD_CATEGORY_UPDATED"})));
    assert_eq!((event.kind, event.facts.category.clone()), (Kind::ContactCategoryUpdated, None));
    assert_eq!(event.facts.extra.get("category_id"), Some(&json!("5")));
}

#[test]
fn a_step_is_named_only_with_campaign_contact_and_number() {
    for missing in ["campaign_id", "sequence_number"] {
        let event = event(&changed("nested_opened", &json!({missing: null})));
        assert_eq!(event.outbound_key(), None, "{missing}");
    }
    let nobody = parse(&changed("nested_opened", &json!({"lead_id": null})));
    assert!(nobody.is_err());
    // A flat body without its ids is no step: another delivery of the same email may have them.
    for other in [json!({}), json!({"timestamp": "2026-03-04T10:02:41Z"}), json!({"event": "EMAIL_OPEN", "event_type": null})] {
        let mut body = changed("email_open", &json!({"stats_id": null, "sent_message": null}));
        body.as_object_mut().expect("an object").extend(other.as_object().expect("an object").clone());
        assert_eq!(event(&body).outbound_key(), None, "{other}");
    }
}

#[test]
fn a_sent_message_goes_by_its_own_id_in_every_shape() {
    for (name, field) in [("nested_sent", "email"), ("nested_opened", "email"), ("nested_bounced", "email")] {
        let body = changed(name, &json!({field: {"message_id": SENT_ID.to_uppercase()}}));
        assert_eq!(event(&body).outbound_key(), sent_key().as_ref(), "{name}");
    }
    let typed = changed("typed_opened", &json!({"message_id": format!("<{SENT_ID}>")}));
    assert_eq!(event(&typed).outbound_key(), sent_key().as_ref());
    let other = json!({"email": {"message_id": "x1@get-lumenroute.example", "subject": "Berth planning"}});
    let other = event(&changed("nested_sent", &other)).outbound.expect("a message");
    assert_eq!((other.key, other.message_id), (step_key(), some("x1@get-lumenroute.example")));
    assert_eq!(other.subject, some("Berth planning"));
}

#[test]
fn the_same_ids_are_the_same_event_in_every_shape() {
    let reply = parsed(&fixture("email_reply"));
    for name in ["nested_replied", "typed_replied"] {
        let other = parsed(&fixture(name));
        assert_eq!((other.event.id, other.claim), (reply.event.id, reply.claim), "{name}");
        assert_eq!(lead_id(&other.event), lead_id(&reply.event), "{name}");
    }
    let id = json!({"message_id": SENT_ID});
    for (flat, nested) in [("email_sent", "nested_sent"), ("email_bounce", "nested_bounced")] {
        let (flat, nested) = (parsed(&fixture(flat)), parsed(&changed(nested, &json!({"email": id}))));
        assert_eq!((nested.claim, nested.event.outbound_key()), (flat.claim, flat.event.outbound_key()));
    }
    let flat = changed("email_open", &json!({"event_timestamp": "2026-03-04T10:02:41+00:00"}));
    assert_eq!(event(&changed("nested_opened", &json!({"email": id}))).id, event(&flat).id);
    assert_eq!(event(&fixture("nested_sent")).contact, event(&fixture("email_sent")).contact);
    let (b, c) = (changed("nested_opened", &json!({"lead": {"email": LEAD}})), fixture("typed_opened"));
    assert_eq!(event(&b).id, event(&c).id);
}

#[test]
fn a_reply_is_never_named_by_what_may_be_our_own_message_id() {
    let typed = |id: &str| event(&changed("typed_replied", &json!({"message_id": id})));
    let ours = typed(&format!("<{SENT_ID}>"));
    assert!(matches!(ours.inbound_key(), Some(EmailKey::InboundEvent(_))));
    let leads = "8d1b7a52-6b1e-4f0a-9a1e-52f9be0a7711@fjordpack.example";
    assert_eq!(typed(leads).inbound_key(), Some(&EmailKey::Inbound(leads.to_owned())));
    // As mail programs write theirs; SmartLead's are in lower case.
    let program = "8D1B7A52-6B1E-4F0A-9A1E-52F9BE0A7711@mail.example";
    assert_eq!(typed(program).inbound_key(), Some(&EmailKey::Inbound(program.to_owned())));
    let named = with("nested_replied", "/reply/message_id", json!(SENT_ID));
    assert!(matches!(event(&named).inbound_key(), Some(EmailKey::InboundEvent(_))));
}

#[test]
fn a_reply_told_as_text_and_as_html_has_both() {
    let both = changed("nested_replied", &json!({"reply_body": "<div>Thursday at ten?</div>"}));
    let inbound = event(&both).inbound.expect("a message");
    assert_eq!(inbound.body_text, some("Thursday at ten?"));
    assert_eq!(inbound.body_html, some("<div>Thursday at ten?</div>"));
}

#[test]
fn a_missing_timestamp_has_its_stand_ins() {
    let cases = [
        ("nested_replied", "2026-03-04T13:40:02.000Z"),
        ("nested_clicked", "2026-03-04T10:03:04.000Z"),
        ("nested_opened", "2026-03-04T11:30:00.000Z"),
    ];
    for (name, at) in cases {
        let event = event(&changed(name, &json!({"timestamp": "null"})));
        assert_eq!((event.occurred_at.to_string().as_str(), event.time_source), (at, TimeSource::Stated), "{name}");
    }
    assert_eq!(event(&changed("nested_sent", &json!({"timestamp": null}))).time_source, TimeSource::Received);
}

#[test]
fn what_stands_at_the_top_goes_before_what_is_nested() {
    let other = json!({"lead": {"id": 7, "email": "al@x.example", "first_name": "Al"}, "lead_email": LEAD});
    let event = event(&changed("nested_sent", &other));
    assert_eq!((contact_email(&event), lead_id(&event)), (Some(LEAD), Some("5020117346")));
    let flat = json!({"event_timestamp": "2026-03-04T13:40:10Z", "reply_message": {"text": "Flat"}});
    let elsewhere = super::event(&changed("nested_sent", &json!({"lead_id": null, "lead": {"id": "null", "email": LEAD}})));
    assert_eq!((contact_email(&elsewhere), lead_id(&elsewhere)), (Some(LEAD), None));
    let unsound = super::event(&changed("nested_sent", &json!({"lead_email": "nobody"})));
    assert_eq!(contact_email(&unsound), Some(LEAD), "nor is what is nested lost");
    let reply = super::event(&changed("nested_replied", &flat));
    assert_eq!(reply.occurred_at, Millis(1_772_631_610_000));
    assert_eq!(reply.inbound.and_then(|message| message.body_text), some("Flat"));
}

#[test]
fn an_unknown_event_keeps_its_people_in_every_shape() {
    let cases = [("nested_sent", "event"), ("typed_opened", "event_type"), ("short_opened", "event_type")];
    for (name, key) in cases {
        let event = event(&changed(name, &json!({key: "LEAD_WAVED"})));
        assert_eq!((event.kind, contact_email(&event)), (Kind::Other, Some(LEAD)), "{name}");
        assert_eq!(event.time_source, TimeSource::Stated, "{name}");
    }
}
