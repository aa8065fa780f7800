//! Who an event is about, in which campaign, from which mailbox.

use hookline_model::key::{CampaignKey, ContactKey};
use serde_json::{Value, json};

use super::{
    CAMPAIGN, LEAD, LEAD_ID, SPACE, WORKSPACE, changed, classic, contact_email, contact_id, event, external, fixture, new,
};

const OTHER: &str = "jo@other.example";

#[test]
fn a_lead_without_an_address_is_known_by_its_id() {
    for address in [json!(null), json!(""), json!("null"), json!("none"), json!(5), json!({"a": LEAD})] {
        let read = event(&changed("lead.create", &json!({"email": address})));
        assert_eq!(read.contact_key(), Some(ContactKey::External(external("", LEAD_ID))), "{address}");
    }
}

#[test]
fn a_leads_id_and_address_are_both_named() {
    let read = event(&fixture("lead.create"));
    assert_eq!((contact_email(&read), contact_id(&read)), (Some(LEAD), Some(("", LEAD_ID))));
    assert!(read.contact.and_then(|contact| contact.external).expect("an id").platform.ids_join_people());
}

#[test]
fn the_address_is_looked_for_in_order() {
    let mut payload = json!({
        "email": "a@x.example", "lead": {"email": "b@x.example"}, "lead_email": "c@x.example", "to_email": "d@x.example",
        "to": "E <e@x.example>", "from_email": "f@x.example", "from": "g@x.example",
    });
    for (removed, expected) in [
        ("", "a@x.example"),
        ("email", "b@x.example"),
        ("lead", "c@x.example"),
        ("lead_email", "d@x.example"),
        ("to_email", "e@x.example"),
    ] {
        payload.as_object_mut().expect("an object").remove(removed);
        let read = event(&classic("campaign.email.sent", &payload));
        assert_eq!(contact_email(&read), Some(expected), "without {removed}");
    }
    payload.as_object_mut().expect("an object").remove("to");
    assert_eq!(contact_email(&event(&classic("campaign.email.sent", &payload))), None, "the sender is not the lead");
    assert_eq!(contact_email(&event(&classic("campaign.email.reply", &payload))), Some("f@x.example"));
}

#[test]
fn the_other_party_is_our_mailbox() {
    let sent = event(&fixture("campaign.email.sent"));
    assert_eq!(sent.sending_account.as_deref(), Some("nel@go-yardwise.example"));
    let reply = event(&fixture("campaign.email.reply"));
    assert_eq!(reply.sending_account.as_deref(), Some("nel@go-yardwise.example"));
    assert_eq!(contact_email(&reply), Some(LEAD));
    assert_eq!(event(&fixture("campaign.email.open")).sending_account, None);
}

#[test]
fn a_message_of_unknown_direction_names_nobody_by_its_parties() {
    let payload = |direction: Value| json!({"id": "m1", "from": LEAD, "to": OTHER, "direction": direction});
    let whom = |direction| {
        let read = event(&classic("lead.email.new", &payload(direction)));
        (contact_email(&read).map(str::to_owned), read.sending_account)
    };
    assert_eq!(whom(json!(null)), (None, None));
    assert_eq!(whom(json!("sideways")), (None, None));
    assert_eq!(whom(json!("Incoming")), (Some(LEAD.to_owned()), Some(OTHER.to_owned())));
    assert_eq!(whom(json!("outbound")), (Some(OTHER.to_owned()), Some(LEAD.to_owned())));
}

#[test]
fn the_lead_id_is_looked_for_in_order() {
    let cases = [
        (json!({"id_lead": LEAD_ID, "lead": {"id": CAMPAIGN}, "id": CAMPAIGN}), Some(LEAD_ID)),
        (json!({"lead_id": LEAD_ID, "id": CAMPAIGN}), Some(LEAD_ID)),
        (json!({"lead": {"id": LEAD_ID}, "id": CAMPAIGN}), Some(LEAD_ID)),
        (json!({"lead": LEAD_ID, "id": CAMPAIGN}), Some(LEAD_ID)),
        (json!({"id": LEAD_ID.to_uppercase()}), Some(LEAD_ID)),
        (json!({"id": null}), None),
    ];
    for (payload, expected) in cases {
        let read = event(&classic("lead.update", &payload));
        assert_eq!(contact_id(&read).map(|(_, id)| id), expected, "{payload}");
    }
}

