//! What each name is in our vocabulary.

use std::collections::BTreeMap;

use serde_json::json;

use hookline_model::{event::Change, interest::Interest, kind::Kind};

use super::{RECEIVED, contact_email, event, fixtures, fixtures::LEAD, parse, refusal, with};
use crate::{Delivery, Parser, Settings, lemlist::Lemlist};

/// The kind that a lead's activity of this name is.
fn kind(name: &str) -> Kind {
    event(&with(fixtures::unsubscribed(), &json!({"type": name}))).kind
}

/// Every one of the names is of this kind.
fn all_are(expected: Kind, names: &[&str]) {
    for name in names {
        assert_eq!(kind(name), expected, "{name}");
    }
}

#[test]
fn emails_have_kinds_of_their_own() {
    all_are(Kind::EmailSent, &["emailsSent"]);
    all_are(Kind::EmailOpened, &["emailsOpened"]);
    all_are(Kind::EmailClicked, &["emailsClicked"]);
    all_are(Kind::EmailReplied, &["emailsReplied"]);
    all_are(Kind::EmailBounced, &["emailsBounced"]);
    all_are(Kind::EmailFailed, &["emailsFailed", "emailsSendFailed"]);
}

#[test]
fn opt_outs_have_two_names() {
    all_are(Kind::ContactUnsubscribed, &["emailsUnsubscribed", "entityUnsubscribed"]);
    assert_eq!(event(&fixtures::entity_unsubscribed()).kind, Kind::ContactUnsubscribed);
    assert_eq!(event(&fixtures::entity_unsubscribed()).facts.interest, None);
}

#[test]
fn an_entity_that_is_taken_off_the_list_is_other() {
    let of = |action: &str| event(&with(fixtures::entity_unsubscribed(), &json!({"mutationAction": action})));
    let taken_off = of("resubscribe");
    assert_eq!((taken_off.kind, contact_email(&taken_off)), (Kind::Other, Some(LEAD)));
    assert_eq!(json!(taken_off.facts.extra)["event_name"], json!("entityUnsubscribed"));
    assert_eq!(json!(taken_off.facts.extra)["mutation_action"], json!("resubscribe"));
    assert_eq!((of("unsubscribe").kind, of("").kind), (Kind::ContactUnsubscribed, Kind::ContactUnsubscribed));
}

#[test]
fn interests_come_through_any_channel() {
    let names =
        ["interested", "emailsInterested", "linkedinInterested", "aircallInterested", "apiInterested", "manualInterested"];
    all_are(Kind::ContactInterested, &names);
    let event = event(&fixtures::manual_interested());
    assert_eq!(event.facts.interest, Some(Change::Set(Interest::Interested)));
    assert_eq!(json!(event.facts.extra)["marked_through"], json!("manual"));
    assert_eq!(super::event(&fixtures::interested()).facts.extra.get("marked_through"), None);
}

#[test]
fn refusals_come_through_any_channel() {
    let endings = ["emails", "linkedin", "aircall", "api", "manual"].map(|channel| format!("{channel}NotInterested"));
    for name in endings.iter().map(String::as_str).chain(["notInterested"]) {
        let event = event(&with(fixtures::interested(), &json!({"type": name})));
        assert_eq!(event.kind, Kind::ContactNotInterested, "{name}");
        assert_eq!(event.facts.interest, Some(Change::Set(Interest::NotInterested)), "{name}");
        let through = event.facts.extra.get("marked_through").and_then(|through| through.as_str());
        assert_eq!(through, name.strip_suffix("NotInterested"), "{name}");
    }
}

#[test]
fn groups_tell_a_fact_once_more_and_are_other() {
    all_are(Kind::Other, &["contacted", "hooked", "attracted", "warmed"]);
    let event = event(&with(fixtures::email_replied(), &json!({"type": "warmed"})));
    assert_eq!((event.inbound, event.outbound, event.facts.interest), (None, None, None));
}

#[test]
fn what_somebody_did_on_linkedin_is_an_activity() {
    all_are(
        Kind::ActivityRecorded,
        &[
            "linkedinSent",
            "linkedinOpened",
            "linkedinReplied",
            "linkedinVisitDone",
            "linkedinFollowDone",
            "linkedinInviteDone",
            "linkedinInviteAccepted",
            "linkedinEndorseDone",
            "linkedinVoiceNoteDone",
            "linkedinLikeLastPostDone",
            "linkedinWithdrawInvitationDone",
        ],
    );
}

#[test]
fn what_failed_on_linkedin_is_other() {
    all_are(
        Kind::Other,
        &[
            "linkedinSendFailed",
            "linkedinVisitFailed",
            "linkedinFollowFailed",
            "linkedinFollowSkipped",
            "linkedinInviteFailed",
            "linkedinEndorseFailed",
            "linkedinEndorseSkipped",
            "linkedinVoiceNoteFailed",
            "linkedinLikeLastPostNoPost",
            "linkedinLikeLastPostFailed",
            "linkedinLikeLastPostSkipped",
            "linkedinWithdrawInvitationFailed",
        ],
    );
}

