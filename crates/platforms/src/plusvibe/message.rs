//! The message that was sent and the message that came in.

use hookline_model::{
    event::{CampaignRef, ContactRef, MessageFacts},
    key::{EmailAddress, EmailKey},
    kind::Kind,
    time::Millis,
};

use crate::{
    html,
    json::{Fields, Node},
    plusvibe::{BODY, inline::without_inline_images, who},
};

/// The names of the one message that an event brings: the one sent on a send, the one that came in on a reply.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    /// PlusVibe's id of it.
    pub(super) email_id: Option<String>,
    /// Its Message-ID.
    pub(super) message_id: Option<String>,
}

impl Ids {
    /// Reads the names.
    pub(super) fn read(kind: Kind, body: Fields<'_>) -> Ids {
        let keys: &[&str] = match kind {
            Kind::EmailSent => &["last_email_id", "email_id"],
            _ if is_reply(kind) => &["last_email_id"],
            _ => return Ids::default(),
        };
        let is_sound = |id: &String| id.contains('@') && !id.contains(char::is_whitespace);
        Ids { email_id: body.id_of(keys), message_id: body.message_id("message_id").filter(is_sound) }
    }

    /// The name of the message, PlusVibe's own before its Message-ID, with what sort of name it is.
    pub(super) fn best(&self) -> Option<(&'static str, &str)> {
        let by_message_id = || self.message_id.as_deref().map(|id| ("message_id", id));
        self.email_id.as_deref().map(|id| ("email_id", id)).or_else(by_message_id)
    }

    /// The key of a message that came in. A Message-ID has an `@`, so the two sorts are never the same.
    fn inbound_key(&self) -> Option<EmailKey> {
        let by_id = || self.email_id.as_ref().map(|id| format!("plusvibe:{id}"));
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
    /// The key of a sent message: only sends may have an id, so it is the step of the campaign.
    fn step_key(&self, step: Option<u32>) -> Option<EmailKey> {
        Some(EmailKey::Step { campaign: self.campaign?.key.clone(), contact: self.contact?.key()?, step: step? })
    }

    fn lead(&self) -> Option<String> {
        self.contact.and_then(|contact| contact.email.as_ref()).map(|address| address.as_str().to_owned())
    }
}

/// Whether an event of this kind is a message that came in.
pub(super) fn is_reply(kind: Kind) -> bool {
    matches!(kind, Kind::EmailReplied | Kind::EmailAutoReplied)
}

/// What the body tells of the message we sent, if anything. What became of a lead tells only which step it was.
pub(super) fn outbound(kind: Kind, body: Fields<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    if matches!(kind, Kind::Other | Kind::WebhookTest | Kind::AccountError) {
        return None;
    }
    let step = body.step("step");
    let mut facts = MessageFacts { key: setting.step_key(step), sequence_number: step, ..MessageFacts::default() };
    if kind == Kind::EmailSent {
        // An answer written by hand is no step.
        let by_id = || ids.best().filter(|_| step.is_none()).map(|(_, id)| EmailKey::Sent(who::external(id.to_owned())));
        facts.key = facts.key.or_else(by_id);
        facts.message_id.clone_from(&ids.message_id);
        facts.subject = subject(body);
        facts.at = setting.stated;
        set_texts(&mut facts, body);
    }
    if facts == MessageFacts::default() {
        return None;
    }
    facts.from = setting.mailbox.map(|address| address.as_str().to_owned());
    facts.to = setting.lead();
    Some(Box::new(facts))
}

/// What the body tells of the message that came in, if the event is that. Without a name its key is left to the event's identity.
pub(super) fn inbound(kind: Kind, body: Fields<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    if !is_reply(kind) {
        return None;
    }
    let mut facts = MessageFacts {
        key: ids.inbound_key(),
        message_id: ids.message_id.clone(),
        from: body.address("from_email").map(|address| address.as_str().to_owned()).or_else(|| setting.lead()),
        to: setting.mailbox.map(|address| address.as_str().to_owned()),
        subject: subject(body),
        at: setting.stated,
        ..MessageFacts::default()
    };
    set_texts(&mut facts, body);
    Some(Box::new(facts))
}

/// The subject.
pub(super) fn subject(body: Fields<'_>) -> Option<String> {
    body.text_of(&["subject", "last_lead_reply_subject", "latest_subject"])
}

/// The body: `text_body`, in which line breaks may be escaped once too often, else the text of `body`, which is HTML if it has
/// tags.
fn set_texts(facts: &mut MessageFacts, body: Fields<'_>) {
    let written = body.find(BODY, Node::as_str);
    let is_html = written.is_some_and(html::has_tags);
    facts.body_html = written.filter(|_| is_html).map(without_inline_images);
    let plain = body.verbatim("text_body").map(|text| text.replace("\\r\\n", "\n").replace("\\n", "\n"));
    let of_body = || match &facts.body_html {
        Some(html) => html::text(html),
        None => written.map(str::to_owned),
    };
    let others = || ["reply_body", "email_body", "last_lead_reply", "snippet"].into_iter().find_map(|key| body.verbatim(key));
    facts.body_text = plain.or_else(of_body).or_else(others);
}
