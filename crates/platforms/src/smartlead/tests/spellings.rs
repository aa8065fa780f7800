//! Fields with two names, and values with two types.

use serde_json::{Value, json};

use hookline_model::{
    event::{Change, Event},
    key::EmailKey,
};

use super::{LEAD, MAILBOX, REPLY_ID, SENT_ID, changed, contact_email, event, fixture, lead_id, parsed, sent_key, some};

/// Checks that taking away any one of some twins changes nothing of what `read` finds.
fn check<T: PartialEq + std::fmt::Debug>(name: &str, twins: &[&str], read: impl Fn(&Event) -> T, expected: &T) {
    for twin in twins {
        let body = changed(name, &json!({*twin: null}));
        assert_eq!(&read(&event(&body)), expected, "{name} without {twin}");
    }
}

fn html(event: &Event) -> Option<String> {
    event.outbound.as_ref().and_then(|message| message.body_html.clone())
}

#[test]
fn twins_of_the_sent_text() {
    let expected = some("<p>Hi Mara, how do you plan berths?</p>");
    check("email_sent", &["sent_message", "sent_message_body", "custom_email_message"], html, &expected);
    let last = changed("email_sent", &json!({"sent_message": null, "sent_message_body": null}));
    assert_eq!(html(&event(&last)), expected);
    let subject = |event: &Event| event.outbound.as_ref().and_then(|message| message.subject.clone());
    check("email_sent", &["subject", "custom_subject"], subject, &some("Berth planning"));
}

#[test]
fn the_newer_twin_goes_first() {
    let old = json!({"sent_message_body": "old", "custom_email_message": "older", "custom_subject": "old"});
    let sent = event(&changed("email_sent", &old)).outbound.expect("a message");
    assert_eq!(sent.subject.as_deref(), Some("Berth planning"));
    assert!(sent.body_html.is_some_and(|html| html.starts_with("<p>")));
    let click = event(&changed("email_link_click", &json!({"link_clicked": ["https://old.example"]})));
    assert!(!click.facts.clicked_links.contains("https://old.example"));
    let reply = event(&changed("email_reply", &json!({"reply_body": "old", "preview_text": "old"}))).inbound.expect("a message");
    assert_eq!(reply.body_text.as_deref(), Some("Thursday at ten?\n"));
    assert!(reply.body_html.is_some_and(|html| html.contains("blockquote")));
}

#[test]
fn twins_of_the_time() {
    for (name, twin) in [
        ("email_sent", "time_sent"),
        ("email_open", "time_opened"),
        ("email_link_click", "time_clicked"),
        ("email_reply", "time_replied"),
    ] {
        let expected = event(&fixture(name)).occurred_at;
        check(name, &["event_timestamp", twin], |event| event.occurred_at, &expected);
    }
}

#[test]
fn twins_of_the_sent_message_id() {
    let id = |event: &Event| event.outbound.as_ref().and_then(|message| message.message_id.clone());
    check("email_sent", &["message_id", "sent_message"], id, &some(SENT_ID));
    check("email_bounce", &["message_id", "sent_message"], id, &some(SENT_ID));
    check("email_sent", &["stats_id"], |event| event.outbound_key().cloned(), &sent_key());
}

#[test]
fn twins_of_the_reply() {
    let key = Some(EmailKey::Inbound(REPLY_ID.to_owned()));
    check("email_reply", &["message_id", "reply_message"], |event| event.inbound_key().cloned(), &key);
    let text = |event: &Event| event.inbound.as_ref().and_then(|message| message.body_text.clone());
    check("email_reply", &["reply_message", "preview_text"], text, &some("Thursday at ten?\n"));
    let html = |event: &Event| event.inbound.as_ref().is_some_and(|message| message.body_html.is_some());
    check("email_reply", &["reply_message", "reply_body"], html, &true);
}

#[test]
fn twins_of_the_bounce_report() {
    let id = |event: &Event| event.facts.extra.get("bounce_message_id").cloned();
    check("email_bounce", &["bounce_message", "bounce_reply_message_id"], id, &Some(json!("69a7f0c2.1a@mx.fjordpack.example")));
}

