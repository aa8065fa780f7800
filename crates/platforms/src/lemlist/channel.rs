//! What happened on other channels than e-mail, and notes and tasks.

use std::collections::BTreeMap;

use serde_json::Value;

use hookline_model::{
    event::Change,
    item::{ItemFact, ItemSort},
};

use crate::{
    html,
    json::{Fields, cut},
    lemlist::{names::Name, who},
};

/// The longest text of a message or note, in characters.
const TEXT_CHARS_MAX: usize = 10_000;

/// How the names of the activities of a channel begin.
const CHANNELS: [(&str, &str); 5] =
    [("linkedin", "linkedin"), ("whatsapp", "whatsapp"), ("sms", "sms"), ("aircall", "call"), ("call", "call")];

/// Messages of other channels, and whether we wrote them.
const MESSAGES: [(&str, &str); 6] = [
    ("linkedinSent", "outbound"),
    ("linkedinReplied", "inbound"),
    ("whatsappMessageSent", "outbound"),
    ("whatsappReplied", "inbound"),
    ("smsSent", "outbound"),
    ("smsReplied", "inbound"),
];

/// Tasks that somebody has done.
const TASKS: [&str; 3] = ["emailsDone", "linkedinDone", "manualDone"];

/// The channel of an activity, none for e-mail and for what is on no channel.
pub(super) fn channel(known: &str) -> Option<&'static str> {
    CHANNELS.iter().find(|(begins, _)| known.starts_with(begins)).map(|(_, channel)| *channel)
}

/// A name in snake case: `linkedinInviteAccepted` is `linkedin_invite_accepted`.
pub(super) fn snake(known: &str) -> String {
    let mut snake = String::with_capacity(known.len() + 4);
    for letter in known.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// The message, note or task that an activity is, if it says which and what.
pub(super) fn item(name: &Name, body: Fields<'_>) -> Option<Box<ItemFact>> {
    let known = name.known?;
    let mut fields = BTreeMap::new();
    let mut put = |field: &str, value: Option<String>| {
        fields.extend(value.map(|value| (field.to_owned(), Change::Set(Value::from(value)))));
    };
    let (sort, id) = if let Some((_, direction)) = MESSAGES.iter().find(|(message, _)| *message == known) {
        put("channel", channel(known).map(str::to_owned));
        put("direction", Some((*direction).to_owned()));
        put("text", Some(text(body)?));
        (ItemSort::Message, body.id("_id")?)
    } else if known == "annotated" {
        put("text", Some(text(body)?));
        put("author", body.name_of(&["userName", "sendUserName"]));
        (ItemSort::Note, body.id("_id")?)
    } else if TASKS.contains(&known) {
        put("status", Some("done".to_owned()));
        (ItemSort::Task, body.object("metaData").id("taskId")?)
    } else {
        return None;
    };
    Some(Box::new(ItemFact { sort, id: who::external(id), fields }))
}

/// The text of a message that is no e-mail, or of a note, without tags.
fn text(body: Fields<'_>) -> Option<String> {
    let text = body.text_of(&["text", "message", "messagePreview"])?;
    let plain = if html::has_tags(&text) { html::text(&text)? } else { text };
    Some(cut(&plain, TEXT_CHARS_MAX))
}
