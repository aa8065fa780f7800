//! What is the same event, and what is another.

use serde_json::{Value, json};

use hookline_model::{identity::Claim, key::EmailKey};

use super::{CAMPAIGN, FIXTURES, changed, event, fixture, parsed};

const LATER: &str = "2026-03-03T09:41:53.000Z";

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

/// The ids of a fixture and of what the fields make of it are equal.
fn same(name: &str, fields: &Value) -> bool {
    event(&changed(name, fields)).id == event(&fixture(name)).id
}

#[test]
fn a_retry_is_the_same_event() {
    for (name, text) in FIXTURES {
        assert_eq!(super::parse_bytes(text.as_bytes()), super::parse(&fixture(name)), "{name}");
    }
}

#[test]
fn claims_hold_as_long_as_the_identity_does() {
    let lasting = ["email_sent", "reply_received", "auto_reply_received", "relay_strings"];
    for (name, _) in FIXTURES.iter().filter(|(name, _)| !matches!(*name, "relay_n8n" | "delivery_log" | "trial")) {
        let expected = if lasting.contains(name) { "forever" } else { "none" };
        assert_eq!(claim(&fixture(name)), expected, "{name}");
        let expected = if lasting.contains(name) { "forever" } else { "window" };
        assert_eq!(claim(&changed(name, &json!({"timestamp": null}))), expected, "{name} without a time");
    }
}

#[test]
fn a_message_keeps_its_claim_at_any_time_and_through_any_relay() {
    for name in ["email_sent", "reply_received", "auto_reply_received"] {
        let original = claim_hash(&fixture(name));
        for fields in [
            json!({"timestamp": LATER}),
            json!({"timestamp": null}),
            json!({"campaign_id": null, "workspace": null, "unibox_url": null}),
            json!({"reply_text": "shorter", "step": null}),
        ] {
            assert_eq!(claim_hash(&changed(name, &fields)), original, "{name} {fields}");
        }
        let another = json!({"email_id": "019cb376-ffff-7d52-b0f3-48e19c6d2a77"});
        assert_ne!(claim_hash(&changed(name, &another)), original, "{name}");
    }
}

#[test]
fn the_same_id_on_a_send_and_a_reply_is_two_events() {
    let reply = changed("reply_received", &json!({"email_id": super::SENT_ID}));
    assert_ne!(claim_hash(&reply), claim_hash(&fixture("email_sent")));
}

#[test]
fn an_event_is_who_where_what_and_when() {
    for name in ["email_opened", "link_clicked", "email_bounced", "lead_unsubscribed", "lead_interested", "custom_label"] {
        assert!(!same(name, &json!({"timestamp": LATER})), "{name}");
        assert!(!same(name, &json!({"lead_email": "other@corvalia.example"})), "{name}");
        assert!(!same(name, &json!({"campaign_id": "d47c0e12-93ab-4f6a-b2d8-71e5c09f4a37"})), "{name}");
        assert!(!same(name, &json!({"event_type": "lead_closed"})), "{name}");
    }
}

#[test]
fn what_a_relay_leaves_out_or_adds_changes_no_identity() {
    let fields = json!({
        "workspace": null, "unibox_url": null, "campaign_name": null, "firstName": null, "email_account": null,
        "is_first": null, "variant": null, "email": null, "score": 5,
    });
    for name in ["email_opened", "link_clicked", "email_bounced", "lead_interested", "lead_unsubscribed", "reply_received"] {
        assert!(same(name, &fields), "{name}");
    }
}

#[test]
fn a_reply_and_the_status_it_caused_are_two_events() {
    let reply = event(&changed("reply_received", &json!({"email_id": null})));
    let status = event(&changed("lead_interested", &json!({"timestamp": "2026-03-03T11:05:39.614Z"})));
    assert_eq!(reply.occurred_at, status.occurred_at);
    assert_ne!(reply.id, status.id);
}

#[test]
fn a_bounce_at_the_time_of_its_send_is_another_event() {
    let at = json!({"timestamp": "2026-03-03T08:20:14.902Z", "lead_email": super::LEAD, "email_id": null});
    assert_ne!(event(&changed("email_bounced", &at)).id, event(&changed("email_sent", &at)).id);
}

#[test]
fn opens_and_clicks_are_told_apart_by_step_and_link() {
    for name in ["email_opened", "link_clicked"] {
        assert!(!same(name, &json!({"step": 2})), "{name}");
        assert!(same(name, &json!({"step": "1", "variant": 3})), "{name}");
    }
    assert!(!same("link_clicked", &json!({"link_url": "https://brightkeel.example/a"})));
}

