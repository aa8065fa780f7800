//! The names of events.

use serde_json::json;

use hookline_model::kind::Kind;

use super::{changed, event, event_of, extra, fixtures, refusal};
use crate::{Parser, emailbison::Emailbison};

/// The kind of the fixture of this name.
fn kind(name: &str) -> Kind {
    event_of(name).kind
}

/// The kind of a fixture under another name.
fn renamed(fixture: &str, name: &str) -> Kind {
    event(&changed(fixture, &json!({"/event/type": name}))).kind
}

#[test]
fn email_sent_is_a_send() {
    assert_eq!(kind("EMAIL_SENT"), Kind::EmailSent);
}

#[test]
fn lead_first_contacted_is_a_send() {
    assert_eq!(kind("LEAD_FIRST_CONTACTED"), Kind::EmailSent);
}

#[test]
fn manual_email_sent_is_a_send() {
    assert_eq!(kind("MANUAL_EMAIL_SENT"), Kind::EmailSent);
}

#[test]
fn email_opened_is_an_open() {
    assert_eq!(kind("EMAIL_OPENED"), Kind::EmailOpened);
}

#[test]
fn lead_replied_is_a_reply() {
    assert_eq!(kind("LEAD_REPLIED"), Kind::EmailReplied);
}

#[test]
fn lead_replied_by_a_machine_is_an_automatic_reply() {
    for flag in [json!(true), json!("true"), json!(1)] {
        let reply = event(&changed("LEAD_REPLIED", &json!({"/data/reply/automated_reply": flag})));
        assert_eq!((reply.kind, reply.inbound.is_some()), (Kind::EmailAutoReplied, true), "{flag}");
    }
    for flag in [json!(false), json!(null), json!("no")] {
        assert_eq!(
            event(&changed("LEAD_REPLIED", &json!({"/data/reply/automated_reply": flag}))).kind,
            Kind::EmailReplied,
            "{flag}"
        );
    }
    let untracked = changed("UNTRACKED_REPLY_RECEIVED", &json!({"/data/reply/automated_reply": true}));
    assert_eq!(event(&untracked).kind, Kind::EmailReplyUntracked);
}

#[test]
fn lead_interested_is_an_interest() {
    assert_eq!(kind("LEAD_INTERESTED"), Kind::ContactInterested);
}

#[test]
fn lead_unsubscribed_is_an_opt_out() {
    assert_eq!(kind("LEAD_UNSUBSCRIBED"), Kind::ContactUnsubscribed);
}

#[test]
fn email_bounced_is_a_bounce() {
    assert_eq!(kind("EMAIL_BOUNCED"), Kind::EmailBounced);
}

#[test]
fn untracked_reply_received_is_an_untracked_reply() {
    assert_eq!(kind("UNTRACKED_REPLY_RECEIVED"), Kind::EmailReplyUntracked);
}

#[test]
fn email_send_failed_is_a_failure() {
    assert_eq!(kind("EMAIL_SEND_FAILED"), Kind::EmailFailed);
}

#[test]
fn troubles_of_a_mailbox_are_account_errors() {
    for name in ["EMAIL_ACCOUNT_DISCONNECTED", "WARMUP_DISABLED_RECEIVING_BOUNCES", "WARMUP_DISABLED_CAUSING_BOUNCES"] {
        assert_eq!(kind(name), Kind::AccountError, "{name}");
        assert_eq!(extra(&event_of(name), "event_name"), json!(name));
    }
}

#[test]
fn a_mailbox_that_comes_back_is_connected_and_one_that_is_removed_is_not() {
    assert_eq!(kind("EMAIL_ACCOUNT_ADDED"), Kind::AccountConnected);
    assert_eq!(kind("EMAIL_ACCOUNT_RECONNECTED"), Kind::AccountConnected);
    assert_eq!(kind("EMAIL_ACCOUNT_REMOVED"), Kind::AccountDisconnected);
}

