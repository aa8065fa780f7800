//! What was sent and what came in.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use hookline_model::{
    event::{Bounce, BounceType, MessageFacts},
    key::EmailKey,
    kind::Kind,
};

use super::{LEAD, MAILBOX, REPLY_ID, changed, event, fixture, inbound, outbound, some, step_key};

/// The text of the reply with these fields.
fn reply_text(fields: &Value) -> Option<String> {
    inbound(&event(&changed("reply_received", fields))).body_text.clone()
}

#[test]
fn a_reply_prefers_its_text() {
    assert!(reply_text(&json!({})).is_some_and(|text| text.contains("On Tue, Mar 3")));
}

#[test]
fn a_blank_text_gives_way_to_the_html() {
    for blank in [json!("\n\n\n"), json!(""), json!(" \r\n "), json!(null), json!("null")] {
        assert_eq!(reply_text(&json!({"reply_text": blank})), some("Tuesday works.\n\nOn Tue, Mar 3, 2026 at 09:20 Tom wrote:"));
    }
}

#[test]
fn the_snippet_is_the_last_resort() {
    assert_eq!(reply_text(&json!({"reply_text": "\n", "reply_html": "<br>"})), some("Tuesday works."));
}

#[test]
fn a_reply_without_any_text_is_a_reply() {
    let fields = json!({"reply_text": "", "reply_html": null, "reply_text_snippet": " ", "reply_subject": null});
    let event = event(&changed("reply_received", &fields));
    assert_eq!((event.kind, inbound(&event).body_text.as_ref()), (Kind::EmailReplied, None));
    assert_eq!(inbound(&event).key, Some(EmailKey::Inbound(format!("instantly:{REPLY_ID}"))));
}

#[test]
fn a_text_is_kept_as_it_is() {
    let text = "Not now\u{202f}.\r\n\r\n> Hola\r\n";
    assert_eq!(reply_text(&json!({"reply_text": text})), some(text));
}

#[test]
fn the_subject_of_a_reply_has_fallbacks() {
    for (fields, expected) in [
        (json!({"email_subject": "a", "subject": "b"}), "Re: empty return trips"),
        (json!({"reply_subject": null, "email_subject": "a", "subject": "b"}), "a"),
        (json!({"reply_subject": "null", "subject": "b"}), "b"),
    ] {
        let event = event(&changed("reply_received", &fields));
        assert_eq!(inbound(&event).subject.as_deref(), Some(expected), "{fields}");
        assert_eq!(outbound(&event).subject, None, "{fields}");
    }
}

#[test]
fn the_subject_of_a_send_has_a_fallback() {
    let event = event(&changed("email_sent", &json!({"email_subject": "", "subject": "b", "reply_subject": "c"})));
    assert_eq!(outbound(&event).subject.as_deref(), Some("b"));
}

#[test]
fn a_send_without_text_takes_it_from_its_html() {
    let event = event(&changed("email_sent", &json!({"email_text": "\n"})));
    assert_eq!(outbound(&event).body_text.as_deref(), Some("Hola Inés, how many of your trucks come back empty?"));
}

#[test]
fn a_message_id_names_a_reply_where_a_relay_adds_it() {
    let event = event(&changed("reply_received", &json!({"message_id": "<CA+x1@mail.corvalia.example>"})));
    assert_eq!(inbound(&event).key, Some(EmailKey::Inbound("CA+x1@mail.corvalia.example".to_owned())));
    assert_eq!(inbound(&event).message_id, some("CA+x1@mail.corvalia.example"));
    assert_eq!(event.id, super::event(&fixture("reply_received")).id);
    for odd in [json!("12"), json!("a b@c"), json!(5), json!(format!("{}@x", "a".repeat(999)))] {
        let event = super::event(&changed("reply_received", &json!({"message_id": odd})));
        assert_eq!(inbound(&event).key, Some(EmailKey::Inbound(format!("instantly:{REPLY_ID}"))), "{odd}");
    }
}

#[test]
fn a_placeholder_is_no_id_of_a_message() {
    for odd in [json!("test"), json!("00000000-0000-0000-0000-000000000000"), json!(7), json!("null")] {
        let event = event(&changed("reply_received", &json!({"email_id": odd})));
        assert!(matches!(event.inbound_key(), Some(EmailKey::InboundEvent(_))), "{odd}");
        assert_eq!(event.facts.extra.get("platform_email_id"), None, "{odd}");
    }
}

#[test]
fn an_id_is_the_same_in_upper_case() {
    let upper = changed("reply_received", &json!({"email_id": REPLY_ID.to_uppercase()}));
    assert_eq!(event(&upper), event(&fixture("reply_received")));
}

