//! The message that was sent, the message that came in, and what became of them.

use serde_json::{Value, json};

use hookline_model::{
    event::{BounceType, Event, MessageFacts},
    key::{ContactKey, EmailAddress, EmailKey},
    kind::Kind,
    time::Millis,
};

use super::{
    campaign_key, event, external, fixtures,
    fixtures::{LEAD, MAILBOX, REPLY_ID, SENT_ID},
    inbound, outbound, some, with,
};

/// 2026-03-03T08:15:40.210Z.
const SENT_AT: Millis = Millis(1_772_525_740_210);

fn sent_key() -> Option<EmailKey> {
    Some(EmailKey::Sent(external(SENT_ID)))
}

/// The key of a step of the campaign to the lead.
fn step_key(step: u32) -> Option<EmailKey> {
    let contact = ContactKey::Email(EmailAddress::parse(LEAD).expect("an address"));
    Some(EmailKey::Step { campaign: campaign_key(), contact, step })
}

fn opened_with(fields: &Value) -> Event {
    event(&with(fixtures::email_opened(), fields))
}

#[test]
fn a_send_tells_all_of_its_email() {
    let sent = event(&fixtures::email_sent());
    let expected = MessageFacts {
        key: sent_key(),
        message_id: some(SENT_ID),
        from: some(MAILBOX),
        to: some(LEAD),
        subject: some("Blocks from Cantaria"),
        body_text: some("Olá Paulo,\n\none question."),
        body_html: some("<p>Olá Paulo,</p><p>one question.</p>"),
        sequence_number: Some(1),
        at: Some(SENT_AT),
        ..MessageFacts::default()
    };
    assert_eq!((outbound(&sent), sent.inbound.as_ref()), (&expected, None));
}

#[test]
fn an_open_without_a_message_id_goes_by_its_step() {
    let opened = event(&fixtures::email_opened());
    let facts = outbound(&opened);
    assert_eq!((&facts.key, facts.sequence_number, facts.at), (&step_key(1), Some(1), Some(SENT_AT)));
    let with_id = opened_with(&json!({"messageId": format!("<{SENT_ID}>")}));
    assert_eq!(outbound(&with_id).key, sent_key());
}

#[test]
fn opens_clicks_and_bounces_share_the_sends_key() {
    let id = json!({"messageId": SENT_ID});
    for fixture in [fixtures::email_clicked(), fixtures::email_bounced(), fixtures::email_failed(), fixtures::email_opened()] {
        assert_eq!(outbound(&event(&with(fixture, &id))).key, sent_key());
    }
}

#[test]
fn a_reply_has_the_answers_message_id_and_no_sends() {
    let reply = event(&fixtures::email_replied());
    let expected = MessageFacts {
        key: Some(EmailKey::Inbound(REPLY_ID.to_owned())),
        message_id: some(REPLY_ID),
        from: some("office@cantaria.example"),
        to: some(MAILBOX),
        subject: some("Re: Blocks from Cantaria"),
        body_text: some("Quinta-feira serve."),
        body_html: some("<div>Quinta-feira serve.</div>"),
        at: Some(reply.occurred_at),
        ..MessageFacts::default()
    };
    assert_eq!(inbound(&reply), &expected);
    assert_eq!((outbound(&reply).key.as_ref(), reply.sequence_number()), (None, Some(1)));
    assert_eq!(json!(reply.facts.extra)["ai_interest_score"], json!(0.75));
}

#[test]
fn a_reply_without_a_message_id_goes_by_its_activity() {
    let of = |fields: &Value| event(&with(fixtures::email_replied(), fields));
    let reply = of(&json!({"messageId": null}));
    assert_eq!(reply.inbound_key(), Some(&EmailKey::InboundEvent(hex::encode(reply.id.hash_part()))));
    let later = of(&json!({"messageId": null, "createdAt": "2026-03-03T11:40:06Z"}));
    assert_eq!(later.inbound_key(), reply.inbound_key());
    let without_id = |time: &str| of(&json!({"messageId": null, "_id": null, "createdAt": time}));
    assert_ne!(without_id("2026-03-03T11:40:05Z").inbound_key(), without_id("2026-03-03T11:40:06Z").inbound_key());
}

#[test]
fn a_message_id_of_the_providers_own_is_kept_apart() {
    let reply = event(&with(fixtures::email_replied(), &json!({"messageId": "18c9f02ab77"})));
    assert_eq!(reply.inbound_key(), Some(&EmailKey::Inbound("lemlist:18c9f02ab77".to_owned())));
}

#[test]
fn steps_count_from_one() {
    let cases = [(json!(0), Some(1)), (json!("2"), Some(3)), (json!(3.0), Some(4)), (json!(-1), None), (json!("x"), None)];
    for (step, expected) in cases {
        assert_eq!(opened_with(&json!({"sequenceStep": step})).sequence_number(), expected, "{step}");
    }
    assert_eq!(opened_with(&json!({"sequenceStep": u32::MAX})).sequence_number(), None);
    assert_eq!(opened_with(&json!({"sequenceStep": null, "totalSequenceStep": 4})).sequence_number(), None);
}

