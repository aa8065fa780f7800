//! Other channels, notes, tasks, and what nobody knew.

use serde_json::json;

use hookline_model::{
    event::Change,
    item::{ItemFact, ItemSort},
    kind::Kind,
};

use super::{event, external, fixtures, with};

#[test]
fn an_activity_is_named_in_snake_case_with_its_channel() {
    let cases = [
        ("linkedinInviteAccepted", "linkedin_invite_accepted", "linkedin"),
        ("linkedinLikeLastPostDone", "linkedin_like_last_post_done", "linkedin"),
        ("whatsappReplied", "whatsapp_replied", "whatsapp"),
        ("smsSent", "sms_sent", "sms"),
        ("aircallEnded", "aircall_ended", "call"),
    ];
    for (name, activity, channel) in cases {
        let extra = json!(event(&with(fixtures::linkedin_invite_accepted(), &json!({"type": name}))).facts.extra);
        assert_eq!(
            (&extra["activity"], &extra["channel"], &extra["event_name"]),
            (&json!(activity), &json!(channel), &json!(name))
        );
    }
}

#[test]
fn a_connection_note_is_told_by_its_template() {
    let extra = json!(event(&fixtures::linkedin_invite_accepted()).facts.extra);
    assert_eq!(extra["template_name"], json!("linkedinInvite"));
}

#[test]
fn other_channels_are_no_emails() {
    for name in
        ["linkedinSent", "linkedinReplied", "whatsappMessageSent", "whatsappReplied", "smsSent", "smsReplied", "aircallDone"]
    {
        let event = event(&with(fixtures::email_replied(), &json!({"type": name})));
        assert_eq!((event.kind, &event.inbound, &event.outbound), (Kind::ActivityRecorded, &None, &None), "{name}");
    }
}

#[test]
fn a_message_of_another_channel_is_an_item() {
    let replied = event(&fixtures::linkedin_replied());
    let set = |text: &str| Change::Set(json!(text));
    let fields = [("channel", set("linkedin")), ("direction", set("inbound")), ("text", set("Obrigado, falamos em abril."))];
    let expected = ItemFact {
        sort: ItemSort::Message,
        id: external("act_Df6gHj8kLz2xCv4bN"),
        fields: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    };
    assert_eq!(replied.facts.item.as_deref(), Some(&expected));
    let direction = |name: &str| {
        let event = event(&with(fixtures::linkedin_replied(), &json!({"type": name})));
        event.facts.item.and_then(|item| item.fields.get("direction").cloned())
    };
    for (name, expected) in [("linkedinSent", "outbound"), ("whatsappMessageSent", "outbound"), ("whatsappReplied", "inbound")] {
        assert_eq!(direction(name), Some(set(expected)), "{name}");
    }
    assert_eq!((direction("smsSent"), direction("smsReplied")), (Some(set("outbound")), Some(set("inbound"))));
    assert_eq!((direction("linkedinOpened"), direction("emailsReplied")), (None, None));
    for missing in [json!({"text": null}), json!({"_id": null})] {
        assert_eq!(event(&with(fixtures::linkedin_replied(), &missing)).facts.item, None, "{missing}");
    }
    let long = event(&with(fixtures::linkedin_replied(), &json!({"text": "é".repeat(20_000)})));
    let text = long.facts.item.and_then(|item| item.fields.get("text").cloned());
    assert_eq!(text, Some(set(&"é".repeat(10_000))));
}

#[test]
fn a_note_and_a_done_task_are_items() {
    let note =
        with(fixtures::linkedin_replied(), &json!({"type": "annotated", "text": "<p>Ask in April</p>", "userName": "Greta"}));
    let note = event(&note).facts.item.expect("a note");
    assert_eq!((note.sort, note.fields.get("text")), (ItemSort::Note, Some(&Change::Set(json!("Ask in April")))));
    assert_eq!(note.fields.get("author"), Some(&Change::Set(json!("Greta"))));
    for name in ["emailsDone", "linkedinDone", "manualDone"] {
        let done = event(&with(fixtures::email_opened(), &json!({"type": name}))).facts.item.expect("a task");
        assert_eq!((done.sort, done.id), (ItemSort::Task, external("tsk_Ed4rFt6gYh8uJi2kO")), "{name}");
        assert_eq!(done.fields.get("status"), Some(&Change::Set(json!("done"))), "{name}");
    }
    assert_eq!(event(&fixtures::email_opened()).facts.item, None, "the task of a step is no task to be done");
}

#[test]
fn an_id_of_another_channels_message_is_shown() {
    let sent = with(fixtures::linkedin_replied(), &json!({"type": "whatsappMessageSent", "messageId": "wamid.X1"}));
    assert_eq!(json!(event(&sent).facts.extra)["platform_message_id"], json!("wamid.X1"));
}

#[test]
fn fields_of_an_event_that_nobody_knew_are_shown_and_no_custom_fields() {
    let label = event(&fixtures::label_updated());
    assert_eq!(json!(label.facts.extra)["fields"]["labelName"], json!("Call back"));
    assert!(label.facts.custom_fields.is_empty());
    let call = event(&with(fixtures::linkedin_replied(), &json!({"type": "aircallEnded", "duration": 95})));
    assert_eq!((json!(call.facts.extra)["fields"]["duration"].as_i64(), call.facts.custom_fields.len()), (Some(95), 0));
    let mut many = fixtures::unknown();
    (0..300).for_each(|number| many[format!("field {number:03}")] = json!("x"));
    many["a long one"] = json!("x".repeat(3_000));
    let fields = json!(event(&many).facts.extra)["fields"].clone();
    assert_eq!((fields.as_object().map(serde_json::Map::len), fields.get("a long one")), (Some(50), None));
}
