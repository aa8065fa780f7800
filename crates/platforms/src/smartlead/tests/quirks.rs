//! What SmartLead's events lack, repeat or bend.

use serde_json::json;

use hookline_model::{
    event::{BounceType, Change},
    interest::Interest,
    time::{Millis, TimeSource},
};

use super::{FIXTURES, LEAD, MAILBOX, changed, contact_email, event, fixture, lead_id, parse, parsed};

#[test]
fn a_client_of_null_names_no_account() {
    for nothing in [json!(null), json!("null"), json!("")] {
        let mut body = fixture("email_sent");
        body["client_id"] = nothing;
        let event = event(&body);
        assert_eq!((event.account.as_ref(), event.campaign.is_some()), (None, true));
    }
}

#[test]
fn the_map_id_is_no_lead_id() {
    let event = event(&changed("email_open", &json!({"sl_email_lead_id": null})));
    assert_eq!(lead_id(&event), None);
    assert_eq!(event.facts.extra.get("lead_map_id"), Some(&json!("4611930275")));
}

#[test]
fn a_campaign_status_in_passing_is_kept_as_it_is() {
    for (status, kept) in [("ACTIVE", "active"), ("STOPPED", "stopped"), ("DRAFTED", "drafted"), ("Resting", "resting")] {
        let event = event(&changed("email_open", &json!({"campaign_status": status})));
        assert_eq!(event.campaign.and_then(|campaign| campaign.status_mentioned).as_deref(), Some(kept));
        assert_eq!(event.facts.campaign_status, None);
    }
    assert_eq!(parsed(&changed("email_open", &json!({"campaign_status": "PAUSED"}))).event.id, event(&fixture("email_open")).id);
}

#[test]
fn fractions_of_a_second_are_zero_to_six_digits() {
    let cases = [
        ("2026-03-04T10:02:41+00:00", 1_772_618_561_000),
        ("2026-03-04T10:02:41.1+00:00", 1_772_618_561_100),
        ("2026-03-04T10:02:41.118+00:00", 1_772_618_561_118),
        ("2026-03-04T10:02:41.118204+00:00", 1_772_618_561_118),
        ("2026-03-04T10:02:41.118Z", 1_772_618_561_118),
    ];
    for (text, at) in cases {
        let event = event(&changed("email_open", &json!({"event_timestamp": text})));
        assert_eq!((event.occurred_at, event.time_source), (Millis(at), TimeSource::Stated), "{text}");
    }
}

#[test]
fn epochs_in_seconds_and_milliseconds_as_numbers_and_texts() {
    for time in [json!(1_772_618_561), json!("1772618561"), json!(1_772_618_561_000_u64), json!("1772618561000")] {
        for (name, key) in [("email_open", "event_timestamp"), ("nested_opened", "timestamp"), ("alert_dotted", "created_at")] {
            assert_eq!(event(&changed(name, &json!({key: time}))).occurred_at, Millis(1_772_618_561_000), "{name} {time}");
        }
    }
}

#[test]
fn two_forms_of_time_mix_in_one_body() {
    let event = event(&fixture("email_bounce"));
    let sent_at = event.outbound.and_then(|message| message.at);
    assert_eq!((event.occurred_at.to_string().as_str(), sent_at), ("2026-03-04T09:15:31.000Z", Some(Millis(1_772_615_722_400))));
}

#[test]
fn a_bounces_created_at_is_not_its_time() {
    let created = json!({"created_at": "2026-03-04T09:00:00.000Z"});
    assert_eq!(parsed(&changed("email_bounce", &created)), parsed(&fixture("email_bounce")));
}

#[test]
fn a_bounce_needs_no_flag() {
    for flag in [json!(null), json!(true), json!("false")] {
        assert_eq!(parsed(&changed("email_bounce", &json!({"is_bounced": flag}))), parsed(&fixture("email_bounce")));
    }
}

#[test]
fn a_bounce_preview_is_unescaped_and_judged() {
    let preview = json!({"bounce_message": null, "bounce_reply_email_preview": "The address couldn&#39;t be found&nbsp;..."});
    let bounce = event(&changed("email_bounce", &preview)).facts.bounce.expect("a bounce");
    assert_eq!(bounce.bounce_type, BounceType::Hard);
}

#[test]
fn a_bounce_without_a_lead_map_is_whole() {
    let event = event(&fixture("email_bounce"));
    assert_eq!((lead_id(&event), event.facts.extra.get("lead_map_id")), (Some("5020117346"), None));
}

#[test]
fn texts_keep_their_line_ends_and_narrow_spaces() {
    let text = "at 10:15\u{202f}Uhr\r\n\r\nPia\n";
    let message = json!({"message_id": "<x@x.example>", "text": text, "html": text});
    let inbound = event(&changed("email_reply", &json!({"reply_message": message}))).inbound.expect("a message");
    assert_eq!((inbound.body_text.as_deref(), inbound.body_html.as_deref()), (Some(text), Some(text)));
}

#[test]
fn addresses_are_compared_in_lower_case() {
    let upper = changed("lead_unsubscribed", &json!({"lead_email": LEAD.to_uppercase(), "to_email": LEAD.to_uppercase()}));
    assert_eq!(parsed(&upper), parsed(&fixture("lead_unsubscribed")));
}

#[test]
fn a_name_makes_nobody() {
    let other = event(&changed("email_reply", &json!({"to_name": "Somebody Else"})));
    let original = event(&fixture("email_reply"));
    assert_eq!((other.id, &other.contact), (original.id, &original.contact));
    let nameless = json!({"event_type": "EMAIL_OPEN", "to_name": "Mara Lind", "campaign_id": 1});
    assert!(parse(&nameless).is_err());
}

