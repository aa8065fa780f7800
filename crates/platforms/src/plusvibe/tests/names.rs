//! What each name is in our vocabulary.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use hookline_model::kind::Kind;

use super::{RECEIVED, contact_email, event, fixtures, fixtures::LEAD, parse, refusal, with};
use crate::{Delivery, Parser, Settings, plusvibe::Plusvibe};

fn kind(body: Value, name: &str) -> Kind {
    event(&with(body, &json!({"webhook_event": name}))).kind
}

#[test]
fn one_answer_has_three_names() {
    for name in ["ALL_EMAIL_REPLIES", "FIRST_EMAIL_REPLIES", "ALL_POSITIVE_REPLIES"] {
        assert_eq!(kind(fixtures::reply(), name), Kind::EmailReplied, "{name}");
    }
}

#[test]
fn an_answer_labelled_automatic_is_no_reply() {
    for label in ["OUT_OF_OFFICE", "AUTOMATIC_REPLY", "out of office", "automatic-reply"] {
        let event = event(&with(fixtures::reply(), &json!({"label": label})));
        assert_eq!(event.kind, Kind::EmailAutoReplied, "{label}");
        assert!(event.inbound.is_some(), "{label}");
    }
    assert_eq!(event(&fixtures::automatic_reply()).kind, Kind::EmailAutoReplied);
    assert_eq!(event(&with(fixtures::reply(), &json!({"label": "NOT_NOW"}))).kind, Kind::EmailReplied);
}

#[test]
fn sends_and_bounces_are_named() {
    assert_eq!(kind(fixtures::sent(), "EMAIL_SENT"), Kind::EmailSent);
    assert_eq!(kind(fixtures::unibox_sent(), "UNIBOX_EMAIL_SENT"), Kind::EmailSent);
    assert_eq!(kind(fixtures::bounce(), "BOUNCED_EMAIL"), Kind::EmailBounced);
}

#[test]
fn every_name_is_read_as_it_is_told() {
    for (name, expected) in Plusvibe.names() {
        assert_eq!(kind(fixtures::custom_label(), name), expected, "{name}");
    }
}

#[test]
fn an_alert_about_a_mailbox_is_an_account_error() {
    for alert in ["EMAIL_ACCOUNT_DISCONNECTED", "EMAIL_ACCOUNT_FORWARDING_BOUNCED"] {
        for key in ["alert", "alert_type", "name"] {
            let event = event(&with(fixtures::alert(), &json!({"alert": null, key: alert})));
            assert_eq!((event.kind, json!(event.facts.extra)["alert"].as_str()), (Kind::AccountError, Some(alert)), "{key}");
            assert_eq!((&event.contact, event.sending_account.as_deref()), (&None, Some(fixtures::MAILBOX)), "{key}");
        }
    }
    let nested = json!({"webhook_event": "SYSTEM_ALERT", "workspace_id": "w", "data": {"kind": "EMAIL_ACCOUNT_DISCONNECTED"}});
    assert_eq!(event(&nested).kind, Kind::AccountError);
}

#[test]
fn any_other_alert_is_other() {
    let alerts = ["INTEGRATION_DISCONNECTED", "INTEGRATION_GSHEET_SYNC_FAILED", "CAMPAIGN_AUTO_PAUSED", "WEBHOOK_DISABLED"];
    for alert in alerts.into_iter().chain(["BILLING_CARD_DECLINED", "SOMETHING_NEW"]) {
        let event = event(&with(fixtures::alert(), &json!({"alert": alert})));
        assert_eq!((event.kind, &event.contact), (Kind::Other, &None), "{alert}");
        assert_eq!(json!(event.facts.extra)["alert"], json!(alert));
    }
    let bill = event(&with(fixtures::alert(), &json!({"alert": null, "b": "BILLING_B", "a": "BILLING_C"})));
    assert_eq!(json!(bill.facts.extra)["alert"], json!("BILLING_B"));
    assert!(parse(&json!({"webhook_event": "SYSTEM_ALERT"})).is_ok());
}

