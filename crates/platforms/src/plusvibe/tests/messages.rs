//! The message that was sent, the message that came in, and what became of them.

use serde_json::{Value, json};

use hookline_model::{
    event::{BounceType, MessageFacts},
    key::{ContactKey, EmailAddress, EmailKey},
    time::Millis,
};

use super::{
    campaign_key, event, external, fixtures,
    fixtures::{LEAD, MAILBOX, MESSAGE_ID, REPLY_ID},
    inbound, outbound, some, with,
};

/// The key of a step of the campaign to the lead.
fn step_key(step: u32) -> Option<EmailKey> {
    let contact = ContactKey::Email(EmailAddress::parse(LEAD).expect("an address"));
    Some(EmailKey::Step { campaign: campaign_key(), contact, step })
}

#[test]
fn a_send_tells_all_of_its_email() {
    let sent = event(&fixtures::sent());
    let expected = MessageFacts {
        key: step_key(2),
        from: some(MAILBOX),
        to: some(LEAD),
        subject: some("Furnace linings"),
        body_text: some("Dobrý den,\n\none question."),
        body_html: some("<p>Dobrý den,</p><p>one question.</p>"),
        sequence_number: Some(2),
        at: Some(Millis(1_772_438_713_610)),
        ..MessageFacts::default()
    };
    assert_eq!((outbound(&sent), &sent.inbound), (&expected, &None));
}

#[test]
fn an_answer_written_by_hand_goes_by_its_id() {
    let sent = event(&fixtures::unibox_sent());
    assert_eq!(outbound(&sent).key, Some(EmailKey::Sent(external("6c28d5e3f9a8b4c16e7d2fa5"))));
    assert_eq!((outbound(&sent).message_id.as_deref(), sent.sequence_number()), (Some("u1@meet-glasbruk.example"), None));
    let by_message_id = event(&with(fixtures::unibox_sent(), &json!({"email_id": null})));
    assert_eq!(outbound(&by_message_id).key, Some(EmailKey::Sent(external("u1@meet-glasbruk.example"))));
    let nameless = event(&with(fixtures::unibox_sent(), &json!({"email_id": null, "message_id": null})));
    assert_eq!(outbound(&nameless).key, None);
}

#[test]
fn a_reply_tells_of_both_messages() {
    let reply = event(&fixtures::reply());
    let expected = MessageFacts {
        key: Some(EmailKey::Inbound(MESSAGE_ID.to_owned())),
        message_id: some(MESSAGE_ID),
        from: some("marek@sklarna.example"),
        to: some(MAILBOX),
        subject: some("Re: Furnace linings"),
        body_text: some("Ano, ve čtvrtek.\nMarek"),
        body_html: some("<div>Ano, ve čtvrtek.</div>"),
        at: Some(reply.occurred_at),
        ..MessageFacts::default()
    };
    assert_eq!(inbound(&reply), &expected);
    assert_eq!((&outbound(&reply).key, reply.sequence_number()), (&step_key(2), Some(2)));
}

#[test]
fn a_reply_without_a_message_id_has_fallbacks() {
    let key = |fields: &Value| {
        let reply = event(&with(fixtures::reply(), fields));
        (reply.inbound_key().cloned(), reply)
    };
    for id in [json!(null), json!(""), json!("none"), json!("a b@c")] {
        assert_eq!(key(&json!({"message_id": id})).0, Some(EmailKey::Inbound(format!("plusvibe:{REPLY_ID}"))), "{id}");
    }
    let (nameless, reply) = key(&json!({"message_id": null, "last_email_id": null}));
    assert_eq!(nameless, Some(EmailKey::InboundEvent(hex::encode(reply.id.0.as_bytes()))));
    let timeless = json!({"message_id": null, "last_email_id": null, "modified_at": null, "created_at": null});
    let (nameless, reply) = key(&timeless);
    assert_eq!(nameless, Some(EmailKey::InboundEvent(hex::encode(reply.id.hash_part()))));
}

#[test]
fn the_text_has_fallbacks() {
    let text = |fields: &Value| {
        let all = json!({"text_body": null, "body": null, "snippet": null});
        inbound(&event(&with(with(fixtures::reply(), &all), fields))).body_text.clone()
    };
    let keys = ["text_body", "body", "reply_body", "email_body", "last_lead_reply", "snippet"];
    for (index, key) in keys.iter().enumerate() {
        let fields: Value = keys[index..].iter().map(|key| ((*key).to_owned(), json!(*key))).collect();
        assert_eq!(text(&fields), some(key));
    }
    assert_eq!(text(&json!({"body": "<p></p>", "snippet": "s"})), some("s"), "HTML without a text");
    assert_eq!(text(&json!({})), None);
}

