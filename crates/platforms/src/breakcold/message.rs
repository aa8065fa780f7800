//! A campaign's email to a lead, and the answer to it. Nothing of their payload is published, so they are read by what is there.

use hookline_model::{
    event::{ContactRef, MessageFacts},
    key::{EmailAddress, EmailKey},
    kind::Kind,
    time::Millis,
};

use crate::{
    breakcold::{
        envelope::Body,
        names::{Name, Topic},
        who,
    },
    html,
    json::Fields,
};

/// What a campaign email's event calls it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ids {
    /// Breakcold's id of the message that we sent.
    pub(super) sent: Option<String>,
    /// The Message-ID of the one message that the event brings: the sent one of a send, the received one of a reply.
    pub(super) message_id: Option<String>,
}

impl Ids {
    /// Reads the names.
    ///
    /// The payload of an event is the thing that it names, so the `id` of a send, an open, a click and a bounce is taken for the
    /// message's. A reply's may be its own.
    pub(super) fn read(name: &Name<'_>, body: &Body<'_>) -> Ids {
        if name.topic != Topic::CampaignEmail {
            return Ids::default();
        }
        let content = body.content();
        let message_id = content.message_id("message_id").filter(|id| is_sound(id));
        let stated = content.id_of(&["id_email", "email_id", "id_message"]);
        let stated = stated.or_else(|| content.object("email").id("id")).or_else(|| content.object("message").id("id"));
        let own = || content.id("id").filter(|_| is_about_sent(name.kind));
        let brings = matches!(name.kind, Kind::EmailSent | Kind::EmailReplied);
        Ids { sent: stated.or_else(own), message_id: message_id.filter(|_| brings) }
    }
}

/// Who takes part in the messages of an event, and when it happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    /// The lead.
    pub(super) contact: Option<&'a ContactRef>,
    /// Our mailbox.
    pub(super) mailbox: Option<&'a EmailAddress>,
    /// The time the event states, if it is believable.
    pub(super) stated: Option<Millis>,
}

impl Setting<'_> {
    fn lead(&self) -> Option<String> {
        self.contact.and_then(|contact| contact.email.as_ref()).map(text)
    }
}

/// What the body tells of the message we sent, if anything.
pub(super) fn outbound(name: &Name<'_>, body: &Body<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    if name.topic != Topic::CampaignEmail {
        return None;
    }
    let key = ids.sent.clone().map(|id| EmailKey::Sent(who::external(body, id)));
    let mut facts = MessageFacts { key, ..MessageFacts::default() };
    if is_about_sent(name.kind) {
        content(body, &mut facts);
    }
    if name.kind == Kind::EmailSent {
        facts.message_id.clone_from(&ids.message_id);
        facts.at = setting.stated;
    }
    if facts == MessageFacts::default() {
        return None;
    }
    facts.from = setting.mailbox.map(text);
    facts.to = setting.lead();
    Some(Box::new(facts))
}

/// What the body tells of the message that came in, if the event is that. Without a Message-ID its key is left to the event's
/// identity.
pub(super) fn inbound(name: &Name<'_>, body: &Body<'_>, ids: &Ids, setting: Setting<'_>) -> Option<Box<MessageFacts>> {
    if name.kind != Kind::EmailReplied {
        return None;
    }
    let message_id = ids.message_id.clone();
    let key = message_id.clone().map(EmailKey::Inbound);
    let (from, to) = (setting.lead(), setting.mailbox.map(text));
    let mut facts = MessageFacts { key, message_id, from, to, at: setting.stated, ..MessageFacts::default() };
    content(body, &mut facts);
    Some(Box::new(facts))
}

/// Whether an event of this kind is about the message that we sent, whose subject and body it then has.
fn is_about_sent(kind: Kind) -> bool {
    matches!(kind, Kind::EmailSent | Kind::EmailOpened | Kind::EmailClicked | Kind::EmailBounced)
}

/// Subject and body, of the payload or of the message in it. A `body` may be HTML or text.
fn content(body: &Body<'_>, facts: &mut MessageFacts) {
    let content = body.content();
    let places = [content.map(), content.map_at("message"), content.map_at("email")].map(|place| place.map(Fields::new));
    let places = || places.iter().flatten();
    let verbatim = |keys: &[&str]| places().find_map(|place| keys.iter().find_map(|key| words(*place, key)));
    facts.subject = places().find_map(|place| place.text("subject"));
    let either = verbatim(&["body"]);
    let is_html = either.as_deref().is_some_and(looks_like_html);
    facts.body_html = verbatim(&["html", "body_html"]).or_else(|| either.clone().filter(|_| is_html));
    let of_html = || html::text(facts.body_html.as_deref()?);
    facts.body_text = verbatim(&["text", "body_text"]).or_else(|| either.filter(|_| !is_html)).or_else(of_html);
}

/// A text as it was written; no number.
fn words(fields: Fields<'_>, key: &str) -> Option<String> {
    fields.word(key).and_then(|_| fields.verbatim(key))
}

/// Whether a text has a tag in it.
fn looks_like_html(text: &str) -> bool {
    // The last `>` is looked for once: a text of many `<` must not take long.
    let Some(end) = text.rfind('>') else { return false };
    let begins_tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
    text[..end].match_indices('<').any(|(at, _)| begins_tag(&text[at + 1..end]))
}

/// Whether a Message-ID is one, and no id of Breakcold's.
fn is_sound(id: &str) -> bool {
    id.contains('@') && !id.contains(char::is_whitespace)
}

/// An address as text.
fn text(address: &EmailAddress) -> String {
    address.as_str().to_owned()
}
