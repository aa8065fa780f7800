//! What is the same event, and what is another.

use serde_json::{Value, json};

use hookline_model::{identity::Claim, kind::Kind};

use super::{event, fixtures, parsed, with};

/// Whether the claim holds for ever, for a while, or there is none.
fn claim(body: &Value) -> &'static str {
    match parsed(body).claim {
        Some(Claim::Forever(_)) => "forever",
        Some(Claim::Window(_)) => "window",
        None => "none",
    }
}

/// The hash of the claim.
fn claim_hash(body: &Value) -> [u8; 16] {
    *parsed(body).claim.expect("a claim").hash()
}

/// Whether a body with other fields is the same event.
fn same(body: &Value, fields: &Value) -> bool {
    event(&with(body.clone(), fields)).id == event(body).id
}

#[test]
fn one_answer_under_four_names_is_one_reply_and_one_marking() {
    let reply = parsed(&fixtures::reply());
    for name in ["FIRST_EMAIL_REPLIES", "ALL_POSITIVE_REPLIES"] {
        let webhook = json!({"webhook_event": name, "webhook_id": "66a01f2e3d4c5b6a79880f1f", "webhook_name": "other"});
        assert_eq!(parsed(&with(fixtures::reply(), &webhook)), reply, "{name}");
        let later = with(fixtures::reply(), &webhook);
        let later = with(later, &json!({"modified_at": "2026-03-03T11:25:00Z", "sentiment": "NEUTRAL", "status": "x"}));
        assert_eq!(parsed(&later).claim, reply.claim, "{name} a little later");
    }
    assert_eq!(claim(&fixtures::reply()), "forever");
    let marking = parsed(&fixtures::interested());
    assert_eq!(marking.event.kind, Kind::ContactInterested);
    assert_ne!(marking.event.id.hash_part(), reply.event.id.hash_part());
}

#[test]
fn a_label_that_comes_later_makes_no_second_answer() {
    let automatic = with(fixtures::reply(), &json!({"label": "OUT_OF_OFFICE"}));
    assert_eq!(event(&automatic).kind, Kind::EmailAutoReplied);
    assert_eq!(claim_hash(&automatic), claim_hash(&fixtures::reply()));
}

#[test]
fn another_answer_or_workspace_is_another_event() {
    let reply = claim_hash(&fixtures::reply());
    for fields in [json!({"last_email_id": "6b19c4d2e8f7a3b05d6c1eff"}), json!({"workspace_id": "65b7d20c4e9f1a3b8c6d5eff"})] {
        assert_ne!(claim_hash(&with(fixtures::reply(), &fields)), reply, "{fields}");
    }
    let by_message_id = with(fixtures::reply(), &json!({"last_email_id": null}));
    assert_eq!(claim(&by_message_id), "forever");
    assert_ne!(claim_hash(&by_message_id), claim_hash(&with(by_message_id.clone(), &json!({"message_id": "<b@x.example>"}))));
}

#[test]
fn an_answer_without_an_id_goes_by_whom_where_and_text() {
    let nameless = with(fixtures::reply(), &json!({"last_email_id": null, "message_id": null}));
    assert_eq!(claim(&nameless), "window");
    let first = with(nameless.clone(), &json!({"webhook_event": "FIRST_EMAIL_REPLIES", "webhook_id": "x"}));
    assert_eq!(parsed(&first), parsed(&nameless));
    let moved = with(first, &json!({"modified_at": "2026-03-03T11:20:51Z"}));
    assert_eq!(claim_hash(&moved), claim_hash(&nameless), "the time may move between two deliveries");
    for fields in
        [json!({"text_body": "Ne."}), json!({"email": "al@sklarna.example"}), json!({"campaign_id": "67cc4f1e0a7b2d9c3e58f602"})]
    {
        assert_ne!(claim_hash(&with(nameless.clone(), &fields)), claim_hash(&nameless), "{fields}");
    }
}

#[test]
fn the_subscription_is_nothing_of_any_event() {
    for (name, fixture) in fixtures::all() {
        let webhook = json!({"webhook_id": "66a01f2e3d4c5b6a79880fff", "webhook_name": "another"});
        assert_eq!(parsed(&with(fixture.clone(), &webhook)), parsed(&fixture), "{name}");
    }
}