#[test]
fn line_breaks_that_are_escaped_twice_are_line_breaks() {
    let text = |text: &str| inbound(&event(&with(fixtures::reply(), &json!({"text_body": text})))).body_text.clone();
    assert_eq!(text("a\\nb\\r\\nc\nd"), some("a\nb\nc\nd"));
}

#[test]
fn a_body_is_html_if_it_has_tags() {
    let body = |fields: &Value| {
        let reply = event(&with(with(fixtures::reply(), &json!({"text_body": null})), fields));
        (inbound(&reply).body_text.clone(), inbound(&reply).body_html.clone())
    };
    assert_eq!(body(&json!({"body": "Ano, 1 < 2"})), (some("Ano, 1 < 2"), None));
    assert_eq!(body(&json!({"body": "<b>Ano</b>"})), (some("Ano"), some("<b>Ano</b>")));
    assert_eq!(body(&json!({"body": {"a": 1}, "snippet": "s"})), (some("s"), None));
}

#[test]
fn images_in_a_body_are_dropped() {
    let html = "<p>Ano</p><img src=\"data:image/png;base64,AAAA\"><img src=\"https://x.example/a.png\">";
    let reply = event(&with(fixtures::reply(), &json!({"body": html})));
    assert_eq!(inbound(&reply).body_html.as_deref(), Some("<p>Ano</p><img src=\"https://x.example/a.png\">"));
}

#[test]
fn the_subject_has_fallbacks() {
    let subject = |fields: &Value| inbound(&event(&with(fixtures::reply(), fields))).subject.clone();
    let both = json!({"subject": "", "last_lead_reply_subject": "Re: b", "latest_subject": "Re: c"});
    assert_eq!(subject(&both), some("Re: b"));
    assert_eq!(subject(&json!({"subject": null, "latest_subject": "Re: c"})), some("Re: c"));
}

#[test]
fn a_bounce_names_no_message() {
    let bounced = event(&fixtures::bounce());
    assert_eq!((&bounced.inbound, &bounced.outbound), (&None, &None));
    let extra = json!(bounced.facts.extra);
    assert_eq!(
        (&extra["verification"], &extra["sender_mx"], &extra["lead_mx"]),
        (&json!("UNKNOWN"), &json!("GOOGLE_WORKSPACE"), &json!("OUTLOOK"))
    );
    let with_step = event(&with(fixtures::bounce(), &json!({"step": 1})));
    assert!(outbound(&with_step).key.is_some());
}

#[test]
fn a_bounce_is_soft_if_it_says_so_or_its_code_does() {
    let bounce = |fields: &Value| event(&with(fixtures::bounce(), fields)).facts.bounce.expect("a bounce");
    let cases = [
        (json!({}), BounceType::Hard),
        (json!({"bounce_type": "SOFT_BOUNCE"}), BounceType::Soft),
        (json!({"bounce_type": null, "msg": "452 4.2.2 full"}), BounceType::Soft),
        (json!({"bounce_type": "other", "msg": "5.1.1 after 4.4.7"}), BounceType::Hard),
        (json!({"bounce_type": null, "msg": null}), BounceType::Hard),
    ];
    for (fields, expected) in cases {
        assert_eq!(bounce(&fields).bounce_type, expected, "{fields}");
    }
    for key in ["msg", "bounce_message", "bounce_msg"] {
        assert_eq!(bounce(&json!({"msg": null, key: "421 4.7.0\n later"})).reason.as_deref(), Some("421 4.7.0 later"), "{key}");
    }
}

#[test]
fn small_things_are_shown() {
    let extra = json!(event(&fixtures::reply()).facts.extra);
    for (name, value) in [
        ("platform_email_id", json!(REPLY_ID)),
        ("thread_key", json!("6a11223344556677889900aa")),
        ("variant", json!("A")),
        ("lead_status", json!("REPLIED")),
        ("sender_name", json!("Ida Berg")),
        ("mailbox_id", json!("69ee12ab34cd56ef78901234")),
        ("reply_snippet", json!("Ano, ve čtvrtek.")),
    ] {
        assert_eq!(extra[name], value, "{name}");
    }
    let long = json!(event(&with(fixtures::reply(), &json!({"snippet": "é".repeat(2_000)}))).facts.extra);
    assert_eq!(long["reply_snippet"].as_str().map(|text| text.chars().count()), Some(500));
}

#[test]
fn steps_are_numbers_in_any_type() {
    for (step, expected) in [(json!(3), Some(3)), (json!("3"), Some(3)), (json!(0), None), (json!("x"), None), (json!([3]), None)]
    {
        assert_eq!(event(&with(fixtures::reply(), &json!({"step": step}))).sequence_number(), expected, "{step}");
    }
}
