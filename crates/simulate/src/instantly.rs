//! Instantly's webhooks: flat, the lead's own fields side by side with the event's.

use hookline_model::{kind::Kind, platform::Platform, time::Millis};
use rand::RngExt;
use uuid::Uuid;

use crate::{
    body::Object,
    chance::{self, About},
    languages::Says,
    order::Delivery,
    plan::{Said, Scene},
    story::What,
    world::Person,
};

/// Numbers the chance of a received mail's id apart from that of the steps.
const RECEIVED: u64 = 1_000;

/// Writes a delivery.
pub(crate) fn render(scene: &Scene<'_>, delivery: &Delivery) -> (Said, Vec<u8>) {
    let what = delivery.happening.what;
    let writer = Writer { scene, what, at: scene.timeline.at(delivery.happening.offset) };
    let (event_type, kind) = writer.event();
    let said = Said {
        interest: match what {
            What::Labelled { label, .. } => label.interest(Platform::Instantly),
            _ => None,
        },
        contact: scene.lead.as_ref().map(|lead| lead.email.clone()),
        mails: writer.mails(),
        has_campaign: what != What::AccountError,
        ..Said::new(writer.at, kind)
    };
    let body = writer.body(event_type);
    // There is nothing around the event that another subscription could change, but the order of fields is not stable.
    let body = if delivery.wrapper == 0 { body } else { body.sorted_by_length() };
    (said, body.bytes())
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    what: What,
    at: Millis,
}

impl Writer<'_> {
    fn event(&self) -> (&'static str, Kind) {
        match self.what {
            What::Sent { .. } => ("email_sent", Kind::EmailSent),
            What::Opened { .. } => ("email_opened", Kind::EmailOpened),
            What::Clicked { .. } => ("link_clicked", Kind::EmailClicked),
            What::Replied { reply } if self.scene.story.replies[reply].says == Says::Away => {
                ("auto_reply_received", Kind::EmailAutoReplied)
            }
            What::Replied { .. } => ("reply_received", Kind::EmailReplied),
            What::Bounced { .. } => ("email_bounced", Kind::EmailBounced),
            What::Unsubscribed { .. } => ("lead_unsubscribed", Kind::ContactUnsubscribed),
            What::Labelled { label, .. } => label.event(),
            What::Exhausted => ("campaign_completed_for_lead_without_reply", Kind::CampaignCompleted),
            What::CampaignCompleted => ("campaign_completed", Kind::CampaignCompleted),
            What::AccountError => ("account_error", Kind::AccountError),
            // Told of other platforms' campaigns only.
            _ => ("unknown", Kind::Other),
        }
    }

    fn body(&self, event_type: &str) -> Object {
        let scene = self.scene;
        let head = Object::new()
            .put("timestamp", self.at.to_string())
            .put("event_type", event_type)
            .put("workspace", scene.world.workspace(scene.campaign.workspace));
        if self.what == What::AccountError {
            return head.put("email_account", scene.mailbox());
        }
        let head = head
            .put("campaign_id", &scene.campaign.id)
            .put("unibox_url", self.unibox_url())
            .put("campaign_name", &scene.campaign.name);
        let Some(lead) = &scene.lead else { return head };
        // Events that are set on the lead come without the mailbox.
        let by_mailbox = !matches!(self.what, What::Labelled { .. } | What::Unsubscribed { .. } | What::Exhausted);
        head.maybe("email_account", by_mailbox.then(|| scene.mailbox()))
            .maybe("is_first", self.is_first().then_some(true))
            .and(lead_fields(lead))
            .and(self.step())
            .and(self.message())
    }

    /// The link into the inbox, where something came in.
    fn unibox_url(&self) -> Option<String> {
        let What::Replied { reply } = self.what else { return None };
        let mut rng = self.scene.story.chance(self.scene.world, About::Reply, RECEIVED + reply as u64);
        let workspace = self.scene.world.workspace(self.scene.campaign.workspace);
        let thread = chance::token(&mut rng, 22);
        Some(format!("https://app.instantly.ai/app/unibox?thread_search=thread:{thread}&selected_wks={workspace}"))
    }

    /// Whether it is known to be the first of its sort for this lead.
    fn is_first(&self) -> bool {
        matches!(self.what, What::Sent { step: 1 } | What::Replied { reply: 0 })
    }

    /// The mails that it tells of. The one that was sent has no id: it is the step of the campaign to the contact.
    fn mails(&self) -> Vec<String> {
        let lead = self.scene.lead.as_ref().map_or("", |lead| &lead.email);
        let sent = self.step_number().map(|step| format!("{}/{lead}/{step}", self.scene.campaign.id));
        let received = match self.what {
            What::Replied { reply } => Some(self.email_id(About::Reply, reply as u64).to_string()),
            _ => None,
        };
        sent.into_iter().chain(received).collect()
    }

    /// The step, where an event has one.
    fn step_number(&self) -> Option<u32> {
        let replies = &self.scene.story.replies;
        match self.what {
            What::Sent { step } | What::Opened { step } | What::Clicked { step, .. } | What::Bounced { step, .. } => Some(step),
            What::Replied { reply } | What::Labelled { reply, before: None, .. } => Some(replies[reply].step),
            _ => None,
        }
    }

    /// The step and its variant.
    fn step(&self) -> Object {
        let step = self.step_number();
        let variant = self.scene.story.contact.unwrap_or_default() % 2 + 1;
        Object::new().maybe("step", step).maybe("variant", step.map(|_| variant))
    }

    /// The mail that was sent or came in. A status event repeats the reply that caused it; a correction does not.
    fn message(&self) -> Object {
        match self.what {
            What::Sent { step } => {
                let sent = self.scene.sent(step);
                Object::new()
                    .put("email_id", self.email_id(About::Message, u64::from(step)))
                    .put("email_subject", &sent.subject)
                    .put("email_text", &sent.text)
                    .put("email_html", &sent.html)
            }
            What::Replied { reply } => {
                Object::new().put("email_id", self.email_id(About::Reply, reply as u64)).and(self.reply(reply))
            }
            What::Labelled { reply, before: None, .. } => self.reply(reply),
            _ => Object::new(),
        }
    }

    fn reply(&self, place: usize) -> Object {
        let received = self.scene.received(place);
        Object::new()
            .put("reply_text_snippet", received.text.trim())
            .put("reply_subject", &received.subject)
            .put("reply_text", &received.text_with_quote)
            .put("reply_html", &received.html)
    }

    /// The message's id, whose time is a little before the event's.
    fn email_id(&self, about: About, number: u64) -> Uuid {
        let mut rng = self.scene.story.chance(self.scene.world, about, RECEIVED * 2 + number);
        let before = rng.random_range(200..900);
        chance::uuid_at(&mut rng, self.at.0 - before)
    }
}

/// The lead's fields and the agency's own variables, side by side with the event's.
fn lead_fields(lead: &Person) -> Object {
    Object::new()
        .put("lead_email", lead.email_as_imported())
        .put("email", &lead.email)
        .put("firstName", lead.first)
        .put("lastName", lead.last)
        .put("companyName", &lead.company)
        .put("jobTitle", lead.job)
        .put("website", if lead.lead_id.is_multiple_of(2) { lead.domain.as_str() } else { "" })
        .put("phone", lead.lead_id.is_multiple_of(3).then_some(&lead.phone))
        .put("personalization", "")
        .put("Employees (estimate)", lead.lead_id % 500)
        .put("größe", if lead.lead_id.is_multiple_of(5) { "KMU" } else { "Mittelstand" })
}
