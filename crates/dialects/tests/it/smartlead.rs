//! SmartLead's bodies, by SmartLead's own documents and what was seen in production.

use hookline_dialects::{Dialect, NotExpressible, Variant, names::sent_as};
use hookline_model::{
    event::{Bounce, BounceType, Change},
    interest::Interest,
    kind::Kind,
    platform::Platform,
    time::Millis,
};
use serde_json::{Value, json};

use crate::{
    given::{self, ORIGINS, body, event, snapshot},
    schema::{and, check},
};

fn tail() -> Value {
    json!({
        "secret_key": "string", "app_url?": "string", "description": "string", "metadata": {"webhook_created_at": "z"},
        "webhook_url": "string", "webhook_id": "integer", "webhook_name": "string", "event_type": "string", "is_test?": "boolean",
    })
}

fn campaign() -> Value {
    json!({"campaign_status?": "string", "client_id": "integer|null", "campaign_name": "string", "campaign_id": "integer"})
}

fn common() -> Value {
    let common = json!({
        "sl_email_lead_id": "digits", "sl_email_lead_map_id": "integer", "stats_id": "string", "from_email": "string",
        "to_email": "address", "to_name": "string", "sequence_number": "integer", "subject": "string", "event_timestamp": "database",
        "sent_message": {"message_id": "angle", "html": "string|null", "text": "string|null", "time": "database|null"},
    });
    and(&and(&tail(), campaign()), common)
}

/// What the body of an event of this name must be.
fn flat(name: &str) -> Value {
    let sent = json!({
        "time_sent": "database", "custom_subject": "string", "custom_email_message": "string", "sent_message_body": "string",
        "message_id": "angle",
    });
    let lead = json!({
        "email": "address", "first_name": "string|null", "last_name": "string|null", "phone_number": "string|null",
        "company_name": "string|null", "website": "string|null", "location": "string|null", "custom_fields": {"*": "any"},
        "linkedin_profile": "string|null", "company_url": "string|null",
        "category": {"name": "string|null", "sentiment_type": "string|null"},
    });
    match name {
        "EMAIL_SENT" | "FIRST_EMAIL_SENT" => and(&common(), sent),
        "EMAIL_OPEN" => and(&common(), json!({"time_opened": "database"})),
        "EMAIL_LINK_CLICK" => {
            and(&common(), json!({"time_clicked": "database", "link_clicked": "strings", "link_details": "strings"}))
        }
        "EMAIL_REPLY" => and(
            &common(),
            json!({
                "sl_lead_email": "address", "time_replied": "database", "cc_emails": "strings", "reply_category?": "integer|null",
                "reply_source?": "string", "stats_thread_id?": "string", "sent_message_body": "string", "reply_body": "string",
                "reply_message": {"message_id": "angle", "html": "string", "text": "string", "time": "database"},
                "message_id": "angle", "preview_text": "string",
                "leadCorrespondence": {
                    "targetLeadEmail": "address", "replyReceivedFrom": "address", "repliedCompanyDomain": "string",
                },
            }),
        ),
        "EMAIL_BOUNCE" => {
            let mut bounce = and(
                &and(&common(), sent),
                json!({
                    "is_bounced": true, "is_sender_originated_bounce": "boolean",
                    "bounce_message": {"message_id": "angle|null", "html": "string|null", "text": "string|null", "time": "z"},
                }),
            );
            bounce.as_object_mut().expect("fields").remove("sl_email_lead_map_id");
            bounce
        }
        "LEAD_UNSUBSCRIBED" => and(
            &and(&tail(), campaign()),
            json!({
                "event_timestamp": "z", "lead_email": "address", "to_email": "address", "from_email": "string", "lead_name": "string",
                "to_name": "string", "sent_message": {"message_id": "null", "text": "string"}, "unsubscribed_client_id_map": {},
                "sequence_number?": "integer",
            }),
        ),
        "LEAD_CATEGORY_UPDATED" => and(
            &and(&tail(), campaign()),
            json!({
                "lead_id": "integer", "lead_email": "address", "lead_name": "string", "lead_data": lead, "category": "string|null",
                "lead_category_id": "integer|null", "event_timestamp": "z", "from": "string", "from_email": "string", "to": "address",
                "to_email": "address", "to_name": "string", "history": "empty", "current_sequence?": "integer",
                "lead_category": {
                    "old_id": "integer|null", "old_name": "string|null", "new_id": "integer|null", "new_name": "string|null",
                },
            }),
        ),
        "CAMPAIGN_STATUS_CHANGED" => and(
            &and(&tail(), campaign()),
            json!({
                "previous_status": "string|null", "current_status": "string", "campaign_status": "string",
            }),
        ),
        "UNTRACKED_REPLIES" => and(
            &tail(),
            json!({
                "event_timestamp": "z", "sender_detail": "string", "recipient_detail": "string", "cc": "string", "bcc": "string",
                "subject": "string", "visible_text": "string", "has_attachment": "boolean",
                "reply_message": {"message_id": "angle", "html": "string", "text": "string", "time": "z"},
            }),
        ),
        "MANUAL_STEP_REACHED" => and(
            &and(&tail(), campaign()),
            json!({
                "lead_name": "string", "lead_id": "digits", "lead_email": "address", "sent_message_ids": "strings",
                "current_sequence_number": "integer",
            }),
        ),
        "email.account.disconnected" => json!({
            "id": "string", "type": "string", "created_at": "z", "links": {"app?": "string"}, "is_test?": "boolean",
            "data": {"account_id": "integer", "email": "address", "reason": "string|null"},
            "meta": {"attempt": "integer", "level": "string"},
        }),
        unknown => panic!("no schema of {unknown}"),
    }
}

