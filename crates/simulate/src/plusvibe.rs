//! PlusVibe's webhooks: flat, the lead's record beside the event's fields.

use hookline_model::{interest::Interest, kind::Kind, time::Millis};

use crate::{
    body::Object,
    chance::{self, About},
    label::Label,
    languages::Says,
    order::Delivery,
    plan::{Said, Scene},
    story::{Fault, What},
    world::Person,
};

/// Writes a delivery.
pub(crate) fn render(scene: &Scene<'_>, delivery: &Delivery) -> (Said, Vec<u8>) {
    let what = delivery.happening.what;
    let writer = Writer { scene, delivery, what, at: scene.timeline.at(delivery.happening.offset) };
    let (name, kind) = writer.event();
    let interest = match what {
        What::Labelled { label, .. } => interest(label),
        _ => None,
    };
    let said = Said {
        interest,
        contact: scene.lead.as_ref().map(|lead| lead.email.clone()),
        mails: writer.mails(),
        ..Said::new(writer.at, kind)
    };
    (said, writer.body(&name).bytes())
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    delivery: &'a Delivery,
    what: What,
    at: Millis,
}

impl Writer<'_> {
    fn event(&self) -> (String, Kind) {
        match self.what {
            What::Sent { .. } => ("EMAIL_SENT".to_owned(), Kind::EmailSent),
            What::Replied { reply } => {
                let name = if self.delivery.is_twin { "FIRST_EMAIL_REPLIES" } else { "ALL_EMAIL_REPLIES" };
                (name.to_owned(), if self.is_automatic(reply) { Kind::EmailAutoReplied } else { Kind::EmailReplied })
            }
            What::Bounced { .. } => ("BOUNCED_EMAIL".to_owned(), Kind::EmailBounced),
            What::Labelled { label, .. } => (format!("LEAD_MARKED_AS_{}", word(label)), kind(label)),
            // Not told.
            _ => ("UNKNOWN".to_owned(), Kind::Other),
        }
    }

    fn is_automatic(&self, reply: usize) -> bool {
        self.scene.story.replies[reply].says == Says::Away
    }

    /// The step of a mail that was sent, where an event has it. A bounce names none.
    fn step(&self) -> Option<u32> {
        match self.what {
            What::Sent { step } => Some(step),
            What::Replied { reply } => Some(self.scene.story.replies[reply].step),
            _ => None,
        }
    }

    /// The mails that it tells of. The one that was sent has no id: it is the step of the campaign to the contact.
    fn mails(&self) -> Vec<String> {
        let lead = self.scene.lead.as_ref().map_or("", |lead| &lead.email);
        let sent = self.step().map(|step| format!("{}/{lead}/{step}", self.scene.campaign.id));
        let received = match self.what {
            What::Replied { reply } => Some(self.scene.received(reply).message_id),
            _ => None,
        };
        sent.into_iter().chain(received).collect()
    }

    fn body(&self, name: &str) -> Object {
        let (scene, campaign) = (self.scene, self.scene.campaign);
        let workspace = u64::from(campaign.workspace);
        let wrapper = u64::from(self.delivery.wrapper) + if self.delivery.is_twin { 10 } else { 0 };
        let is_bounce = matches!(self.what, What::Bounced { .. });
        let head = Object::new()
            // A bounce comes without the subscription.
            .maybe("webhook_id", (!is_bounce).then(|| self.id(About::Seed, &[7, workspace, wrapper])))
            .maybe("webhook_name", (!is_bounce).then(|| format!("hub {wrapper}")))
            .put("webhook_event", name)
            .put("workspace_id", self.id(About::Seed, &[8, workspace]))
            .put("workspace_name", format!("Skagen {workspace}"))
            .put("camp_id", &campaign.id)
            .put("campaign_id", &campaign.id)
            .put("campaign_name", &campaign.name);
        let Some(lead) = &scene.lead else { return head };
        match self.what {
            What::Bounced { step, fault } => head.and(self.bounced(lead, step, fault)),
            What::Sent { step } => head.and(self.record(lead, "lead_email")).and(self.sent(step)),
            What::Replied { reply } => head.and(self.record(lead, "email")).and(self.replied(reply)),
            What::Labelled { label, reply, .. } => head.and(self.record(lead, "email")).and(self.labelled(label, reply)),
            _ => head,
        }
    }

    /// The lead's record; when it was made, and when it was changed last.
    fn record(&self, lead: &Person, email: &'static str) -> Object {
        let begun = self.scene.story.sends.first().copied().unwrap_or_default();
        Object::new()
            .put("lead_id", self.id(About::Person, &self.scene.story.parts()[1..]))
            .put(email, lead.email_as_imported())
            .put("first_name", lead.first)
            .put("last_name", lead.last)
            .put("company_name", &lead.company)
            .put("company_website", &lead.domain)
            .put("job_title", lead.job)
            .put("phone_number", lead.lead_id.is_multiple_of(3).then_some(&lead.phone))
            .put("linkedin_person_url", "")
            .put("team_size", (lead.lead_id % 500).to_string())
            .put("created_at", self.scene.timeline.at(begun).min(self.at).to_string())
            .put("modified_at", self.at.to_string())
    }

    fn sent(&self, step: u32) -> Object {
        let sent = self.scene.sent(step);
        Object::new()
            .put("sender_email", &sent.mailbox)
            .put("subject", &sent.subject)
            .put("body", &sent.html)
            .put("step", step)
            .put("variation", "A")
    }

    fn replied(&self, place: usize) -> Object {
        let (reply, received) = (self.scene.story.replies[place], self.scene.received(place));
        let sent = self.scene.sent(reply.step);
        let snippet: String = received.text.chars().take(60).collect();
        let parts = [&self.scene.story.parts()[..], &[place as u64]].concat();
        Object::new()
            .put("from_email", &received.writer.email)
            .put("email_account_name", &sent.mailbox)
            .put("email_account_id", self.mailbox_id())
            .put("subject", &received.subject)
            .put("body", &received.html)
            // Line breaks are escaped once too often.
            .put("text_body", received.text.trim().replace('\n', "\\n"))
            .put("snippet", snippet)
            .put("sentiment", sentiment(reply.says))
            .put("label", if self.is_automatic(place) { "OUT_OF_OFFICE" } else { "" })
            .put("status", "REPLIED")
            .put("step", reply.step)
            .put("variation", "A")
            .put("thread_id", self.id(About::Message, &self.scene.story.parts()))
            .put("last_email_id", self.id(About::Reply, &parts))
            .put("message_id", &received.message_id)
            .put("references", &sent.message_id)
    }

    fn labelled(&self, label: Label, reply: usize) -> Object {
        let received = self.scene.received(reply);
        Object::new()
            .put("label", word(label))
            .put("sentiment", sentiment(self.scene.story.replies[reply].says))
            .put("email_account_name", self.scene.mailbox())
            .put("email_account_id", self.mailbox_id())
            .put("last_lead_reply", received.text.trim())
            .put("last_lead_reply_subject", &received.subject)
    }

    fn bounced(&self, lead: &Person, step: u32, fault: Fault) -> Object {
        let sent = self.scene.sent(step);
        let (text, sort) = match fault {
            Fault::Hard => (format!("550 5.1.1 <{}>: no such user", lead.email), "hard"),
            Fault::Soft => (format!("452 4.2.2 The mailbox of {} is full", lead.email), "soft"),
            Fault::Sender => ("550 5.4.5 Daily user sending limit exceeded".to_owned(), "hard"),
        };
        Object::new()
            .put("is_camp_paused", false)
            .put("date", self.at.to_string().replace('Z', "+00:00"))
            .put("sender_email", &sent.mailbox)
            .put("sender_mx", "GOOGLE_WORKSPACE")
            .put("lead_email", &lead.email)
            .put("lead_mx", "OUTLOOK")
            .put("is_verified", "UNKNOWN")
            .put("msg", text)
            .put("bounce_type", sort)
    }

    fn mailbox_id(&self) -> String {
        let mailboxes = self.scene.campaign.mailboxes.len() as u64;
        let place = self.scene.story.contact.map_or(0, u64::from) % mailboxes;
        self.id(About::Campaign, &[u64::from(self.scene.story.campaign), place])
    }

    /// An id as PlusVibe makes them.
    fn id(&self, about: About, parts: &[u64]) -> String {
        chance::hex(&mut chance::of(self.scene.world.seed, about, parts), 24)
    }
}

