//! What is the same event, and what is another.

use serde_json::{Value, json};

use super::{changed, claim, event, event_of, fixtures, parse, parse_bytes};

/// Whether a fixture stays the same event with some fields changed.
fn same(name: &str, changes: &Value) -> bool {
    event(&changed(name, changes)).id == event_of(name).id
}

#[test]
fn a_repetition_is_the_same_event() {
    for name in fixtures::NAMES {
        let body = fixtures::fixture(name);
        assert_eq!(parse_bytes(body.to_string().as_bytes()), parse(&body), "{name}");
    }
}

#[test]
fn every_event_is_another() {
    let mut ids: Vec<_> = fixtures::NAMES.iter().map(|name| event_of(name).id).collect();
    ids.sort();
    ids.dedup();
    // Only the two names of a first send are one.
    assert_eq!(ids.len(), fixtures::NAMES.len() - 1);
}

#[test]
fn a_first_contact_is_its_send() {
    let (sent, first) = (fixtures::fixture("EMAIL_SENT"), fixtures::fixture("LEAD_FIRST_CONTACTED"));
    assert_eq!((event(&first).id, claim(&first)), (event(&sent).id, claim(&sent)));
    // Told with an id of its own, and a time of its own, it is the same email all the same.
    let changes = json!({"/data/campaign_event/id": 8_801_234, "/data/scheduled_email/sent_at": null, "/data/lead/id": null});
    assert_eq!(claim(&changed("LEAD_FIRST_CONTACTED", &changes)), claim(&sent));
    let other = changed("LEAD_FIRST_CONTACTED", &json!({"/data/scheduled_email/id": 5_520_418}));
    assert_ne!(claim(&other).1, claim(&sent).1);
}

#[test]
fn counters_that_moved_make_no_other_event() {
    let counters = json!({"/data/sender_email/emails_sent": 9_999, "/data/sender_email/updated_at": "2026-04-19T00:00:00.000000Z",
        "/data/lead/opens": 17, "/data/lead/status": "replied"});
    for name in [
        "EMAIL_SENT",
        "LEAD_FIRST_CONTACTED",
        "EMAIL_OPENED",
        "LEAD_REPLIED",
        "LEAD_INTERESTED",
        "LEAD_UNSUBSCRIBED",
        "EMAIL_BOUNCED",
    ] {
        assert!(same(name, &counters), "{name}");
    }
    assert!(same("EMAIL_OPENED", &json!({"/data/scheduled_email/opens": 5})));
}

#[test]
fn labels_and_what_a_relay_leaves_out_make_no_other_event() {
    let changes = json!({"/event/name": "Renamed", "/event/workspace_name": null, "/data/campaign": null, "/data/lead/id": null});
    for name in ["EMAIL_SENT", "EMAIL_OPENED", "LEAD_REPLIED", "LEAD_INTERESTED", "EMAIL_BOUNCED"] {
        assert!(same(name, &changes), "{name}");
    }
}

#[test]
fn claims_hold_as_long_as_the_identity_does() {
    for name in fixtures::NAMES {
        let expected = match name {
            "TAG_ATTACHED" | "TAG_REMOVED" => "window",
            _ if name.starts_with("EMAIL_ACCOUNT") || name.starts_with("WARMUP") => "none",
            _ => "forever",
        };
        assert_eq!(claim(&fixtures::fixture(name)).0, expected, "{name}");
    }
}

#[test]
fn a_message_keeps_its_claim_at_any_time() {
    for name in ["LEAD_REPLIED", "UNTRACKED_REPLY_RECEIVED", "MANUAL_EMAIL_SENT", "EMAIL_BOUNCED"] {
        let original = claim(&fixtures::fixture(name));
        for changes in [
            json!({"/data/reply/date_received": "2026-04-16T00:00:00.000000Z"}),
            json!({"/data/reply/raw_message_id": null, "/data/reply/uuid": null, "/data/reply/text_body": "shorter"}),
            json!({"/data/campaign_event": null, "/data/lead": null}),
        ] {
            assert_eq!(claim(&changed(name, &changes)), original, "{name} {changes}");
        }
        assert_ne!(claim(&changed(name, &json!({"/data/reply/id": 1_000_000}))).1, original.1, "{name}");
    }
}