#[test]
fn names_with_line_breaks_are_folded() {
    let event = event(&changed("manual_step_reached", &json!({"lead_name": "Mara \r\n   Lind"})));
    assert_eq!(event.facts.full_name, Some(Change::Set("Mara Lind".to_owned())));
}

#[test]
fn the_company_of_the_writer_is_kept_in_its_words() {
    for word in ["SameCompany", "DifferentCompany", "Unknown"] {
        let both = json!({"targetLeadEmail": LEAD, "replyReceivedFrom": LEAD, "repliedCompanyDomain": word});
        let event = event(&changed("email_reply", &json!({"leadCorrespondence": both})));
        assert_eq!(event.facts.extra.get("replied_company_domain"), Some(&json!(word)));
        assert_eq!(contact_email(&event), Some(LEAD));
    }
}

#[test]
fn what_else_a_reply_says_is_kept() {
    let fields =
        json!({"reply_category": "4", "promptType": "P1", "stats_thread_id": "t-1", "cc_emails": "ops@fjordpack.example"});
    let extra = event(&changed("email_reply", &fields)).facts.extra;
    assert_eq!(extra.get("reply_category"), Some(&json!(4)));
    assert_eq!(extra.get("prompt_type"), Some(&json!("P1")));
    assert_eq!(extra.get("stats_thread_id"), Some(&json!("t-1")));
    assert_eq!(extra.get("cc_emails"), Some(&json!(["ops@fjordpack.example"])));
}

#[test]
fn links_in_angle_brackets_lose_them() {
    let links = json!({"link_details": ["<https://lumenroute.example/price?ref=1>", "https://lumenroute.example/tour"]});
    assert_eq!(parsed(&changed("email_link_click", &links)), parsed(&fixture("email_link_click")));
}

#[test]
fn the_history_is_not_backfilled() {
    let event = event(&fixture("lead_category_updated"));
    assert_eq!((event.outbound.as_ref(), event.inbound.as_ref()), (None, None));
    let without = json!({"history": null, "lastReply": null, "last_reply": null});
    assert_eq!(super::event(&changed("lead_category_updated", &without)), event);
}

#[test]
fn a_category_may_be_set_for_the_first_time_changed_or_repeated() {
    let change = json!({"old_id": 1, "old_name": "Interested", "new_id": 2, "new_name": "Meeting Request"});
    let event = event(&changed("lead_category_updated", &json!({"lead_category": change, "category": null})));
    assert_eq!(event.facts.interest, Some(Change::Set(Interest::MeetingBooked)));
    assert_eq!(event.facts.extra.get("previous_category"), Some(&json!("Interested")));
    assert_eq!(event.facts.extra.get("previous_category_id"), Some(&json!("1")));
}

#[test]
fn lead_data_may_be_null_in_every_field() {
    let data = json!({"email": null, "first_name": null, "last_name": null, "phone_number": "", "company_name": "null",
                      "custom_fields": null, "category": null});
    let facts = event(&changed("lead_category_updated", &json!({"lead_data": data}))).facts;
    assert_eq!((facts.first_name, facts.phone, facts.company_name, facts.custom_fields.len()), (None, None, None, 0));
}

#[test]
fn an_operators_unsubscribe_has_an_empty_mailbox() {
    let event = event(&fixture("lead_unsubscribed"));
    assert_eq!(fixture("lead_unsubscribed")["from_email"], json!(""));
    assert_eq!((event.sending_account, event.outbound), (None, None));
}

#[test]
fn an_untracked_reply_has_one_writer_and_many_recipients() {
    let cases = [
        ("Per Dahl <per.dahl@fjordpack.example>", "pia@get-lumenroute.example, Ed <ed@get-lumenroute.example>"),
        ("per.dahl@fjordpack.example", "\"Pia, Sales\" <Pia@get-lumenroute.example>; ed@get-lumenroute.example"),
    ];
    for (sender, recipients) in cases {
        let event = event(&changed("untracked_replies", &json!({"sender_detail": sender, "recipient_detail": recipients})));
        assert_eq!(contact_email(&event), Some("per.dahl@fjordpack.example"));
        assert_eq!(event.sending_account.as_deref(), Some(MAILBOX));
    }
}

#[test]
fn an_untracked_reply_without_its_time_has_its_messages() {
    let event = event(&changed("untracked_replies", &json!({"event_timestamp": null})));
    assert_eq!((event.occurred_at.to_string().as_str(), event.time_source), ("2026-03-06T05:24:33.353Z", TimeSource::Stated));
}

#[test]
fn a_reply_we_sent_by_hand_is_no_reply() {
    let event = event(&changed("email_reply", &json!({"event_type": "MANUAL_REPLY_SENT"})));
    assert_eq!((event.kind.name(), event.inbound.as_ref(), event.outbound.as_ref()), ("other", None, None));
    assert_eq!(event.facts.extra.get("event_name"), Some(&json!("MANUAL_REPLY_SENT")));
}

#[test]
fn only_what_tells_events_apart_is_in_the_identity() {
    let fields = json!({"campaign_name": "Renamed", "campaign_status": "PAUSED", "app_url": "https://x.example", "to_name": "M",
                        "ui_master_inbox_link": null, "description": "x"});
    for (name, _) in FIXTURES.iter().copied().filter(|(name, _)| !name.starts_with("unknown") && !name.contains("status")) {
        assert_eq!(event(&changed(name, &fields)).id, event(&fixture(name)).id, "{name}");
    }
}
