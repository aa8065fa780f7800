//! What is the same event, and what is another.

use serde_json::{Value, json};

use hookline_model::{event::Change, identity::Claim, interest::Interest, key::EmailKey, time::TimeSource};

use super::{FIXTURES, another_webhook, changed, event, fixture, parsed, sent_key};

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

#[test]
fn first_email_sent_and_email_sent_are_equal_events() {
    assert_eq!(parsed(&fixture("first_email_sent")), parsed(&fixture("email_sent")));
}

#[test]
fn every_event_is_the_same_through_another_webhook() {
    for (name, _) in FIXTURES.iter().copied() {
        assert_eq!(parsed(&changed(name, &another_webhook())), parsed(&fixture(name)), "{name}");
    }
}

#[test]
fn a_name_is_the_same_in_every_spelling() {
    let original = parsed(&fixture("email_reply"));
    for name in ["email_reply", "EMAIL_REPLIED", " Lead_Replied ", "THREADED_REPLIES"] {
        assert_eq!(parsed(&changed("email_reply", &json!({"event_type": name}))), original, "{name}");
    }
    for key in ["event", "eventType", "type"] {
        assert_eq!(parsed(&changed("email_reply", &json!({"event_type": null, key: "EMAIL_REPLY"}))), original, "{key}");
    }
}

#[test]
fn claims_hold_as_long_as_the_identity_does() {
    let cases = [
        ("email_sent", "forever"),
        ("email_reply", "forever"),
        ("email_bounce", "forever"),
        ("untracked_replies", "forever"),
        ("email_open", "none"),
        ("email_link_click", "none"),
        ("lead_unsubscribed", "none"),
        ("lead_category_updated", "none"),
        ("unknown_event", "none"),
        ("minimal_sent", "none"),
        ("campaign_status_changed", "window"),
        ("manual_step_reached", "window"),
    ];
    for (name, expected) in cases {
        assert_eq!(claim(&fixture(name)), expected, "{name}");
        let without_time = json!({
            "event_timestamp": null, "time_sent": null, "time_opened": null, "time_clicked": null, "time_replied": null,
            "created_at": null, "reply_message": {"message_id": "<CAKp2@mail.fjordpack.example>"},
        });
        let timeless = changed(name, &without_time);
        let expected = if expected == "none" { "window" } else { expected };
        assert_eq!(claim(&timeless), expected, "{name} without a time");
    }
}

#[test]
fn a_claim_is_the_identity_without_its_time() {
    for name in ["email_sent", "lead_unsubscribed", "campaign_status_changed"] {
        let early = changed(name, &json!({"event_timestamp": "2026-01-01T00:00:00Z"}));
        let late = changed(name, &json!({"event_timestamp": "2026-01-02T00:00:00Z"}));
        assert_ne!(event(&early).id, event(&late).id, "{name}");
        assert_eq!(event(&early).id.hash_part(), event(&late).id.hash_part(), "{name}");
    }
    let early = changed("email_sent", &json!({"event_timestamp": "2026-01-01T00:00:00Z"}));
    assert_eq!(claim_hash(&early), claim_hash(&fixture("email_sent")));
}

#[test]
fn a_bounce_that_repeats_its_sends_time_is_another_event() {
    let sent = parsed(&fixture("email_sent"));
    let bounce = parsed(&changed("email_bounce", &json!({"bounce_message": null, "bounce_reply_message_id": null})));
    assert_eq!(bounce.event.occurred_at, sent.event.occurred_at);
    assert_ne!(bounce.event.id, sent.event.id);
    assert_ne!(bounce.claim, sent.claim);
    assert_eq!(bounce.event.outbound_key(), sent.event.outbound_key());
}

#[test]
fn every_reply_to_a_send_is_its_own_event() {
    let first = parsed(&fixture("email_reply"));
    let second = parsed(&changed(
        "email_reply",
        &json!({"reply_message": {"message_id": "<second@x.example>"}, "message_id": "<second@x.example>"}),
    ));
    assert_ne!(first.event.id, second.event.id);
    assert_ne!(first.claim, second.claim);
    assert_eq!(second.event.inbound_key(), Some(&EmailKey::Inbound("second@x.example".to_owned())));
    assert_eq!(second.event.outbound_key(), first.event.outbound_key());
}

#[test]
fn a_reply_keeps_its_claim_at_any_time_and_from_any_field() {
    let original = claim_hash(&fixture("email_reply"));
    for fields in [
        json!({"event_timestamp": "2026-03-04T13:50:00Z"}),
        json!({"reply_message": null}),
        json!({"message_id": null}),
        json!({"stats_id": null, "sent_message": null, "campaign_id": null, "sl_email_lead_id": null}),
    ] {
        assert_eq!(claim_hash(&changed("email_reply", &fields)), original, "{fields}");
    }
}

#[test]
fn a_reply_without_a_message_id_goes_by_its_text() {
    let with = |text: &str| changed("email_reply", &json!({"message_id": null, "reply_message": {"text": text}}));
    let (yes, no) = (event(&with("Yes")), event(&with("No")));
    assert_ne!(yes.id, no.id);
    assert_eq!(event(&with("Yes")), yes);
    let mut later = with("Yes");
    later["event_timestamp"] = json!("2026-03-05T13:50:00Z");
    assert_ne!(event(&later).inbound_key(), yes.inbound_key(), "the same words later are another message");
    assert_eq!(yes.inbound_key(), Some(&EmailKey::InboundEvent(hex::encode(yes.id.0.as_bytes()))));
    assert_eq!(yes.inbound.as_ref().and_then(|message| message.message_id.as_ref()), None);
    assert_eq!(claim(&with("Yes")), "none");
}

