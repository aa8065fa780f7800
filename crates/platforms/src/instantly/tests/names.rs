//! What an event is called, and what becomes of names that nobody has heard of.

use serde_json::{Value, json};

use hookline_model::{event::Change, interest::Interest, kind::Kind};

use super::{LIA, campaign_key, changed, contact_email, event, fixture, parse, parsed, refusal};

/// The kind of the label fixture, which names a lead, under another name.
fn kind_of(name: &str) -> Kind {
    event(&changed("custom_label", &json!({"event_type": name}))).kind
}

/// Checks that a name is a kind that states an interest.
fn assert_interest(name: &str, kind: Kind, interest: Interest, label: &str) {
    let event = event(&changed("custom_label", &json!({"event_type": name})));
    assert_eq!((event.kind, event.facts.interest.clone()), (kind, Some(Change::Set(interest))));
    assert_eq!((event.facts.category.clone(), contact_email(&event)), (Some(Change::Set(label.to_owned())), Some(LIA)));
}

#[test]
fn email_sent_is_a_send() {
    assert_eq!(kind_of("email_sent"), Kind::EmailSent);
}

#[test]
fn email_opened_is_an_open() {
    assert_eq!(kind_of("email_opened"), Kind::EmailOpened);
}

#[test]
fn link_clicked_is_a_click() {
    assert_eq!(kind_of("link_clicked"), Kind::EmailClicked);
}

#[test]
fn the_name_that_clicks_are_subscribed_by_is_a_click() {
    let by_subscription = changed("link_clicked", &json!({"event_type": "email_link_clicked"}));
    assert_eq!(parsed(&by_subscription), parsed(&fixture("link_clicked")));
}

#[test]
fn reply_received_is_a_reply() {
    assert_eq!(kind_of("reply_received"), Kind::EmailReplied);
}

#[test]
fn auto_reply_received_is_an_automatic_reply() {
    assert_eq!(kind_of("auto_reply_received"), Kind::EmailAutoReplied);
}

#[test]
fn email_bounced_is_a_bounce() {
    assert_eq!(kind_of("email_bounced"), Kind::EmailBounced);
}

#[test]
fn lead_unsubscribed_is_an_opt_out() {
    let event = event(&changed("custom_label", &json!({"event_type": "lead_unsubscribed"})));
    assert_eq!((event.kind, event.facts.interest, event.facts.category), (Kind::ContactUnsubscribed, None, None));
}

#[test]
fn account_error_is_an_account_error() {
    assert_eq!(event(&fixture("account_error")).kind, Kind::AccountError);
}

#[test]
fn campaign_completed_is_a_campaigns_end() {
    assert_eq!(event(&fixture("campaign_completed")).kind, Kind::CampaignCompleted);
}

#[test]
fn campaign_completed_for_lead_without_reply_is_a_leads_end() {
    assert_eq!(kind_of("campaign_completed_for_lead_without_reply"), Kind::CampaignCompleted);
}

#[test]
fn campaign_completed_with_a_lead_is_a_leads_end() {
    let event = event(&changed("custom_label", &json!({"event_type": "campaign_completed"})));
    assert_eq!((event.kind, contact_email(&event)), (Kind::CampaignCompleted, Some(LIA)));
    assert_eq!((event.campaign_key(), event.facts.campaign_status.as_ref()), (Some(&campaign_key()), None));
}

#[test]
fn lead_interested_is_an_interest() {
    assert_interest("lead_interested", Kind::ContactInterested, Interest::Interested, "Interested");
}

#[test]
fn lead_not_interested_is_a_refusal() {
    assert_interest("lead_not_interested", Kind::ContactNotInterested, Interest::NotInterested, "Not interested");
}

#[test]
fn lead_neutral_is_neither() {
    assert_interest("lead_neutral", Kind::ContactNeutral, Interest::Neutral, "Neutral");
}

#[test]
fn lead_meeting_booked_is_a_meeting() {
    assert_interest("lead_meeting_booked", Kind::ContactMeetingBooked, Interest::MeetingBooked, "Meeting booked");
}

#[test]
fn lead_meeting_completed_is_a_meeting_held() {
    assert_interest("lead_meeting_completed", Kind::ContactMeetingCompleted, Interest::MeetingCompleted, "Meeting completed");
}

#[test]
fn lead_closed_is_won() {
    assert_interest("lead_closed", Kind::ContactClosed, Interest::Closed, "Won");
}

