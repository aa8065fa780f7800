//! Who an event is about, in which campaign, from which mailbox.

use serde_json::{Value, json};

use hookline_model::{event::Change, key::CampaignKey, kind::Kind};

use super::{LEAD, MAILBOX, changed, contact_email, event, external, fixtures, inbound, lead_id, outbound, refusal};

#[test]
fn an_address_is_compared_without_case() {
    let event = event(&changed("EMAIL_SENT", &json!({"/data/lead/email": "  Rafael.Ortega@MinaVerde.example "})));
    assert_eq!(contact_email(&event), Some(LEAD));
}

#[test]
fn the_lead_wins_over_whoever_wrote() {
    let event = event(&changed("LEAD_REPLIED", &json!({"/data/reply/from_email_address": "colleague@minaverde.example"})));
    assert_eq!(contact_email(&event), Some(LEAD));
    assert_eq!(inbound(&event).from.as_deref(), Some("colleague@minaverde.example"));
    assert_eq!(event.facts.full_name, None);
}

#[test]
fn a_reply_of_nobody_known_is_of_its_writer() {
    let body = changed("LEAD_REPLIED", &json!({"/data/lead": null, "/data/scheduled_email/lead_id": null}));
    let event = event(&body);
    assert_eq!((contact_email(&event), lead_id(&event)), (Some(LEAD), None));
    assert_eq!(event.facts.full_name, Some(Change::Set("Rafael Ortega".to_owned())));
}

#[test]
fn a_lead_without_an_address_goes_by_its_id() {
    for (name, changes) in [
        ("EMAIL_OPENED", json!({"/data/lead/email": null})),
        ("EMAIL_OPENED", json!({"/data/lead": null})),
        ("LEAD_REPLIED", json!({"/data/lead": null})),
        ("EMAIL_BOUNCED", json!({"/data/lead/email": "not an address"})),
    ] {
        let event = event(&changed(name, &changes));
        assert_eq!((contact_email(&event), lead_id(&event)), (None, Some(external("70551"))), "{name} {changes}");
    }
}

#[test]
fn a_lead_on_an_untracked_reply_is_read() {
    let lead = json!({"id": 8, "email": "rafael.ortega@minaverde.example", "first_name": "Rafael"});
    let event = event(&changed("UNTRACKED_REPLY_RECEIVED", &json!({"/data/lead": lead})));
    assert_eq!((contact_email(&event), lead_id(&event)), (Some(LEAD), Some(external("8"))));
    assert_eq!((event.facts.first_name, event.facts.full_name), (Some(Change::Set("Rafael".to_owned())), None));
}

#[test]
fn the_id_of_a_lead_is_never_named_with_anothers_address() {
    let event = event(&changed("UNTRACKED_REPLY_RECEIVED", &json!({"/data/lead": {"id": 8}})));
    assert_eq!((contact_email(&event), lead_id(&event)), (Some("nuria.soler@minaverde.example"), None));
}

#[test]
fn an_untracked_report_of_a_mail_server_is_of_nobody() {
    for changes in [
        json!({"/data/reply/from_email_address": "MAILER-DAEMON@relay.example"}),
        json!({"/data/reply/from_email_address": "postmaster@minaverde.example"}),
        json!({"/data/reply/type": "Bounced"}),
        json!({"/data/reply/folder": "bounced"}),
    ] {
        let event = event(&changed("UNTRACKED_REPLY_RECEIVED", &changes));
        assert_eq!((event.kind, event.contact.as_ref()), (Kind::EmailReplyUntracked, None), "{changes}");
        assert!(event.inbound_key().is_some());
    }
}

#[test]
fn a_bounce_is_never_of_its_writer() {
    let body = changed(
        "EMAIL_BOUNCED",
        &json!({"/data/lead": null, "/data/scheduled_email/lead_id": null,
        "/data/reply/from_email_address": "someone@relay.example", "/data/reply/type": null, "/data/reply/folder": null}),
    );
    let event = event(&body);
    assert_eq!((event.contact.as_ref(), event.outbound_key().is_some()), (None, true));
}

#[test]
fn our_mailbox_is_never_the_contact() {
    for name in fixtures::NAMES {
        let event = super::event_of(name);
        assert_ne!(contact_email(&event), Some(MAILBOX), "{name}");
    }
    let own = event(&changed("UNTRACKED_REPLY_RECEIVED", &json!({"/data/reply/from_email_address": MAILBOX})));
    assert_eq!(own.contact, None);
    let to_self = json!({"/data/reply/to": [MAILBOX], "/data/reply/primary_to_email_address": MAILBOX});
    assert_eq!(event(&changed("MANUAL_EMAIL_SENT", &to_self)).contact, None);
}

