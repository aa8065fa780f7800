//! Fields that somebody picked for a workflow.

use serde_json::{Value, json};

use hookline_model::{
    event::{Bounce, BounceType, Change},
    identity::Claim,
    kind::Kind,
    time::{Millis, TimeSource},
};

use super::{
    AT, CONTACT, PORTAL, RECEIVED, email, event, event_with, extra,
    fixtures::{change, picked},
    kind, parsed, refusal, set, with,
};
use crate::Settings;

fn ids(body: &Value) -> (Option<String>, Option<String>) {
    let contact = event(body).contact.expect("a contact");
    (contact.email.map(|email| email.to_string()), contact.external.map(|external| external.id))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Whether the claim is one for a while, and its hash.
fn window(body: &Value) -> [u8; 16] {
    match parsed(body).claim {
        Some(Claim::Window(hash)) => hash,
        claim => panic!("{claim:?}"),
    }
}

#[test]
fn a_reply_that_somebody_named_has_the_time_of_its_field() {
    let event = event(&picked());
    assert_eq!((event.kind, event.occurred_at, event.time_source), (Kind::EmailReplied, Millis(AT), TimeSource::Stated));
    assert_eq!(email(&event), Some("ruben.okafor@tidewater.example"));
    let inbound = event.inbound.as_deref().expect("a message");
    assert_eq!((inbound.at, inbound.from.as_deref()), (Some(Millis(AT)), Some("ruben.okafor@tidewater.example")));
    assert_eq!(event.facts.first_name, set("Ruben"));
}

#[test]
fn the_id_stands_under_any_of_its_names() {
    for name in ["hs_object_id", "objectId", "vid", "contact_id"] {
        for value in [json!(CONTACT), json!(70_311_904_822_u64)] {
            let body = with(json!({"email": "jo@tidewater.example"}), &json!({name: value}));
            assert_eq!(ids(&body), (some("jo@tidewater.example"), some(CONTACT)), "{name}");
        }
    }
    assert_eq!(ids(&json!({"contact_id": 5, "hs_object_id": CONTACT})).1, some(CONTACT));
}

#[test]
fn the_address_stands_under_any_of_its_names() {
    for body in [
        json!({"email": "Jo@Tidewater.example "}),
        json!({"contact_email": "jo@tidewater.example"}),
        json!({"contact.email": "jo@tidewater.example"}),
        json!({"contact": {"email": "jo@tidewater.example"}}),
        json!({"email": "none", "contact_email": "jo@tidewater.example"}),
        json!({"email": null, "contact_email": "jo@tidewater.example"}),
    ] {
        assert_eq!(ids(&body), (some("jo@tidewater.example"), None), "{body}");
        assert!(!event(&body).facts.custom_fields.contains_key("contact.email"));
    }
}

#[test]
fn fields_without_an_event_are_an_update() {
    let body = with(picked(), &json!({"event": "-", "tier": 3, "vip": true, "history": [1], "note": " "}));
    let event = event(&body);
    assert_eq!((event.kind, event.time_source, event.occurred_at), (Kind::ContactUpdated, TimeSource::Received, RECEIVED));
    let custom = &event.facts.custom_fields;
    assert_eq!((&custom["tier"], &custom["vip"]), (&Change::Set(json!(3)), &Change::Set(json!(true))));
    // Nothing is cleared by what nobody filled in, and nothing of the envelope is the contact's.
    for name in ["jobtitle", "note", "history", "event", "email", "hs_object_id"] {
        assert!(!custom.contains_key(name), "{name}");
    }
}

#[test]
fn an_event_is_named_in_words_of_ours() {
    for (word, expected) in [
        ("email.replied", Kind::EmailReplied),
        ("Email replied", Kind::EmailReplied),
        ("EMAIL_SENT", Kind::EmailSent),
        ("email-opened", Kind::EmailOpened),
        ("auto_reply", Kind::EmailAutoReplied),
        ("untracked_reply", Kind::EmailReplyUntracked),
        ("contact_created", Kind::ContactCreated),
        ("contact_deleted", Kind::ContactDeleted),
        ("contact_merged", Kind::ContactUpdated),
        ("lead_unsubscribed", Kind::ContactUnsubscribed),
        ("contact.meeting_booked", Kind::ContactMeetingBooked),
        ("meeting_booked", Kind::ContactMeetingBooked),
        ("contact.interested", Kind::ContactInterested),
        ("activity_recorded", Kind::ActivityRecorded),
    ] {
        assert_eq!(kind(&with(picked(), &json!({"event": word}))), expected, "{word}");
    }
}

#[test]
fn a_word_that_is_none_of_ours_is_other() {
    for word in ["Deal won", "campaign.deleted", "contact.linked", "note.created", "account.error"] {
        let event = event(&with(picked(), &json!({"event": word})));
        assert_eq!((event.kind, extra(&event, "event_name")), (Kind::Other, Some(&json!(word))));
        assert_eq!(event.facts.first_name, set("Ruben"));
    }
    let names = [("deal won".to_owned(), "contact.closed".to_owned())];
    let settings = Settings { account: None, names: names.into() };
    assert_eq!(event_with(&with(picked(), &json!({"event": "Deal won"})), &settings).kind, Kind::ContactClosed);
}

#[test]
fn only_the_named_events_own_field_is_its_time() {
    let timed = |event: &str, field: &str| {
        let fields = json!({"event": event, field: "1774431000000", "createdate": "1709000000000"});
        super::event(&with(with(picked(), &json!({"hs_sales_email_last_replied": "-"})), &fields))
    };
    for (event, field) in [
        ("email_opened", "hs_sales_email_last_opened"),
        ("email_clicked", "hs_sales_email_last_clicked"),
        ("email_sent", "hs_email_last_send_date"),
    ] {
        assert_eq!(timed(event, field).occurred_at, Millis(1_774_431_000_000), "{event}");
    }
    for (event, field) in [("email_opened", "createdate"), ("contact_created", "createdate"), ("email_sent", "x")] {
        assert_eq!(timed(event, field).time_source, TimeSource::Received, "{event}");
    }
    let far = with(picked(), &json!({"hs_sales_email_last_replied": "9999999999999"}));
    assert_eq!(event(&far).time_source, TimeSource::Received);
}

#[test]
fn a_bounce_is_hard_if_its_reason_is_picked() {
    let bounce = |fields: Value| event(&with(with(picked(), &json!({"event": "email_bounced"})), &fields)).facts.bounce;
    let hard = Bounce { bounce_type: BounceType::Hard, reason: some("UNKNOWN_USER") };
    assert_eq!(bounce(json!({"hs_email_hard_bounce_reason_enum": "UNKNOWN_USER"})), Some(hard));
    assert_eq!(bounce(json!({})), Some(Bounce { bounce_type: BounceType::Unknown, reason: None }));
}

#[test]
fn the_same_fields_again_are_the_same_event() {
    let body = with(picked(), &json!({"event": "contact_updated"}));
    let one = window(&body);
    assert_eq!(window(&with(body.clone(), &json!({"hs_lastmodifieddate": "1774431299999"}))), one);
    assert_eq!(window(&with(body.clone(), &json!({"lastmodifieddate": 5}))), one);
    assert_eq!(window(&with(body.clone(), &json!({"event": "Contact.Updated"}))), one);
    for fields in [json!({"firstname": "R."}), json!({"event": "email_sent"}), json!({"hs_object_id": 5}), json!({"tier": 1})] {
        assert_ne!(window(&with(body.clone(), &fields)), one, "{fields}");
    }
}

#[test]
fn a_reply_that_a_workflow_and_an_app_report_is_one() {
    let settings = Settings { account: Some(PORTAL.to_owned()), ..Settings::default() };
    let reported = event_with(&picked(), &settings);
    let app = event(&change("hs_sales_email_last_replied", &json!(AT.to_string())));
    assert_eq!(reported.id.hash_part(), app.id.hash_part());
    assert_eq!(reported.inbound_key(), app.inbound_key());
    assert!(matches!(parsed(&picked()).claim, Some(Claim::Forever(_))));
    let later = event_with(&with(picked(), &json!({"hs_sales_email_last_replied": (AT + 1).to_string()})), &settings);
    assert_ne!(later.id.hash_part(), app.id.hash_part());
}

#[test]
fn the_account_may_be_picked_or_told() {
    for name in ["portalId", "portal-id", "portal_id"] {
        let event = event(&with(picked(), &json!({name: 77})));
        assert_eq!(event.account.as_deref(), Some("77"), "{name}");
        assert!(!event.facts.custom_fields.contains_key(name));
    }
    let settings = Settings { account: Some("88".to_owned()), ..Settings::default() };
    let contact = event_with(&picked(), &settings).contact.and_then(|contact| contact.external);
    assert_eq!(contact.map(|external| external.account), some("88"));
}

#[test]
fn the_id_beside_a_deals_fields_is_no_contacts() {
    for (field, object) in
        [("dealname", "deal"), ("dealstage", "deal"), ("hs_pipeline_stage", "ticket"), ("objectTypeId", "company")]
    {
        let value = if field == "objectTypeId" { "0-2" } else { "x" };
        let event = event(&json!({field: value, "hs_object_id": 5_500_717}));
        assert_eq!((event.kind, event.contact.as_ref()), (Kind::Other, None), "{field}");
        assert_eq!(extra(&event, "object_type"), Some(&json!(object)));
        assert_eq!(extra(&event, "object_id"), Some(&json!("5500717")));
    }
    let with_contact = event(&json!({"dealname": "x", "hs_object_id": 5_500_717, "email": "jo@tidewater.example"}));
    assert_eq!((email(&with_contact), super::id(&with_contact)), (Some("jo@tidewater.example"), None));
}

#[test]
fn a_deals_workflow_may_name_what_happened_to_its_contact() {
    let body = json!({"dealname": "x", "hs_object_id": 5_500_717, "email": "jo@tidewater.example", "event": "meeting_booked"});
    let event = event(&body);
    assert_eq!((event.kind, super::id(&event)), (Kind::ContactMeetingBooked, None));
    assert_eq!(extra(&event, "object_id"), Some(&json!("5500717")));
}

#[test]
fn fields_of_nobody_name_nothing() {
    for body in [json!({}), json!({"event": "email_replied"}), json!({"firstname": "Jo", "email": ""}), json!({"vid": 0})] {
        assert!(refusal(&body).starts_with("the record names nobody: expected an id in"), "{body}");
    }
}

#[test]
fn fields_are_bounded() {
    let mut body = json!({"vid": 5});
    for index in 0..500 {
        body[format!("field_{index:03}")] = json!(index);
    }
    body["x".repeat(201)] = json!(1);
    let custom = event(&body).facts.custom_fields;
    assert_eq!((custom.len(), custom.contains_key("field_199"), custom.contains_key("field_200")), (200, true, false));
}