#[test]
fn a_reply_without_its_id_goes_by_its_other_names() {
    let by = |changes: Value| claim(&changed("LEAD_REPLIED", &changes));
    let by_uuid = by(json!({"/data/reply/id": null}));
    assert_eq!(by(json!({"/data/reply/id": null, "/data/reply/raw_message_id": null})), by_uuid);
    let by_message = by(json!({"/data/reply/id": null, "/data/reply/uuid": null}));
    let by_event = by(json!({"/data/reply/id": null, "/data/reply/uuid": null, "/data/reply/raw_message_id": null}));
    assert_eq!((by_uuid.0, by_message.0, by_event.0), ("forever", "forever", "forever"));
    assert!(by_uuid.1 != by_message.1 && by_message.1 != by_event.1);
}

#[test]
fn opens_opt_outs_and_interests_go_by_the_campaigns_event() {
    for name in ["EMAIL_OPENED", "LEAD_UNSUBSCRIBED", "LEAD_INTERESTED"] {
        let original = claim(&fixtures::fixture(name));
        assert_eq!(
            claim(&changed(name, &json!({"/data/campaign_event/created_at": null, "/data/scheduled_email": null}))),
            original
        );
        assert_ne!(claim(&changed(name, &json!({"/data/campaign_event/id": 4}))).1, original.1, "{name}");
    }
}

#[test]
fn without_a_campaigns_event_they_go_by_email_reply_and_time() {
    let unnumbered = json!({"/data/campaign_event/id": null});
    let without = |name: &str, changes: Value| super::with(changed(name, &unnumbered), &changes);
    for name in ["EMAIL_OPENED", "LEAD_UNSUBSCRIBED", "LEAD_INTERESTED"] {
        let plain = without(name, json!({}));
        assert_eq!(claim(&plain).0, "none", "{name}");
        for changes in
            [json!({"/data/campaign_event/created_at": "2026-04-18T00:00:00Z"}), json!({"/data/scheduled_email/id": 5})]
        {
            assert_ne!(event(&without(name, changes.clone())).id, event(&plain).id, "{name} {changes}");
        }
        assert_eq!(event(&without(name, json!({"/data/scheduled_email/opens": 77}))).id, event(&plain).id, "{name}");
    }
    let timeless = without("EMAIL_OPENED", json!({"/data/campaign_event/created_at": null}));
    assert_eq!(claim(&timeless).0, "window");
    assert_ne!(
        event(&without("LEAD_INTERESTED", json!({"/data/reply/id": 5}))).id,
        event(&without("LEAD_INTERESTED", json!({}))).id
    );
}

#[test]
fn a_bounce_without_its_report_goes_by_its_email() {
    let body = changed("EMAIL_BOUNCED", &json!({"/data/reply": null, "/data/campaign_event": null}));
    assert_eq!(claim(&body).0, "forever");
}

#[test]
fn a_send_without_its_id_goes_by_message_then_by_step_and_time() {
    let by_message = changed("EMAIL_SENT", &json!({"/data/scheduled_email/id": null}));
    assert_eq!(claim(&by_message).0, "forever");
    let bare = |changes: Value| {
        let mut body =
            changed("EMAIL_SENT", &json!({"/data/scheduled_email/id": null, "/data/scheduled_email/raw_message_id": null}));
        body = super::with(body, &changes);
        (claim(&body).0, event(&body).id)
    };
    assert_eq!(bare(json!({})).0, "none");
    assert_ne!(bare(json!({})), bare(json!({"/data/scheduled_email/sequence_step_order": 3})));
    assert_ne!(bare(json!({})), bare(json!({"/data/lead/email": "b@x.example"})));
    assert_ne!(bare(json!({})), bare(json!({"/data/scheduled_email/sent_at": "2026-04-14T07:31:10Z"})));
}