#[test]
fn steps_and_variants_are_numbers_in_any_type() {
    for step in [json!(1), json!("1"), json!(1.0), json!(" 1 ")] {
        let event = event(&changed("email_opened", &json!({"step": step, "variant": step})));
        assert_eq!((event.outbound_key(), event.sequence_number()), (step_key(LEAD).as_ref(), Some(1)), "{step}");
        assert_eq!(event.facts.extra.get("variant"), Some(&json!(1)), "{step}");
    }
    for none in [json!(0), json!(-1), json!(1.5), json!("one"), json!(4_294_967_296_u64), json!(true)] {
        let event = event(&changed("email_opened", &json!({"step": none, "variant": none})));
        assert_eq!((event.outbound.as_ref(), event.facts.extra.get("variant")), (None, None), "{none}");
    }
}

#[test]
fn a_status_event_never_brings_a_message_in() {
    let mut reply = fixture("reply_received");
    for name in ["lead_interested", "lead_out_of_office", "lead_meeting_booked", "Hot Lead", "lead_unsubscribed", "lead_skipped"]
    {
        reply["event_type"] = json!(name);
        let event = event(&reply);
        assert_eq!(event.inbound, None, "{name}");
        assert!(!matches!(event.kind, Kind::EmailReplied | Kind::EmailAutoReplied), "{name}");
    }
}

#[test]
fn a_status_event_tells_only_the_step_of_the_send() {
    let event = event(&changed("lead_interested", &json!({"email_subject": "x", "email_html": "<p>x</p>"})));
    let expected = MessageFacts { key: step_key(LEAD), sequence_number: Some(1), to: some(LEAD), ..MessageFacts::default() };
    assert_eq!(event.outbound.as_deref(), Some(&expected));
}

#[test]
fn a_reply_without_a_step_answers_no_known_send() {
    let event = event(&changed("reply_received", &json!({"step": null})));
    assert_eq!((event.outbound.as_ref(), event.sequence_number()), (None, None));
    assert_eq!(inbound(&event).to, some(MAILBOX));
}

#[test]
fn the_first_of_its_kind_may_be_left_untold() {
    for (flag, expected) in [(json!(false), Some(json!(false))), (json!("true"), Some(json!(true))), (json!(null), None)] {
        let event = event(&changed("email_opened", &json!({"is_first": flag})));
        assert_eq!(event.facts.extra.get("is_first"), expected.as_ref(), "{flag}");
    }
}

#[test]
fn an_open_may_state_how_many() {
    for (count, expected) in [(json!(3), Some(3)), (json!("4"), Some(4)), (json!(-1), None), (json!("many"), None)] {
        let event = event(&changed("email_opened", &json!({"open_count": count})));
        assert_eq!(outbound(&event).opened_total, expected, "{count}");
    }
}

#[test]
fn a_click_may_state_its_link() {
    let clicked = |link: &str| event(&changed("link_clicked", &json!({"link_url": link})));
    let link = "https://brightkeel.example/tour";
    assert_eq!(clicked(link).facts.clicked_links, BTreeSet::from([link.to_owned()]));
    let long = format!("https://x.example/{}", "a".repeat(2_048));
    assert!(clicked(&long).facts.clicked_links.is_empty());
    assert_ne!(clicked(&long).id, clicked(link).id);
}

#[test]
fn a_bounce_may_state_its_severity() {
    let cases = [
        (json!("hard"), BounceType::Hard),
        (json!(" HARD "), BounceType::Hard),
        (json!("soft"), BounceType::Soft),
        (json!("Transient"), BounceType::Soft),
        (json!("odd"), BounceType::Unknown),
        (json!("null"), BounceType::Hard),
        (json!(null), BounceType::Hard),
    ];
    for (stated, expected) in cases {
        let bounce = event(&changed("email_bounced", &json!({"bounce_type": stated}))).facts.bounce;
        assert_eq!(bounce, Some(Bounce { bounce_type: expected, reason: None }), "{stated}");
    }
}

#[test]
fn a_reason_is_one_line_and_bounded() {
    let long = format!("550 5.1.1\r\n {}", "ä".repeat(600));
    let bounce = event(&changed("email_bounced", &json!({"reason": long}))).facts.bounce.expect("a bounce");
    let reason = bounce.reason.expect("a reason");
    assert!(reason.starts_with("550 5.1.1 ä"));
    assert_eq!(reason.chars().count(), 500);
}

#[test]
fn the_link_into_the_app_has_two_forms() {
    let keys = |name: &str| {
        let extra = event(&fixture(name)).facts.extra;
        (extra.contains_key("app_url"), extra.get("thread_key").cloned())
    };
    assert_eq!(keys("reply_received"), (true, Some(json!("mV4-tQ8bHs2Kz_1xRe"))));
    assert_eq!(keys("reply_received_early"), (true, None));
    assert_eq!(keys("email_sent"), (false, None));
}