#[test]
fn lead_out_of_office_is_an_absence() {
    assert_interest("lead_out_of_office", Kind::ContactOutOfOffice, Interest::OutOfOffice, "Out of office");
}

#[test]
fn lead_wrong_person_is_someone_else() {
    assert_interest("lead_wrong_person", Kind::ContactWrongPerson, Interest::WrongPerson, "Wrong person");
}

#[test]
fn lead_no_show_is_a_meeting_missed() {
    assert_interest("lead_no_show", Kind::ContactNoShow, Interest::NoShow, "No show");
}

#[test]
fn supersearch_enrichment_completed_is_other() {
    // Whatever stands under `email`.
    let event = event(&changed("supersearch_enrichment_completed", &json!({"email": LIA})));
    assert_eq!((event.kind, event.contact), (Kind::Other, None));
}

#[test]
fn names_made_up_from_a_leads_status_are_other() {
    for name in ["lead_lost", "lead_skipped", "lead_won"] {
        let event = event(&changed("custom_label", &json!({"event_type": name})));
        assert_eq!((event.kind, event.facts.interest, event.facts.category), (Kind::Other, None, None), "{name}");
        assert_eq!(event.facts.extra.get("event_name"), Some(&json!(name)));
    }
}

#[test]
fn what_a_programmer_named_is_no_label() {
    for name in ["all_events", "linkedin_step_done", "EMAIL_FORWARDED", "lead_Thawed", "x_1"] {
        assert_eq!(kind_of(name), Kind::Other, "{name}");
    }
    for name in ["Hot Lead", "warm", "HOT_LEAD", "Follow-up", "heiß_er", "2027", "lead magnet_sent"] {
        assert_eq!(kind_of(name), Kind::ContactCategoryUpdated, "{name}");
    }
}

#[test]
fn a_new_name_without_a_lead_is_other() {
    let body = json!({"event_type": "Inbox Rotated", "workspace": "w", "note": 5});
    let event = event(&body);
    assert_eq!((event.kind, event.contact, event.campaign), (Kind::Other, None, None));
    assert_eq!(event.facts.extra.get("event_name"), Some(&json!("Inbox Rotated")));
    assert!(parse(&json!({"event_type": "anything_new"})).is_ok());
}

#[test]
fn a_new_name_is_cut() {
    let event = event(&json!({"event_type": format!("{}!", "N".repeat(200))}));
    assert_eq!(event.facts.extra.get("event_name"), Some(&json!("N".repeat(200))));
}

#[test]
fn a_name_is_the_same_in_any_case_and_trimmed() {
    let original = parsed(&fixture("reply_received"));
    for name in ["REPLY_RECEIVED", " Reply_Received\n"] {
        assert_eq!(parsed(&changed("reply_received", &json!({"event_type": name}))), original, "{name}");
    }
}

#[test]
fn a_name_may_stand_under_type_or_event() {
    let original = parsed(&fixture("reply_received"));
    for nothing in [Value::Null, json!("null"), json!(""), json!(5)] {
        for key in ["type", "event"] {
            let body = changed("reply_received", &json!({"event_type": nothing, key: "reply_received"}));
            assert_eq!(parsed(&body), original, "{key} {nothing}");
        }
    }
    let both = json!({"event_type": null, "type": "reply_received", "event": "email_sent"});
    assert_eq!(event(&changed("reply_received", &both)).kind, Kind::EmailReplied);
    let relays_own = json!({"event_type": null, "type": "webhook", "event": "reply_received"});
    assert_eq!(event(&changed("reply_received", &relays_own)).kind, Kind::EmailReplied);
}

#[test]
fn a_custom_variable_called_type_is_no_name() {
    let event = event(&changed("reply_received", &json!({"type": "B2B", "event": "email_sent"})));
    assert_eq!(event.kind, Kind::EmailReplied);
    assert_eq!(event.facts.custom_fields.get("type"), Some(&Change::Set(json!("B2B"))));
    assert_eq!(event.facts.custom_fields.get("event"), Some(&Change::Set(json!("email_sent"))));
}

#[test]
fn a_body_without_a_name_says_what_was_expected() {
    let expected = "no event name: expected text under one of event_type, type, event, or a label";
    for body in [json!({}), json!({"event_type": null, "type": {}, "event": []}), json!({"lead_email": LIA, "event_type": 7})] {
        assert_eq!(refusal(&body), expected, "{body}");
    }
}
