//! What each event tells, whole.

use serde_json::json;

use hookline_model::{
    event::{Bounce, BounceType, Change, MessageFacts},
    interest::Interest,
    item::{ItemFact, ItemSort},
    key::{CampaignKey, EmailKey},
    kind::Kind,
    time::TimeSource,
};

use super::{
    ACCOUNT, LEAD, MAILBOX, RECEIVED, at, contact_email, event_of, external, extra, fixtures, inbound, lead_id, outbound, sent,
    some,
};

/// The campaign's email as every event of it tells.
fn email() -> MessageFacts {
    MessageFacts {
        key: sent("5520417"),
        message_id: some("77ab.5520417@hey-tallgrove.example"),
        from: some(MAILBOX),
        to: some(LEAD),
        sequence_number: Some(2),
        at: at("2026-04-14T07:31:09.482Z"),
        ..MessageFacts::default()
    }
}

/// The same as the events tell that have its text.
fn email_with_text() -> MessageFacts {
    MessageFacts {
        subject: some("Drill bits that last"),
        body_html: some("<p>Hola Rafael,</p><p>worth a look?</p>"),
        body_text: some("Hola Rafael,\n\nworth a look?"),
        ..email()
    }
}

#[test]
fn a_send_tells_all_of_its_email() {
    let event = event_of("EMAIL_SENT");
    assert_eq!((event.account.as_deref(), contact_email(&event)), (Some(ACCOUNT), Some(LEAD)));
    assert_eq!(lead_id(&event), Some(external("70551")));
    let campaign = event.campaign.as_ref().expect("a campaign");
    assert_eq!(campaign.key, CampaignKey::External(external("918")));
    assert_eq!(campaign.name.as_deref(), Some("Quarries of the south"));
    assert_eq!(event.sending_account.as_deref(), Some(MAILBOX));
    assert_eq!((Some(event.occurred_at), event.time_source), (at("2026-04-14T07:31:09.482Z"), TimeSource::Stated));
    assert_eq!((outbound(&event), event.inbound.as_ref()), (&email_with_text(), None));
    assert_eq!(
        json!(event.facts.extra),
        json!({"workspace_name": "Tallgrove North", "lead_status": "verified", "sequence_step_id": "2204", "variant": 3})
    );
}

#[test]
fn a_first_contact_says_the_same_as_its_send() {
    assert_eq!(event_of("LEAD_FIRST_CONTACTED"), event_of("EMAIL_SENT"));
}

#[test]
fn an_open_belongs_to_its_email() {
    let event = event_of("EMAIL_OPENED");
    assert_eq!(outbound(&event), &MessageFacts { opened_total: Some(4), ..email_with_text() });
    assert_eq!((Some(event.occurred_at), event.inbound.as_ref()), (at("2026-04-14T09:12:44Z"), None));
    assert_eq!(extra(&event, "campaign_event_id"), json!("8801640"));
}

#[test]
fn a_reply_tells_of_both_messages() {
    let event = event_of("LEAD_REPLIED");
    let expected = MessageFacts {
        key: Some(EmailKey::Inbound("b0a1.mv@minaverde.example".to_owned())),
        message_id: some("b0a1.mv@minaverde.example"),
        from: some(LEAD),
        to: some(MAILBOX),
        subject: some("RE: Drill bits that last"),
        body_text: some("Llámame el jueves.\r\n> Hola Rafael,"),
        body_html: some("<div>Llámame el jueves.</div>"),
        at: at("2026-04-15T10:02:51.9Z"),
        ..MessageFacts::default()
    };
    assert_eq!((inbound(&event), outbound(&event)), (&expected, &email()));
    assert_eq!((Some(event.occurred_at), event.facts.interest.as_ref()), (at("2026-04-15T10:02:51.9Z"), None));
    assert_eq!((extra(&event, "reply_id"), extra(&event, "reply_type")), (json!("640118"), json!("Tracked Reply")));
}

#[test]
fn an_interest_repeats_the_reply_and_brings_none() {
    let event = event_of("LEAD_INTERESTED");
    assert_eq!((event.inbound.as_ref(), outbound(&event)), (None, &email()));
    assert_eq!(event.facts.interest, Some(Change::Set(Interest::Interested)));
    assert_eq!(Some(event.occurred_at), at("2026-04-15T11:40:02Z"));
    assert_eq!(extra(&event, "reply_id"), json!("640118"));
    assert_eq!(extra(&event, "reply_subject"), json!("RE: Drill bits that last"));
    assert_eq!(extra(&event, "reply_snippet"), json!("Llámame el jueves.\r\n> Hola Rafael,"));
}

