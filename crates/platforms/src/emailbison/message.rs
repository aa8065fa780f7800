//! The message that was sent and the message that came in.

use hookline_model::{
    event::{ContactRef, MessageFacts},
    key::{EmailAddress, EmailKey},
    kind::Kind,
    time::Millis,
};

use crate::{
    emailbison::{
        names::{Name, Sort},
        parts::{Parts, external},
        when,
    },
    html,
    json::Fields,
};

/// The ids in one body.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    /// Names one sent email, shared by its send, opens, bounce, replies and interest.
    pub(super) scheduled: Option<String>,
    /// Message-ID of the sent email.
    pub(super) sent_message: Option<String>,
    /// Names what happened.
    pub(super) campaign_event: Option<String>,
    /// Names a message that came in, or left by hand.
    pub(super) reply: Option<String>,
    /// The same, as a UUID; newer.
    pub(super) reply_uuid: Option<String>,
    /// Message-ID of that message.
    pub(super) reply_message: Option<String>,
}

impl Ids {
    /// Reads the ids.
    pub(super) fn read(parts: Parts<'_>) -> Ids {
        Ids {
            scheduled: parts.scheduled.id("id").or_else(|| parts.data.id("scheduled_email_id")),
            sent_message: message_id(parts.scheduled),
            campaign_event: parts.campaign_event.id("id"),
            reply: parts.reply.id("id").or_else(|| parts.data.id("reply_id")),
            reply_uuid: parts.reply.uuid("uuid"),
            reply_message: message_id(parts.reply),
        }
    }

    /// Whether a message is named.
    pub(super) fn name_a_message(&self) -> bool {
        [&self.scheduled, &self.sent_message, &self.reply, &self.reply_uuid, &self.reply_message].iter().any(|id| id.is_some())
    }

    /// The key of a message that came in. A Message-ID has an `@` and no colon before a platform's name; the two sorts differ.
    fn inbound_key(&self, account: Option<&str>) -> Option<EmailKey> {
        let of_platform = |id: &String| format!("emailbison:{}:{id}", account.unwrap_or_default());
        let by_id = || self.reply.as_ref().or(self.reply_uuid.as_ref()).map(of_platform);
        self.reply_message.clone().or_else(by_id).map(EmailKey::Inbound)
    }

    /// The key of a message that left by hand. Its id counts replies, not the emails of campaigns, so it says which it is.
    fn manual_key(&self, account: Option<&str>) -> Option<EmailKey> {
        let id = self.reply.as_ref().or(self.reply_uuid.as_ref()).or(self.reply_message.as_ref())?;
        Some(EmailKey::Sent(external(account, format!("reply:{id}"))))
    }
}

/// The Message-ID of an object. A relay's placeholder is none: every message with it would be one.
fn message_id(fields: Fields<'_>) -> Option<String> {
    fields.message_id("raw_message_id").filter(|id| id.contains('@') && !id.contains(char::is_whitespace))
}

/// Who takes part in the messages of an event, and when it happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// Within which the ids are unique.
    pub(super) account: Option<&'a str>,
    /// The contact.
    pub(super) contact: Option<&'a ContactRef>,
    /// Our mailbox.
    pub(super) mailbox: Option<&'a EmailAddress>,
    /// The time the event states, if it is believable.
    pub(super) stated: Option<Millis>,
    /// When it was received.
    pub(super) received_at: Millis,
}

impl Setting<'_> {
    fn contact_address(&self) -> Option<String> {
        self.contact.and_then(|contact| contact.email.as_ref()).map(text)
    }
}

/// What the body tells of the message we sent, if anything.
///
/// Subject and body stand there on a send, an open and an opt-out, and are left out on what came in (an integrator's samples).
pub(super) fn outbound(name: &Name, parts: Parts<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    let mut facts = match name.sort {
        Sort::Manual => manual(parts, ids, setting),
        Sort::Sent | Sort::Tracked | Sort::Reply | Sort::Interest | Sort::Bounce => scheduled(name, parts, ids, setting),
        Sort::Untracked | Sort::Mailbox | Sort::Tag | Sort::Unknown | Sort::Test => return None,
    };
    if facts == MessageFacts::default() {
        // Mailboxes alone tell nothing of a message.
        return None;
    }
    facts.from = setting.mailbox.map(text);
    facts.to = setting.contact_address();
    Some(Box::new(facts))
}

/// The campaign's email.
fn scheduled(name: &Name, parts: Parts<'_>, ids: &Ids, setting: Setting<'_>) -> MessageFacts {
    let body_html = parts.scheduled.verbatim("email_body");
    let sent_at = when::believed(parts.scheduled, "sent_at", setting.received_at);
    MessageFacts {
        key: ids.scheduled.clone().map(|id| EmailKey::Sent(external(setting.account, id))),
        message_id: ids.sent_message.clone(),
        subject: parts.scheduled.text("email_subject"),
        body_text: body_html.as_deref().and_then(html::text),
        body_html,
        sequence_number: parts.scheduled.step("sequence_step_order"),
        at: if name.sort == Sort::Sent { sent_at.or(setting.stated) } else { sent_at },
        // On any other event the counter only makes a repetition say something else.
        opened_total: parts.scheduled.count("opens").filter(|_| name.kind == Kind::EmailOpened),
        ..MessageFacts::default()
    }
}

/// The email written by hand: it stands where a reply does.
fn manual(parts: Parts<'_>, ids: &Ids, setting: Setting<'_>) -> MessageFacts {
    let (body_text, body_html) = bodies(parts);
    MessageFacts {
        key: ids.manual_key(setting.account),
        message_id: ids.reply_message.clone(),
        subject: subject(parts),
        body_text,
        body_html,
        at: setting.stated,
        ..MessageFacts::default()
    }
}

/// What the body tells of the message that came in, if the event is that. Without an id its key is left to the event's identity.
///
/// An interest repeats a reply that has its own event, and a bounce is no message of anybody's.
pub(super) fn inbound(name: &Name, parts: Parts<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    if !matches!(name.sort, Sort::Reply | Sort::Untracked) {
        return None;
    }
    let (body_text, body_html) = bodies(parts);
    let writer = parts.reply.address("from_email_address").as_ref().map(text);
    Some(Box::new(MessageFacts {
        key: ids.inbound_key(setting.account),
        message_id: ids.reply_message.clone(),
        from: writer.or_else(|| setting.contact_address()),
        to: setting.mailbox.map(text),
        subject: subject(parts),
        body_text,
        body_html,
        at: setting.stated,
        ..MessageFacts::default()
    }))
}

/// The subject of a reply: `email_subject` in webhooks, `subject` in the REST API (the vendor's pages).
pub(super) fn subject(parts: Parts<'_>) -> Option<String> {
    parts.reply.text_of(&["email_subject", "subject"]).or_else(|| parts.scheduled.text("email_subject"))
}

/// The text and the HTML of a reply. Either may be null while the other is full; the raw message is the last resort.
pub(super) fn bodies(parts: Parts<'_>) -> (Option<String>, Option<String>) {
    let body_html = parts.reply.verbatim("html_body");
    let of_html = || body_html.as_deref().and_then(html::text);
    let of_raw = || parts.reply.verbatim("raw_body").as_deref().and_then(html::text);
    let flat = || parts.data.verbatim("reply_text");
    let body_text = parts.reply.verbatim("text_body").or_else(of_html).or_else(of_raw).or_else(flat);
    (body_text, body_html)
}

/// An address as text.
fn text(address: &EmailAddress) -> String {
    address.as_str().to_owned()
}
