//! Who an event is about, in which campaign, from which mailbox, in which workspace.

use serde_json::{Value, json};

use hookline_model::{
    key::{CampaignKey, ExternalId},
    platform::Platform,
};

use super::{
    RECEIVED, campaign_key, contact_email, contact_id, event, fixtures,
    fixtures::{CAMPAIGN, LEAD, LEAD_ID, MAILBOX, WORKSPACE},
    inbound, refusal, some, with,
};
use crate::{Delivery, Parser, Settings, plusvibe::Plusvibe};

#[test]
fn the_contact_is_the_lead_with_its_id() {
    for (name, fixture) in fixtures::all() {
        let event = event(&fixture);
        let expected = match name {
            "alert" | "sample" => (None, None),
            "bounce" => (Some("gone@sklarna.example"), None),
            "middle_layer" => (Some(LEAD), None),
            _ => (Some(LEAD), Some(LEAD_ID)),
        };
        assert_eq!((contact_email(&event), contact_id(&event)), expected, "{name}");
    }
}

/// The contact of a body in which each of the keys has an address named after it.
fn contact_among(body: Value, keys: &[&str]) -> Option<String> {
    let all = ["email", "lead_email", "from_email", "recipient_email", "to_email"];
    let mut body = with(body, &all.iter().map(|key| ((*key).to_owned(), Value::Null)).collect());
    keys.iter().for_each(|key| body[key] = json!(format!("{key}@x.example")));
    contact_email(&event(&body)).map(str::to_owned)
}

#[test]
fn the_address_stands_where_the_event_has_it() {
    let replies = ["email", "lead_email", "from_email", "recipient_email"];
    let sends = ["lead_email", "email", "to_email"];
    let bounces = ["lead_email", "email"];
    let orders = [
        (fixtures::reply(), &replies[..]),
        (fixtures::automatic_reply(), &replies),
        (fixtures::interested(), &replies),
        (fixtures::custom_label(), &replies),
        (fixtures::sent(), &sends),
        (fixtures::bounce(), &bounces),
        (fixtures::unknown(), &["email", "lead_email"]),
    ];
    for (body, order) in orders {
        for (index, key) in order.iter().enumerate() {
            assert_eq!(contact_among(body.clone(), &order[index..]), Some(format!("{key}@x.example")), "{body}");
        }
    }
}

#[test]
fn who_wrote_a_send_is_not_the_lead() {
    let body = with(fixtures::sent(), &json!({"lead_id": null}));
    for key in ["from_email", "recipient_email"] {
        let only = with(body.clone(), &json!({"lead_email": null, "from_email": null, key: LEAD}));
        assert!(refusal(&only).starts_with("EMAIL_SENT names nobody"), "{key}");
    }
    assert_eq!(contact_among(fixtures::unknown(), &["from_email"]), None);
}

#[test]
fn who_answered_is_the_writer_and_not_the_contact() {
    let reply = event(&fixtures::reply());
    assert_eq!((contact_email(&reply), inbound(&reply).from.as_deref()), (Some(LEAD), Some("marek@sklarna.example")));
    let without = event(&with(fixtures::reply(), &json!({"from_email": null})));
    assert_eq!(inbound(&without).from.as_deref(), Some(LEAD));
}

#[test]
fn an_address_is_trimmed_lower_case_and_sound() {
    let of = |fields: &Value| contact_email(&event(&with(fixtures::reply(), fields))).map(str::to_owned);
    assert_eq!(of(&json!({"email": " Marek <MAREK.Dvorak@sklarna.example> "})), some(LEAD));
    assert_eq!(of(&json!({"email": "Marek", "lead_email": LEAD})), some(LEAD));
}

