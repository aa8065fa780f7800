//! The message that was sent and the message that came in.

use hookline_model::{
    event::{ContactRef, MessageFacts},
    key::{EmailAddress, EmailKey},
    kind::Kind,
    time::Millis,
};

use crate::json::{Fields, is_uuid};
use crate::smartlead::{
    when,
    who::{self, external},
};

/// The names of the messages in one body, kept apart: a top-level `message_id` is the sent message's on a send and a bounce, and
/// the *reply's* on a reply (live captures).
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    /// Names one sent email, shared by its send, opens, clicks, bounce and every reply to it.
    pub(super) stats_id: Option<String>,
    /// Message-ID of the sent email.
    pub(super) sent: Option<String>,
    /// Message-ID of what came in.
    pub(super) inbound: Option<String>,
    /// Message-ID of the report that a bounce came as.
    pub(super) bounce: Option<String>,
}

impl Ids {
    /// Reads the names.
    pub(super) fn read(kind: Kind, body: Fields<'_>) -> Ids {
        let top = body.message_id("message_id");
        let is_reply = matches!(kind, Kind::EmailReplied | Kind::EmailReplyUntracked);
        let bounce =
            body.object("bounce_message").message_id("message_id").or_else(|| body.message_id("bounce_reply_message_id"));
        let sent = sent_message_id(body).or_else(|| top.clone().filter(|id| !is_reply && Some(id) != bounce.as_ref()));
        let stats_id = body.id("stats_id").or_else(|| sent.as_deref().and_then(stats_id_of));
        // A reply that mirrors the message we sent has been seen: its id is not the reply's.
        let is_ours = |id: &String| Some(id) == sent.as_ref() || stats_id.is_some() && stats_id_of(id) == stats_id;
        let candidates = [body.object("reply_message").message_id("message_id"), top];
        let inbound = candidates.into_iter().flatten().find(|id| is_reply && !is_ours(id));
        Ids { stats_id, sent, inbound, bounce }
    }
}

/// The Message-ID of the sent email. One field list of SmartLead's help pages calls it `id`.
fn sent_message_id(body: Fields<'_>) -> Option<String> {
    let sent = body.object("sent_message");
    sent.message_id("message_id").or_else(|| sent.message_id("id").filter(|id| id.contains('@')))
}

/// The `stats_id` in a Message-ID: SmartLead sends its emails as `<stats_id@sending domain>` (live captures).
fn stats_id_of(message_id: &str) -> Option<String> {
    let (local, domain) = message_id.split_once('@')?;
    (!domain.is_empty() && is_uuid(local)).then(|| local.to_ascii_lowercase())
}

/// Who takes part in the messages of an event, and when it happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// The lead.
    pub(super) contact: Option<&'a ContactRef>,
    /// Our mailbox.
    pub(super) ours: Option<&'a EmailAddress>,
    /// The time stated for the event, if it is believable.
    pub(super) stated: Option<Millis>,
    /// When it was received.
    pub(super) received_at: Millis,
}

/// What the body tells of the message we sent, if anything.
pub(super) fn outbound(kind: Kind, body: Fields<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    use Kind::{ContactUnsubscribed, EmailBounced, EmailClicked, EmailOpened, EmailReplied, EmailSent};
    if !matches!(kind, EmailSent | EmailOpened | EmailClicked | EmailReplied | EmailBounced | ContactUnsubscribed) {
        return None;
    }
    let received_at = setting.received_at;
    let sent = body.object("sent_message");
    let mut facts = MessageFacts {
        key: ids.stats_id.clone().map(|id| EmailKey::Sent(external(id))),
        message_id: ids.sent.clone(),
        body_html: sent.verbatim("html").or_else(|| body.verbatim("sent_message_body")),
        body_text: sent.verbatim("text"),
        sequence_number: body.step("sequence_number"),
        at: when::sent(kind, body, received_at),
        opened_total: body.count("opened_count"),
        first_opened_at: when::believed(body.time("first_opened_at"), received_at),
        last_opened_at: when::believed(body.time("last_opened_at"), received_at),
        ..MessageFacts::default()
    };
    let known = setting.contact.and_then(|contact| contact.email.as_ref());
    let lead = if kind == EmailReplied {
        // `to_email` and `subject` of a reply may be the alias that answered and the reply's own; these two are the send's.
        facts.subject = sent.text("subject");
        let target = who::correspondence(body).address_of_known(&["targetLeadEmail", "target_lead_email"], known);
        target.or_else(|| body.address_of_known(&["sl_lead_email", "lead_email"], known))
    } else {
        facts.subject = sent.text("subject").or_else(|| body.text_of(&["subject", "custom_subject"]));
        facts.body_html = facts.body_html.or_else(|| body.verbatim("custom_email_message"));
        body.address_of_known(&["to_email", "lead_email"], known)
    };
    // Mailboxes alone tell nothing of a message.
    if facts == MessageFacts::default() {
        return None;
    }
    facts.to = lead.filter(|lead| Some(lead) != setting.ours).as_ref().map(text);
    facts.from = setting.ours.map(text);
    Some(Box::new(facts))
}

/// What the body tells of the message that came in, if any. Without a Message-ID its key is left to the event's identity.
pub(super) fn inbound(kind: Kind, body: Fields<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    let lead = || setting.contact.and_then(|contact| contact.email.clone());
    let (from, previews) = match kind {
        Kind::EmailReplied => (who::writer(body).or_else(lead), ["preview_text", "visible_text"]),
        Kind::EmailReplyUntracked => (lead(), ["visible_text", "preview_text"]),
        _ => return None,
    };
    // The text is only what is new, the HTML holds the whole quoted thread; either may be empty (live captures).
    let reply = body.object("reply_message");
    let sent = body.object("sent_message");
    Some(Box::new(MessageFacts {
        key: ids.inbound.clone().map(EmailKey::Inbound),
        message_id: ids.inbound.clone(),
        from: from.as_ref().map(text),
        to: setting.ours.map(text),
        subject: reply.text("subject").or_else(|| sent.text("subject")).or_else(|| body.text_of(&["subject", "custom_subject"])),
        body_text: reply.verbatim("text").or_else(|| previews.iter().find_map(|key| body.verbatim(key))),
        body_html: reply.verbatim("html").or_else(|| body.verbatim("reply_body")),
        at: when::received(body, setting.stated, setting.received_at),
        ..MessageFacts::default()
    }))
}

/// An address as text.
fn text(address: &EmailAddress) -> String {
    address.as_str().to_owned()
}
