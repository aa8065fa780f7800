//! The classic generation: `{id_space, event, secret, payload}`. Only a lead's payload is published; the others are as the
//! product names things elsewhere, `id_` and the thing.

use hookline_model::kind::Kind;
use uuid::Uuid;

use super::{Writer, definition, interest, status, touch};
use crate::{
    body::Object,
    chance::{self, About},
    plan::Said,
    records::{Definition, Touch},
    story::{Fault, What},
    words::LINKS,
};

impl Writer<'_> {
    pub(super) fn classic(&self) -> (Said, Vec<u8>) {
        let (name, payload, said) = self.event();
        let workspace = u64::from(self.scene.campaign.workspace);
        let mut secret = chance::of(self.scene.world.seed, About::Seed, &[9, workspace, u64::from(self.delivery.wrapper)]);
        let body = Object::new()
            .put("id_space", self.space())
            .put("event", name)
            // Each webhook has its own.
            .put("secret", format!("wh_{}", chance::hex(&mut secret, 13)))
            .put_object("payload", &payload);
        (said, body.bytes())
    }

    fn event(&self) -> (&'static str, Object, Said) {
        match self.what() {
            What::Touched(what) => self.touched(what),
            What::Labelled { label, .. } => {
                let status = Object::new().put("id", self.id(About::Seed, &[10])).put("name", status(label));
                let said = self.said(Kind::ContactStatusUpdated, Some(self.lead_name()), true);
                let payload = self.lead().put_list("status", &[status]).put("updated_at", self.at.to_string());
                ("lead.status.update", payload, Said { interest: interest(label), ..said })
            }
            What::Defined(what) => self.defined(what),
            what => self.mail(what),
        }
    }

    fn touched(&self, what: Touch) -> (&'static str, Object, Said) {
        let (name, _, kind) = touch(what);
        let lead = || self.lead();
        let updated = |payload: Object| payload.put("updated_at", self.at.to_string());
        let named = |name: &str| Object::new().put("id", self.id(About::Seed, &[11])).put("name", name);
        let of_lead = |which: u64| Object::new().put("id", self.item_id(which)).put("id_lead", self.lead_id());
        let (payload, shows_record) = match what {
            Touch::Created => (lead().put("created_at", self.at.to_string()).put("updated_at", None::<u8>), true),
            Touch::Listed => (updated(lead().put_list("lists", &[named("Ports"), named("Trade fair")])), true),
            Touch::Tagged => (updated(lead().put_list("tags", &[named("warm"), named("Küste")])), true),
            Touch::Noted => {
                let note = of_lead(0).put("content", "Asked for numbers first.").put("created_at", self.at.to_string());
                (note, false)
            }
            Touch::NoteDeleted => (of_lead(0).put("is_deleted_at", self.at.to_string()), false),
            Touch::TaskSet => {
                let task = of_lead(1).put("title", "Call back").put("status", "todo").put("created_at", self.at.to_string());
                (task, false)
            }
            Touch::TaskDone => (updated(of_lead(1).put("title", "Call back").put("status", "done")), false),
            Touch::Contacted => {
                let text = "Seen your post, let us talk.";
                (of_lead(2).put("text", text).put("direction", "inbound").put("sent_at", self.at.to_string()), false)
            }
            Touch::Deleted => (lead().put("is_deleted", true).put("is_deleted_at", self.at.to_string()), true),
            _ => (updated(lead().put("city", "Bergen")), true),
        };
        (name, payload, self.said(kind, Some(self.lead_name()), shows_record))
    }

    fn defined(&self, what: Definition) -> (&'static str, Object, Said) {
        let campaign = self.scene.campaign;
        let (name, kind) = definition(what);
        let (id, title) = match what {
            Definition::Campaign => (campaign.id.clone(), campaign.name.clone()),
            Definition::List => (self.id(About::Seed, &[12, u64::from(self.scene.story.campaign)]), "Ports".to_owned()),
            Definition::Tag => (self.id(About::Seed, &[13, u64::from(self.scene.story.campaign)]), "warm".to_owned()),
        };
        let payload = Object::new().put("id", id).put("name", title).put("created_at", self.at.to_string());
        let said = self.said(kind, None, false);
        (name, payload, Said { has_campaign: what == Definition::Campaign, ..said })
    }

    /// A campaign's mail and what comes of it. Only what was sent names addresses, the rest goes by the lead's id.
    fn mail(&self, what: What) -> (&'static str, Object, Said) {
        let campaign = Object::new().put("id", &self.scene.campaign.id).put("name", &self.scene.campaign.name);
        let at = self.at.to_string();
        let sent = |step: u32| self.scene.sent(step);
        let (name, kind, id, fields, mails) = match what {
            What::Sent { step } => {
                let sent = sent(step);
                let lead = self.scene.lead.as_ref().map(|lead| &lead.email);
                let fields = Object::new()
                    .put("to_email", lead)
                    .put("from_email", &sent.mailbox)
                    .put("subject", &sent.subject)
                    .put("html", &sent.html)
                    .put("sent_at", at);
                ("campaign.email.sent", Kind::EmailSent, sent.id.clone(), fields, vec![sent.id])
            }
            What::Opened { step } => {
                let id = sent(step).id;
                ("campaign.email.open", Kind::EmailOpened, id.clone(), Object::new().put("opened_at", at), vec![id])
            }
            What::Clicked { step, link } => {
                let (id, link) = (sent(step).id, LINKS[(self.scene.campaign.pitch + link) % LINKS.len()]);
                let fields = Object::new().put("link", link).put("clicked_at", at);
                ("campaign.email.click", Kind::EmailClicked, id.clone(), fields, vec![id])
            }
            What::Bounced { step, fault } => {
                let id = sent(step).id;
                let reason = match fault {
                    Fault::Hard => "550 5.1.1 No such user",
                    Fault::Soft => "452 4.2.2 Mailbox full",
                    Fault::Sender => "550 5.4.5 Daily user sending limit exceeded",
                };
                let fields = Object::new().put("reason", reason).put("bounced_at", at);
                ("campaign.email.bounce", Kind::EmailBounced, id.clone(), fields, vec![id])
            }
            What::Unsubscribed { step, .. } => {
                let fields = Object::new().put("unsubscribed_at", at);
                ("campaign.email.unsubscribe", Kind::ContactUnsubscribed, sent(step).id, fields, Vec::new())
            }
            What::Replied { reply } => {
                let (received, answered) = (self.scene.received(reply), sent(self.scene.story.replies[reply].step).id);
                let id = self.item_id(100 + reply as u64);
                let fields = Object::new()
                    .put("id_email", &answered)
                    .put("subject", &received.subject)
                    .put("text", &received.text)
                    .put("html", &received.html)
                    .put("replied_at", at);
                ("campaign.email.reply", Kind::EmailReplied, id.clone(), fields, vec![answered, id])
            }
            // Not told.
            _ => ("unknown", Kind::Other, String::new(), Object::new(), Vec::new()),
        };
        let payload = Object::new()
            .put("id", id)
            .put("id_campaign", &self.scene.campaign.id)
            .put_object("campaign", &campaign)
            .put("id_lead", self.lead_id())
            .and(fields);
        let said = self.said(kind, Some(self.lead_name()), kind == Kind::EmailSent);
        (name, payload, Said { has_campaign: true, mails, ..said })
    }

    /// The lead's object, but for its times where an event has them.
    fn lead(&self) -> Object {
        let Some(lead) = &self.scene.lead else { return Object::new() };
        Object::new()
            .put("id", self.lead_id())
            .put("email", lead.email_as_imported())
            .put("first_name", lead.first)
            .put("last_name", lead.last)
            .put("company", &lead.company)
            .put("company_role", lead.job)
            .put("phone", lead.lead_id.is_multiple_of(3).then_some(&lead.phone))
            .put("linkedin_url", None::<u8>)
            .put("website_url", format!("https://{}", lead.domain))
            .put("notes", None::<u8>)
            .put("icebreaker", "")
            .put("order", 0)
            .put("is_tracked", false)
            .put("id_space", self.space())
    }

    fn space(&self) -> String {
        self.scene.world.workspace(self.scene.campaign.workspace).to_string()
    }

    fn lead_id(&self) -> Uuid {
        self.scene.story.record.as_ref().map(|record| record.uuid(self.scene.world)).unwrap_or_default()
    }

    /// The lead's name, for the ledger.
    fn lead_name(&self) -> String {
        format!("breakcold/{}", self.lead_id())
    }

    /// The id of a note, a task, a message of the story.
    fn item_id(&self, which: u64) -> String {
        self.id(About::Record, &[&self.scene.story.parts()[..], &[which]].concat())
    }

    fn id(&self, about: About, parts: &[u64]) -> String {
        chance::uuid(&mut chance::of(self.scene.world.seed, about, parts)).to_string()
    }
}