/// The nested shape.
fn nested(name: &str) -> Value {
    let base = json!({
        "event": "string", "timestamp": "second", "campaign_id": "integer", "campaign_name?": "string", "lead_id": "integer",
        "email_account_id?": "integer", "sequence_number": "integer", "is_test?": "boolean",
        "lead": {"email": "address", "first_name": "string", "last_name": "string"},
    });
    let email = json!({"email": {"subject": "string", "message_id": "string"}});
    match name {
        "EMAIL_SENT" => and(&base, email),
        "EMAIL_OPENED" => and(&base, json!({"opened_count": "integer", "first_opened_at": "second", "last_opened_at": "second"})),
        "EMAIL_CLICKED" => and(&base, json!({"link": {"url": "string", "clicked_at": "second"}})),
        "EMAIL_REPLIED" => and(
            &and(&base, email),
            json!({
                "reply": {"subject": "string", "body": "string", "received_at": "second", "message_id": "string"},
            }),
        ),
        "EMAIL_BOUNCED" | "EMAIL_UNSUBSCRIBED" => base,
        other => flat(other),
    }
}

#[test]
fn every_event_has_the_body_that_is_published() {
    let mut names = std::collections::BTreeSet::new();
    for (platform, kind) in ORIGINS.into_iter().flat_map(|platform| Kind::ALL.iter().map(move |kind| (platform, *kind))) {
        let snapshot = snapshot(event(kind, platform));
        for variant in [Variant::Flat, Variant::Nested] {
            let case = format!("{kind} of {platform}, {}", variant.name());
            let Some(name) = sent_as(Dialect::Smartlead, Some(variant), &snapshot.event.event) else {
                let refused = given::tell(Dialect::Smartlead, Some(variant), &snapshot);
                assert_eq!(refused, Err(NotExpressible::NoWord), "{case}");
                continue;
            };
            let body = body(Dialect::Smartlead, Some(variant), &snapshot);
            let schema = if variant == Variant::Nested { nested(&name) } else { flat(&name) };
            check(&schema, &body, &case);
            let stated = ["event_type", "event", "type"].into_iter().find_map(|key| body[key].as_str());
            assert_eq!(stated, Some(&*name), "{case}");
            names.insert(name.into_owned());
        }
    }
    assert_eq!(names.len(), 11 + 5, "{names:?}");
}