#[test]
fn the_id_of_a_note_is_not_the_leads_unless_the_payload_is_the_lead() {
    let note = classic("lead.note.create", &json!({"id": CAMPAIGN, "content": "x"}));
    assert_eq!(event(&note).contact, None);
    let whole =
        classic("lead.note.create", &json!({"id": LEAD_ID, "first_name": null, "note": {"id": CAMPAIGN, "content": "x"}}));
    let read = event(&whole);
    assert_eq!((contact_id(&read), super::item(&read).id.id.as_str()), (Some(("", LEAD_ID)), CAMPAIGN));
    let unnamed = classic("lead.note.create", &json!({"id": LEAD_ID, "first_name": null}));
    assert_eq!((contact_id(&event(&unnamed)), event(&unnamed).facts.item), (Some(("", LEAD_ID)), None));
}

#[test]
fn the_id_of_a_campaign_email_is_not_the_leads() {
    let read = event(&classic("campaign.email.open", &json!({"id": CAMPAIGN, "first_name": "Piet"})));
    assert_eq!(read.contact, None);
}

#[test]
fn ids_that_are_no_uuids_belong_to_their_workspace() {
    let note = event(&fixture("note.created"));
    assert_eq!(super::item(&note).id, external(WORKSPACE, "note_2"));
    assert_eq!(contact_id(&note), Some((WORKSPACE, "rec_p7")));
    let numbered = event(&classic("lead.update", &json!({"id": 88})));
    assert_eq!(contact_id(&numbered), Some((SPACE, "88")));
    let uuid = event(&new("note.created", &json!({"recordId": LEAD_ID, "noteId": "n"})));
    assert_eq!(contact_id(&uuid), Some(("", LEAD_ID)));
}

#[test]
fn definitions_campaigns_and_relations_are_about_nobody() {
    for name in ["list.create", "status.update", "tag.delete", "campaign.create"] {
        let read = event(&changed(name, &json!({"email": LEAD, "id_lead": LEAD_ID, "lead": {"email": LEAD}})));
        assert_eq!(read.contact, None, "{name}");
    }
    assert_eq!(event(&changed("relation.added", &json!({"recordId": "rec_p7"}))).contact, None);
    assert_eq!(event(&changed("note.created", &json!({"objectType": "company"}))).contact, None, "of a company, if it says so");
}

#[test]
fn the_campaign_is_looked_for_in_order() {
    let id = |payload: Value| event(&classic("campaign.email.open", &payload)).campaign.map(|campaign| campaign.key);
    let known = || Some(CampaignKey::External(external("", CAMPAIGN)));
    let other = LEAD_ID;
    assert_eq!(id(json!({"id_campaign": CAMPAIGN, "campaign": {"id": other}, "campaign_id": other, "id": other})), known());
    assert_eq!(id(json!({"campaign": {"id": CAMPAIGN}, "campaign_id": other})), known());
    assert_eq!(id(json!({"campaign_id": CAMPAIGN, "id": other})), known());
    assert_eq!(id(json!({"campaign": CAMPAIGN})), known());
    assert_eq!(id(json!({"id": other})), None, "the id of an email");
    assert_eq!(id(json!({"campaign": "Harbour"})), Some(CampaignKey::Named(external(SPACE, "Harbour"))));
    assert_eq!(id(json!({"campaign_name": "x".repeat(300)})), None, "no name is that long");
}

#[test]
fn a_campaigns_own_events_name_it_by_their_id() {
    for name in ["campaign.create", "campaign.update", "campaign.delete"] {
        let campaign = event(&fixture(name)).campaign.expect("a campaign");
        assert_eq!(campaign.key, CampaignKey::External(external("", CAMPAIGN)), "{name}");
        assert_eq!((campaign.name.as_deref(), campaign.status_mentioned), (Some("Harbour Q3"), None), "{name}");
    }
    assert_eq!(event(&fixture("campaign.update")).facts.campaign_status.as_deref(), Some("active"));
    let nested = classic("campaign.update", &json!({"campaign": {"id": CAMPAIGN, "name": "Harbour", "status": "Paused"}}));
    let read = event(&nested);
    assert_eq!(read.campaign.expect("a campaign").key, CampaignKey::External(external("", CAMPAIGN)));
    assert_eq!(read.facts.campaign_status.as_deref(), Some("paused"));
    let long = event(&changed("campaign.update", &json!({"status": "X".repeat(900)})));
    assert_eq!(long.facts.campaign_status, Some("x".repeat(200)));
}

#[test]
fn an_emails_campaign_has_its_name_and_its_state_in_passing() {
    let read = event(&fixture("campaign.email.sent"));
    let campaign = read.campaign.expect("a campaign");
    assert_eq!((campaign.name.as_deref(), campaign.status_mentioned.as_deref()), (Some("Harbour Q3"), Some("active")));
    assert_eq!(read.facts.campaign_status, None);
}

#[test]
fn a_lead_is_in_no_campaign_by_its_own_events() {
    for name in ["lead.create", "lead.note.create", "record.created"] {
        assert_eq!(event(&changed(name, &json!({"id_campaign": CAMPAIGN}))).campaign, None, "{name}");
    }
}
