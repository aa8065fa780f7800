//! The shapes of SmartLead's API reference, put into the words of the flat one.
//!
//! Three generations of it: `event` with the objects `lead`, `email`, `reply`, `link`; the same under `event_type`; and a short
//! one with `lead_email`, `email_account`, `message`. Each value is *moved* to where the flat shape has it, and only if nothing
//! stands there, so that there is one reader, one identity, and no copy of a body. What the shapes lack stays absent: client,
//! `stats_id`, mostly the mailbox.

use serde_json::{Map, Value};

use hookline_model::kind::Kind;

use crate::json::{Fields, is_present};
use crate::smartlead::message;

/// The tags by which a text is HTML. Addresses and links in angle brackets are none.
const TAGS: [&str; 26] = [
    "!doctype",
    "html",
    "head",
    "body",
    "div",
    "p",
    "br",
    "span",
    "a",
    "b",
    "i",
    "u",
    "em",
    "strong",
    "table",
    "ul",
    "ol",
    "li",
    "blockquote",
    "img",
    "font",
    "pre",
    "hr",
    "style",
    "h1",
    "h2",
];

type Object = Map<String, Value>;

/// Moves everything.
pub(super) fn flatten(kind: Kind, body: &mut Object) {
    lead(body);
    if let Some(email) = take_object(body, "email") {
        merge(body, "sent_message", email);
    }
    reply(kind, body);
    if kind == Kind::EmailClicked {
        link(body);
    }
    let category = if kind == Kind::ContactCategoryUpdated { "lead_category_id" } else { "reply_category" };
    // Of a bounce the flat shape's `event_timestamp` is the time of the send; here the time is the event's own.
    let time = if kind == Kind::EmailBounced { "time_bounced" } else { "event_timestamp" };
    for (from, to) in [("email_account", "from_email"), ("category_id", category), ("timestamp", time)] {
        if let Some(value) = body.remove(from) {
            put(body, to, value);
        }
    }
    if kind == Kind::EmailOpened
        && let Some(last) = body.get("last_opened_at").cloned()
    {
        put(body, "time_opened", last);
    }
}

/// `lead{id, email, ...}`, or `lead_first_name` and `lead_last_name`.
fn lead(body: &mut Object) {
    let mut lead = take_object(body, "lead").unwrap_or_default();
    for (from, to) in [("lead_first_name", "first_name"), ("lead_last_name", "last_name")] {
        if let Some(name) = body.remove(from) {
            put(&mut lead, to, name);
        }
    }
    for (from, to) in [("id", "lead_id"), ("email", "lead_email")] {
        if !has(body, to)
            && let Some(value) = lead.remove(from)
        {
            put(body, to, value);
        }
    }
    if !lead.is_empty() {
        merge(body, "lead_data", lead);
    }
}

/// `reply{subject, body, received_at, message_id}`, or the text in `message`; `reply_body` may be either sort of text here.
fn reply(kind: Kind, body: &mut Object) {
    let mut reply = take_object(body, "reply").unwrap_or_default();
    if let Some(text) = reply.remove("body") {
        put_body(&mut reply, text);
    }
    if let Some(time) = reply.remove("received_at") {
        put(&mut reply, "time", time);
    }
    match kind {
        Kind::EmailReplied | Kind::EmailReplyUntracked => {
            for key in ["message", "reply_body"] {
                if let Some(text) = body.remove(key) {
                    put_body(&mut reply, text);
                }
            }
            if is_perhaps_ours(body) {
                body.remove("message_id");
            }
        }
        Kind::EmailSent => {
            if let Some(text) = body.remove("message") {
                let mut sent = Object::new();
                put_body(&mut sent, text);
                merge(body, "sent_message", sent);
            }
        }
        _ => {}
    }
    if !reply.is_empty() {
        merge(body, "reply_message", reply);
    }
}

/// `link{url, clicked_at}`.
fn link(body: &mut Object) {
    if let Some(mut link) = take_object(body, "link") {
        for (from, to) in [("url", "link_details"), ("clicked_at", "time_clicked")] {
            if let Some(value) = link.remove(from) {
                put(body, to, value);
            }
        }
    }
}

/// Whether the `message_id` of a reply may be that of the message we sent, which nothing published excludes: it has the form that
/// SmartLead gives its own and not the lead's domain. Taken for the reply's, it would make every further reply a repetition.
fn is_perhaps_ours(body: &Object) -> bool {
    let body = Fields::new(body);
    let Some(id) = body.message_id("message_id") else {
        return false;
    };
    let Some((local, domain)) = id.rsplit_once('@') else {
        return false;
    };
    let lead = body.address("lead_email");
    let is_leads = lead.is_some_and(|lead| lead.domain().eq_ignore_ascii_case(domain));
    message::is_uuid(local) && !local.contains(|c: char| c.is_ascii_uppercase()) && !is_leads
}

/// Puts a text where HTML or plain text goes, whichever it is.
fn put_body(message: &mut Object, text: Value) {
    let is_html = text.as_str().is_some_and(is_html);
    put(message, if is_html { "html" } else { "text" }, text);
}

/// Whether a text has a tag in it.
fn is_html(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let rest = &text[at + 1..];
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '!').unwrap_or(rest.len());
        let closes = rest[end..].starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace());
        closes && TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(&rest[..end]))
    })
}

/// Whether something stands under a key.
fn has(object: &Object, key: &str) -> bool {
    object.get(key).is_some_and(is_present)
}

/// Takes an object out of `body`; what else stands under the key stays.
fn take_object(body: &mut Object, key: &str) -> Option<Object> {
    match body.remove(key)? {
        Value::Object(object) => Some(object),
        other => {
            body.insert(key.to_owned(), other);
            None
        }
    }
}

/// Puts a value under a key where nothing stands.
fn put(object: &mut Object, key: &str, value: Value) {
    if is_present(&value) && !has(object, key) {
        object.insert(key.to_owned(), value);
    }
}

/// Puts the fields of an object into the one under a key, where nothing stands.
fn merge(body: &mut Object, key: &str, fields: Object) {
    match body.get_mut(key) {
        Some(Value::Object(present)) => fields.into_iter().for_each(|(key, value)| put(present, &key, value)),
        _ => {
            body.insert(key.to_owned(), Value::Object(fields));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_told_by_its_tags() {
        for text in ["<p>Yes</p>", "Yes<br/>no", "a <DIV class=\"x\">", "<!DOCTYPE html>", "<a\nhref=\"x\">"] {
            assert!(is_html(text), "{text:?}");
        }
        for text in
            ["", "Yes", "Pia <pia@x.example> wrote", "<https://x.example>", "a < b > c", "<body", "i <3 u", "< p >", "<pé>", "<"]
        {
            assert!(!is_html(text), "{text:?}");
        }
    }
}