#[test]
fn ids_and_numbers_are_smartleads_own_where_there_are_any() {
    let own = body(Dialect::Smartlead, None, &snapshot(event(Kind::EmailReplied, Platform::Smartlead)));
    assert_eq!((&own["campaign_id"], &own["client_id"]), (&json!(2_900_417), &json!(8123)));
    assert_eq!(own["sl_email_lead_id"], "4170220119");
    assert_eq!(own["stats_id"], "0c1d7a52-6b1e-4f0a-9a1e-52f9be0a7711");
    assert_eq!(own["sent_message"]["message_id"], "<0c1d7a52-6b1e-4f0a-9a1e-52f9be0a7711@try-brightpath.example>");
    assert_eq!((&own["message_id"], &own["webhook_id"]), (&json!("<CAD-x7f@mail.kranwerk.example>"), &json!(0xa_12f5)));
    assert_eq!((&own["from_email"], &own["to_email"]), (&json!(given::MAILBOX), &json!(given::LEAD)));

    // Of another platform they are derived: the same for every event of the message, others for another.
    let foreign = |kind| body(Dialect::Smartlead, None, &snapshot(event(kind, Platform::Instantly)));
    let (sent, opened, replied) = (foreign(Kind::EmailSent), foreign(Kind::EmailOpened), foreign(Kind::EmailReplied));
    for name in ["stats_id", "sl_email_lead_id", "sl_email_lead_map_id", "campaign_id", "client_id"] {
        assert_eq!(sent[name], opened[name], "{name}");
        assert_eq!(sent[name], replied[name], "{name}");
        assert_ne!(sent[name], own[name], "{name}");
    }
    assert_eq!(sent["client_id"], given::WORKSPACE.number());
    let expected = format!("<{}@try-brightpath.example>", sent["stats_id"].as_str().expect("a text"));
    assert_eq!(sent["message_id"], expected);
    assert_ne!(replied["message_id"], sent["message_id"]);
}

#[test]
fn times_are_written_as_smartlead_writes_them() {
    let mut sent = event(Kind::EmailSent, Platform::Smartlead);
    for (at, text) in [
        (1_770_797_007_500, "2026-02-11T08:03:27.5+00:00"),
        (1_770_797_000_000, "2026-02-11T08:03:20+00:00"),
        (1_770_797_007_010, "2026-02-11T08:03:27.01+00:00"),
    ] {
        sent.occurred_at = Millis(at);
        let body = body(Dialect::Smartlead, None, &snapshot(sent.clone()));
        assert_eq!((&body["event_timestamp"], &body["time_sent"]), (&json!(text), &json!(text)));
    }
    let bounced = body(Dialect::Smartlead, None, &snapshot(event(Kind::EmailBounced, Platform::Instantly)));
    assert_eq!(bounced["event_timestamp"], "2026-02-11T08:03:27.5+00:00", "of the send");
    assert_eq!(bounced["bounce_message"]["time"], "2026-02-11T13:20:44.120Z");
    let nested = body(Dialect::Smartlead, Some(Variant::Nested), &snapshot(event(Kind::EmailOpened, Platform::Instantly)));
    assert_eq!(nested["timestamp"], "2026-02-11T13:20:44Z");
}

#[test]
fn categories_go_by_name_and_have_a_number() {
    let category = |category: Option<Change<String>>, interest: Option<Change<Interest>>, kind| {
        let mut event = event(kind, Platform::Lemlist);
        event.facts.category = category;
        event.facts.interest = interest;
        let body = body(Dialect::Smartlead, None, &snapshot(event));
        (body["lead_category"]["new_name"].clone(), body["lead_category_id"].clone(), body["lead_data"]["category"].clone())
    };
    let set = |name: &str| Some(Change::Set(name.to_owned()));
    let (name, id, described) = category(set("Won"), Some(Change::Set(Interest::Closed)), Kind::ContactClosed);
    assert_eq!((name, id, &described["sentiment_type"]), (json!("Closed"), json!(11), &json!("positive")));
    let (name, id, _) = category(set("Out of office"), None, Kind::ContactOutOfOffice);
    assert_eq!((name, id), (json!("Out Of Office"), json!(6)));
    let (name, id, described) = category(set("Budget next year"), None, Kind::ContactCategoryUpdated);
    assert_eq!((name, &described["sentiment_type"]), (json!("Budget next year"), &Value::Null));
    assert!(id.as_u64().is_some_and(|id| (1 << 32..1 << 53).contains(&id)), "{id}");
    assert_eq!(category(set("BUDGET next year"), None, Kind::ContactCategoryUpdated).1, id);
    let cleared = category(Some(Change::Clear), Some(Change::Clear), Kind::ContactCategoryUpdated);
    assert_eq!((cleared.0, cleared.1), (Value::Null, Value::Null));
    let mut untold = event(Kind::ContactCategoryUpdated, Platform::Smartlead);
    (untold.facts.category, untold.facts.interest) = (None, None);
    assert_eq!(given::tell(Dialect::Smartlead, None, &snapshot(untold)), Err(NotExpressible::NoWord));
}

