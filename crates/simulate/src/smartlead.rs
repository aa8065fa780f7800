//! SmartLead's webhooks, in the flat shape that live captures show.

mod category;

use hookline_model::{kind::Kind, platform::Platform, time::Millis};
use rand::RngExt;

use crate::{
    body::Object,
    chance::{self, About},
    mail::Sent,
    order::Delivery,
    plan::{Said, Scene},
    rates::DAY_MS,
    story::{Fault, Reply, What},
    words::LINKS,
    world::Person,
};

/// Writes a delivery.
pub(crate) fn render(scene: &Scene<'_>, delivery: &Delivery) -> (Said, Vec<u8>) {
    let what = delivery.happening.what;
    let offset = delivery.happening.offset;
    let writer = Writer { scene, delivery, at: at(scene, what, offset) };
    let said = Said {
        states_time: !what.is_timeless(),
        interest: match what {
            What::Labelled { label, .. } => label.interest(Platform::Smartlead),
            _ => None,
        },
        contact: match what {
            What::Untracked => Some(scene.colleague().email),
            _ => scene.lead.as_ref().map(|lead| lead.email.clone()),
        },
        mails: mails(scene, what),
        has_campaign: what != What::Untracked,
        ..Said::new(writer.at, kind(what))
    };
    (said, writer.body().bytes())
}

/// When it happened. Mails that come in are dated to the second.
fn at(scene: &Scene<'_>, what: What, offset: i64) -> Millis {
    match what {
        What::Replied { .. } | What::Bounced { .. } => scene.timeline.second(offset),
        _ => scene.timeline.at(offset),
    }
}

/// The mails that a body tells of.
fn mails(scene: &Scene<'_>, what: What) -> Vec<String> {
    let received = |place: usize| scene.received(place).message_id;
    match what {
        What::Sent { step } | What::Opened { step } | What::Clicked { step, .. } | What::Bounced { step, .. } => {
            vec![scene.sent(step).id]
        }
        What::Replied { reply } => vec![scene.sent(scene.story.replies[reply].step).id, received(reply)],
        What::Unsubscribed { step, by_operator: false } => vec![scene.sent(step).id],
        What::Untracked => vec![untracked_id(scene)],
        _ => Vec::new(),
    }
}

/// The id of an answer that the platform could not match.
fn untracked_id(scene: &Scene<'_>) -> String {
    let mut rng = scene.story.chance(scene.world, About::Event, 100);
    format!("<CAJ{}@mail.{}>", chance::token(&mut rng, 20), scene.colleague().domain)
}

fn kind(what: What) -> Kind {
    match what {
        What::Sent { .. } => Kind::EmailSent,
        What::Opened { .. } => Kind::EmailOpened,
        What::Clicked { .. } => Kind::EmailClicked,
        What::Replied { .. } => Kind::EmailReplied,
        What::Bounced { .. } => Kind::EmailBounced,
        What::Unsubscribed { .. } => Kind::ContactUnsubscribed,
        What::Labelled { .. } => Kind::ContactCategoryUpdated,
        What::StepReached { .. } => Kind::CampaignStepReached,
        What::Untracked => Kind::EmailReplyUntracked,
        What::CampaignStatus { .. } => Kind::CampaignStatusChanged,
        // Told of other platforms' campaigns only.
        _ => Kind::Other,
    }
}

/// As the database writes a time: with as many digits of the second as it takes.
fn database_time(at: Millis, microseconds: u32) -> String {
    let text = at.to_string();
    let (second, fraction) = text.trim_end_matches('Z').split_once('.').unwrap_or((&text, "0"));
    let digits = format!("{fraction}{microseconds:03}");
    match digits.trim_end_matches('0') {
        "" => format!("{second}+00:00"),
        digits => format!("{second}.{digits}+00:00"),
    }
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    delivery: &'a Delivery,
    at: Millis,
}

