//! Lemlist's hooks: activities, flat, the lead's variables among their own fields.

use hookline_model::{kind::Kind, time::Millis};

use crate::{
    body::Object,
    chance::{self, About},
    order::Delivery,
    plan::{Said, Scene},
    story::{Fault, What},
    subscribed::lemlist_mark,
    words::LINKS,
    world::Person,
};

/// Writes a delivery.
pub(crate) fn render(scene: &Scene<'_>, delivery: &Delivery) -> (Said, Vec<u8>) {
    let what = delivery.happening.what;
    let writer = Writer { scene, delivery, what, at: scene.timeline.at(delivery.happening.offset) };
    let (name, kind) = writer.event();
    let said = Said {
        contact: scene.lead.as_ref().map(|lead| lead.email.clone()),
        mails: writer.mails(),
        has_campaign: what != What::AccountError,
        ..Said::new(writer.at, kind)
    };
    (said, writer.body(name).bytes())
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
            What::Sent { .. } => ("emailsSent", Kind::EmailSent),
            What::Opened { .. } => ("emailsOpened", Kind::EmailOpened),
            What::Clicked { .. } => ("emailsClicked", Kind::EmailClicked),
            // An automatic answer is not marked as one.
            What::Replied { .. } => ("emailsReplied", Kind::EmailReplied),
            What::Bounced { .. } => ("emailsBounced", Kind::EmailBounced),
            What::Unsubscribed { by_operator, .. } if by_operator || self.delivery.is_twin => {
                ("entityUnsubscribed", Kind::ContactUnsubscribed)
            }
            What::Unsubscribed { .. } => ("emailsUnsubscribed", Kind::ContactUnsubscribed),
            What::Labelled { label, .. } => match (lemlist_mark(label), self.delivery.is_twin) {
                (Some("Interested"), false) => ("emailsInterested", Kind::ContactInterested),
                (Some("Interested"), true) => ("interested", Kind::ContactInterested),
                (_, false) => ("emailsNotInterested", Kind::ContactNotInterested),
                (_, true) => ("notInterested", Kind::ContactNotInterested),
            },
            What::Exhausted => ("campaignComplete", Kind::CampaignCompleted),
            What::AccountError => ("connectionIssue", Kind::AccountError),
            // Not told.
            _ => ("unknown", Kind::Other),
        }
    }

    /// The mails that it tells of, by their Message-IDs. What follows from a reply names none.
    fn mails(&self) -> Vec<String> {
        match self.what {
            What::Sent { step } | What::Opened { step } | What::Clicked { step, .. } | What::Bounced { step, .. } => {
                vec![self.scene.sent(step).message_id]
            }
            What::Replied { reply } => vec![self.scene.received(reply).message_id],
            _ => Vec::new(),
        }
    }

    fn body(&self, name: &str) -> Object {
        let (scene, campaign) = (self.scene, self.scene.campaign);
        let head = Object::new()
            .put("_id", self.activity_id())
            .put("type", name)
            .put("teamId", id("tea", scene, About::Seed, &[4, u64::from(campaign.workspace)]))
            .put("createdAt", self.at.to_string());
        let body = match &scene.lead {
            Some(lead) => {
                let lead_id = self.lead_id();
                let meta = Object::new().put("campaignId", &campaign.id).put("leadId", &lead_id).put("type", name);
                head.put("isFirst", self.is_first())
                    .put("stopped", matches!(self.what, What::Replied { .. } | What::Bounced { .. } | What::Unsubscribed { .. }))
                    .put("bot", false)
                    .put("campaignId", &campaign.id)
                    .put("campaignName", &campaign.name)
                    .put("name", &campaign.name)
                    .put("leadId", &lead_id)
                    .put("contactId", id("ctc", scene, About::Person, &[lead.lead_id]))
                    .put("leadEmail", lead.email_as_imported())
                    .put("leadFirstName", lead.first)
                    .put("leadLastName", lead.last)
                    .put("leadCompanyName", &lead.company)
                    .put("leadPhone", if lead.lead_id.is_multiple_of(3) { lead.phone.as_str() } else { "" })
                    .put("leadPicture", "")
                    .and(self.own())
                    .put_object("metaData", &meta)
                    .and(variables(lead))
            }
            None => {
                head.put("sendUserId", self.user_id()).put("sendUserEmail", scene.mailbox()).put("errorMessage", "invalid_grant")
            }
        };
        // The hook's secret comes back in the body; not every hook has one.
        let secret = id("s", scene, About::Seed, &[5, u64::from(campaign.workspace), u64::from(self.delivery.wrapper)]);
        body.maybe("secret", (self.delivery.wrapper < 2).then_some(secret))
    }

    /// What the activity has of its own.
    fn own(&self) -> Object {
        match self.what {
            What::Sent { step } => {
                let sent = self.scene.sent(step);
                self.step(step)
                    .put("sendUserId", self.user_id())
                    .put("sendUserEmail", &sent.mailbox)
                    .put("sendUserMailboxProviderId", &sent.mailbox)
                    .put("messageId", &sent.message_id)
                    .put("subject", &sent.subject)
                    .put("text", &sent.html)
            }
            What::Opened { step } => self.about(step),
            What::Clicked { step, link } => {
                self.about(step).put("clickedUrl", LINKS[(self.scene.campaign.pitch + link) % LINKS.len()])
            }
            What::Bounced { step, fault } => {
                let lead = self.scene.lead.as_ref().map_or("", |lead| &lead.email);
                let text = match fault {
                    Fault::Hard => format!("550 5.1.1 <{lead}>: no such user"),
                    Fault::Soft => format!("452 4.2.2 The mailbox of {lead} is full"),
                    Fault::Sender => "550 5.4.5 Daily user sending limit exceeded".to_owned(),
                };
                self.about(step).put("errorMessage", text)
            }
            What::Replied { reply } => {
                let received = self.scene.received(reply);
                let sent = self.scene.sent(self.scene.story.replies[reply].step);
                let preview: String = received.text.chars().take(80).collect();
                self.step(self.scene.story.replies[reply].step)
                    .put("sendUserEmail", &sent.mailbox)
                    .put("fromEmail", &received.writer.email)
                    .put("messageId", &received.message_id)
                    .put("relatedSentAt", sent.at.to_string())
                    .put("subject", &received.subject)
                    .put("text", &received.html)
                    .put("messagePreview", preview)
            }
            What::Unsubscribed { by_operator, .. } if by_operator || self.delivery.is_twin => Object::new()
                .put("unsubscribedSource", if by_operator { "user" } else { "link" })
                .put("mutationAction", "unsubscribe")
                .put("mutationType", "entity")
                .put("doNotContact", "true")
                .put("unsubEmail", "true"),
            _ => Object::new(),
        }
    }

    /// The step, which Lemlist counts from 0.
    fn step(&self, step: u32) -> Object {
        Object::new()
            .put("sequenceId", id("seq", self.scene, About::Campaign, &[u64::from(self.scene.story.campaign)]))
            .put("sequenceStep", step - 1)
            .put("totalSequenceStep", step - 1)
    }

    /// What refers to a mail that was sent.
    fn about(&self, step: u32) -> Object {
        let sent = self.scene.sent(step);
        self.step(step).put("messageId", &sent.message_id).put("relatedSentAt", sent.at.to_string())
    }

    fn is_first(&self) -> bool {
        matches!(self.what, What::Sent { step: 1 } | What::Replied { reply: 0 })
    }

    /// The activity's id: a fact that is told under two names is two activities.
    fn activity_id(&self) -> String {
        id("act", self.scene, About::Event, &[self.delivery.happening.event, u64::from(self.delivery.is_twin)])
    }

    /// A lead is a contact in one campaign.
    fn lead_id(&self) -> String {
        let [_, campaign, contact] = self.scene.story.parts();
        id("lea", self.scene, About::Person, &[campaign, contact])
    }

    fn user_id(&self) -> String {
        id("usr", self.scene, About::Seed, &[6, u64::from(self.scene.campaign.workspace)])
    }
}

/// An id as Lemlist makes them.
fn id(prefix: &str, scene: &Scene<'_>, about: About, parts: &[u64]) -> String {
    format!("{prefix}_{}", chance::token(&mut chance::of(scene.world.seed, about, parts), 17))
}

/// The lead's variables, which are texts all of them.
fn variables(lead: &Person) -> Object {
    Object::new()
        .put("email", &lead.email)
        .put("firstName", lead.first)
        .put("lastName", lead.last)
        .put("companyName", &lead.company)
        .put("jobTitle", lead.job)
        .put("Employees (estimate)", (lead.lead_id % 500).to_string())
        .put("isPremium", if lead.lead_id.is_multiple_of(4) { "true" } else { "" })
}
