//! What SmartLead and the relays behind it really do to a body.

use serde_json::{Value, json};

use hookline_model::{
    event::{BounceType, Change},
    key::CampaignKey,
    time::{Millis, TimeSource},
};

use super::{
    FIXTURES, LEAD, MAILBOX, RECEIVED, SENT_ID, another_webhook, changed, contact_email, event, external, fixture, lead_id,
    parse, parse_bytes, parsed, refusal, sent_key, some,
};
use crate::{Delivery, ParseError, Parser, smartlead::Smartlead};

#[test]
fn what_is_not_one_object_is_refused() {
    for body in [
        &b""[..],
        b"nothing",
        b"{\"a\":",
        b"{} {}",
        b"\xff\xfe",
        b"{\"event_type\":\"EMAIL_SENT\xff\"}",
        b"event_type=EMAIL_SENT",
    ] {
        assert!(matches!(parse_bytes(body), Err(ParseError::NotJson(_))), "{body:?}");
    }
    let cases = [
        (json!([]), "expected one JSON object, found an array of 0"),
        (json!([{}, {}]), "expected one JSON object, found an array of 2"),
        (json!([[{}]]), "expected one JSON object, found an array of something else"),
        (json!("EMAIL_SENT"), "expected one JSON object, found a text"),
        (json!(null), "expected one JSON object, found null"),
        (json!({}), "no event name: expected text under one of event_type, event, eventType, type"),
        (
            json!({"event_type": null, "event": {}, "eventType": 5, "type": "null"}),
            "no event name: expected text under one of event_type, event, eventType, type",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(refusal(&body), expected, "{body}");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{{\"event_type\":\"EMAIL_SENT\",\"a\":{}1{}}}", open.repeat(10_000), close.repeat(10_000));
        assert!(matches!(parse_bytes(deep.as_bytes()), Err(ParseError::NotJson(_))));
    }
}

#[test]
fn an_array_of_one_is_tolerated() {
    for (name, _) in FIXTURES.iter().copied() {
        assert_eq!(parsed(&json!([fixture(name)])), parsed(&fixture(name)), "{name}");
    }
}

#[test]
fn the_last_of_duplicate_keys_wins() {
    let body = fixture("unknown_event").to_string().replacen('{', "{\"event_type\":\"EMAIL_SENT\",", 1);
    assert_eq!(parse_bytes(body.as_bytes()), parse(&fixture("unknown_event")));
}

#[test]
fn ids_are_as_wide_as_they_are_and_may_be_text() {
    let wide = json!({"sl_email_lead_id": 4_611_930_275_001_u64, "campaign_id": "9007199254740993", "client_id": "12345678901"});
    let event = event(&changed("email_sent", &wide));
    assert_eq!(lead_id(&event), Some("4611930275001"));
    assert_eq!(event.account.as_deref(), Some("12345678901"));
    let campaign = event.campaign.map(|campaign| campaign.key);
    assert_eq!(campaign, Some(CampaignKey::External(external("9007199254740993"))));
}

#[test]
fn numbers_as_texts_make_the_same_event() {
    for (name, _) in FIXTURES.iter().copied() {
        let mut body = fixture(name);
        for (_, value) in body.as_object_mut().expect("an object") {
            if value.is_number() {
                *value = json!(value.to_string());
            }
        }
        if name != "unknown_event" {
            assert_eq!(parsed(&body), parsed(&fixture(name)), "{name}");
        }
    }
}

#[test]
fn nothing_in_any_spelling_is_nothing() {
    let none = parsed(&changed(
        "email_reply",
        &json!({"campaign_name": null, "client_id": null, "to_name": null, "reply_message": null, "reply_source": null}),
    ));
    for nothing in [json!("null"), json!(""), json!("  "), json!([]), json!(true)] {
        let fields = json!({
            "campaign_name": nothing, "client_id": nothing, "to_name": nothing, "reply_message": nothing, "reply_source": nothing,
        });
        assert_eq!(parsed(&changed("email_reply", &fields)), none, "{nothing}");
    }
}

#[test]
fn an_address_of_300_bytes_is_refused_unless_another_names_the_lead() {
    let long = format!("{}@x.example", "a".repeat(290));
    let expected = "email.sent names nobody: expected an address in lead_email or to_email, or a lead id; \
                    to_email: an e-mail address has at most 254 bytes, this one has 300";
    let nobody = changed("email_sent", &json!({"to_email": long, "sl_email_lead_id": null}));
    assert_eq!(parse(&nobody), Err(ParseError::NamesNothing(expected.to_owned())));
    let by_id = event(&changed("email_sent", &json!({"to_email": long})));
    assert_eq!((contact_email(&by_id), lead_id(&by_id)), (None, Some("5020117346")));
    let by_other =
        event(&changed("email_sent", &json!({"to_email": long, "lead_email": "also not", "lead_data": {"email": LEAD}})));
    assert_eq!(contact_email(&by_other), Some(LEAD));
}

#[test]
fn what_needs_a_person_or_a_campaign_says_so() {
    let untracked =
        refusal(&changed("untracked_replies", &json!({"sender_detail": "Mail Delivery System", "sl_email_lead_id": 5})));
    assert!(untracked.starts_with("email.reply_untracked names nobody: expected an address in sender_detail; sender_detail: "));
    let campaign = refusal(&changed("campaign_status_changed", &json!({"campaign_id": null})));
    assert_eq!(campaign, "campaign.status_changed names no campaign: expected an id in campaign_id");
    assert!(parse(&json!({"event_type": "ANYTHING"})).is_ok());
}

#[test]
fn our_mailbox_is_never_the_lead() {
    let own = json!({"leadCorrespondence": null, "sl_lead_email": null, "to_email": MAILBOX.to_uppercase()});
    let reply = event(&changed("email_reply", &own));
    assert_eq!((contact_email(&reply), lead_id(&reply)), (None, Some("5020117346")));
    assert_eq!(reply.outbound.as_ref().and_then(|message| message.to.as_ref()), None);
    let nobody = changed(
        "email_reply",
        &json!({"leadCorrespondence": null, "sl_lead_email": null, "to_email": null, "sl_email_lead_id": null}),
    );
    assert!(matches!(parse(&nobody), Err(ParseError::NamesNothing(_))));
    let alias = changed(
        "email_reply",
        &json!({"leadCorrespondence": null, "sl_lead_email": null, "to_email": "M.Lind@fjordpack.example"}),
    );
    assert_eq!(contact_email(&event(&alias)), Some("m.lind@fjordpack.example"));
}

#[test]
fn a_colleague_who_answers_is_not_the_lead() {
    for key in ["leadCorrespondence", "lead_correspondence"] {
        let mut body = changed("email_reply", &json!({"leadCorrespondence": null, "to_email": "assistant@fjordpack.example"}));
        body[key] = json!({"targetLeadEmail": LEAD, "replyReceivedFrom": "Assistant@fjordpack.example"});
        let event = event(&body);
        assert_eq!(contact_email(&event), Some(LEAD), "{key}");
        let (inbound, outbound) = (event.inbound.expect("a message"), event.outbound.expect("a message"));
        assert_eq!(inbound.from.as_deref(), Some("assistant@fjordpack.example"));
        assert_eq!((outbound.from.as_deref(), outbound.to.as_deref()), (Some(MAILBOX), Some(LEAD)));
    }
}

#[test]
fn a_reply_without_text_or_html_is_kept() {
    let empty = json!({"reply_message": {"html": "", "text": ""}, "reply_body": "", "preview_text": ""});
    let inbound = event(&changed("email_reply", &empty)).inbound.expect("a message");
    assert_eq!((inbound.body_text, inbound.body_html), (None, None));
    let twins = event(&changed("email_reply", &json!({"reply_message": null}))).inbound.expect("a message");
    assert_eq!(twins.body_text.as_deref(), Some("Thursday at ten?\n"));
    assert!(twins.body_html.is_some_and(|html| html.contains("<blockquote>")));
}

#[test]
fn years_out_of_reason_are_not_believed() {
    for year in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-03-21T12:00:00.001Z"] {
        let fields = json!({"event_timestamp": year, "time_opened": year, "sent_message": {"time": year}});
        let parsed = parsed(&changed("email_open", &fields));
        assert_eq!((parsed.event.occurred_at, parsed.event.time_source), (RECEIVED, TimeSource::Received), "{year}");
        assert_eq!(parsed.event.outbound.and_then(|message| message.at), None, "{year}");
        assert!(parsed.claim.is_some(), "{year}");
    }
}

#[test]
fn times_come_in_every_form() {
    for time in [
        json!("2026-03-04 10:02:41.118+00"),
        json!(1_772_618_561.118),
        json!("1772618561118"),
        json!("2026-03-04T11:02:41.1189+0100"),
    ] {
        let event = event(&changed("email_open", &json!({"event_timestamp": time, "time_opened": null})));
        assert_eq!((event.occurred_at, event.time_source), (Millis(1_772_618_561_118), TimeSource::Stated), "{time}");
    }
    let twin = event(&changed("email_open", &json!({"event_timestamp": "soon"})));
    assert_eq!(twin.occurred_at, Millis(1_772_618_561_118));
}

#[test]
fn the_age_of_the_webhook_is_no_time() {
    let timeless = changed("lead_unsubscribed", &json!({"event_timestamp": null}));
    assert_eq!(event(&timeless).time_source, TimeSource::Received);
    assert!(parsed(&timeless).claim.is_some());
}

#[test]
fn a_bounce_of_our_own_mailbox_is_soft() {
    let own = event(&changed("email_bounce", &json!({"is_sender_originated_bounce": "true"})));
    assert_eq!(own.facts.bounce.map(|bounce| bounce.bounce_type), Some(BounceType::Soft));
    let silent = json!({"bounce_message": null, "bounce_reply_email_preview": null});
    let silent = event(&changed("email_bounce", &silent)).facts.bounce.expect("a bounce");
    assert_eq!((silent.bounce_type, silent.reason), (BounceType::Unknown, None));
}

#[test]
fn the_reports_id_is_not_the_sends() {
    let report = json!("<69a7f0c2.1a@mx.fjordpack.example>");
    let event = event(&changed("email_bounce", &json!({"sent_message": null, "message_id": report})));
    let outbound = event.outbound.expect("a message");
    assert_eq!((outbound.key, outbound.message_id), (sent_key(), None));
    // With nothing else to go by, the time that repeats the send's is the send's.
    assert_eq!(outbound.at, Some(Millis(1_772_615_722_400)));
}

#[test]
fn an_unsubscribe_by_link_tells_of_its_email() {
    let fields =
        json!({"stats_id": "B84E19D3-27AA-4C6E-8F02-6D1F7A93C540", "sequence_number": 1, "sl_email_lead_id": 5_020_117_346_u64});
    let link = parsed(&changed("lead_unsubscribed", &fields));
    assert_eq!((link.event.outbound_key(), link.event.sequence_number()), (sent_key().as_ref(), Some(1)));
    assert_eq!(link.event.id, event(&fixture("lead_unsubscribed")).id);
}

#[test]
fn clicked_links_are_bounded() {
    let many: Vec<String> = (0..80).map(|n| format!("https://x.example/{n:03}")).collect();
    assert_eq!(event(&changed("email_link_click", &json!({"link_details": many}))).facts.clicked_links.len(), 50);
    let long = format!("https://x.example/{}", "a".repeat(2_048));
    let clicked = |link: &str| event(&changed("email_link_click", &json!({"link_details": [link]})));
    assert!(clicked(&long).facts.clicked_links.is_empty());
    assert_ne!(clicked(&long).id, clicked(&format!("{long}b")).id);
}

#[test]
fn custom_fields_are_bounded() {
    let mut fields: serde_json::Map<String, Value> = (0..300).map(|n| (format!("field {n:03}"), json!(n))).collect();
    fields.insert("a".repeat(201), json!("too long a name"));
    fields.insert(" ".to_owned(), json!("no name"));
    fields.insert("a list".to_owned(), json!([1]));
    let taken = event(&changed("lead_category_updated", &json!({"lead_data": {"custom_fields": fields}}))).facts.custom_fields;
    assert_eq!(taken.len(), 200);
    assert_eq!(taken.get("field 199"), Some(&Change::Set(json!(199))));
}

#[test]
fn an_unknown_name_is_cut() {
    let event = event(&json!({"event_type": format!("{}!", "N".repeat(200))}));
    assert_eq!(event.facts.extra.get("event_name"), Some(&json!("N".repeat(200))));
}

#[test]
fn the_message_id_may_be_called_id() {
    let event = event(&changed("email_link_click", &json!({"stats_id": null})));
    assert_eq!(event.outbound_key(), sent_key().as_ref());
    assert_eq!(event.outbound.and_then(|message| message.message_id), some(SENT_ID));
}

#[test]
fn a_redacted_body_is_the_same_event() {
    for (name, text) in FIXTURES.iter().copied() {
        let mut body = text.as_bytes().to_vec();
        Smartlead.redact(&mut body);
        let secret = fixture(name)["secret_key"].as_str().map(str::to_owned);
        let left = String::from_utf8(body.clone()).expect("UTF-8");
        assert!(secret.is_none_or(|secret| !left.contains(&secret)), "{name}");
        assert_eq!(body.len(), text.len(), "{name}");
        assert_eq!(parse_bytes(&body), parse_bytes(text.as_bytes()), "{name}");
    }
}

#[test]
fn nothing_of_the_wrapper_is_in_the_event() {
    for (name, _) in FIXTURES.iter().copied() {
        let text = serde_json::to_string(&event(&changed(name, &another_webhook()))).expect("events are JSON");
        for word in ["elsewhere.example", "00000000-1111", "told again", "2026-03-01", "webhook", "secret"] {
            assert!(!text.contains(word), "{name}: {word}");
        }
    }
}

#[test]
fn the_time_of_receipt_stands_in_only_where_nothing_is_stated() {
    let body = fixture("email_open").to_string();
    let late = Smartlead.parse(&Delivery::new(body.as_bytes(), Millis(RECEIVED.0 + 5)));
    assert_eq!(late, parse_bytes(body.as_bytes()));
}

/// Found by fuzzing: the secret that a relay left further in was part of the identity, and of the stored body no more.
#[test]
fn a_redacted_body_is_the_event_that_it_was() {
    let body = json!({"event_type": "LEAD_WAVED", "hand": "left", "body": {"secret_key": "abc", "data": [{"secret_key": "d"}]}});
    let mut redacted = body.to_string().into_bytes();
    Smartlead.redact(&mut redacted);
    assert_ne!(redacted, body.to_string().into_bytes());
    assert_eq!(parse_bytes(&redacted), parse(&body));
    let mut other = body;
    other["body"]["hand"] = json!("right");
    assert_ne!(parse(&other), parse_bytes(&redacted));
}
