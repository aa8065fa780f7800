//! EmailBison's webhooks: an envelope, and in it the objects that an event is about.

use hookline_model::{kind::Kind, time::Millis};

use crate::{
    body::Object,
    chance::{self, About},
    languages::Says,
    mail::{Received, Sent, escaped},
    order::Delivery,
    plan::{Said, Scene},
    story::{Fault, What},
    world::Person,
};

/// How long after a mail left or came in its campaign's event is written.
const WRITTEN_AFTER_MS: i64 = 41_000;

/// Writes a delivery.
pub(crate) fn render(scene: &Scene<'_>, delivery: &Delivery) -> (Said, Vec<u8>) {
    let what = delivery.happening.what;
    // All its times are in whole seconds.
    let writer = Writer { scene, delivery, what, at: scene.timeline.second(delivery.happening.offset) };
    let (name, kind) = writer.event();
    let said = Said {
        contact: match what {
            What::Untracked => Some(scene.colleague().email),
            _ => scene.lead.as_ref().map(|lead| lead.email.clone()),
        },
        mails: writer.mails(),
        has_campaign: !matches!(what, What::Untracked | What::AccountError),
        ..Said::new(writer.at, kind)
    };
    (said, writer.body(name).bytes())
}

/// As EmailBison writes a time.
fn time(at: Millis) -> String {
    at.to_string().replace('Z', "000Z")
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    delivery: &'a Delivery,
    what: What,
    at: Millis,
}

