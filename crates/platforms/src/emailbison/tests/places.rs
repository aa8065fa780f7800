//! Which instance and workspace an event is from.

use serde_json::{Value, json};

use hookline_model::key::CampaignKey;

use super::{ACCOUNT, changed, event, external, fixtures::fixture, lead_id, parsed_from, sent};

/// The account of a send with another address of its instance.
fn account(instance_url: &str) -> Option<String> {
    event(&changed("EMAIL_SENT", &json!({"/event/instance_url": instance_url}))).account
}

/// A send that does not state its instance, and one that states neither instance nor workspace.
fn without_instance() -> Value {
    changed("EMAIL_SENT", &json!({"/event/instance_url": null}))
}

#[test]
fn an_account_is_an_instance_and_a_workspace() {
    for name in super::fixtures::NAMES {
        assert_eq!(event(&fixture(name)).account.as_deref(), Some(ACCOUNT), "{name}");
    }
    assert_eq!(
        event(&changed("EMAIL_SENT", &json!({"/event/workspace_id": "32"}))).account.as_deref(),
        Some("mail.tallgrove.example/32")
    );
}

#[test]
fn an_instance_is_its_host_in_any_spelling() {
    for url in [
        "mail.tallgrove.example",
        "HTTPS://Mail.Tallgrove.example/",
        "https://mail.tallgrove.example:443/app?x#y",
        "http://mail.tallgrove.example:80",
        " https://user:pw@mail.tallgrove.example. ",
    ] {
        assert_eq!(account(url).as_deref(), Some(ACCOUNT), "{url}");
    }
    assert_eq!(account("https://mail.tallgrove.example:8443").as_deref(), Some("mail.tallgrove.example:8443/31"));
}

#[test]
fn an_instance_that_is_no_host_is_none() {
    for url in ["", "null", "https://", "https:///x", "a b", &"x".repeat(300)] {
        assert_eq!(account(url).as_deref(), Some("31"), "{url:?}");
    }
}

#[test]
fn ids_are_unique_within_the_account_alone() {
    let other = event(&changed("EMAIL_SENT", &json!({"/event/instance_url": "https://other.example"})));
    let event = event(&fixture("EMAIL_SENT"));
    assert_eq!(event.campaign_key(), Some(&CampaignKey::External(external("918"))));
    assert_eq!((lead_id(&event), event.outbound_key()), (Some(external("70551")), sent("5520417").as_ref()));
    assert_eq!(other.account.as_deref(), Some("other.example/31"));
    assert_ne!(other.campaign_key(), event.campaign_key());
    assert_ne!(lead_id(&other), lead_id(&event));
    assert_ne!(other.outbound_key(), event.outbound_key());
    assert_ne!(other.id, event.id);
}

#[test]
fn an_instance_that_is_not_stated_is_the_sources() {
    let stated = event(&fixture("EMAIL_SENT"));
    for account in [ACCOUNT, "mail.tallgrove.example", "https://mail.tallgrove.example/", "mail.tallgrove.example/99"] {
        assert_eq!(parsed_from(account, &without_instance()).event, stated, "{account}");
    }
}

#[test]
fn an_account_that_is_not_stated_at_all_is_the_sources() {
    let nothing = changed("EMAIL_SENT", &json!({"/event/instance_url": null, "/event/workspace_id": null}));
    assert_eq!(parsed_from(ACCOUNT, &nothing).event, event(&fixture("EMAIL_SENT")));
    let no_workspace = changed("EMAIL_SENT", &json!({"/event/workspace_id": null}));
    assert_eq!(parsed_from(ACCOUNT, &no_workspace).event.account.as_deref(), Some(ACCOUNT));
    assert_eq!(parsed_from("other.example/4", &no_workspace).event.account.as_deref(), Some("mail.tallgrove.example"));
}

#[test]
fn a_stated_account_goes_before_the_sources() {
    assert_eq!(parsed_from("other.example/4", &fixture("EMAIL_SENT")).event, event(&fixture("EMAIL_SENT")));
}

#[test]
fn a_workspace_of_no_known_instance_stands_alone() {
    assert_eq!(event(&without_instance()).account.as_deref(), Some("31"));
    let odd = changed("EMAIL_SENT", &json!({"/event/workspace_id": "a/b"}));
    assert_eq!(event(&odd).account.as_deref(), Some("mail.tallgrove.example"));
}

#[test]
fn instance_and_workspace_may_stand_flat() {
    let flat =
        json!({"type": "EMAIL_OPENED", "lead_email": "a@x.example", "instance_url": "https://m.example", "workspace_id": 3});
    assert_eq!(event(&flat).account.as_deref(), Some("m.example/3"));
}
