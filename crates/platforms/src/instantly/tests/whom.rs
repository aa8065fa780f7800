//! Lead, campaign, mailbox and workspace.

use serde_json::{Value, json};

use hookline_model::{
    key::{CampaignKey, ExternalId},
    kind::Kind,
    platform::Platform,
};

use super::{
    CAMPAIGN, LEAD, MAILBOX, WORKSPACE, campaign_key, changed, contact_email, event, external, fixture, lead_id, parse, parsed,
    refusal,
};
use crate::ParseError;

const LEAD_UUID: &str = "019b7f0a-5c11-7e02-9d3b-6f48a0c2e715";

/// The reply with no address in its usual places, and these fields.
fn reply_with(fields: &Value) -> Value {
    super::with(changed("reply_received", &json!({"lead_email": null, "email": null})), fields)
}

#[test]
fn lead_email_goes_before_email() {
    let event = event(&changed("reply_received", &json!({"email": "old@corvalia.example"})));
    assert_eq!(contact_email(&event), Some(LEAD));
}

#[test]
fn an_address_is_compared_without_case() {
    let upper = changed("reply_received", &json!({"lead_email": "  INES.Vidal@Corvalia.EXAMPLE "}));
    assert_eq!(parsed(&upper), parsed(&fixture("reply_received")));
}

#[test]
fn the_lead_may_stand_under_email() {
    assert_eq!(contact_email(&event(&reply_with(&json!({"email": LEAD})))), Some(LEAD));
}

#[test]
fn the_lead_may_stand_under_lead() {
    assert_eq!(contact_email(&event(&reply_with(&json!({"lead": LEAD})))), Some(LEAD));
    let object = event(&reply_with(&json!({"lead": {"email": LEAD, "first_name": "I.", "id": LEAD_UUID}})));
    assert_eq!((contact_email(&object), lead_id(&object)), (Some(LEAD), Some(LEAD_UUID)));
    let both = event(&reply_with(&json!({"lead": {"email": LEAD}, "contact_email": "other@corvalia.example"})));
    assert_eq!(contact_email(&both), Some(LEAD));
}

#[test]
fn the_lead_may_stand_under_contact_email() {
    let event = event(&reply_with(&json!({"contact_email": LEAD})));
    assert_eq!(contact_email(&event), Some(LEAD));
    assert!(!event.facts.custom_fields.contains_key("contact_email"));
}

#[test]
fn the_lead_may_stand_among_its_data() {
    assert_eq!(contact_email(&event(&reply_with(&json!({"lead_data": {"email": LEAD}})))), Some(LEAD));
}

#[test]
fn an_address_in_brackets_is_read() {
    for text in ["Inés Vidal <ines.vidal@corvalia.example>", "mailto:ines.vidal@corvalia.example"] {
        assert_eq!(contact_email(&event(&reply_with(&json!({"email": text})))), Some(LEAD), "{text}");
    }
}

#[test]
fn our_mailbox_alone_is_not_the_lead() {
    let text = refusal(&reply_with(&json!({"email": MAILBOX.to_uppercase()})));
    assert!(text.starts_with("email.replied names nobody"), "{text}");
}

#[test]
fn a_malformed_address_gives_way_to_a_sound_one() {
    let event = event(&changed("reply_received", &json!({"lead_email": "not an address"})));
    assert_eq!(contact_email(&event), Some(LEAD));
}

#[test]
fn an_event_of_a_lead_without_one_names_nothing() {
    let names = ["email_sent", "email_opened", "link_clicked", "reply_received", "auto_reply_received", "email_bounced"];
    let more = ["lead_unsubscribed", "lead_interested", "lead_neutral", "campaign_completed_for_lead_without_reply"];
    for name in names.iter().chain(&more) {
        let body = reply_with(&json!({"event_type": name, "contact_email": "null"}));
        let Err(ParseError::NamesNothing(text)) = parse(&body) else { panic!("{name} names somebody") };
        assert!(text.ends_with("names nobody: expected an address in lead_email, email, lead, contact_email"), "{text}");
    }
    let text = refusal(&reply_with(&json!({"lead_email": "Ines"})));
    assert!(text.ends_with("; lead_email: \"Ines\" is not an e-mail address"), "{text}");
}

#[test]
fn a_leads_id_is_kept_if_there_is_one() {
    let both = event(&changed("reply_received", &json!({"lead_id": LEAD_UUID.to_uppercase()})));
    assert_eq!((contact_email(&both), lead_id(&both)), (Some(LEAD), Some(LEAD_UUID)));
    assert_eq!(both.contact.and_then(|contact| contact.external), Some(external(LEAD_UUID)));
    let alone = event(&reply_with(&json!({"lead_id": LEAD_UUID})));
    assert_eq!((contact_email(&alone), lead_id(&alone)), (None, Some(LEAD_UUID)));
    let own = event(&changed("reply_received", &json!({"lead_id": "CRM-77"})));
    assert_eq!(lead_id(&own), None);
    assert!(own.facts.custom_fields.contains_key("lead_id"));
}