#[test]
fn an_alert_about_an_unnamed_mailbox_of_no_workspace_names_nothing() {
    let body = json!({"webhook_event": "SYSTEM_ALERT", "alert": "EMAIL_ACCOUNT_DISCONNECTED"});
    let expected =
        "account.error names no mailbox: expected an address in email_account_name, sender_email or email, or a workspace";
    assert_eq!(refusal(&body), expected);
}

#[test]
fn a_name_is_the_same_in_any_case_and_trimmed() {
    for name in ["all_email_replies", "  All_Email_Replies\n"] {
        assert_eq!(event(&with(fixtures::reply(), &json!({"webhook_event": name}))), event(&fixtures::reply()), "{name:?}");
    }
}

#[test]
fn a_name_may_stand_under_other_keys() {
    for key in ["event", "event_type", "type"] {
        let body = with(fixtures::reply(), &json!({"webhook_event": null, key: "ALL_EMAIL_REPLIES"}));
        assert_eq!(event(&body), event(&fixtures::reply()), "{key}");
    }
    let both = with(fixtures::reply(), &json!({"webhook_event": null, "event": "delivery", "type": "EMAIL_SENT"}));
    assert_eq!(event(&both).kind, Kind::EmailSent, "a known name goes before another");
    let own = with(fixtures::reply(), &json!({"event": "EMAIL_SENT", "type": "B2B"}));
    assert_eq!(event(&own).kind, Kind::EmailReplied, "PlusVibe's own key goes first");
    let new = with(fixtures::reply(), &json!({"webhook_event": "LEAD_POLISHED", "event": "EMAIL_SENT"}));
    assert_eq!(event(&new).kind, Kind::Other, "also with a name that nobody knows");
}

#[test]
fn an_unknown_name_is_other_and_kept() {
    let event = event(&fixtures::unknown());
    assert_eq!((event.kind, contact_email(&event)), (Kind::Other, Some(LEAD)));
    let extra = json!(event.facts.extra);
    assert_eq!((&extra["event_name"], &extra["fields"]["grit"]), (&json!("LEAD_POLISHED"), &json!(400)));
    assert!(event.facts.custom_fields.is_empty());
    let long = super::event(&with(fixtures::unknown(), &json!({"webhook_event": "é".repeat(500)})));
    assert_eq!(json!(long.facts.extra)["event_name"].as_str().map(|name| name.chars().count()), Some(200));
    assert!(parse(&json!({"webhook_event": "x"})).is_ok(), "an unknown name needs nobody");
    let mut many = fixtures::unknown();
    (0..300).for_each(|number| many[format!("field {number:03}")] = json!("x"));
    assert_eq!(json!(super::event(&many).facts.extra)["fields"].as_object().map(serde_json::Map::len), Some(50));
}

#[test]
fn a_body_without_a_name_says_what_was_expected() {
    let expected = "no event name: expected text under one of webhook_event, event, event_type, type";
    for name in [json!(null), json!(""), json!(" "), json!("null"), json!(5), json!(["EMAIL_SENT"])] {
        let mut body = fixtures::reply();
        body["webhook_event"] = name.clone();
        assert_eq!(refusal(&body), expected, "{name}");
    }
}

#[test]
fn a_name_that_is_aliased_keeps_its_spelling() {
    let names = BTreeMap::from([("lead_polished".to_owned(), "Lead_Painted".to_owned())]);
    let settings = Settings { account: None, names };
    let body = fixtures::unknown().to_string();
    let delivery = Delivery { body: body.as_bytes(), received_at: RECEIVED, settings: &settings };
    let event = Plusvibe.parse(&delivery).expect("an event").event;
    assert_eq!(json!(event.facts.extra)["event_name"], json!("LEAD_POLISHED"));
}