#[test]
fn our_own_message_id_is_never_the_replys() {
    let sent = fixture("email_sent")["message_id"].clone();
    let mirrored = changed("email_reply", &json!({"message_id": sent, "reply_message": {"message_id": sent, "text": "Yes"}}));
    assert!(matches!(event(&mirrored).inbound_key(), Some(EmailKey::InboundEvent(_))));
    let by_stats_id = changed("email_reply", &json!({"message_id": sent, "sent_message": null, "reply_message": null}));
    assert!(matches!(event(&by_stats_id).inbound_key(), Some(EmailKey::InboundEvent(_))));
    assert_eq!(event(&by_stats_id).outbound_key(), sent_key().as_ref());
}

#[test]
fn a_stats_id_is_found_in_the_message_id() {
    for name in ["email_sent", "email_bounce", "email_open", "email_reply"] {
        let without = parsed(&changed(name, &json!({"stats_id": null})));
        assert_eq!(without, parsed(&fixture(name)), "{name}");
        let upper = fixture(name)["stats_id"].as_str().expect("an id").to_uppercase();
        assert_eq!(parsed(&changed(name, &json!({"stats_id": upper}))), parsed(&fixture(name)), "{name}");
    }
    let relayed = json!({"stats_id": null, "sent_message": null, "message_id": "<b84e@get-lumenroute.example>"});
    let relayed = changed("email_sent", &relayed);
    assert_eq!((event(&relayed).outbound_key(), claim(&relayed)), (None, "forever"));
}

#[test]
fn opens_and_clicks_repeat_at_other_times_and_links() {
    let open = fixture("email_open");
    let later = changed("email_open", &json!({"event_timestamp": "2026-03-04T10:02:42+00:00"}));
    assert_ne!(event(&open).id, event(&later).id);
    let click = fixture("email_link_click");
    let one = changed("email_link_click", &json!({"link_details": ["https://lumenroute.example/tour"]}));
    assert_ne!(event(&click).id, event(&one).id);
    let as_text = changed("email_link_click", &json!({"link_details": "https://lumenroute.example/tour"}));
    assert_eq!(event(&as_text), event(&one));
    let reversed = json!(["https://lumenroute.example/price?ref=1", "https://lumenroute.example/tour"]);
    assert_eq!(parsed(&changed("email_link_click", &json!({"link_details": reversed}))), parsed(&click));
    assert_eq!(parsed(&changed("email_link_click", &json!({"link_details": null}))), parsed(&click));
}

#[test]
fn a_category_corrected_later_is_another_event() {
    let first = event(&fixture("lead_category_updated"));
    let corrected = |time: &str| {
        let change = json!({"old_id": 5, "old_name": "Information Request", "new_id": 3, "new_name": "Not Interested"});
        event(&changed("lead_category_updated", &json!({"lead_category": change, "event_timestamp": time})))
    };
    let second = corrected("2026-03-05T09:00:00.000Z");
    assert_ne!(first.id, second.id);
    assert!(first.occurred_at < second.occurred_at);
    assert_eq!(second.facts.interest, Some(Change::Set(Interest::NotInterested)));
    assert_eq!(second.facts.extra.get("previous_category"), Some(&json!("Information Request")));
    // At the same time it is another one too, and twice the same at two times is two.
    assert_ne!(corrected("2026-03-04T13:42:18.377Z").id, first.id);
    assert_ne!(corrected("2026-03-06T09:00:00.000Z").id, second.id);
}

#[test]
fn a_cleared_category_clears() {
    let change = json!({"old_id": 5, "old_name": "Information Request", "new_id": null, "new_name": null});
    let twins_kept = event(&changed("lead_category_updated", &json!({"lead_category": change})));
    assert_eq!(twins_kept.facts.category, Some(Change::Set("Information Request".to_owned())));
    let fields = json!({"lead_category": change, "category": null, "lead_category_id": null});
    let event = event(&changed("lead_category_updated", &fields));
    assert_eq!((event.facts.category.clone(), event.facts.interest.clone()), (Some(Change::Clear), Some(Change::Clear)));
}

#[test]
fn campaign_states_and_steps_are_told_apart() {
    let state = claim_hash(&fixture("campaign_status_changed"));
    for fields in [json!({"current_status": "PAUSED"}), json!({"previous_status": "PAUSED"}), json!({"campaign_id": 5})] {
        assert_ne!(claim_hash(&changed("campaign_status_changed", &fields)), state, "{fields}");
    }
    assert_eq!(claim_hash(&changed("campaign_status_changed", &json!({"current_status": "active"}))), state);
    let step = claim_hash(&fixture("manual_step_reached"));
    assert_ne!(claim_hash(&changed("manual_step_reached", &json!({"current_sequence_number": 4}))), step);
    assert_eq!(claim_hash(&changed("manual_step_reached", &json!({"lead_id": null}))), step);
}

#[test]
fn an_unknown_event_is_told_apart_by_all_it_says() {
    let original = event(&fixture("unknown_event"));
    for fields in [json!({"mood": "grey"}), json!({"lead_email": "al@x.example"}), json!({"event_type": "LEAD_DANCED"})] {
        assert_ne!(event(&changed("unknown_event", &fields)).id, original.id, "{fields}");
    }
    assert_eq!(original.time_source, TimeSource::Stated);
}