#[test]
fn a_label_is_who_where_what_and_when() {
    let label = fixtures::interested();
    assert_eq!(claim(&label), "none");
    for fields in [
        json!({"email": "al@sklarna.example"}),
        json!({"campaign_id": "67cc4f1e0a7b2d9c3e58f602"}),
        json!({"webhook_event": "LEAD_MARKED_AS_CLOSED"}),
        json!({"modified_at": "2026-03-03T11:21:03Z"}),
        json!({"workspace_id": "another"}),
    ] {
        assert!(!same(&label, &fields), "{fields}");
    }
    assert!(same(&label, &json!({"label": "CLOSED", "sentiment": "NEUTRAL", "status": "x", "last_lead_reply": "y"})));
    assert_eq!(claim(&with(label, &json!({"modified_at": null}))), "window");
    assert!(!same(&fixtures::custom_label(), &json!({"webhook_event": "LEAD_MARKED_AS_QC_INTERESTED"})));
    let reply =
        with(fixtures::reply(), &json!({"modified_at": "2026-03-03T11:21:02.100Z", "last_email_id": null, "message_id": null}));
    assert_ne!(event(&reply).id, event(&fixtures::interested()).id, "a reply and its label at one time");
}

#[test]
fn a_send_goes_by_its_id_or_its_step() {
    assert_eq!(claim(&fixtures::sent()), "none");
    for fields in [json!({"step": 3}), json!({"variation": "B"}), json!({"modified_at": "2026-03-02T08:05:14Z"})] {
        assert!(!same(&fixtures::sent(), &fields), "{fields}");
    }
    assert!(same(&fixtures::sent(), &json!({"subject": "x", "first_name": "y", "variation": "a"})));
    for key in ["last_email_id", "email_id"] {
        let named = with(fixtures::sent(), &json!({key: "6c28d5e3f9a8b4c16e7d2fff"}));
        assert_eq!(claim(&named), "forever", "{key}");
        assert_eq!(claim_hash(&with(named.clone(), &json!({"modified_at": null}))), claim_hash(&named), "{key}");
    }
    assert_eq!(claim(&with(fixtures::sent(), &json!({"message_id": "<a@x.example>"}))), "forever");
}

#[test]
fn one_id_on_a_send_and_a_reply_is_two_events() {
    let sent = with(fixtures::sent(), &json!({"last_email_id": fixtures::REPLY_ID}));
    assert_ne!(claim_hash(&sent), claim_hash(&fixtures::reply()));
}

#[test]
fn a_bounce_is_mailbox_lead_campaign_and_time() {
    let bounce = fixtures::bounce();
    assert_eq!(claim(&bounce), "none");
    for fields in [
        json!({"sender_email": "al@meet-glasbruk.example"}),
        json!({"lead_email": "al@sklarna.example"}),
        json!({"campaign_id": "67cc4f1e0a7b2d9c3e58f602"}),
        json!({"date": "2026-03-02T08:06:41Z"}),
    ] {
        assert!(!same(&bounce, &fields), "{fields}");
    }
    assert!(same(&bounce, &json!({"msg": "shortened", "bounce_type": null, "is_verified": "VERIFIED"})));
    let timeless = with(bounce, &json!({"date": null}));
    assert_eq!(claim(&timeless), "window");
    assert_ne!(claim_hash(&timeless), claim_hash(&with(timeless.clone(), &json!({"msg": "452 4.2.2 full"}))));
}

#[test]
fn an_alert_told_again_is_the_same_for_a_while() {
    let alert = fixtures::alert();
    assert_eq!(claim(&alert), "window");
    assert_eq!(claim_hash(&with(alert.clone(), &json!({"date": "2026-03-02T08:06:41Z"}))), claim_hash(&alert));
    for fields in [
        json!({"alert": "EMAIL_ACCOUNT_FORWARDING_BOUNCED"}),
        json!({"alert": "WEBHOOK_DISABLED"}),
        json!({"email": "al@meet-glasbruk.example"}),
        json!({"workspace_id": "another"}),
    ] {
        assert_ne!(claim_hash(&with(alert.clone(), &fields)), claim_hash(&alert), "{fields}");
    }
}

#[test]
fn unknown_events_are_told_apart_by_what_they_say() {
    let unknown = fixtures::unknown();
    for fields in [json!({"grit": 800}), json!({"webhook_event": "LEAD_PAINTED"}), json!({"body": "text"})] {
        assert!(!same(&unknown, &fields), "{fields}");
    }
    assert!(same(
        &unknown,
        &json!({"label": "x", "status": "y", "sentiment": "z", "secret": "s", "webhook_event": "lead_polished"})
    ));
    let nested = |number: u32| event(&json!({"event": "x", "data": {"number": number}})).id;
    assert_ne!(nested(1), nested(2));
}