#[test]
fn an_interest_and_an_opt_out_tell_only_the_step() {
    for fixture in [fixtures::interested(), fixtures::unsubscribed()] {
        let event = event(&with(fixture, &json!({"messageId": "<x@y.example>", "subject": "a", "text": "b"})));
        let facts = outbound(&event);
        assert_eq!((&facts.key, facts.sequence_number, &facts.subject, &facts.body_text), (&None, Some(1), &None, &None));
        assert_eq!(event.inbound, None);
    }
}

#[test]
fn the_body_has_fallbacks_and_is_html_if_it_has_tags() {
    let body = |fields: &Value| {
        let reply = event(&with(fixtures::email_replied(), fields));
        (inbound(&reply).body_text.clone(), inbound(&reply).body_html.clone())
    };
    let html = "<div>a</div>";
    assert_eq!(body(&json!({"text": html, "message": "b"})), (some("a"), some(html)));
    assert_eq!(body(&json!({"text": null, "message": "b\r\n c"})), (some("b\r\n c"), None));
    assert_eq!(body(&json!({"text": "", "messagePreview": "c"})), (some("c"), None));
    assert_eq!(body(&json!({"text": "1 < 2, see <jo@x.example>"})), (some("1 < 2, see <jo@x.example>"), None));
    assert_eq!(body(&json!({"text": null, "messagePreview": null})), (None, None));
}

#[test]
fn a_click_has_its_link_under_any_of_four_names() {
    let link = |fields: &Value| event(&with(fixtures::email_clicked(), fields)).facts;
    for key in ["clickedUrl", "linkUrl", "url", "link"] {
        let facts = link(&json!({"clickedUrl": null, key: "https://fjordwerk.example/a"}));
        assert_eq!(facts.clicked_links.into_iter().collect::<Vec<_>>(), ["https://fjordwerk.example/a"], "{key}");
        assert!(!facts.custom_fields.contains_key(key), "{key}");
    }
    let variable = link(&json!({"url": "https://cantaria.example"}));
    assert_eq!(variable.clicked_links.into_iter().collect::<Vec<_>>(), ["https://fjordwerk.example/blocks"]);
    assert!(variable.custom_fields.contains_key("url"));
    assert!(link(&json!({"clickedUrl": format!("https://x.example/{}", "a".repeat(3_000))})).clicked_links.is_empty());
}

#[test]
fn a_bounce_is_hard_unless_its_reason_is_passing() {
    let bounce = |fields: &Value| event(&with(fixtures::email_bounced(), fields)).facts.bounce.expect("a bounce");
    let hard = bounce(&json!({}));
    assert_eq!((hard.bounce_type, hard.reason.as_deref()), (BounceType::Hard, Some("550 5.1.1 user unknown")));
    assert_eq!(bounce(&json!({"errorMessage": "452 4.2.2 mailbox full"})).bounce_type, BounceType::Soft);
    assert_eq!(bounce(&json!({"errorMessage": null, "bounceReason": "451 later"})).bounce_type, BounceType::Soft);
    assert_eq!(bounce(&json!({"errorMessage": null})).bounce_type, BounceType::Hard);
}

#[test]
fn a_failure_tells_its_reason_and_sends_nothing() {
    let failed = event(&fixtures::email_failed());
    assert_eq!((failed.kind, json!(failed.facts.extra)["reason"].as_str()), (Kind::EmailFailed, Some("mailbox disconnected")));
    assert_eq!((outbound(&failed).at, failed.facts.bounce.as_ref()), (None, None));
}

#[test]
fn a_bot_is_told_and_the_open_kept() {
    let opened = opened_with(&json!({"bot": true}));
    assert_eq!((opened.kind, json!(opened.facts.extra)["bot"].as_bool()), (Kind::EmailOpened, Some(true)));
}

#[test]
fn small_things_are_shown() {
    let extra = json!(event(&fixtures::email_sent()).facts.extra);
    for (name, value) in [
        ("platform_event_id", json!("act_Qa2wSx4eDc6rFv8tG")),
        ("platform_email_id", json!("eml_Wq7eRt3yUi9oPa5Sd")),
        ("is_first", json!(true)),
        ("stopped", json!(false)),
        ("variant", json!("A")),
        ("step_id", json!("stp_Ty5uIo2pAs9dFg4Hj")),
        ("template_name", json!("Opener")),
        ("sender_name", json!("Greta Holm")),
    ] {
        assert_eq!(extra[name], value, "{name}");
    }
    let by_api = json!(event(&fixtures::interested()).facts.extra);
    assert_eq!(by_api["user_name"], json!("api"));
}