impl Writer<'_> {
    fn body(&self) -> Object {
        let name = match self.delivery.happening.what {
            What::Sent { .. } if self.delivery.is_twin => "FIRST_EMAIL_SENT",
            What::Sent { .. } => "EMAIL_SENT",
            What::Opened { .. } => "EMAIL_OPEN",
            What::Clicked { .. } => "EMAIL_LINK_CLICK",
            What::Replied { .. } => "EMAIL_REPLY",
            What::Bounced { .. } => "EMAIL_BOUNCE",
            What::Unsubscribed { .. } => "LEAD_UNSUBSCRIBED",
            What::Labelled { .. } => "LEAD_CATEGORY_UPDATED",
            What::StepReached { .. } => "MANUAL_STEP_REACHED",
            What::Untracked => "UNTRACKED_REPLIES",
            What::CampaignStatus { .. } => "CAMPAIGN_STATUS_CHANGED",
            _ => "UNKNOWN",
        };
        let fields = match self.delivery.happening.what {
            What::Sent { step } => self.sent(step),
            What::Opened { step } => {
                self.touched(step, "time_opened").put_object("sent_message", &self.message(&self.scene.sent(step)))
            }
            What::Clicked { step, link } => {
                let link = [LINKS[(self.scene.campaign.pitch + link) % LINKS.len()]];
                self.touched(step, "time_clicked").put("link_clicked", link).put("link_details", link)
            }
            What::Replied { reply } => self.replied(reply),
            What::Bounced { step, fault } => self.bounced(step, fault),
            What::Unsubscribed { step, by_operator } => self.unsubscribed(step, by_operator),
            What::Labelled { label, before, reply } => self.labelled(label, before, reply),
            What::StepReached { step } => self.step_reached(step),
            What::Untracked => self.untracked(),
            What::CampaignStatus { from, to } => self.campaign_status(from, to),
            _ => Object::new(),
        };
        fields.and(self.tail()).put("event_type", name)
    }

    /// Digits of the second beyond the millisecond, always the same for an event.
    fn microseconds(&self) -> u32 {
        chance::of(self.scene.world.seed, About::Event, &[self.delivery.happening.event]).random_range(0..1000)
    }

    fn lead(&self) -> Person {
        self.scene.lead.clone().unwrap_or_else(|| self.scene.colleague())
    }

    fn lead_map_id(&self) -> u64 {
        let [round, campaign, contact] = self.scene.story.parts();
        3_391_000_000 + (round * 7_919 + campaign * 104_729 + contact) % 900_000_000
    }

    fn campaign(&self) -> Object {
        let campaign = &self.scene.campaign;
        let id: u64 = campaign.id.parse().unwrap_or_default();
        Object::new().put("campaign_name", &campaign.name).put("campaign_id", id)
    }

    fn ids(&self, has_map_id: bool) -> Object {
        Object::new()
            .put("sl_email_lead_id", self.lead().lead_id.to_string())
            .maybe("sl_email_lead_map_id", has_map_id.then(|| self.lead_map_id()))
            .put("campaign_status", "ACTIVE")
            .put("client_id", self.scene.campaign.client_id)
    }

    fn message(&self, sent: &Sent) -> Object {
        Object::new()
            .put("message_id", &sent.message_id)
            .put("html", &sent.html)
            .put("text", &sent.text)
            .put("time", database_time(sent.at, 0))
    }

    /// The body of a send, which a bounce repeats with the send's time.
    fn sent_at(&self, sent: &Sent, step: u32, time: &str, has_map_id: bool) -> Object {
        let lead = self.lead();
        self.ids(has_map_id)
            .put("stats_id", &sent.id)
            .put("from_email", &sent.mailbox)
            .put("to_email", lead.email_as_imported())
            .put("to_name", lead.name())
            .put("time_sent", time)
            .put("event_timestamp", time)
            .and(self.campaign())
            .put("sequence_number", step)
            .put("custom_subject", &sent.subject)
            .put("custom_email_message", &sent.html)
            .put("sent_message_body", &sent.html)
            .put_object("sent_message", &self.message(sent))
            .put("subject", &sent.subject)
            .put("message_id", &sent.message_id)
    }

    fn sent(&self, step: u32) -> Object {
        let sent = self.scene.sent(step);
        self.sent_at(&sent, step, &database_time(sent.at, 0), true)
    }

    /// An opening or a click.
    fn touched(&self, step: u32, time_name: &'static str) -> Object {
        let (sent, lead) = (self.scene.sent(step), self.lead());
        let time = database_time(self.at, self.microseconds());
        self.ids(true)
            .put("stats_id", &sent.id)
            .put("from_email", &sent.mailbox)
            .put("to_email", lead.email_as_imported())
            .put("to_name", lead.name())
            .put(time_name, &time)
            .put("event_timestamp", &time)
            .and(self.campaign())
            .put("sequence_number", step)
            .put("subject", &sent.subject)
    }

    fn replied(&self, place: usize) -> Object {
        let reply: Reply = self.scene.story.replies[place];
        let (sent, received, lead) = (self.scene.sent(reply.step), self.scene.received(place), self.lead());
        let time = database_time(self.at, 0);
        let message = Object::new()
            .put("message_id", &received.message_id)
            .put("html", &received.html)
            .put("text", &received.text)
            .put("time", &time);
        let correspondence = Object::new()
            .put("targetLeadEmail", &lead.email)
            .put("replyReceivedFrom", &received.writer.email)
            .put("repliedCompanyDomain", "SameCompany");
        self.ids(true)
            .put("stats_id", &sent.id)
            .maybe("stats_thread_id", reply.is_second.then(|| format!("{}-2", sent.id)))
            .put("reply_source", "CAMPAIGN")
            .put("sl_lead_email", &lead.email)
            .put("from_email", &sent.mailbox)
            .put("cc_emails", if reply.by_colleague { vec![lead.email.clone()] } else { Vec::new() })
            // Usually without its `Re:`.
            .put("subject", if reply.is_second { &received.subject } else { &sent.subject })
            .put("sent_message_body", &sent.html)
            .put_object("sent_message", &self.message(&sent))
            .put("to_email", &received.writer.email)
            .put("to_name", received.writer.name())
            .put("time_replied", &time)
            .put("event_timestamp", &time)
            .put_object("reply_message", &message)
            .put("reply_body", &received.html)
            .put("message_id", &received.message_id)
            .put("preview_text", &received.text)
            .and(self.campaign())
            .put("sequence_number", reply.step)
            .put_object("leadCorrespondence", &correspondence)
    }

    fn bounced(&self, step: u32, fault: Fault) -> Object {
        let (sent, lead) = (self.scene.sent(step), self.lead());
        let mut rng = self.scene.story.chance(self.scene.world, About::Event, u64::from(step));
        let id = format!("<{}@mx.{}>", chance::token(&mut rng, 16), lead.domain);
        let text = match fault {
            Fault::Hard => format!("550 5.1.1 <{}>: Recipient address rejected: User unknown", lead.email),
            Fault::Soft => format!("452 4.2.2 The mailbox of {} is full. Please try again later.", lead.email),
            Fault::Sender => "550 5.4.5 Daily user sending limit exceeded.".to_owned(),
        };
        let html = format!("<p>{}</p>", crate::mail::escaped(&text));
        let message = Object::new().put("message_id", &id).put("html", &html).put("text", &text).put("time", self.at.to_string());
        self.sent_at(&sent, step, &database_time(sent.at, 0), false)
            .put("is_bounced", true)
            .put("is_sender_originated_bounce", fault == Fault::Sender)
            .put("bounce_reply_message_id", &id)
            .put("bounce_reply_email", &html)
            .put("bounce_reply_email_preview", crate::mail::escaped(&text))
            .put_object("bounce_message", &message)
    }

    fn unsubscribed(&self, step: u32, by_operator: bool) -> Object {
        let (sent, lead) = (self.scene.sent(step), self.lead());
        let head = Object::new()
            .put("campaign_status", "ACTIVE")
            .put("client_id", self.scene.campaign.client_id)
            .put("event_timestamp", self.at.to_string())
            .put("lead_email", &lead.email)
            .put("to_email", lead.email_as_imported());
        let body = if by_operator {
            head.put("from_email", "").put_object("sent_message", &Object::new().put("message_id", None::<u8>).put("text", ""))
        } else {
            head.put("sl_email_lead_id", lead.lead_id.to_string())
                .put("from_email", &sent.mailbox)
                .put("stats_id", &sent.id)
                .put("sequence_number", step)
                .put("subject", &sent.subject)
                .put_object("sent_message", &self.message(&sent))
        };
        body.put("lead_name", lead.name())
            .put("to_name", lead.name())
            .and(self.campaign())
            .put_object("unsubscribed_client_id_map", &Object::new())
    }

    fn step_reached(&self, step: u32) -> Object {
        let lead = self.lead();
        let sent: Vec<String> = (1..step).map(|step| self.scene.sent(step).message_id).collect();
        Object::new()
            .put("lead_name", format!("{}\n  {}", lead.first, lead.last))
            .put("lead_id", lead.lead_id.to_string())
            .put("lead_email", &lead.email)
            .put("sent_message_ids", sent)
            .put("campaign_status", "ACTIVE")
            .put("client_id", self.scene.campaign.client_id)
            .and(self.campaign())
            .put("current_sequence_number", step)
    }

    fn untracked(&self) -> Object {
        let (colleague, sent) = (self.scene.colleague(), self.scene.sent(1));
        let text = format!("Hi, {} passed this on to me.\n\n{}\n", self.lead().first, colleague.name());
        let message = Object::new()
            .put("message_id", untracked_id(self.scene))
            .put("html", "")
            .put("text", &text)
            .put("time", self.at.to_string());
        Object::new()
            .put("event_timestamp", self.at.to_string())
            .put_object("reply_message", &message)
            .put("sender_detail", format!("{} <{}>", colleague.name(), colleague.email))
            .put("recipient_detail", &sent.mailbox)
            .put("cc", "")
            .put("bcc", "")
            .put("subject", format!("Fwd: {}", sent.subject))
            .put("visible_text", &text)
            .put("has_attachment", false)
    }

    fn campaign_status(&self, from: &str, to: &str) -> Object {
        Object::new()
            .put("previous_status", from)
            .put("current_status", to)
            .put("campaign_status", to)
            .put("client_id", self.scene.campaign.client_id)
            .and(self.campaign())
    }

    /// What the subscription adds; it differs when an event comes through another one.
    fn tail(&self) -> Object {
        let scene = self.scene;
        let wrapper = u64::from(self.delivery.wrapper);
        let mut rng = chance::of(scene.world.seed, About::Seed, &[3, u64::from(scene.campaign.workspace), wrapper]);
        let created = Millis(scene.timeline.at(0).0 - rng.random_range(1..40) * DAY_MS + rng.random_range(0..DAY_MS));
        let link = match scene.story.contact {
            Some(_) => format!("https://app.smartlead.ai/app/master-inbox?leadMap={}", self.lead_map_id()),
            None => format!("https://app.smartlead.ai/app/email-campaign/{}/analytics", scene.campaign.id),
        };
        Object::new()
            .put("secret_key", chance::uuid(&mut rng))
            .put("app_url", &link)
            .put("ui_master_inbox_link", &link)
            .put("description", format!("Webhook {} for campaign - {} ", wrapper + 1, scene.campaign.name))
            .put_object("metadata", &Object::new().put("webhook_created_at", created.to_string()))
            .put("webhook_url", format!("https://hub.example/public/smartlead-webhook/{wrapper}"))
            .put("webhook_id", 660_101 + wrapper * 37)
            .put("webhook_name", ["hub", "crm", "backup"][usize::from(self.delivery.wrapper) % 3])
    }
}
