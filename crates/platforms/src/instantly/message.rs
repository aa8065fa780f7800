//! The message that was sent and the message that came in.

use hookline_model::{
    event::{CampaignRef, ContactRef, MessageFacts},
    interest::Interest,
    key::{EmailAddress, EmailKey},
    kind::Kind,
    time::Millis,
};

use crate::{html, json::Fields};

/// The names of the one message that an event brings: the one sent on a send, the one that came in on a reply (captures). Any
/// other event repeats a message, and names none.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    /// Instantly's id of it. A relay's placeholder is none: every event with it would be one message.
    pub(super) email_id: Option<String>,
    /// Its Message-ID, which Instantly's bodies lack and relays may add.
    pub(super) message_id: Option<String>,
}

impl Ids {
    /// Reads the names.
    pub(super) fn read(kind: Kind, body: Fields<'_>) -> Ids {
        if kind != Kind::EmailSent && !is_reply(kind) {
            return Ids::default();
        }
        Ids { email_id: body.uuid("email_id"), message_id: body.message_id("message_id").filter(|id| is_sound(id)) }
    }

    /// The key of a message that came in. A Message-ID has an `@`, so the two sorts are never the same.
    fn inbound_key(&self) -> Option<EmailKey> {
        let by_id = || self.email_id.as_ref().map(|id| format!("instantly:{id}"));
        self.message_id.clone().or_else(by_id).map(EmailKey::Inbound)
    }
}

/// Who takes part in the messages of an event, and when it happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// The lead.
    pub(super) contact: Option<&'a ContactRef>,
    /// The campaign.
    pub(super) campaign: Option<&'a CampaignRef>,
    /// Our mailbox.
    pub(super) mailbox: Option<&'a EmailAddress>,
    /// The time the event states, if it is believable.
    pub(super) stated: Option<Millis>,
}

impl Setting<'_> {
    /// The key of a sent message: Instantly names none on opens, clicks and bounces, so it is the step of the campaign.
    fn step_key(&self, step: Option<u32>) -> Option<EmailKey> {
        Some(EmailKey::Step { campaign: self.campaign?.key.clone(), contact: self.contact?.key()?, step: step? })
    }

    fn lead(&self) -> Option<String> {
        self.contact.and_then(|contact| contact.email.as_ref()).map(text)
    }
}

/// Whether an event of this kind is a message that came in.
pub(super) fn is_reply(kind: Kind) -> bool {
    matches!(kind, Kind::EmailReplied | Kind::EmailAutoReplied)
}

/// What the body tells of the message we sent, if anything. What became of a lead tells only which step it was.
pub(super) fn outbound(kind: Kind, body: Fields<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    let is_about_it = matches!(kind, Kind::EmailSent | Kind::EmailOpened | Kind::EmailClicked | Kind::EmailBounced);
    let follows_it = is_reply(kind)
        || Interest::of_kind(kind).is_some()
        || matches!(kind, Kind::ContactUnsubscribed | Kind::ContactCategoryUpdated | Kind::CampaignCompleted);
    if !is_about_it && !follows_it {
        return None;
    }
    let step = body.step("step");
    let key = setting.step_key(step);
    let mut facts = MessageFacts { key, sequence_number: step, ..MessageFacts::default() };
    if is_about_it {
        facts.subject = body.text_of(&["email_subject", "subject"]);
        facts.body_html = body.verbatim("email_html");
        facts.body_text = body.verbatim("email_text").or_else(|| html::text(facts.body_html.as_deref()?));
    }
    if kind == Kind::EmailSent {
        facts.message_id.clone_from(&ids.message_id);
        facts.at = setting.stated;
    }
    if kind == Kind::EmailOpened {
        facts.opened_total = body.count("open_count");
    }
    if facts == MessageFacts::default() {
        // Mailboxes alone tell nothing of a message.
        return None;
    }
    facts.from = setting.mailbox.map(text);
    facts.to = setting.lead();
    Some(Box::new(facts))
}

/// What the body tells of the message that came in, if the event is that. Without a name its key is left to the event's identity.
///
/// `reply_text` holds the whole quoted thread and may be blank, an answer in HTML only has none (captures).
pub(super) fn inbound(kind: Kind, body: Fields<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    if !is_reply(kind) {
        return None;
    }
    let body_html = body.verbatim("reply_html");
    let of_html = || body_html.as_deref().and_then(html::text);
    Some(Box::new(MessageFacts {
        key: ids.inbound_key(),
        message_id: ids.message_id.clone(),
        from: setting.lead(),
        to: setting.mailbox.map(text),
        subject: body.text_of(&["reply_subject", "email_subject", "subject"]),
        body_text: body.verbatim("reply_text").or_else(of_html).or_else(|| body.verbatim("reply_text_snippet")),
        body_html,
        at: setting.stated,
        ..MessageFacts::default()
    }))
}

/// Whether a Message-ID is one: a placeholder of a relay's is not.
fn is_sound(id: &str) -> bool {
    id.contains('@') && !id.contains(char::is_whitespace)
}

/// An address as text.
fn text(address: &EmailAddress) -> String {
    address.as_str().to_owned()
}
