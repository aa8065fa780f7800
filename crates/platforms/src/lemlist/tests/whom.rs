//! Who an activity is about, in which campaign, from which mailbox, of which team.

use serde_json::{Value, json};

use hookline_model::{
    key::{CampaignKey, ContactKey, ExternalId},
    platform::Platform,
};

use super::{
    RECEIVED, campaign_key, contact_email, contact_id, event, external, fixtures,
    fixtures::{CAMPAIGN, CONTACT_ID, LEAD, LEAD_ID, MAILBOX, TEAM},
    inbound, refusal, some, with,
};
use crate::{Delivery, Parser, Settings, lemlist::Lemlist};

fn sent_with(fields: &Value) -> hookline_model::event::Event {
    event(&with(fixtures::email_sent(), fields))
}

#[test]
fn the_contact_is_the_lead_with_its_id() {
    for (name, fixture) in fixtures::all() {
        let event = event(&fixture);
        let expected = match name {
            "campaign_complete" | "connection_issue" | "enrichment_done" => (None, None),
            "email_bounced" => (Some("gone@cantaria.example"), Some("lea_Ff1gGg2hHh3jJj4kK")),
            "linkedin_invite_accepted" => (None, Some(LEAD_ID)),
            "inbox_mail" => (Some(LEAD), None),
            _ => (Some(LEAD), Some(LEAD_ID)),
        };
        assert_eq!((contact_email(&event), contact_id(&event)), expected, "{name}");
    }
}

#[test]
fn the_first_sound_address_is_the_leads() {
    let other = "al@cantaria.example";
    let cases = [
        (json!({"email": other}), Some(LEAD)),
        (json!({"leadEmail": "Paulo Reis", "email": other}), Some(other)),
        (json!({"leadEmail": "", "email": other}), Some(other)),
        (json!({"leadEmail": 5, "email": null, "lead": {"variables": {"email": other}}}), Some(other)),
        (json!({"leadEmail": null, "email": null, "to": [{"address": other, "name": "Al"}, {"address": LEAD}]}), Some(other)),
        (json!({"leadEmail": "Paulo <AL@cantaria.example>", "email": null}), Some(other)),
        (json!({"leadEmail": null, "email": null, "to": [other], "fromEmail": other}), None),
        (json!({"leadEmail": null, "email": null, "to": other}), None),
    ];
    for (fields, expected) in cases {
        assert_eq!(contact_email(&sent_with(&fields)), expected, "{fields}");
    }
}

#[test]
fn a_recipient_is_the_lead_of_a_send_alone() {
    let nobody = json!({"leadEmail": null, "email": null, "to": [{"address": MAILBOX}]});
    let reply = event(&with(fixtures::email_replied(), &nobody));
    assert_eq!((contact_email(&reply), contact_id(&reply)), (None, Some(LEAD_ID)));
}

#[test]
fn who_answered_is_not_taken_for_the_lead() {
    let reply = event(&fixtures::email_replied());
    assert_eq!((contact_email(&reply), inbound(&reply).from.as_deref()), (Some(LEAD), Some("office@cantaria.example")));
    let own = event(&with(fixtures::email_replied(), &json!({"fromEmail": null})));
    assert_eq!(inbound(&own).from.as_deref(), Some(LEAD));
    let nobody = json!({"leadEmail": null, "email": null, "leadId": null, "contactId": null, "metaData": null});
    assert_eq!(event(&with(fixtures::email_replied(), &nobody)).contact, None);
}

#[test]
fn a_lead_without_an_address_goes_by_its_id() {
    let accepted = event(&fixtures::linkedin_invite_accepted());
    assert_eq!(accepted.contact_key(), Some(ContactKey::External(external(LEAD_ID))));
    let of = |fields: &Value| contact_id(&event(&with(fixtures::linkedin_invite_accepted(), fields))).map(str::to_owned);
    let other = json!({"leadId": null, "metaData": {"leadId": "lea_Other"}});
    assert_eq!(of(&other), some("lea_Other"));
    assert_eq!(of(&json!({"leadId": null, "metaData": null, "lead": {"_id": "lea_Inner"}})), some("lea_Inner"));
    assert_eq!(of(&json!({"leadId": null, "metaData": null})), some(CONTACT_ID));
    assert_eq!(of(&json!({"leadId": null, "metaData": null, "contactId": null, "lead": {"contactId": "ctc_I"}})), some("ctc_I"));
}

#[test]
fn the_person_across_campaigns_is_shown() {
    let extra = json!(event(&fixtures::email_sent()).facts.extra);
    assert_eq!(extra["platform_contact_id"], json!(CONTACT_ID));
}

#[test]
fn an_activity_of_a_lead_without_one_names_nothing() {
    let nobody = json!({"leadEmail": "Paulo", "email": null, "leadId": null, "contactId": null, "metaData": null});
    let refused = refusal(&with(fixtures::unsubscribed(), &nobody));
    let expected = "emailsUnsubscribed names nobody: expected an address in leadEmail or email, or an id in leadId or contactId; \
                    leadEmail: \"Paulo\" is not an e-mail address";
    assert_eq!(refused, expected);
    for name in ["emailsSent", "emailsOpened", "emailsReplied", "interested", "entityUnsubscribed"] {
        assert!(refusal(&json!({"type": name, "campaignId": CAMPAIGN})).starts_with(&format!("{name} names nobody")), "{name}");
    }
}

