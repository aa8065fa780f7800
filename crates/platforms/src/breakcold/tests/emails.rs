//! The emails of a campaign, and the answers.

use hookline_model::{event::BounceType, key::EmailKey};
use serde_json::{Value, json};

use super::{EMAIL, LEAD, RECEIVED, changed, classic, event, external, fixture, inbound, outbound, some};

fn sent_key() -> Option<EmailKey> {
    Some(EmailKey::Sent(external("", EMAIL)))
}

#[test]
fn a_send_tells_all_of_its_email() {
    let read = event(&fixture("campaign.email.sent"));
    let sent = outbound(&read);
    assert_eq!((sent.key.clone(), sent.at), (sent_key(), Some(read.occurred_at)));
    assert_eq!((sent.from.clone(), sent.to.clone()), (some("nel@go-yardwise.example"), some(LEAD)));
    assert_eq!((sent.subject.clone(), sent.message_id.clone()), (some("Cranes on time"), some("9c1f@go-yardwise.example")));
    assert_eq!((sent.body_html.clone(), sent.body_text.clone()), (some("<p>Hello Piet</p>"), some("Hello Piet")));
    assert_eq!(read.inbound, None);
}

#[test]
fn what_becomes_of_an_email_belongs_to_it() {
    for name in ["campaign.email.open", "campaign.email.click", "campaign.email.bounce"] {
        let read = event(&fixture(name));
        assert_eq!((outbound(&read).key.clone(), outbound(&read).at), (sent_key(), None), "{name}");
    }
}

#[test]
fn the_id_of_the_email_may_have_a_name_of_its_own() {
    for fields in [
        json!({"id_email": EMAIL}),
        json!({"email_id": EMAIL}),
        json!({"email": {"id": EMAIL}}),
        json!({"message": {"id": EMAIL}}),
    ] {
        for name in ["campaign.email.open", "campaign.email.reply", "campaign.email.unsubscribe"] {
            let mut fields = fields.clone();
            fields["id"] = json!("another");
            let read = event(&changed(name, &fields));
            assert_eq!(outbound(&read).key, sent_key(), "{name} {fields}");
        }
    }
}

#[test]
fn the_id_of_a_reply_or_an_opt_out_is_not_the_sent_emails() {
    for name in ["campaign.email.reply", "campaign.email.unsubscribe"] {
        assert_eq!(event(&fixture(name)).outbound, None, "{name}");
    }
}

#[test]
fn a_reply_tells_of_the_message_that_came_in() {
    let read = event(&fixture("campaign.email.reply"));
    let reply = inbound(&read);
    assert_eq!(reply.key, Some(EmailKey::Inbound("77ab@havenkraan.example".to_owned())));
    assert_eq!((reply.from.clone(), reply.to.clone()), (some(LEAD), some("nel@go-yardwise.example")));
    assert_eq!((reply.subject.clone(), reply.body_text.clone()), (some("Re: Cranes on time"), some("Tuesday works.")));
    assert_eq!(reply.at, Some(read.occurred_at));
}

#[test]
fn a_reply_without_a_message_id_is_known_by_its_event() {
    for id in [json!(null), json!("5521"), json!("a b@c")] {
        let stated = event(&changed("campaign.email.reply", &json!({"message_id": id})));
        let by_id = hex::encode(stated.id.0.as_bytes());
        assert_eq!(inbound(&stated).key, Some(EmailKey::InboundEvent(by_id)), "{id}");
        let received = event(&changed("campaign.email.reply", &json!({"message_id": id, "replied_at": null})));
        let by_hash = hex::encode(received.id.hash_part());
        assert_eq!(inbound(&received).key, Some(EmailKey::InboundEvent(by_hash)), "{id}");
        assert_eq!((received.occurred_at, inbound(&received).at), (RECEIVED, None), "{id}");
    }
}

#[test]
fn a_body_is_html_or_text() {
    let bodies = |fields: Value| {
        let read = event(&changed("campaign.email.reply", &without_own_text(fields)));
        (inbound(&read).body_html.clone(), inbound(&read).body_text.clone())
    };
    assert_eq!(bodies(json!({"body": "<p>Yes</p>"})), (some("<p>Yes</p>"), some("Yes")));
    assert_eq!(bodies(json!({"body": "1 < 2 > 0"})), (None, some("1 < 2 > 0")));
    assert_eq!(bodies(json!({"body": "plain", "html": "<b>rich</b>"})), (some("<b>rich</b>"), some("plain")));
    assert_eq!(bodies(json!({"text": " a ", "html": "<b>b</b>", "body": "c"})), (some("<b>b</b>"), some(" a ")));
    assert_eq!(bodies(json!({"message": {"body": "inner"}})), (None, some("inner")));
    assert_eq!(bodies(json!({"body": 5, "text": ["a"]})), (None, None));
    let many = "<a".repeat(200_000);
    assert_eq!(bodies(json!({"body": many})), (None, Some(many.clone())), "and takes no long time");
}

/// Fields that take the fixture's own text away.
fn without_own_text(mut fields: Value) -> Value {
    if fields.get("text").is_none() {
        fields["text"] = json!(null);
    }
    fields
}

#[test]
fn a_click_has_its_link_unless_it_is_too_long() {
    let links = |fields: Value| event(&changed("campaign.email.click", &fields)).facts.clicked_links;
    assert_eq!(links(json!({})).into_iter().collect::<Vec<_>>(), ["https://yardwise.example/demo"]);
    assert_eq!(links(json!({"link": null, "url": "https://u.example"})).into_iter().collect::<Vec<_>>(), ["https://u.example"]);
    assert!(links(json!({"link": "x".repeat(2_049)})).is_empty());
    assert!(links(json!({"link": null})).is_empty());
}

#[test]
fn a_bounce_is_judged_by_what_it_says() {
    let bounce = |fields: Value| {
        let bounce = event(&changed("campaign.email.bounce", &fields)).facts.bounce.expect("a bounce");
        (bounce.bounce_type, bounce.reason)
    };
    assert_eq!(bounce(json!({})), (BounceType::Hard, some("550 5.1.1 User unknown")));
    assert_eq!(bounce(json!({"reason": "mailbox full"})), (BounceType::Soft, some("mailbox full")));
    assert_eq!(bounce(json!({"reason": null})), (BounceType::Unknown, None));
    assert_eq!(bounce(json!({"reason": null, "bounce_type": "Soft"})), (BounceType::Soft, None));
    assert_eq!(bounce(json!({"bounce_type": "strange"})).0, BounceType::Hard);
    assert_eq!(bounce(json!({"reason": null, "error": "x".repeat(900)})).1.map(|text| text.len()), Some(500));
}

#[test]
fn an_email_without_an_id_tells_what_it_says() {
    let read = event(&classic("campaign.email.sent", &json!({"to": LEAD, "subject": "Cranes"})));
    assert_eq!((outbound(&read).key.as_ref(), outbound(&read).subject.as_deref()), (None, Some("Cranes")));
    let nothing = event(&classic("campaign.email.open", &json!({"to": LEAD})));
    assert_eq!((nothing.outbound, nothing.occurred_at), (None, RECEIVED));
}