/// The label's word in PlusVibe. The agency's own are made of what they are called.
fn word(label: Label) -> String {
    match label {
        Label::Interested | Label::Question => "INTERESTED".to_owned(),
        Label::MeetingRequest | Label::MeetingBooked => "MEETING_BOOKED".to_owned(),
        Label::MeetingCompleted => "MEETING_COMPLETED".to_owned(),
        Label::NoShow => "NO_SHOW".to_owned(),
        Label::Closed => "CLOSED".to_owned(),
        Label::Neutral | Label::Cleared => "NEUTRAL".to_owned(),
        Label::No => "NOT_INTERESTED".to_owned(),
        Label::Never => "DO_NOT_CONTACT".to_owned(),
        Label::WrongPerson => "WRONG_PERSON".to_owned(),
        Label::OutOfOffice => "OUT_OF_OFFICE".to_owned(),
        Label::Custom(place) => crate::words::CUSTOM_LABELS[place].0.to_uppercase().replace(' ', "_"),
    }
}

fn kind(label: Label) -> Kind {
    match label {
        Label::Interested | Label::Question => Kind::ContactInterested,
        Label::MeetingRequest | Label::MeetingBooked => Kind::ContactMeetingBooked,
        Label::MeetingCompleted => Kind::ContactMeetingCompleted,
        Label::Closed => Kind::ContactClosed,
        Label::No => Kind::ContactNotInterested,
        Label::Never => Kind::ContactUnsubscribed,
        Label::WrongPerson => Kind::ContactWrongPerson,
        Label::OutOfOffice => Kind::ContactOutOfOffice,
        // The agency's own, though some of their names say what they mean.
        Label::NoShow | Label::Neutral | Label::Cleared | Label::Custom(_) => Kind::ContactCategoryUpdated,
    }
}

fn interest(label: Label) -> Option<Interest> {
    match label {
        Label::NoShow => Some(Interest::NoShow),
        Label::Neutral | Label::Cleared => Some(Interest::Neutral),
        label => Interest::of_kind(kind(label)),
    }
}

fn sentiment(says: Says) -> &'static str {
    match says {
        Says::Interested | Says::Meeting | Says::Question => "POSITIVE",
        Says::No | Says::Never | Says::WrongPerson => "NEGATIVE",
        Says::Later | Says::Away => "NEUTRAL",
    }
}