#[test]
fn tags_are_other() {
    assert_eq!(kind("TAG_ATTACHED"), Kind::Other);
    assert_eq!(kind("TAG_REMOVED"), Kind::Other);
}

#[test]
fn a_click_that_only_relays_know_is_a_click() {
    for name in ["EMAIL_CLICKED", "EMAIL_LINK_CLICKED", "email.clicked"] {
        assert_eq!(renamed("EMAIL_OPENED", name), Kind::EmailClicked, "{name}");
    }
}

#[test]
fn aliases_are_the_names_they_stand_for() {
    for (fixture, alias) in [
        ("LEAD_REPLIED", "REPLY_RECEIVED"),
        ("LEAD_REPLIED", "EMAIL_REPLIED"),
        ("LEAD_INTERESTED", "INTERESTED"),
        ("LEAD_UNSUBSCRIBED", "UNSUBSCRIBED"),
        ("LEAD_FIRST_CONTACTED", "CONTACT_FIRST_CONTACTED"),
        ("LEAD_FIRST_CONTACTED", "Contact First Emailed"),
        ("LEAD_REPLIED", "CONTACT_REPLIED"),
        ("LEAD_INTERESTED", "contact_interested"),
        ("LEAD_UNSUBSCRIBED", "Contact Unsubscribed"),
    ] {
        assert_eq!(event(&changed(fixture, &json!({"/event/type": alias}))), event_of(fixture), "{alias}");
    }
}

#[test]
fn a_name_is_the_same_in_any_case_and_with_any_joint() {
    for name in fixtures::NAMES {
        for spelling in
            [name.to_lowercase(), name.replace('_', "."), name.to_lowercase().replace('_', "-"), name.replace('_', " ")]
        {
            let respelled = event(&changed(name, &json!({"/event/type": format!(" {spelling} ")})));
            assert_eq!(respelled.id, event_of(name).id, "{spelling}");
        }
    }
}

#[test]
fn the_label_counts_only_where_there_is_no_type() {
    let labelled = changed("EMAIL_OPENED", &json!({"/event/name": "Lead Replied"}));
    assert_eq!(event(&labelled), event_of("EMAIL_OPENED"));
    let untyped = changed("LEAD_REPLIED", &json!({"/event/type": null, "/event/name": "Contact Replied"}));
    assert_eq!(event(&untyped), event_of("LEAD_REPLIED"));
}

#[test]
fn an_unknown_name_is_other() {
    // `BLACKLISTED_DOMAIN_ADDED` is among the rows of the list of events; the last two never were events.
    for name in ["BLACKLISTED_DOMAIN_ADDED", "campaign.completed", "LEAD_NOT_INTERESTED"] {
        let event = event(&changed("EMAIL_OPENED", &json!({"/event/type": name})));
        assert_eq!((event.kind, extra(&event, "event_name")), (Kind::Other, json!(name)));
        assert!(event.contact.is_some() && event.campaign.is_some() && event.facts.interest.is_none());
    }
    let bare = event(&json!({"event": {"type": "SOMETHING_NEW"}}));
    assert_eq!((bare.kind, bare.contact), (Kind::Other, None));
}

#[test]
fn an_unknown_name_is_cut() {
    let event = event(&json!({"event": {"type": "ä".repeat(5_000)}}));
    assert_eq!(extra(&event, "event_name"), json!("ä".repeat(200)));
}

#[test]
fn a_body_without_a_name_says_what_was_expected() {
    for body in
        [json!({}), json!({"event": {"workspace_id": 5}, "data": {}}), json!({"event": 5, "type": null, "data": {"lead": {}}})]
    {
        assert!(refusal(&body).contains("event.type"), "{body}");
    }
}

#[test]
fn every_name_that_arrives_is_among_the_names() {
    let names = Emailbison.names();
    for name in fixtures::NAMES {
        assert!(names.iter().any(|(known, of)| *known == name && (*of == kind(name))), "{name}");
    }
}