#[test]
fn labels_are_told_apart_by_their_text() {
    assert!(!same("custom_label", &json!({"event_type": "Budget this year"})));
    assert!(same("custom_label", &json!({"event_type": "budget next YEAR"})));
    assert!(!same("custom_label_without_name", &json!({"lead_label": "Call in spring"})));
    let by_number =
        |value: i64| event(&changed("custom_label_without_name", &json!({"lead_label": null, "custom_interest_value": value})));
    assert_ne!(by_number(42).id, by_number(43).id);
    let text = json!({"event_type": "Interested", "timestamp": "2026-03-05T07:46:00.000Z"});
    assert_eq!(event(&changed("custom_label", &text)).id, by_number(1).id);
}

#[test]
fn a_lead_labelled_again_is_another_event() {
    assert!(!same("lead_interested", &json!({"timestamp": "2026-03-09T11:06:30.085Z"})));
}

#[test]
fn early_messages_go_by_their_time() {
    for name in ["email_sent_early", "reply_received_early"] {
        assert_eq!(claim(&fixture(name)), "none", "{name}");
        assert!(!same(name, &json!({"timestamp": "2024-10-09T00:00:00.000Z"})), "{name}");
        assert!(same(name, &json!({"reply_text": "the same, shortened", "step": null})), "{name}");
    }
    let twice = |time: &str| event(&changed("reply_received_early", &json!({"timestamp": time})));
    assert_ne!(twice("2024-10-09T00:00:00Z").inbound_key(), twice("2024-10-10T00:00:00Z").inbound_key());
}

#[test]
fn timeless_replies_are_told_apart_by_their_text() {
    let timeless = |text: &str| changed("reply_received_early", &json!({"timestamp": null, "reply_text": text}));
    assert_eq!(claim(&timeless("Yes")), "window");
    assert_eq!(parsed(&timeless("Yes")), parsed(&timeless("Yes")));
    assert_ne!(claim_hash(&timeless("Yes")), claim_hash(&timeless("No")));
    let event = event(&timeless("Yes"));
    assert_eq!(event.inbound_key(), Some(&EmailKey::InboundEvent(hex::encode(event.id.hash_part()))));
    let step = |step: u32| claim_hash(&changed("email_sent_early", &json!({"timestamp": null, "step": step})));
    assert_ne!(step(1), step(2));
}

#[test]
fn a_message_id_identifies_where_there_is_no_other() {
    let with = |id: &str, time: &str| changed("reply_received_early", &json!({"message_id": id, "timestamp": time}));
    let (one, again) = (with("<a@x.example>", "2024-10-09T00:00:00Z"), with("a@x.example", "2024-10-10T00:00:00Z"));
    assert_eq!((claim(&one), claim_hash(&one)), ("forever", claim_hash(&again)));
    assert_ne!(claim_hash(&one), claim_hash(&with("b@x.example", "2024-10-09T00:00:00Z")));
}

#[test]
fn account_errors_are_told_apart_by_mailbox_and_error() {
    assert!(!same("account_error", &json!({"email_account": "al@go-brightkeel.example"})));
    assert!(!same("account_error", &json!({"error_type": "auth_failed"})));
    assert!(!same("account_error", &json!({"workspace": "another"})));
    assert!(same("account_error", &json!({"email_account": null, "eaccount": super::MAILBOX})));
}

#[test]
fn the_end_for_a_lead_is_not_the_end_of_the_campaign() {
    let at = json!({"timestamp": "2026-03-20T08:00:00.512Z"});
    let lead = event(&changed("campaign_completed_for_lead_without_reply", &at));
    assert_ne!(lead.id, event(&fixture("campaign_completed")).id);
    assert!(same("campaign_completed_for_lead_without_reply", &json!({"event_type": "campaign_completed"})));
}

#[test]
fn a_campaign_without_an_id_is_told_apart_by_workspace() {
    let named = |workspace: &str| event(&changed("email_opened", &json!({"campaign_id": null, "workspace": workspace})));
    assert_ne!(named("a").id, named("b").id);
    assert!(same("email_opened", &json!({"campaign_id": null, "campaign": CAMPAIGN})));
}

#[test]
fn an_unknown_event_is_told_apart_by_all_it_says() {
    assert!(!same("unknown_event", &json!({"note": "x"})));
    assert!(!same("unknown_event", &json!({"event_type": "lead_lost"})));
    assert!(!same("supersearch_enrichment_completed", &json!({"rows": 5})));
}
