//! Breakcold's webhooks, of both generations: the classic one's envelope has the secret and campaigns, the new one's has the
//! event's id and records only.

mod classic;
mod new;

use hookline_model::{interest::Interest, kind::Kind, platform::Platform, time::Millis};

use crate::{
    label::Label,
    order::Delivery,
    plan::{Said, Scene},
    records::{Definition, Touch},
    story::What,
};

/// Writes a delivery.
pub(crate) fn render(scene: &Scene<'_>, delivery: &Delivery) -> (Said, Vec<u8>) {
    let writer = Writer { scene, delivery, at: scene.timeline.at(delivery.happening.offset) };
    if scene.campaign.is_new { writer.new_generation() } else { writer.classic() }
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    delivery: &'a Delivery,
    at: Millis,
}

impl Writer<'_> {
    fn what(&self) -> What {
        self.delivery.happening.what
    }

    /// What is said by a delivery that names the record, and the address if it shows the whole of it.
    fn said(&self, kind: Kind, contact_id: Option<String>, shows_record: bool) -> Said {
        let email = self.scene.lead.as_ref().filter(|_| shows_record).map(|lead| lead.email.clone());
        Said { contact: email, contact_id, has_campaign: false, ..Said::new(self.at, kind) }
    }
}

/// The status that a label is in a workspace.
fn status(label: Label) -> &'static str {
    match label {
        Label::Interested | Label::Question => "Interested",
        Label::MeetingRequest | Label::MeetingBooked => "Meeting booked",
        Label::MeetingCompleted => "Meeting completed",
        Label::NoShow => "No show",
        Label::Closed => "Closed",
        Label::Neutral | Label::Cleared => "Neutral",
        Label::No | Label::Never => "Not interested",
        Label::WrongPerson => "Wrong person",
        Label::OutOfOffice => "Out of office",
        Label::Custom(place) => crate::words::CUSTOM_LABELS[place].0,
    }
}

/// The interest that a status says by its name; one of the workspace's own says none.
fn interest(label: Label) -> Option<Interest> {
    match label {
        Label::Cleared => Some(Interest::Neutral),
        label => label.interest(Platform::Breakcold),
    }
}

/// The name of what somebody makes for a workspace.
fn definition(definition: Definition) -> (&'static str, Kind) {
    match definition {
        Definition::Campaign => ("campaign.create", Kind::CampaignCreated),
        Definition::List => ("list.create", Kind::ListCreated),
        Definition::Tag => ("tag.create", Kind::TagCreated),
    }
}

/// The classic name and the new one of what is done to a record, where there is one, and the kind.
fn touch(touch: Touch) -> (&'static str, &'static str, Kind) {
    match touch {
        Touch::Created => ("lead.create", "record.created", Kind::ContactCreated),
        Touch::Listed => ("lead.list.update", "record.updated", Kind::ContactListsUpdated),
        Touch::Tagged => ("lead.tags.update", "record.updated", Kind::ContactTagsUpdated),
        Touch::Noted => ("lead.note.create", "note.created", Kind::NoteCreated),
        Touch::NoteDeleted => ("lead.note.delete", "note.deleted", Kind::NoteDeleted),
        Touch::TaskSet => ("lead.task.create", "task.created", Kind::TaskCreated),
        Touch::TaskDone => ("lead.task.update", "task.completed", Kind::TaskUpdated),
        Touch::Contacted => ("lead.linkedin.new", "call.linked", Kind::MessageLinkedin),
        Touch::Deleted => ("lead.delete", "record.deleted", Kind::ContactDeleted),
        // The rest is told of HubSpot's records only.
        _ => ("lead.update", "record.updated", Kind::ContactUpdated),
    }
}
