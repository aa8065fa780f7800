//! Alerts about an account.

use serde_json::{Value, json};

use hookline_model::{identity::Claim, key::CampaignKey, kind::Kind, time::TimeSource};

use super::{LEAD, MAILBOX, changed, contact_email, event, external, fixture, parsed};

#[test]
fn e_mailbox_is_ours_and_no_contact() {
    let parsed = parsed(&fixture("alert_mailbox"));
    assert_eq!((parsed.event.kind, parsed.event.contact.as_ref()), (Kind::AccountError, None));
    assert_eq!(parsed.event.sending_account.as_deref(), Some(MAILBOX));
    assert_eq!(parsed.event.time_source, TimeSource::Received);
    assert!(matches!(parsed.claim, Some(Claim::Window(_))));
    let expected = json!({
        "event_name": "EMAIL_ACCOUNT_DISCONNECTED",
        "account_id": "880412",
        "error": "535 5.7.8 Username and Password not accepted",
        "title": "Mailbox disconnected",
        "message": "Reconnect pia@get-lumenroute.example",
        "app_url": "https://app.smartlead.ai/app/email-accounts",
    });
    assert_eq!(json!(parsed.event.facts.extra), expected);
}

#[test]
fn e_linkedin_is_an_account_error() {
    let event = event(&fixture("alert_linkedin"));
    assert_eq!((event.kind, event.contact, event.sending_account), (Kind::AccountError, None, None));
    assert_eq!(event.facts.extra.get("event_name"), Some(&json!("LINKEDIN_DISCONNECTED")));
}

#[test]
fn e_bounce_breach_belongs_to_its_campaign() {
    for name in ["CAMPAIGN_BOUNCE_BREACH", "CAMPAIGN_BOUNCE_THRESHOLD_BREACHED", "campaign.bounce.breach"] {
        let event = event(&changed("alert_bounces", &json!({"eventType": name})));
        assert_eq!((event.kind, event.contact.as_ref()), (Kind::Other, None), "{name}");
        let campaign = event.campaign.as_ref().map(|campaign| &campaign.key);
        assert_eq!(campaign, Some(&CampaignKey::External(external("3158824"))), "{name}");
        assert_eq!(event, super::event(&fixture("alert_bounces")), "{name}");
    }
}

#[test]
fn f_goes_by_its_event_id_whatever_the_attempt() {
    let first = parsed(&fixture("alert_dotted"));
    assert_eq!((first.event.kind, first.event.contact.as_ref()), (Kind::AccountError, None));
    assert_eq!(first.event.sending_account.as_deref(), Some(MAILBOX));
    assert_eq!(first.event.occurred_at.to_string(), "2026-03-08T04:11:09.000Z");
    assert!(matches!(first.claim, Some(Claim::Forever(_))));
    let expected = json!({
        "event_name": "EMAIL_ACCOUNT_DISCONNECTED",
        "account_id": "880412",
        "error": "535 5.7.8 Username and Password not accepted",
        "app_url": "https://app.smartlead.ai/app/email-accounts",
    });
    assert_eq!(json!(first.event.facts.extra), expected);
    assert_eq!(parsed(&changed("alert_dotted", &json!({"meta": {"attempt": 4, "level": "client"}}))), first);
    let later = parsed(&changed("alert_dotted", &json!({"created_at": "2026-03-08T05:00:00Z"})));
    assert_eq!(later.claim, first.claim);
    assert_ne!(parsed(&changed("alert_dotted", &json!({"id": "evt_2"}))).claim, first.claim);
}

#[test]
fn an_alert_is_told_apart_by_account_and_fault() {
    let original = parsed(&fixture("alert_mailbox")).claim;
    let same = json!({"title": "Told again", "message": null, "appUrl": "https://elsewhere.example/", "id": "x"});
    assert_eq!(parsed(&changed("alert_mailbox", &same)).claim, original);
    let others = [
        json!({"eventType": "LINKEDIN_DISCONNECTED"}),
        json!({"accountId": 880_413}),
        json!({"email": "ed@get-lumenroute.example"}),
        json!({"error": "550"}),
    ];
    for fields in others {
        assert_ne!(parsed(&changed("alert_mailbox", &fields)).claim, original, "{fields}");
    }
    let other = parsed(&changed("alert_bounces", &json!({"campaignId": 5})));
    assert_ne!(other.claim, parsed(&fixture("alert_bounces")).claim);
}

#[test]
fn an_alert_is_read_under_every_key() {
    let original = event(&fixture("alert_mailbox"));
    for key in ["event_type", "event", "type"] {
        let body = changed("alert_mailbox", &json!({"eventType": null, key: "email_account_disconnected"}));
        assert_eq!(event(&body), original, "{key}");
    }
    let snake = json!({
        "accountId": null, "account_id": "880412", "appUrl": null, "app_url": "https://app.smartlead.ai/app/email-accounts",
        "email": null, "from_email": MAILBOX,
    });
    assert_eq!(event(&changed("alert_mailbox", &snake)), original);
}

#[test]
fn an_alert_nobody_has_heard_of_makes_no_contact() {
    let waved = |name: &str, key: &str| event(&changed(name, &json!({key: "ACCOUNT_WAVED"})));
    for event in [waved("alert_mailbox", "eventType"), waved("alert_dotted", "type")] {
        assert_eq!((event.kind, event.contact), (Kind::Other, None));
        assert_eq!(event.facts.extra.get("event_name"), Some(&json!("ACCOUNT_WAVED")));
    }
    let lead = event(&json!({"type": "LEAD_WAVED", "id": 5, "lead_email": LEAD}));
    assert_eq!(contact_email(&lead), Some(LEAD), "what has no data is no alert");
}

#[test]
fn texts_of_alerts_are_cut() {
    let event = event(&changed("alert_mailbox", &json!({"error": "e".repeat(9_000)})));
    assert_eq!(event.facts.extra.get("error").and_then(Value::as_str).map(str::len), Some(500));
}
