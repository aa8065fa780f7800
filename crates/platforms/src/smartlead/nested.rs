//! The shapes of SmartLead's API reference, put into the words of the flat one.
//!
//! Three generations of it: `event` with the objects `lead`, `email`, `reply`, `link`; the same under `event_type`; and a short
//! one with `lead_email`, `email_account`, `message`. Each value is *moved* to where the flat shape has it, and only if nothing
//! stands there, so that there is one reader, one identity, and no copy of a body. What the shapes lack stays absent: client,
//! `stats_id`, mostly the mailbox.

use hookline_model::kind::Kind;

use crate::json::{Arena, Draft, Fields, Node, Object, filled, is_uuid};

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

/// The object with everything moved.
pub(super) fn flatten<'t>(arena: &'t Arena, kind: Kind, object: Object<'t>) -> Object<'t> {
    let mut body = Draft::new(Some(object));
    lead(arena, &mut body);
    if let Some(email) = take_object(&mut body, "email") {
        merge_object(arena, &mut body, "sent_message", email);
    }
    reply(arena, kind, &mut body);
    if kind == Kind::EmailClicked {
        link(&mut body);
    }
    let category = if kind == Kind::ContactCategoryUpdated { "lead_category_id" } else { "reply_category" };
    // Of a bounce the flat shape's `event_timestamp` is the time of the send; here the time is the event's own.
    let time = if kind == Kind::EmailBounced { "time_bounced" } else { "event_timestamp" };
    for (from, to) in [("email_account", "from_email"), ("category_id", category), ("timestamp", time)] {
        if let Some(value) = body.remove(from) {
            body.put(to, value);
        }
    }
    if kind == Kind::EmailOpened
        && let Some(last) = body.get("last_opened_at")
    {
        body.put("time_opened", last);
    }
    body.finish(arena).unwrap_or(object)
}

/// `lead{id, email, ...}`, or `lead_first_name` and `lead_last_name`.
fn lead<'t>(arena: &'t Arena, body: &mut Draft<'t>) {
    let mut lead = Draft::new(take_object(body, "lead"));
    for (from, to) in [("lead_first_name", "first_name"), ("lead_last_name", "last_name")] {
        if let Some(name) = body.remove(from) {
            lead.put(to, name);
        }
    }
    for (from, to) in [("id", "lead_id"), ("email", "lead_email")] {
        if !body.has(to)
            && let Some(value) = lead.remove(from)
        {
            body.put(to, value);
        }
    }
    merge(arena, body, "lead_data", lead.finish(arena));
}

/// `reply{subject, body, received_at, message_id}`, or the text in `message`; `reply_body` may be either sort of text here.
fn reply<'t>(arena: &'t Arena, kind: Kind, body: &mut Draft<'t>) {
    let mut reply = Draft::new(take_object(body, "reply"));
    if let Some(text) = reply.remove("body") {
        put_body(&mut reply, text);
    }
    if let Some(time) = reply.remove("received_at") {
        reply.put("time", time);
    }
    match kind {
        Kind::EmailReplied | Kind::EmailReplyUntracked => {
            for key in ["message", "reply_body"] {
                if let Some(text) = body.remove(key) {
                    put_body(&mut reply, text);
                }
            }
            if is_perhaps_ours(arena, body) {
                body.remove("message_id");
            }
        }
        Kind::EmailSent => {
            if let Some(text) = body.remove("message") {
                let mut sent = Draft::new(None);
                put_body(&mut sent, text);
                // An object even if nothing came of it: it takes the place of what is none.
                let sent = sent.finish(arena).unwrap_or_else(|| arena.object(Vec::new()));
                merge_object(arena, body, "sent_message", sent);
            }
        }
        _ => {}
    }
    merge(arena, body, "reply_message", reply.finish(arena));
}

/// `link{url, clicked_at}`.
fn link(body: &mut Draft<'_>) {
    if let Some(link) = take_object(body, "link") {
        for (from, to) in [("url", "link_details"), ("clicked_at", "time_clicked")] {
            if let Some(value) = link.get(from) {
                body.put(to, value);
            }
        }
    }
}

/// Whether the `message_id` of a reply may be that of the message we sent, which nothing published excludes: it has the form that
/// SmartLead gives its own and not the lead's domain. Taken for the reply's, it would make every further reply a repetition.
fn is_perhaps_ours<'t>(arena: &'t Arena, body: &Draft<'t>) -> bool {
    let fields = ["message_id", "lead_email"].into_iter().filter_map(|key| Some((key, body.get(key)?)));
    let body = Fields::new(arena.object(fields.collect()));
    let Some(id) = body.message_id("message_id") else {
        return false;
    };
    let Some((local, domain)) = id.rsplit_once('@') else {
        return false;
    };
    let lead = body.address("lead_email");
    let is_leads = lead.is_some_and(|lead| lead.domain().eq_ignore_ascii_case(domain));
    is_uuid(local) && !local.contains(|c: char| c.is_ascii_uppercase()) && !is_leads
}

/// Puts a text where HTML or plain text goes, whichever it is.
fn put_body<'t>(message: &mut Draft<'t>, text: Node<'t>) {
    let is_html = text.as_str().is_some_and(is_html);
    message.put(if is_html { "html" } else { "text" }, text);
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

/// Takes an object out of `body`; what else stands under the key stays.
fn take_object<'t>(body: &mut Draft<'t>, key: &'static str) -> Option<Object<'t>> {
    let object = body.get(key)?.as_object()?;
    body.remove(key);
    Some(object)
}

/// Puts the fields of an object, if there are any, into the one under a key, where nothing stands.
fn merge<'t>(arena: &'t Arena, body: &mut Draft<'t>, key: &'static str, fields: Option<Object<'t>>) {
    if let Some(fields) = fields.filter(|fields| fields.len() > 0) {
        merge_object(arena, body, key, fields);
    }
}

/// The same, also if there are none.
fn merge_object<'t>(arena: &'t Arena, body: &mut Draft<'t>, key: &'static str, fields: Object<'t>) {
    let merged = match body.get(key) {
        Some(Node::Object(present)) => filled(arena, present, fields, false),
        _ => fields,
    };
    body.insert(key, Node::Object(merged));
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