#[test]
fn the_campaign_may_stand_under_campaign() {
    let event = event(&changed("reply_received", &json!({"campaign_id": null, "campaign": CAMPAIGN.to_uppercase()})));
    assert_eq!(event.campaign_key(), Some(&campaign_key()));
    assert!(!event.facts.custom_fields.contains_key("campaign"));
    let other = changed("reply_received", &json!({"campaign_id": null, "campaign": "camp-7", "campaign_name": null}));
    assert_eq!(super::event(&other).campaign_key(), Some(&CampaignKey::External(external("camp-7"))));
}

#[test]
fn a_campaign_without_an_id_goes_by_its_name() {
    let named = CampaignKey::Named(ExternalId {
        platform: Platform::Instantly,
        account: WORKSPACE.to_owned(),
        id: "Iberia logistics Q1".to_owned(),
    });
    for nothing in [json!(""), json!("null"), json!("00000000-0000-0000-0000-000000000000"), json!([])] {
        let event = event(&changed("reply_received", &json!({"campaign_id": nothing})));
        assert_eq!(event.campaign_key(), Some(&named), "{nothing}");
    }
    let under = json!({"campaign_id": null, "campaign_name": null, "campaign": "Iberia logistics Q1"});
    assert_eq!(event(&changed("reply_received", &under)).campaign_key(), Some(&named));
}

#[test]
fn an_event_of_a_lead_needs_no_campaign() {
    let event = event(&changed("reply_received", &json!({"campaign_id": null, "campaign_name": null})));
    assert_eq!((event.campaign.as_ref(), event.outbound_key()), (None, None));
    assert_eq!(event.sequence_number(), Some(1));
}

#[test]
fn a_completed_campaign_must_be_named() {
    let text = refusal(&changed("campaign_completed", &json!({"campaign_id": null, "campaign_name": null})));
    assert_eq!(text, "campaign.completed names no campaign: expected an id in campaign_id");
    assert!(parse(&changed("campaign_completed", &json!({"campaign_id": null}))).is_ok());
}

#[test]
fn the_mailbox_may_stand_under_eaccount() {
    let event = event(&changed("reply_received", &json!({"email_account": null, "eaccount": MAILBOX})));
    assert_eq!(event.sending_account.as_deref(), Some(MAILBOX));
    assert!(!event.facts.custom_fields.contains_key("eaccount"));
    let both = super::event(&changed("reply_received", &json!({"eaccount": "other@go-brightkeel.example"})));
    assert_eq!(both.sending_account.as_deref(), Some(MAILBOX));
}

#[test]
fn the_mailbox_of_an_account_error_may_stand_under_email() {
    let fields = json!({"email_account": null, "email": MAILBOX, "error_type": "auth_failed", "reason": "bad\n password"});
    let event = event(&changed("account_error", &fields));
    assert_eq!((event.contact.as_ref(), event.sending_account.as_deref()), (None, Some(MAILBOX)));
    assert_eq!(json!(event.facts.extra), json!({"error_type": "auth_failed", "reason": "bad password"}));
    let nested = json!({"event_type": "account_error", "data": {"email": MAILBOX, "error_type": "auth_failed"}});
    assert_eq!(super::event(&nested).sending_account.as_deref(), Some(MAILBOX));
}

#[test]
fn an_account_error_never_has_a_lead() {
    let event = event(&changed("account_error", &json!({"lead_email": LEAD, "firstName": "Inés"})));
    assert_eq!((event.contact, event.facts.first_name), (None, None));
    assert_eq!(event.kind, Kind::AccountError);
}

#[test]
fn an_account_error_of_nothing_names_nothing() {
    let nothing = json!({"event_type": "account_error", "timestamp": "2026-03-04T07:15:00.000Z"});
    assert!(refusal(&nothing).starts_with("account.error names no mailbox: expected an address in email_account"));
    assert!(parse(&json!({"event_type": "account_error", "workspace": WORKSPACE})).is_ok());
}

#[test]
fn a_workspace_may_be_any_text() {
    for (workspace, expected) in [(json!("my-workspace"), "my-workspace"), (json!(WORKSPACE.to_uppercase()), WORKSPACE)] {
        let event = event(&changed("reply_received", &json!({"workspace": workspace})));
        assert_eq!(event.account.as_deref(), Some(expected));
    }
}

#[test]
fn the_workspace_may_stand_in_the_link() {
    for name in ["reply_received", "reply_received_early"] {
        assert_eq!(event(&changed(name, &json!({"workspace": null}))).account.as_deref(), Some(WORKSPACE), "{name}");
    }
    for url in ["https://app.instantly.ai/app/unibox", "https://a.example/?selected_wks=", "selected_wks=x", "?selected_wks=%zz"]
    {
        assert_eq!(event(&changed("reply_received", &json!({"workspace": null, "unibox_url": url}))).account, None, "{url}");
    }
}

#[test]
fn the_workspace_may_stand_under_its_api_names() {
    for key in ["organization_id", "organization"] {
        let event = event(&changed("email_opened", &json!({"workspace": null, key: WORKSPACE})));
        assert_eq!(event.account.as_deref(), Some(WORKSPACE), "{key}");
        assert!(!event.facts.custom_fields.contains_key(key), "{key}");
    }
    let own = event(&changed("email_opened", &json!({"workspace": null, "organization": "Corvalia SL"})));
    assert_eq!(own.account, None);
    assert!(own.facts.custom_fields.contains_key("organization"));
}