#[test]
fn twins_of_the_lead() {
    let who = |event: &Event| contact_email(event).map(str::to_owned);
    check("lead_unsubscribed", &["lead_email", "to_email"], who, &some(LEAD));
    check("lead_category_updated", &["lead_email", "to", "to_email", "lead_data"], who, &some(LEAD));
    check("email_reply", &["leadCorrespondence", "sl_lead_email", "to_email"], who, &some(LEAD));
    let name = |event: &Event| event.facts.full_name.clone();
    check("lead_unsubscribed", &["lead_name", "to_name"], name, &Some(Change::Set("Mara Lind".to_owned())));
    let data = changed("lead_category_updated", &json!({"lead_email": null, "to": null, "to_email": null}));
    assert_eq!(contact_email(&event(&data)), Some(LEAD));
}

#[test]
fn twins_of_the_lead_id() {
    let id = |name: &str| lead_id(&event(&fixture(name))).map(str::to_owned);
    let expected = some("5020117346");
    for name in ["email_sent", "lead_category_updated", "manual_step_reached", "nested_sent", "typed_opened"] {
        assert_eq!(id(name), expected, "{name}");
    }
}

#[test]
fn twins_of_the_mailbox() {
    let mailbox = |event: &Event| event.sending_account.clone();
    check("lead_category_updated", &["from", "from_email"], mailbox, &some(MAILBOX));
    assert_eq!(event(&fixture("short_replied")).sending_account.as_deref(), Some(MAILBOX));
}

#[test]
fn twins_of_the_category() {
    let category = |event: &Event| event.facts.category.clone();
    let expected = Some(Change::Set("Information Request".to_owned()));
    check("lead_category_updated", &["category", "lead_category"], category, &expected);
    let id = |event: &Event| event.facts.extra.get("category_id").cloned();
    check("lead_category_updated", &["lead_category_id", "lead_category"], id, &Some(json!("5")));
    let time = event(&fixture("lead_category_updated")).occurred_at;
    let created = json!({"event_timestamp": null, "created_at": "2026-03-04T13:42:18.377Z"});
    assert_eq!(event(&changed("lead_category_updated", &created)).occurred_at, time);
}

#[test]
fn twins_of_the_status() {
    let status = |event: &Event| event.facts.campaign_status.clone();
    check("campaign_status_changed", &["current_status", "campaign_status"], status, &some("active"));
}

#[test]
fn twins_of_the_step() {
    let renamed = json!({"current_sequence_number": null, "sequence_number": "3"});
    assert_eq!(parsed(&changed("manual_step_reached", &renamed)), parsed(&fixture("manual_step_reached")));
}

#[test]
fn twins_of_the_app_link() {
    let link = |event: &Event| event.facts.extra.get("app_url").cloned();
    let expected = Some(json!("https://app.smartlead.ai/app/master-inbox?leadMap=4611930275"));
    check("email_sent", &["app_url", "ui_master_inbox_link"], link, &expected);
    let nowhere = "https://app.smartlead.ai/app/master-inbox?leadMap=";
    let empty = json!({"app_url": nowhere, "ui_master_inbox_link": nowhere});
    assert_eq!(link(&event(&changed("email_sent", &empty))), None);
    let doubled = "https://app.smartlead.ai/app/app/email-campaign/3158824/analytics";
    let body = changed("campaign_status_changed", &json!({"app_url": doubled, "ui_master_inbox_link": null}));
    assert_eq!(link(&event(&body)), Some(json!(doubled)), "shown as it came");
}

#[test]
fn correspondence_in_camel_and_snake_case() {
    let camel = json!({"targetLeadEmail": LEAD, "replyReceivedFrom": "a@x.example", "repliedCompanyDomain": "DifferentCompany",
                       "forwardedFrom": "b@x.example"});
    let snake = json!({"target_lead_email": LEAD, "reply_received_from": "a@x.example",
                       "replied_company_domain": "DifferentCompany",
                       "forwarded_from": "b@x.example"});
    let with = |key: &str, value: &Value| {
        let fields = json!({"leadCorrespondence": null, "sl_lead_email": null, "to_email": "a@x.example", key: value});
        parsed(&changed("email_reply", &fields))
    };
    let expected = with("leadCorrespondence", &camel);
    assert_eq!(contact_email(&expected.event), Some(LEAD));
    assert_eq!(expected.event.facts.extra.get("replied_company_domain"), Some(&json!("DifferentCompany")));
    assert_eq!(expected.event.facts.extra.get("forwarded_from"), Some(&json!("b@x.example")));
    for (key, value) in [("lead_correspondence", &camel), ("leadCorrespondence", &snake), ("lead_correspondence", &snake)] {
        assert_eq!(with(key, value), expected, "{key}");
    }
}