#[test]
fn a_hook_made_with_first_sends_alone_gets_that_name() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let sent = |step, made_with: &[&str]| {
        let mut event = event(Kind::EmailSent, Platform::Instantly);
        event.outbound.as_mut().expect("a message").sequence_number = Some(step);
        let rendered = given::told(Dialect::Smartlead, None, &snapshot(event), &names(made_with), false).expect("a body");
        serde_json::from_slice::<Value>(&rendered.body).expect("JSON")["event_type"].clone()
    };
    assert_eq!(sent(1, &["FIRST_EMAIL_SENT"]), "FIRST_EMAIL_SENT");
    assert_eq!(sent(1, &["FIRST_EMAIL_SENT", "email_sent"]), "EMAIL_SENT");
    assert_eq!(sent(1, &[]), "EMAIL_SENT");
    assert_eq!(sent(2, &["FIRST_EMAIL_SENT"]), "EMAIL_SENT");
}

#[test]
fn what_must_be_named_is_not_made_up() {
    let refused = |kind, change: fn(&mut hookline_model::event::Event)| {
        let mut event = event(kind, Platform::Lemlist);
        change(&mut event);
        given::tell(Dialect::Smartlead, None, &snapshot(event)).expect_err("no body")
    };
    let lead = NotExpressible::Unnamed("the contact's address");
    for kind in [Kind::EmailSent, Kind::EmailReplied, Kind::ContactUnsubscribed, Kind::ContactInterested] {
        assert_eq!(refused(kind, |event| event.contact.as_mut().expect("a contact").email = None), lead);
    }
    assert_eq!(refused(Kind::AccountError, |event| event.sending_account = None), NotExpressible::Unnamed("the mailbox"));
    assert_eq!(refused(Kind::CampaignStatusChanged, |event| event.campaign = None), NotExpressible::Unnamed("the campaign"));
}

#[test]
fn who_answered_for_whom_is_told() {
    let correspondence = |from: Option<&str>| {
        let mut event = event(Kind::EmailReplied, Platform::Lemlist);
        event.inbound.as_mut().expect("a message").from = from.map(ToOwned::to_owned);
        let mut snapshot = snapshot(event);
        snapshot.email.as_mut().expect("a record").from = None;
        body(Dialect::Smartlead, None, &snapshot)["leadCorrespondence"].clone()
    };
    let expected = |from: &str, relation: &str| json!({"targetLeadEmail": given::LEAD, "replyReceivedFrom": from, "repliedCompanyDomain": relation});
    assert_eq!(correspondence(Some("pia@Kranwerk.example")), expected("pia@Kranwerk.example", "SameCompany"));
    assert_eq!(correspondence(Some("pia@other.example")), expected("pia@other.example", "DifferentCompany"));
    assert_eq!(correspondence(None), expected(given::LEAD, "Unknown"));
}

#[test]
fn a_passing_bounce_is_told_as_the_senders_own_fault() {
    let is_own = |bounce_type| {
        let mut event = event(Kind::EmailBounced, Platform::Instantly);
        event.facts.bounce = Some(Bounce { bounce_type, reason: None });
        body(Dialect::Smartlead, None, &snapshot(event))["is_sender_originated_bounce"].clone()
    };
    assert_eq!([BounceType::Soft, BounceType::Hard, BounceType::Unknown].map(is_own), [true, false, false]);
}