#[test]
fn an_opt_out_belongs_to_its_email() {
    let event = event_of("LEAD_UNSUBSCRIBED");
    assert_eq!((outbound(&event), event.inbound.as_ref()), (&email_with_text(), None));
    assert_eq!((Some(event.occurred_at), event.facts.interest.as_ref()), (at("2026-04-17T18:00:05.25Z"), None));
}

#[test]
fn a_bounce_is_of_the_lead_and_not_of_the_daemon() {
    let event = event_of("EMAIL_BOUNCED");
    assert_eq!((contact_email(&event), event.inbound.as_ref(), outbound(&event)), (Some(LEAD), None, &email()));
    let reason = some("Remote server returned 550 5.1.10 recipient not found");
    assert_eq!(event.facts.bounce, Some(Bounce { bounce_type: BounceType::Hard, reason }));
    assert_eq!(Some(event.occurred_at), at("2026-04-14T07:31:40Z"));
    assert_eq!(extra(&event, "reply_from"), json!("mailer-daemon@relay.example"));
}

#[test]
fn an_untracked_reply_is_of_its_writer() {
    let event = event_of("UNTRACKED_REPLY_RECEIVED");
    assert_eq!((contact_email(&event), lead_id(&event)), (Some("nuria.soler@minaverde.example"), None));
    assert_eq!((event.campaign.as_ref(), event.outbound.as_ref()), (None, None));
    assert_eq!(event.facts.full_name, Some(Change::Set("Nuria Soler".to_owned())));
    assert_eq!(inbound(&event).body_text.as_deref(), Some("He is out,\nI read this."));
    assert_eq!(extra(&event, "cc"), json!([LEAD, "b@x.example"]));
    assert_eq!(extra(&event, "attachments"), json!(["pit map.pdf"]));
}

#[test]
fn an_email_by_hand_is_outbound() {
    let event = event_of("MANUAL_EMAIL_SENT");
    let expected = MessageFacts {
        key: sent("reply:641200"),
        message_id: some("77ab.m1@hey-tallgrove.example"),
        from: some(MAILBOX),
        to: some(LEAD),
        subject: some("RE: Drill bits that last"),
        body_text: some("Thursday it is."),
        body_html: some("<p>Thursday it is.</p>"),
        at: at("2026-04-15T12:15:30Z"),
        ..MessageFacts::default()
    };
    assert_eq!((outbound(&event), event.inbound.as_ref(), contact_email(&event)), (&expected, None, Some(LEAD)));
    assert_eq!(event.facts.full_name, Some(Change::Set("Rafael Ortega".to_owned())));
    assert_eq!(extra(&event, "parent_id"), json!("640118"));
}

#[test]
fn a_failed_send_belongs_to_its_email() {
    let event = event_of("EMAIL_SEND_FAILED");
    assert_eq!((event.kind, event.outbound_key()), (Kind::EmailFailed, sent("5520417").as_ref()));
    assert_eq!(Some(event.occurred_at), at("2026-04-14T07:31:59Z"));
}

#[test]
fn an_event_of_a_mailbox_is_about_nobody() {
    let names = fixtures::NAMES.into_iter().filter(|name| name.starts_with("EMAIL_ACCOUNT") || name.starts_with("WARMUP"));
    for name in names {
        let event = event_of(name);
        assert_eq!((event.contact.as_ref(), event.campaign.as_ref(), event.outbound.as_ref()), (None, None, None), "{name}");
        assert_eq!((event.account.as_deref(), event.sending_account.as_deref()), (Some(ACCOUNT), Some(MAILBOX)), "{name}");
        assert_eq!(Some(event.occurred_at), at("2026-04-14T07:31:10Z"), "{name}");
        let shown = json!({"workspace_name": "Tallgrove North", "event_name": name, "sender_email_id": "412",
            "sender_name": "Ona Prat", "sender_status": "connected", "sender_type": "microsoft_oauth"});
        assert_eq!(json!(event.facts.extra), shown, "{name}");
    }
}

#[test]
fn a_tag_is_an_item_and_its_event_is_about_nobody() {
    for name in ["TAG_ATTACHED", "TAG_REMOVED"] {
        let event = event_of(name);
        assert_eq!((event.contact.as_ref(), event.campaign.as_ref(), event.facts.tags.as_ref()), (None, None, None));
        assert_eq!((event.occurred_at, event.time_source), (RECEIVED, TimeSource::Received));
        let fields = [("name".to_owned(), Change::Set(json!("Quarry owner")))].into_iter().collect();
        let item = ItemFact { sort: ItemSort::Tag, id: external("64"), fields };
        assert_eq!(event.facts.item.as_deref(), Some(&item));
        let shown = json!({"workspace_name": "Tallgrove North", "event_name": name, "tag_id": "64", "tag_name": "Quarry owner",
            "taggable_id": "70551", "taggable_type": "Lead"});
        assert_eq!(json!(event.facts.extra), shown);
    }
}
