//! The mails themselves: what campaigns send and what comes back, alike on every platform.

use hookline_model::time::Millis;
use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use rand::RngExt;

use crate::{
    chance::{self, About},
    languages::{Language, Says},
    plan::Scene,
    story::Reply,
    words,
    world::Person,
};

/// A mail that was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    /// Names it: SmartLead's `stats_id`.
    pub(crate) id: String,
    pub(crate) message_id: String,
    pub(crate) mailbox: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) at: Millis,
    pub(crate) offset: i64,
}

/// A mail that came in.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) message_id: String,
    /// Who wrote it: the contact, or a colleague.
    pub(crate) writer: Person,
    pub(crate) subject: String,
    /// Only what is new.
    pub(crate) text: String,
    /// With what it answers quoted below.
    pub(crate) text_with_quote: String,
    pub(crate) html: String,
    pub(crate) offset: i64,
}

impl Scene<'_> {
    /// The mail of a step.
    pub(crate) fn sent(&self, step: u32) -> Sent {
        let mut rng = self.story.chance(self.world, About::Message, u64::from(step));
        let id = chance::uuid(&mut rng).to_string();
        let mailbox = self.mailbox().to_owned();
        let (_, domain) = mailbox.split_once('@').unwrap_or_default();
        let (subject, texts) = words::PITCHES[self.campaign.pitch];
        let text = self.filled(texts[(step as usize - 1) % texts.len()]);
        let offset = self.story.sends.get(step as usize - 1).copied().unwrap_or_default();
        Sent {
            message_id: format!("<{id}@{domain}>"),
            subject: self.filled(subject),
            html: format!("<p>{}</p>", escaped(&text).replace("\n\n", "</p><p>").replace('\n', "<br>")),
            at: self.timeline.at(offset),
            id,
            mailbox,
            text,
            offset,
        }
    }

    /// The mailbox that writes to this contact.
    pub(crate) fn mailbox(&self) -> &str {
        &self.campaign.mailboxes[self.story.contact.unwrap_or_default() as usize % self.campaign.mailboxes.len()]
    }

    fn filled(&self, text: &str) -> String {
        let lead = self.lead.as_ref();
        text.replace("{first}", lead.map_or("", |lead| lead.first)).replace("{company}", lead.map_or("", |lead| &lead.company))
    }

    /// The colleague who answers for the contact.
    pub(crate) fn colleague(&self) -> Person {
        self.world.colleague(self.story.contact.unwrap_or_default())
    }

    /// A mail that came in.
    pub(crate) fn received(&self, place: usize) -> Received {
        let reply: Reply = self.story.replies[place];
        let mut rng = self.story.chance(self.world, About::Reply, place as u64);
        let lead = self.lead.clone().unwrap_or_else(|| self.colleague());
        let writer = if reply.by_colleague { self.colleague() } else { lead.clone() };
        let sent = self.sent(reply.step);
        let language = writer.language;
        let said: Vec<&str> = language.replies.iter().filter(|(says, _)| *says == reply.says).map(|(_, text)| *text).collect();
        let said = if reply.is_second { chance::pick(&mut rng, words::SECOND_REPLIES) } else { chance::pick(&mut rng, &said) };
        let text = match rng.random_range(0..3) {
            0 => format!("{said}\n"),
            1 => format!("{said}\n\n{}\n{} | {}\n", writer.name(), writer.job, writer.company),
            _ => format!("{said}\n\n--\n{}\n", writer.first),
        };
        let above = self.above_quote(language, &sent);
        let prefix = if reply.says == Says::Away { language.automatic } else { language.re };
        let quoted: String = sent.text.lines().map(|line| format!("> {line}\n")).collect();
        Received {
            message_id: format!("<CA{}@mail.{}>", chance::token(&mut rng, 22), writer.domain),
            subject: format!("{prefix}{}", sent.subject),
            text_with_quote: format!("{text}\n{above}\n{quoted}"),
            html: html(&text, &above, &sent.html),
            text,
            writer,
            offset: reply.at,
        }
    }

    /// The line above a quoted mail.
    fn above_quote(&self, language: &Language, sent: &Sent) -> String {
        let offset = i8::try_from(self.campaign.utc_offset_hours).unwrap_or(0);
        let zone = TimeZone::fixed(Offset::constant(offset));
        let when = Timestamp::from_millisecond(sent.at.0).unwrap_or_default().to_zoned(zone);
        // Gmail writes a narrow no-break space before AM and PM.
        let when = when.strftime("%a, %b %-d, %Y at %-I:%M\u{202f}%p").to_string();
        language.wrote.replace("{when}", &when).replace("{who}", &format!("<{}>", sent.mailbox))
    }
}

/// A reply as Gmail writes it, the quoted thread below.
fn html(text: &str, above: &str, quoted: &str) -> String {
    let new = escaped(text.trim_end()).replace('\n', "<br>\r\n");
    let above = escaped(above);
    format!(
        "<div dir=\"ltr\">{new}</div><br>\r\n<div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{above}<br></div>\r\n\
         <blockquote class=\"gmail_quote\" style=\"margin:0 0 0 .8ex\">{quoted}</blockquote></div>"
    )
}

/// A text as it stands in HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