#[test]
fn the_recipient_of_an_email_by_hand_has_four_shapes() {
    let to = |value: Value| {
        let event = event(&changed("MANUAL_EMAIL_SENT", &json!({"/data/reply/to": value})));
        (contact_email(&event).map(str::to_owned), event.facts.full_name)
    };
    let iria = Some("iria@costa.example".to_owned());
    let named = Some(Change::Set("Iria Costa".to_owned()));
    assert_eq!(
        to(json!([{"name": "Iria Costa", "address": "iria@costa.example"}, {"address": "b@x.example"}])),
        (iria.clone(), named.clone())
    );
    assert_eq!(to(json!([{"email": "iria@costa.example"}])), (iria.clone(), None));
    assert_eq!(to(json!(["iria@costa.example", "b@x.example"])), (iria.clone(), None));
    assert_eq!(to(json!("Iria Costa <iria@costa.example>, b@x.example")), (iria, named));
    for nothing in [json!(null), json!([]), json!(""), json!(5), json!([5, {"name": "x"}, "nobody"])] {
        assert_eq!(to(nothing.clone()), (Some(LEAD.to_owned()), None), "{nothing}: the primary recipient stands in");
    }
}

#[test]
fn the_lead_of_an_email_by_hand_goes_first() {
    let changes = json!({"/data/lead": {"id": 3, "email": "iria@costa.example"}, "/data/campaign": {"id": 918}});
    let event = event(&changed("MANUAL_EMAIL_SENT", &changes));
    assert_eq!((contact_email(&event), lead_id(&event)), (Some("iria@costa.example"), Some(external("3"))));
    assert!(event.campaign.is_some());
    assert_eq!(outbound(&event).to.as_deref(), Some("iria@costa.example"));
}

#[test]
fn an_event_of_somebody_without_anybody_names_nothing() {
    for name in ["EMAIL_SENT", "EMAIL_OPENED", "LEAD_REPLIED", "LEAD_INTERESTED", "LEAD_UNSUBSCRIBED", "EMAIL_BOUNCED"] {
        for body in [
            json!({"event": {"type": name, "workspace_id": 31}}),
            json!({"event": {"type": name}, "data": {}}),
            json!({"event": {"type": name}, "data": {"lead": null, "sender_email": {"email": MAILBOX}, "campaign": {"id": 4}}}),
            json!({"type": name, "lead_email": "nobody"}),
        ] {
            let refusal = refusal(&body);
            assert!(refusal.contains("names nobody: expected an address in data.lead.email"), "{refusal}");
        }
    }
    for name in ["MANUAL_EMAIL_SENT", "UNTRACKED_REPLY_RECEIVED"] {
        let refusal = refusal(&json!({"event": {"type": name}, "data": {"reply": {}, "sender_email": {"email": MAILBOX}}}));
        assert!(refusal.contains("data.reply."), "{refusal}");
    }
}

#[test]
fn an_event_that_names_its_message_needs_no_contact() {
    let event = event(&json!({"event": {"type": "EMAIL_OPENED"}, "data": {"scheduled_email": {"id": 5}}}));
    assert_eq!((event.contact.as_ref(), event.outbound_key().is_some()), (None, true));
}

#[test]
fn an_event_of_a_mailbox_names_one() {
    let of = |data: Value| json!({"event": {"type": "EMAIL_ACCOUNT_DISCONNECTED", "workspace_id": 31}, "data": data});
    for data in [json!(null), json!({}), json!({"sender_email": {"status": "disconnected"}}), json!({"lead": {"email": LEAD}})] {
        assert!(refusal(&of(data.clone())).contains("expected an address or an id in data.sender_email"), "{data}");
    }
    assert_eq!(event(&of(json!({"sender_email": {"id": 4}}))).sending_account, None);
    assert_eq!(event(&of(json!({"sender_email": MAILBOX}))).sending_account.as_deref(), Some(MAILBOX));
}

#[test]
fn an_event_of_a_tag_names_one() {
    let of = |data: Value| json!({"event": {"type": "TAG_ATTACHED"}, "data": data});
    for data in [json!(null), json!({}), json!({"taggable_type": "Lead"})] {
        assert!(refusal(&of(data.clone())).contains("data.tag_id"), "{data}");
    }
    assert_eq!(event(&of(json!({"tag_name": "Hot"}))).facts.item, None);
}

#[test]
fn our_mailbox_is_named_by_the_message_where_it_is_not_named_itself() {
    for name in ["LEAD_REPLIED", "LEAD_INTERESTED", "EMAIL_BOUNCED", "UNTRACKED_REPLY_RECEIVED", "MANUAL_EMAIL_SENT"] {
        let event = event(&changed(name, &json!({"/data/sender_email": null})));
        assert_eq!(event.sending_account.as_deref(), Some(MAILBOX), "{name}");
    }
    assert_eq!(event(&changed("EMAIL_SENT", &json!({"/data/sender_email": null}))).sending_account, None);
}

#[test]
fn a_campaign_without_an_id_goes_by_its_name() {
    let event_with = |changes: Value| event(&changed("EMAIL_OPENED", &changes)).campaign;
    let named = event_with(json!({"/data/campaign/id": null})).expect("a campaign");
    assert_eq!(named.key, CampaignKey::Named(external("Quarries of the south")));
    let numbered = event_with(json!({"/data/campaign": {"id": "918"}})).expect("a campaign");
    assert_eq!((numbered.key, numbered.name), (CampaignKey::External(external("918")), None));
    assert_eq!(event_with(json!({"/data/campaign": null})), None);
}
