//! SmartLead's category events: the lead's data, the change, and the whole thread.

use crate::{body::Object, label::Label, smartlead::Writer, world::Person};

impl Writer<'_> {
    pub(super) fn labelled(&self, label: Label, before: Option<Label>, place: usize) -> Object {
        let (lead, sent) = (self.lead(), self.scene.sent(self.scene.story.replies[place].step));
        let (new, old) = (label.category(), before.and_then(Label::category));
        let change = Object::new()
            .put("old_id", old.map(|(_, id)| id))
            .put("old_name", old.map(|(name, _)| name))
            .put("new_id", new.map(|(_, id)| id))
            .put("new_name", new.map(|(name, _)| name));
        let history = self.history();
        let last = self.row(place);
        Object::new()
            .put("campaign_status", "ACTIVE")
            .put("client_id", self.scene.campaign.client_id)
            .put("lead_id", lead.lead_id)
            .put("lead_email", &lead.email)
            .put("lead_name", lead.first)
            .put_object("lead_data", &lead_data(&lead, label))
            .put("category", new.map(|(name, _)| name))
            .put("lead_category_id", new.map(|(_, id)| id))
            .put("event_timestamp", self.at.to_string())
            .put("created_at", self.at.to_string())
            .put_object("lead_category", &change)
            .put("current_sequence", self.scene.story.replies[place].step)
            .and(self.campaign())
            .put("from", &sent.mailbox)
            .put("from_email", &sent.mailbox)
            .put("to", &lead.email)
            .put("to_email", lead.email_as_imported())
            .put("to_name", lead.name())
            .put_list("history", &history)
            .put_object("lastReply", &last)
            .put_object("last_reply", &last)
    }

    /// The thread up to now.
    fn history(&self) -> Vec<Object> {
        let now = self.delivery.happening.offset;
        let steps = (1u32..).take(self.scene.story.sends.len());
        let mut rows: Vec<(i64, Object)> = steps
            .map(|step| self.scene.sent(step))
            .map(|sent| {
                let row = Object::new()
                    .put("stats_id", &sent.id)
                    .put("type", "SENT")
                    .put("message_id", &sent.message_id)
                    .put("time", sent.at.to_string())
                    .put("email_body", &sent.html)
                    .put("subject", &sent.subject)
                    .put("cc_emails", [""; 0]);
                (sent.offset, row)
            })
            .collect();
        let replies = self.scene.story.replies.iter().enumerate();
        rows.extend(replies.map(|(place, reply)| (reply.at, self.row(place))));
        rows.retain(|(offset, _)| *offset <= now);
        rows.sort_by_key(|(offset, _)| *offset);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// A reply in the thread.
    fn row(&self, place: usize) -> Object {
        let received = self.scene.received(place);
        Object::new()
            .put("stats_id", self.scene.sent(self.scene.story.replies[place].step).id)
            .put("type", "REPLY")
            .put("message_id", &received.message_id)
            .put("time", self.scene.timeline.second(received.offset).to_string())
            .put("email_body", &received.html)
            .put("cc_emails", [""; 0])
            .put("reply_from_email", &received.writer.email)
    }
}

/// The lead's own data.
fn lead_data(lead: &Person, label: Label) -> Object {
    let custom = Object::new().put("Job title", lead.job).put("Größe", lead.lead_id % 500);
    let category = label.category().map(|(name, _)| Object::new().put("name", name).put("sentiment_type", label.sentiment()));
    let data = Object::new()
        .put("email", &lead.email)
        .put("first_name", lead.first)
        .put("last_name", lead.last)
        .put("phone_number", lead.lead_id.is_multiple_of(3).then_some(&lead.phone))
        .put("company_name", &lead.company)
        .put("website", &lead.domain)
        .put("location", None::<u8>)
        .put_object("custom_fields", &custom)
        .put("linkedin_profile", None::<u8>)
        .put("company_url", format!("https://{}", lead.domain));
    match category {
        Some(category) => data.put_object("category", &category),
        None => data.put("category", None::<u8>),
    }
}