#[test]
fn timeless_replies_without_an_id_are_told_apart_by_their_text() {
    let timeless = |text: &str| claim(&json!({"type": "LEAD_REPLIED", "lead_email": "a@x.example", "reply_text": text}));
    assert_eq!((timeless("Yes").0, timeless("Yes")), ("window", timeless("Yes")));
    assert_ne!(timeless("Yes").1, timeless("No").1);
    let by_hand = |subject: &str| {
        let reply = json!({"to": ["a@x.example"], "email_subject": subject});
        claim(&json!({"event": {"type": "MANUAL_EMAIL_SENT"}, "data": {"reply": reply}}))
    };
    assert_eq!(by_hand("Yes").0, "window");
    assert_ne!(by_hand("Yes").1, by_hand("No").1);
}

#[test]
fn one_reply_under_two_kinds_is_two_events() {
    assert!(!same("LEAD_REPLIED", &json!({"/event/type": "UNTRACKED_REPLY_RECEIVED"})));
    assert!(!same("LEAD_REPLIED", &json!({"/event/type": "EMAIL_BOUNCED"})));
    assert!(!same(
        "LEAD_REPLIED",
        &json!({"/event/type": "LEAD_INTERESTED", "/data/campaign_event/created_at": "2026-04-15T10:02:51.900Z"})
    ));
}

#[test]
fn events_of_a_mailbox_are_told_apart_by_mailbox_name_and_time() {
    let name = "EMAIL_ACCOUNT_DISCONNECTED";
    assert!(!same(name, &json!({"/event/type": "WARMUP_DISABLED_CAUSING_BOUNCES"})));
    assert!(!same(name, &json!({"/data/sender_email/id": 413})));
    assert!(!same(name, &json!({"/data/sender_email/updated_at": "2026-04-15T00:00:00Z"})));
    assert!(same(name, &json!({"/data/sender_email/emails_sent": 1_300, "/data/sender_email/email": "renamed@x.example"})));
    let by_address =
        |address: &str| event(&changed(name, &json!({"/data/sender_email/id": null, "/data/sender_email/email": address}))).id;
    assert_ne!(by_address("a@x.example"), by_address("b@x.example"));
}

#[test]
fn tags_are_told_apart_by_tag_thing_and_name() {
    let name = "TAG_ATTACHED";
    for changes in [
        json!({"/data/tag_id": 65}),
        json!({"/data/taggable_id": 70_552}),
        json!({"/data/taggable_type": "Campaign"}),
        json!({"/event/type": "TAG_REMOVED"}),
    ] {
        assert_ne!(claim(&changed(name, &changes)).1, claim(&fixtures::fixture(name)).1, "{changes}");
    }
    let renamed = json!({"/data/tag_name": "Owner", "/data/taggable_type": "LEAD"});
    assert_eq!(claim(&changed(name, &renamed)), claim(&fixtures::fixture(name)));
}

#[test]
fn unknown_events_are_told_apart_by_the_campaigns_event_or_all_they_say() {
    let named = json!({"/event/type": "SOMETHING_NEW"});
    let unknown = |changes: Value| super::with(changed("TAG_ATTACHED", &named), &changes);
    assert_eq!(claim(&unknown(json!({}))), claim(&unknown(json!({"/event/name": "Another label"}))));
    assert_ne!(claim(&unknown(json!({}))).1, claim(&unknown(json!({"/data/tag_id": 65}))).1);
    assert_ne!(claim(&unknown(json!({}))).1, claim(&unknown(json!({"/event/type": "ANOTHER"}))).1);
    let numbered = |opens: u32| changed("EMAIL_OPENED", &json!({"/event/type": "SOMETHING_NEW", "/data/lead/opens": opens}));
    assert_eq!(claim(&numbered(1)), claim(&numbered(2)));
    assert_eq!(claim(&numbered(1)).0, "forever");
}

#[test]
fn another_workspace_or_instance_is_another_event() {
    for name in fixtures::NAMES {
        for changes in [json!({"/event/workspace_id": 32}), json!({"/event/instance_url": "https://other.example"})] {
            assert_ne!(event(&changed(name, &changes)).id.hash_part(), event_of(name).id.hash_part(), "{name} {changes}");
        }
    }
}