#[test]
fn an_answer_of_nobody_needs_an_id() {
    let nobody = json!({"email": null, "from_email": null, "lead_id": null});
    let answer = event(&with(fixtures::reply(), &nobody));
    assert_eq!((&answer.contact, answer.inbound.is_some()), (&None, true));
    let unnamed = with(with(fixtures::reply(), &nobody), &json!({"last_email_id": null, "message_id": null}));
    assert!(refusal(&unnamed).starts_with("ALL_EMAIL_REPLIES names nobody: expected an address in email, lead_email"));
    assert!(refusal(&with(fixtures::bounce(), &json!({"lead_email": null}))).starts_with("BOUNCED_EMAIL names nobody"));
}

#[test]
fn the_campaign_has_two_names_for_its_id() {
    for (campaign_id, camp_id) in
        [(json!(CAMPAIGN), json!("other")), (json!(null), json!(CAMPAIGN)), (json!(""), json!(CAMPAIGN))]
    {
        let event = event(&with(fixtures::reply(), &json!({"campaign_id": campaign_id, "camp_id": camp_id})));
        assert_eq!(event.campaign_key(), Some(&campaign_key()));
    }
    let named = event(&with(fixtures::reply(), &json!({"campaign_name": null, "camp_name": "Old name"})));
    assert_eq!(named.campaign.and_then(|campaign| campaign.name), some("Old name"));
}

#[test]
fn a_campaign_without_an_id_goes_by_its_name_within_the_workspace() {
    let event = event(&with(fixtures::reply(), &json!({"campaign_id": null, "camp_id": null})));
    let named = ExternalId { platform: Platform::Plusvibe, account: WORKSPACE.to_owned(), id: "GLAS | Furnaces 2026".to_owned() };
    assert_eq!(event.campaign_key(), Some(&CampaignKey::Named(named)));
    let nothing = json!({"campaign_id": null, "camp_id": null, "campaign_name": ""});
    assert_eq!(super::event(&with(fixtures::reply(), &nothing)).campaign, None);
}

#[test]
fn a_campaign_that_bounces_paused_is_mentioned_so() {
    let status = |paused: Value| {
        let event = event(&with(fixtures::bounce(), &json!({"is_camp_paused": paused})));
        (event.campaign.and_then(|campaign| campaign.status_mentioned), json!(event.facts.extra)["campaign_paused"].clone())
    };
    assert_eq!(status(json!(true)), (some("paused"), json!(true)));
    assert_eq!(status(json!("true")), (some("paused"), json!(true)));
    assert_eq!(status(json!(false)), (None, json!(false)));
}

#[test]
fn the_workspace_is_the_account() {
    let account = |fields: &Value, setting: Option<&str>| {
        let body = with(fixtures::bounce(), fields).to_string();
        let settings = Settings { account: setting.map(str::to_owned), ..Settings::default() };
        let delivery = Delivery { body: body.as_bytes(), received_at: RECEIVED, settings: &settings };
        Plusvibe.parse(&delivery).expect("an event").event.account
    };
    assert_eq!(account(&json!({}), Some("set")).as_deref(), Some(WORKSPACE));
    assert_eq!(account(&json!({"workspace_id": null}), Some("set")).as_deref(), Some("set"));
    assert_eq!(account(&json!({"workspace_id": ""}), None).as_deref(), Some("Glasbruk"));
    assert_eq!(account(&json!({"workspace_id": null, "workspace_name": null}), None), None);
}

#[test]
fn the_mailbox_is_ours_in_every_event() {
    let mailbox = |body: Value, fields: &Value| event(&with(body, fields)).sending_account;
    assert_eq!(mailbox(fixtures::reply(), &json!({"sender_email": "x@y.example"})).as_deref(), Some(MAILBOX));
    assert_eq!(mailbox(fixtures::bounce(), &json!({})).as_deref(), Some(MAILBOX));
    assert_eq!(mailbox(fixtures::sent(), &json!({"sender_email": null})).as_deref(), Some(MAILBOX), "who wrote the send");
    assert_eq!(mailbox(fixtures::reply(), &json!({"email_account_name": "Ida's mailbox"})), None, "never who wrote the answer");
    assert_eq!(mailbox(fixtures::interested(), &json!({"email_account_name": null})), None, "nor whoever replied_from is");
}