impl Writer<'_> {
    fn event(&self) -> (&'static str, Kind) {
        match self.what {
            What::Sent { .. } if self.delivery.is_twin => ("LEAD_FIRST_CONTACTED", Kind::EmailSent),
            What::Sent { .. } => ("EMAIL_SENT", Kind::EmailSent),
            What::Opened { .. } => ("EMAIL_OPENED", Kind::EmailOpened),
            What::Replied { reply } if self.scene.story.replies[reply].says == Says::Away => {
                ("LEAD_REPLIED", Kind::EmailAutoReplied)
            }
            What::Replied { .. } => ("LEAD_REPLIED", Kind::EmailReplied),
            What::Bounced { .. } => ("EMAIL_BOUNCED", Kind::EmailBounced),
            What::Unsubscribed { .. } => ("LEAD_UNSUBSCRIBED", Kind::ContactUnsubscribed),
            What::Labelled { .. } => ("LEAD_INTERESTED", Kind::ContactInterested),
            What::Untracked => ("UNTRACKED_REPLY_RECEIVED", Kind::EmailReplyUntracked),
            What::AccountError => ("EMAIL_ACCOUNT_DISCONNECTED", Kind::AccountError),
            // Not told.
            _ => ("UNKNOWN", Kind::Other),
        }
    }

    /// The step whose mail it is about.
    fn step(&self) -> Option<u32> {
        match self.what {
            What::Sent { step } | What::Opened { step } | What::Bounced { step, .. } | What::Unsubscribed { step, .. } => {
                Some(step)
            }
            What::Replied { reply } | What::Labelled { reply, .. } => Some(self.scene.story.replies[reply].step),
            _ => None,
        }
    }

    /// The mails that it tells of. An interest repeats a reply that has an event of its own, a bounce is nobody's mail.
    fn mails(&self) -> Vec<String> {
        let sent = self.step().map(|step| format!("scheduled {}", self.scheduled_id(step)));
        let received = match self.what {
            What::Replied { reply } => Some(format!("reply {}", self.reply_id(reply as u64))),
            What::Untracked => Some(format!("reply {}", self.reply_id(UNTRACKED))),
            _ => None,
        };
        sent.into_iter().chain(received).collect()
    }

    fn body(&self, name: &str) -> Object {
        let scene = self.scene;
        let workspace = scene.campaign.workspace;
        // What is called a lead in one place is a contact in another.
        let label = name.split('_').map(capitalised).collect::<Vec<_>>().join(" ");
        let event = Object::new()
            .put("type", name)
            .put("name", label)
            .put("instance_url", "https://send.fjordmail.example")
            .put("workspace_id", scene.world.workspace_number(workspace))
            .put("workspace_name", format!("Skagen {workspace}"));
        Object::new().put_object("event", &event).put_object("data", &self.data())
    }

    fn data(&self) -> Object {
        let lead = self.scene.lead.clone();
        let data = match (self.what, lead) {
            (What::Untracked, _) => Object::new().put_object("reply", &self.untracked()),
            (What::AccountError, _) | (_, None) => Object::new(),
            (what, Some(lead)) => {
                let data = match what {
                    What::Replied { reply } => Object::new().put_object("reply", &self.reply(reply, false)),
                    What::Labelled { reply, .. } => Object::new().put_object("reply", &self.reply(reply, true)),
                    What::Bounced { step, fault } => Object::new().put_object("reply", &self.report(&lead, step, fault)),
                    _ => Object::new(),
                };
                let data = match self.step() {
                    Some(step) => data.put_object("scheduled_email", &self.scheduled(step)),
                    None => data,
                };
                let campaign: u64 = self.scene.campaign.id.parse().unwrap_or_default();
                let campaign = Object::new().put("id", campaign).put("name", &self.scene.campaign.name);
                data.put_object("campaign_event", &self.campaign_event())
                    .put_object("lead", &self.lead(&lead))
                    .put_object("campaign", &campaign)
            }
        };
        data.put_object("sender_email", &self.sender())
    }

    fn campaign_event(&self) -> Object {
        let (sort, is_its_time) = match self.what {
            What::Sent { .. } => ("sent", false),
            What::Replied { .. } => ("replied", false),
            What::Bounced { .. } => ("bounce", false),
            What::Opened { .. } => ("opened", true),
            What::Unsubscribed { .. } => ("unsubscribed", true),
            _ => ("interested", true),
        };
        let at = if is_its_time { self.at } else { Millis(self.at.0 + WRITTEN_AFTER_MS) };
        let local = Millis(at.0 + self.scene.campaign.utc_offset_hours * crate::rates::HOUR_MS);
        Object::new()
            .put("id", self.number(About::Event, &[self.delivery.happening.event]))
            .put("type", sort)
            .put("created_at_local", time(local))
            .put("local_timezone", "Europe/Oslo")
            .put("created_at", time(at))
    }

    /// The campaign's mail. On what came in its text is left out.
    fn scheduled(&self, step: u32) -> Object {
        let sent: Sent = self.scene.sent(step);
        let sent_at = self.scene.timeline.second(sent.offset);
        let local = Millis(sent_at.0 + self.scene.campaign.utc_offset_hours * crate::rates::HOUR_MS);
        let is_whole = matches!(self.what, What::Sent { .. } | What::Opened { .. } | What::Unsubscribed { .. });
        let opens = u32::from(matches!(self.what, What::Opened { .. }));
        Object::new()
            .put("id", self.scheduled_id(step))
            .put("lead_id", self.lead_id())
            .put("sequence_step_id", 300 + u64::from(self.scene.story.campaign) * 10 + u64::from(step))
            .put("sequence_step_order", step)
            .put("sequence_step_variant", 1)
            .maybe("email_subject", is_whole.then_some(&sent.subject))
            .maybe("email_body", is_whole.then_some(&sent.html))
            .put("status", "sent")
            .put("scheduled_date_local", time(local))
            .put("local_timezone", "Europe/Oslo")
            .put("sent_at", time(sent_at))
            .put("opens", opens)
            .put("unique_opens", opens)
            .put("interested", None::<bool>)
            .put("raw_message_id", &sent.message_id)
    }

    fn lead(&self, lead: &Person) -> Object {
        // Counters move while a delivery waits to be sent again.
        let moved = u32::from(self.delivery.wrapper);
        let variable = |name: &str, value: String| Object::new().put("name", name).put("value", value);
        Object::new()
            .put("id", self.lead_id())
            .put("uuid", chance::uuid(&mut chance::of(self.scene.world.seed, About::Person, &[1, lead.lead_id])))
            .put("email", lead.email_as_imported())
            .put("first_name", lead.first)
            .put("last_name", lead.last)
            .put("status", "verified")
            .put("title", lead.job)
            .put("company", &lead.company)
            .put_list(
                "custom_variables",
                &[variable("employees", (lead.lead_id % 500).to_string()), variable("größe", "-".to_owned())],
            )
            .put("emails_sent", 1 + moved)
            .put("opens", moved)
            .put("replies", 0)
            .put("bounces", 0)
    }

    fn sender(&self) -> Object {
        let mailbox = self.scene.mailbox();
        let place = self.scene.story.contact.map_or(0, u64::from) % self.scene.campaign.mailboxes.len() as u64;
        let is_lost = self.what == What::AccountError;
        Object::new()
            .put("id", 80 + u64::from(self.scene.story.campaign) * 3 + place)
            .put("name", mailbox.split('@').next().unwrap_or_default())
            .put("email", mailbox)
            .put("status", if is_lost { "disconnected" } else { "connected" })
            .put("type", "google_workspace_oauth")
            .put("daily_limit", 20)
            .put("emails_sent", 300 + u32::from(self.delivery.wrapper))
            .put("updated_at", time(self.at))
    }

    /// A mail that came in.
    fn reply(&self, place: usize, interested: bool) -> Object {
        let received: Received = self.scene.received(place);
        let at = self.scene.timeline.second(received.offset);
        let says = self.scene.story.replies[place].says;
        let to = Object::new().put("name", "").put("address", self.scene.mailbox());
        self.incoming(self.reply_id(place as u64), at)
            .put("email_subject", &received.subject)
            .put("interested", interested)
            .put("automated_reply", says == Says::Away)
            .put("html_body", &received.html)
            .put("text_body", &received.text)
            .put("type", "Tracked Reply")
            .put("folder", "Inbox")
            .put("from_name", received.writer.name())
            .put("from_email_address", &received.writer.email)
            .put_list("to", &[to])
            .put("raw_message_id", &received.message_id)
    }

    fn incoming(&self, id: u64, at: Millis) -> Object {
        Object::new()
            .put("id", id)
            .put("date_received", time(at))
            .put("created_at", time(Millis(at.0 + WRITTEN_AFTER_MS)))
            .put("primary_to_email_address", self.scene.mailbox())
            .put("raw_body", None::<u8>)
            .put("headers", None::<u8>)
            .put("cc", None::<u8>)
            .put("bcc", None::<u8>)
            .put("attachments", [0_u8; 0])
    }

    /// The report of a bounce, which a mail server wrote.
    fn report(&self, lead: &Person, step: u32, fault: Fault) -> Object {
        let text = match fault {
            Fault::Hard => format!("550 5.1.1 <{}>: no such user", lead.email),
            Fault::Soft => format!("452 4.2.2 The mailbox of {} is full", lead.email),
            Fault::Sender => "550 5.4.5 Daily user sending limit exceeded".to_owned(),
        };
        self.incoming(self.reply_id(BOUNCES + u64::from(step)), self.at)
            .put("email_subject", "Delivery Status Notification (Failure)")
            .put("automated_reply", true)
            .put("html_body", format!("<p>{}</p>", escaped(&text)))
            .put("text_body", text)
            .put("type", "Bounced")
            .put("folder", "Bounced")
            .put("from_email_address", format!("mailer-daemon@mx.{}", lead.domain))
    }

    fn untracked(&self) -> Object {
        let colleague = self.scene.colleague();
        self.incoming(self.reply_id(UNTRACKED), self.at)
            .put("email_subject", format!("Fwd: {}", self.scene.sent(1).subject))
            .put("automated_reply", false)
            .put("text_body", format!("Hi, this was passed on to me.\n\n{}\n", colleague.name()))
            .put("type", "Untracked Reply")
            .put("folder", "Inbox")
            .put("from_name", colleague.name())
            .put("from_email_address", &colleague.email)
    }

    fn scheduled_id(&self, step: u32) -> u64 {
        self.number(About::Message, &[&self.scene.story.parts()[..], &[u64::from(step)]].concat())
    }

    fn reply_id(&self, place: u64) -> u64 {
        self.number(About::Reply, &[&self.scene.story.parts()[..], &[place]].concat())
    }

    fn lead_id(&self) -> u64 {
        let lead = self.scene.lead.as_ref().map_or(0, |lead| lead.lead_id);
        100_000 + lead % 1_000_000_000
    }

    /// An id: large enough that no two things of a world have the same.
    fn number(&self, about: About, parts: &[u64]) -> u64 {
        100_000 + (chance::number(self.scene.world.seed, about, parts) >> 14)
    }
}

/// Tells the ids of reports and of what could not be matched from those of replies.
const BOUNCES: u64 = 1_000;
/// See [`BOUNCES`].
const UNTRACKED: u64 = 2_000;

/// A word of an event's name as its label has it.
fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1.min(word.len()));
    format!("{first}{}", rest.to_lowercase())
}
