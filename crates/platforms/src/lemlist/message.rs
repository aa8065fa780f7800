//! The message that was sent and the message that came in.

use hookline_model::{
    event::{CampaignRef, ContactRef, MessageFacts},
    interest::Interest,
    key::{EmailAddress, EmailKey},
    kind::Kind,
    time::{Millis, TimeSource, effective},
};

use crate::{html, json::Fields, lemlist::who};

/// Who takes part in the messages of an activity, and when it happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// The lead.
    pub(super) contact: Option<&'a ContactRef>,
    /// The campaign.
    pub(super) campaign: Option<&'a CampaignRef>,
    /// Our mailbox.
    pub(super) mailbox: Option<&'a EmailAddress>,
    /// The time the activity states, if it is believable.
    pub(super) stated: Option<Millis>,
    /// When the delivery was received.
    pub(super) received_at: Millis,
}

impl Setting<'_> {
    /// The key of a step of the campaign, for a sent message without a Message-ID.
    fn step_key(&self, step: Option<u32>) -> Option<EmailKey> {
        Some(EmailKey::Step { campaign: self.campaign?.key.clone(), contact: self.contact?.key()?, step: step? })
    }

    fn lead(&self) -> Option<String> {
        self.contact.and_then(|contact| contact.email.as_ref()).map(|address| address.as_str().to_owned())
    }
}

/// Whether an activity of this kind is about the message that was sent.
fn is_about_sent(kind: Kind) -> bool {
    matches!(kind, Kind::EmailSent | Kind::EmailOpened | Kind::EmailClicked | Kind::EmailBounced | Kind::EmailFailed)
}

/// The Message-ID of an e-mail: the sent message's, but on a reply the answer's. WhatsApp has ids of its own there.
pub(super) fn message_id(kind: Kind, body: Fields<'_>) -> Option<String> {
    let is_email = is_about_sent(kind) || kind == Kind::EmailReplied;
    body.message_id("messageId").filter(|id| is_email && !id.contains(char::is_whitespace))
}

/// The step, counted from 1. Lemlist counts from 0.
fn step(body: Fields<'_>) -> Option<u32> {
    body.integer("sequenceStep").and_then(|step| u32::try_from(step).ok()?.checked_add(1))
}

/// What the body tells of the message we sent, if anything.
///
/// An answer, an interest and an opt-out tell only which step it was. A step is no key of theirs: the send goes by its Message-ID,
/// and a message that nobody sent would be made up.
pub(super) fn outbound(kind: Kind, body: Fields<'_>, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    let follows_it = Interest::of_kind(kind).is_some() || matches!(kind, Kind::EmailReplied | Kind::ContactUnsubscribed);
    if !is_about_sent(kind) && !follows_it {
        return None;
    }
    let step = step(body);
    let mut facts = MessageFacts { sequence_number: step, ..MessageFacts::default() };
    if is_about_sent(kind) {
        facts.message_id = message_id(kind, body);
        let by_message_id = facts.message_id.clone().map(|id| EmailKey::Sent(who::external(id)));
        facts.key = by_message_id.or_else(|| setting.step_key(step));
        facts.subject = body.text("subject");
        facts.at = if kind == Kind::EmailSent { setting.stated } else { related_sent_at(body, setting.received_at) };
    }
    if kind == Kind::EmailSent {
        set_texts(&mut facts, body);
    }
    if facts == MessageFacts::default() {
        return None;
    }
    facts.from = setting.mailbox.map(|address| address.as_str().to_owned());
    facts.to = setting.lead();
    Some(Box::new(facts))
}

/// What the body tells of the message that came in, if the activity is that. Without a Message-ID its key is left to the event's
/// identity. A colleague may have answered: then `fromEmail` is not the lead.
pub(super) fn inbound(kind: Kind, body: Fields<'_>, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    if kind != Kind::EmailReplied {
        return None;
    }
    let message_id = message_id(kind, body);
    let mut facts = MessageFacts {
        key: message_id.clone().map(inbound_key),
        message_id,
        from: body.address("fromEmail").map(|address| address.as_str().to_owned()).or_else(|| setting.lead()),
        to: setting.mailbox.map(|address| address.as_str().to_owned()),
        subject: body.text("subject"),
        at: setting.stated,
        ..MessageFacts::default()
    };
    set_texts(&mut facts, body);
    Some(Box::new(facts))
}

/// The key of a message that came in. What has no `@` is an id that only its provider knows.
fn inbound_key(id: String) -> EmailKey {
    EmailKey::Inbound(if id.contains('@') { id } else { format!("lemlist:{id}") })
}

/// When the message was sent that an activity refers to, which may be years ago. Never when the activity happened.
fn related_sent_at(body: Fields<'_>, received_at: Millis) -> Option<Millis> {
    match effective(body.time("relatedSentAt"), received_at) {
        (at, TimeSource::Stated) => Some(at),
        (_, TimeSource::Received) => None,
    }
}

/// The body, which is HTML if it has tags. `messagePreview` is cut short.
fn set_texts(facts: &mut MessageFacts, body: Fields<'_>) {
    let Some(text) = ["text", "message", "messagePreview"].into_iter().find_map(|key| body.verbatim(key)) else { return };
    if html::has_tags(&text) {
        facts.body_text = html::text(&text);
        facts.body_html = Some(text);
    } else {
        facts.body_text = Some(text);
    }
}