#[test]
fn messages_and_calls_are_activities_where_somebody_acted() {
    let acts = ["whatsappMessageSent", "whatsappMessageOpened", "whatsappReplied", "smsSent", "smsReplied"];
    all_are(Kind::ActivityRecorded, &acts);
    all_are(Kind::ActivityRecorded, &["aircallCreated", "aircallEnded", "aircallDone"]);
    let reports = ["whatsappMessageDelivered", "whatsappMessageFailed", "smsDelivered", "smsFailed"];
    all_are(Kind::Other, &reports);
    all_are(Kind::Other, &["callRecordingDone", "callTranscriptDone"]);
}

#[test]
fn notes_tasks_and_states_of_a_lead_are_other() {
    let names = [
        "apiDone",
        "apiFailed",
        "annotated",
        "paused",
        "resumed",
        "stopped",
        "skipped",
        "opportunitiesDone",
        "enrichmentDone",
        "enrichmentError",
        "inboxLabelUpdated",
        "signalRegistered",
        "emailsDone",
        "linkedinDone",
        "manualDone",
        "snoozed",
        "conditionChosen",
    ];
    all_are(Kind::Other, &names);
    for name in names {
        let event = event(&with(fixtures::unsubscribed(), &json!({"type": name})));
        assert_eq!((json!(event.facts.extra)["event_name"].as_str(), contact_email(&event)), (Some(name), Some(LEAD)));
    }
}

#[test]
fn the_end_of_a_campaign_is_its_completion() {
    all_are(Kind::CampaignCompleted, &["campaignComplete"]);
}

#[test]
fn troubles_of_a_mailbox_are_account_errors() {
    all_are(Kind::AccountError, &["connectionIssue", "customDomainErrors", "lemwarmPaused"]);
    all_are(Kind::Other, &["sendLimitReached", "deliverabilityAlertTriggered"]);
    for name in ["connectionIssue", "customDomainErrors", "lemwarmPaused", "sendLimitReached", "deliverabilityAlertTriggered"] {
        let event = event(&with(fixtures::unsubscribed(), &json!({"type": name})));
        assert_eq!((&event.contact, event.facts.custom_fields.len()), (&None, 0), "{name}");
    }
}

#[test]
fn every_name_is_read_as_it_is_told() {
    let names = Lemlist.names();
    assert!(names.len() > 75, "{}", names.len());
    for (name, expected) in names {
        assert_eq!(kind(name), expected, "{name}");
    }
}

#[test]
fn a_name_is_the_same_in_any_case_and_trimmed() {
    let original = event(&fixtures::email_sent());
    for name in ["EMAILSSENT", "  emailssent \n", "EmailsSent"] {
        let event = event(&with(fixtures::email_sent(), &json!({"type": name})));
        assert_eq!(event, original, "{name:?}");
    }
}

#[test]
fn an_unknown_name_is_other_and_kept() {
    let event = event(&fixtures::unknown());
    assert_eq!((event.kind, contact_email(&event)), (Kind::Other, Some(LEAD)));
    assert_eq!(json!(event.facts.extra)["event_name"], json!("pigeonReleased"));
    let long = super::event(&with(fixtures::unknown(), &json!({"type": "é".repeat(500)})));
    assert_eq!(json!(long.facts.extra)["event_name"].as_str().map(|name| name.chars().count()), Some(200));
    assert!(parse(&json!({"type": "pigeonReleased"})).is_ok(), "an unknown name needs nobody");
}

#[test]
fn a_body_without_a_name_says_what_was_expected() {
    let expected = "no name of an activity: expected text under type";
    for name in [json!(null), json!(""), json!("  "), json!("null"), json!(5), json!(["emailsSent"])] {
        let mut body = fixtures::email_sent();
        body["type"] = name.clone();
        assert_eq!(refusal(&body), expected, "{name}");
    }
    assert_eq!(refusal(&json!({"event": "emailsSent", "email": LEAD})), expected);
}

#[test]
fn a_name_that_is_aliased_keeps_its_spelling() {
    let settings = Settings { account: None, names: BTreeMap::from([("pigeonreleased".to_owned(), "hooked".to_owned())]) };
    let body = fixtures::unknown().to_string();
    let delivery = Delivery { body: body.as_bytes(), received_at: RECEIVED, settings: &settings };
    let event = Lemlist.parse(&delivery).expect("an event").event;
    assert_eq!(json!(event.facts.extra)["event_name"], json!("pigeonReleased"));
}

#[test]
fn a_trial_makes_no_records() {
    for name in ["test", "webhook_test", "Test_Webhook", "test_event", "webhook.test", "ping", "sample"] {
        let trial = super::parsed(&with(fixtures::email_sent(), &json!({"type": name})));
        let event = &trial.event;
        assert_eq!((event.kind, &event.contact, &event.campaign), (Kind::WebhookTest, &None, &None), "{name}");
        assert_eq!((&event.inbound, &event.outbound), (&None, &None), "{name}");
        assert_eq!((event.occurred_at, trial.claim.is_some()), (RECEIVED, true), "{name}");
    }
}