#[test]
fn a_message_that_is_named_needs_nobody() {
    let event = event(&json!({"type": "emailsReplied", "messageId": "<x@y.example>", "text": "Sim"}));
    assert_eq!((&event.contact, inbound(&event).body_text.as_deref()), (&None, Some("Sim")));
}

#[test]
fn the_campaign_is_named_by_its_id() {
    let sent = event(&fixtures::email_sent());
    assert_eq!(sent.campaign_key(), Some(&campaign_key()));
    assert_eq!(sent.campaign.and_then(|campaign| campaign.name), some("Quarries ⛏ 2026"));
    let older = sent_with(&json!({"campaignName": null}));
    assert_eq!(older.campaign.and_then(|campaign| campaign.name), some("Quarries ⛏ 2026"));
    for nothing in [json!(null), json!(""), json!({})] {
        assert_eq!(sent_with(&json!({"campaignId": nothing})).campaign_key(), Some(&campaign_key()), "by metaData");
    }
}

#[test]
fn mail_written_by_hand_has_no_campaign() {
    let mail = event(&fixtures::inbox_mail());
    assert_eq!((mail.campaign, contact_email(&super::event(&fixtures::inbox_mail()))), (None, Some(LEAD)));
    // `name` alone may be anybody's variable.
    assert_eq!(event(&with(fixtures::inbox_mail(), &json!({"name": "Quarries"}))).campaign, None);
}

#[test]
fn a_campaign_without_an_id_goes_by_its_name_within_the_team() {
    let event = sent_with(&json!({"campaignId": null, "metaData": null}));
    let named = ExternalId { platform: Platform::Lemlist, account: TEAM.to_owned(), id: "Quarries ⛏ 2026".to_owned() };
    assert_eq!(event.campaign_key(), Some(&CampaignKey::Named(named)));
}

#[test]
fn the_name_is_the_campaigns_and_no_persons() {
    let event = event(&with(fixtures::interested(), &json!({"leadFirstName": null, "firstName": null})));
    assert_eq!((event.facts.first_name, event.facts.full_name), (None, None));
}

#[test]
fn the_team_is_the_account() {
    assert_eq!(event(&fixtures::email_sent()).account.as_deref(), Some(TEAM));
    assert_eq!(sent_with(&json!({"teamId": ""})).account.as_deref(), Some(TEAM), "by metaData");
    let body = with(fixtures::email_sent(), &json!({"teamId": null, "metaData": null, "campaignId": null})).to_string();
    let settings = Settings { account: some("tea_Settings"), ..Settings::default() };
    let delivery = Delivery { body: body.as_bytes(), received_at: RECEIVED, settings: &settings };
    let event = Lemlist.parse(&delivery).expect("an event").event;
    assert_eq!(event.account.as_deref(), Some("tea_Settings"));
    assert_eq!(event.campaign_key().map(|key| key.external().account.as_str()), Some("tea_Settings"));
}

#[test]
fn the_mailbox_is_the_senders_and_not_the_login() {
    let of = |fields: &Value| sent_with(fields).sending_account;
    assert_eq!(of(&json!({})).as_deref(), Some(MAILBOX));
    assert_eq!(of(&json!({"sendUserEmail": ""})).as_deref(), Some(MAILBOX), "by the provider's id");
    assert_eq!(of(&json!({"sendUserEmail": null, "sendUserMailboxProviderId": "118093"})), None);
}

#[test]
fn a_trouble_is_about_a_mailbox_or_a_team() {
    let issue = event(&fixtures::connection_issue());
    assert_eq!((issue.sending_account.as_deref(), &issue.contact), (Some(MAILBOX), &None));
    assert_eq!(json!(issue.facts.extra)["reason"], json!("invalid_grant"));
    let nothing = json!({"type": "connectionIssue", "email": LEAD});
    assert_eq!(
        refusal(&nothing),
        "account.error names no mailbox: expected an address in sendUserEmail or sendUserMailboxProviderId, or a team in teamId"
    );
    assert_eq!(event(&with(nothing, &json!({"teamId": TEAM}))).contact, None);
}

#[test]
fn the_end_of_a_campaign_is_one_leads_if_one_is_named() {
    let campaigns = event(&fixtures::campaign_complete());
    assert_eq!((campaigns.contact.as_ref(), campaigns.facts.campaign_status.as_deref()), (None, Some("completed")));
    let leads = event(&with(fixtures::campaign_complete(), &json!({"leadId": LEAD_ID, "leadEmail": LEAD})));
    assert_eq!((contact_email(&leads), leads.facts.campaign_status.as_deref()), (Some(LEAD), None));
    let nothing = with(fixtures::campaign_complete(), &json!({"campaignId": null, "campaignName": null}));
    assert_eq!(refusal(&nothing), "campaign.completed names no campaign: expected an id in campaignId");
}
