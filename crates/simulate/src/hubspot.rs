//! HubSpot's app webhooks: arrays of thin events, each of one change of one record. A delivery of the plan is an array of one;
//! [`crate::batch`] puts several together, as HubSpot does.

use hookline_model::{kind::Kind, time::Millis};

use crate::{
    body::Object,
    chance::{self, About},
    label::Label,
    order::Delivery,
    plan::{Said, Scene},
    records::Touch,
    story::What,
    world::Person,
};

/// The sorts of record: a word of the classic names, the id of the generic ones.
type Sort = (&'static str, &'static str);

const CONTACT: Sort = ("contact", "0-1");
const NOTE: Sort = ("note", "0-46");
const TASK: Sort = ("task", "0-27");
const CONVERSATION: Sort = ("conversation", "");

/// What became of a record.
enum Change {
    Creation,
    Deletion,
    Property(&'static str, String),
    Merge([u64; 2]),
    /// A note was put to a contact.
    Association(u64),
    NewMessage,
}

/// Writes a delivery.
pub(crate) fn render(scene: &Scene<'_>, delivery: &Delivery) -> (Said, Vec<u8>) {
    let what = delivery.happening.what;
    let writer = Writer { scene, delivery, at: scene.timeline.at(delivery.happening.offset) };
    let (sort, id, change, kind) = writer.change(what);
    let person = match &change {
        Change::Association(contact) => Some(*contact),
        _ => (sort == CONTACT).then_some(id),
    };
    let said = Said {
        contact: match (&change, &scene.lead) {
            (Change::Property("email", _), Some(lead)) => Some(lead.email.clone()),
            _ => None,
        },
        contact_id: person.map(|id| writer.name(id)),
        same_as: match &change {
            Change::Merge(ids) => ids.iter().map(|id| writer.name(*id)).collect(),
            _ => Vec::new(),
        },
        mails: if kind == Kind::EmailReplied { vec![format!("reply {}", delivery.happening.event)] } else { Vec::new() },
        has_campaign: false,
        interest: None,
        ..Said::new(writer.at, kind)
    };
    let event = writer.event(sort, id, &change);
    let body = [b"[".as_slice(), &event.bytes(), b"]"].concat();
    (said, body)
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    delivery: &'a Delivery,
    at: Millis,
}

impl Writer<'_> {
    /// The sort of record, its id, what became of it, and the kind of event that this is.
    fn change(&self, what: What) -> (Sort, u64, Change, Kind) {
        let id = self.contact_id();
        let property = |name, value: String, kind| (CONTACT, id, Change::Property(name, value), kind);
        let updated = |name, value: &str| property(name, value.to_owned(), Kind::ContactUpdated);
        match what {
            What::Replied { .. } => property("hs_sales_email_last_replied", self.at.0.to_string(), Kind::EmailReplied),
            What::Bounced { .. } => property("hs_email_hard_bounce_reason_enum", "UNKNOWN_USER".to_owned(), Kind::EmailBounced),
            What::Unsubscribed { .. } => property("hs_email_optout", "true".to_owned(), Kind::ContactUnsubscribed),
            What::Labelled { label, .. } => updated("hs_lead_status", status(label)),
            What::Touched(touch) => match touch {
                Touch::Created => (CONTACT, id, Change::Creation, Kind::ContactCreated),
                Touch::Duplicated => (CONTACT, self.merged_ids()[1], Change::Creation, Kind::ContactCreated),
                Touch::Merged => (CONTACT, self.left_id(), Change::Merge(self.merged_ids()), Kind::ContactUpdated),
                Touch::Filled(place) => {
                    let (name, value) = self.filled(place);
                    property(name, value, Kind::ContactUpdated)
                }
                Touch::Noted => (NOTE, self.item_id(0), Change::Creation, Kind::NoteCreated),
                Touch::NoteWritten => {
                    let text = "Spoke on the phone, wants numbers first.".to_owned();
                    (NOTE, self.item_id(0), Change::Property("hs_note_body", text), Kind::NoteUpdated)
                }
                Touch::NoteLinked => (NOTE, self.item_id(0), Change::Association(id), Kind::Other),
                Touch::NoteDeleted => (NOTE, self.item_id(0), Change::Deletion, Kind::NoteDeleted),
                Touch::TaskSet => (TASK, self.item_id(1), Change::Creation, Kind::TaskCreated),
                Touch::TaskDone => {
                    (TASK, self.item_id(1), Change::Property("hs_task_status", "COMPLETED".to_owned()), Kind::TaskUpdated)
                }
                Touch::Contacted => (CONVERSATION, self.item_id(2), Change::NewMessage, Kind::Other),
                Touch::Deleted => (CONTACT, id, Change::Deletion, Kind::ContactDeleted),
                Touch::Changed | Touch::Listed | Touch::Tagged => updated("lifecyclestage", "marketingqualifiedlead"),
            },
            // Not told.
            _ => (CONTACT, id, Change::Creation, Kind::Other),
        }
    }

    fn event(&self, sort: Sort, id: u64, change: &Change) -> Object {
        let (word, type_id) = sort;
        let (verb, source) = match change {
            Change::Creation => ("creation", "IMPORT"),
            Change::Deletion => ("deletion", "CRM_UI"),
            Change::Property(..) => ("propertyChange", "CRM_UI"),
            Change::Merge(_) => ("merge", "CRM_UI"),
            Change::Association(_) => ("associationChange", "CRM_UI"),
            Change::NewMessage => ("newMessage", "CRM_UI"),
        };
        let has_word = sort == CONTACT || sort == CONVERSATION;
        let is_generic = !has_word || sort == CONTACT && self.is_generic();
        let number = self.delivery.happening.event;
        let event = Object::new()
            .put("eventId", chance::number(self.scene.world.seed, About::Event, &[number]) >> 30)
            .put("subscriptionId", 30 + u64::from(self.delivery.wrapper) * 10 + u64::from(is_generic))
            .put("portalId", self.portal())
            .put("appId", 990_021)
            .put("occurredAt", self.at.0)
            .put("subscriptionType", format!("{}.{verb}", if is_generic { "object" } else { word }))
            .put("attemptNumber", u8::from(self.delivery.wrapper == 1));
        let event = match change {
            Change::Association(contact) => event
                .put("fromObjectTypeId", type_id)
                .put("toObjectTypeId", CONTACT.1)
                .put("fromObjectId", id)
                .put("toObjectId", contact)
                .put("associationTypeId", 202)
                .put("associationCategory", "HUBSPOT_DEFINED")
                .put("associationRemoved", false)
                .put("isPrimaryAssociation", false),
            Change::Merge(merged) => event
                .maybe("objectTypeId", is_generic.then_some(type_id))
                .put("primaryObjectId", merged[0])
                .put("mergedObjectIds", merged)
                .put("newObjectId", id)
                .put("numberOfPropertiesMoved", 6),
            _ => event.put("objectId", id).maybe("objectTypeId", is_generic.then_some(type_id)),
        };
        let event = match change {
            Change::Property(name, value) => event.put("propertyName", name).put("propertyValue", value),
            Change::NewMessage => event
                .put("messageId", format!("m-{}", self.item_id(3)))
                .put("messageType", "MESSAGE")
                .put("changeFlag", "NEW_MESSAGE"),
            Change::Creation => event.put("changeFlag", "NEW"),
            _ => event,
        };
        event.put("changeSource", source).maybe("sourceId", (source == "CRM_UI").then_some("userId:70001"))
    }

    /// Half of the apps subscribe by the generic names, and some by both.
    fn is_generic(&self) -> bool {
        (self.scene.story.campaign % 2 == 1) != (self.delivery.wrapper == 2)
    }

    /// What is filled in after a record was made.
    fn filled(&self, place: u8) -> (&'static str, String) {
        let lead = self.scene.lead.as_ref();
        let text = |of: fn(&Person) -> String| lead.map(of).unwrap_or_default();
        match place {
            0 => ("email", text(Person::email_as_imported)),
            1 => ("firstname", text(|lead| lead.first.to_owned())),
            2 => ("lastname", text(|lead| lead.last.to_owned())),
            _ => ("company", text(|lead| lead.company.clone())),
        }
    }

    fn portal(&self) -> u64 {
        self.scene.world.workspace_number(self.scene.campaign.workspace)
    }

    /// The record's name, for the ledger.
    fn name(&self, id: u64) -> String {
        format!("hubspot/{}/{id}", self.portal())
    }

    fn contact_id(&self) -> u64 {
        let record = self.scene.story.record.as_ref();
        record.map_or(0, |record| record.object_id(self.scene.world, self.delivery.happening.offset))
    }

    fn merged_ids(&self) -> [u64; 2] {
        self.scene.story.record.as_ref().map_or([0; 2], |record| record.merged_ids(self.scene.world))
    }

    fn left_id(&self) -> u64 {
        self.scene.story.record.as_ref().map_or(0, |record| record.left_id(self.scene.world))
    }

    /// The id of a note, a task, a thread, a message of the story.
    fn item_id(&self, which: u64) -> u64 {
        let parts = [&self.scene.story.parts()[..], &[which]].concat();
        chance::number(self.scene.world.seed, About::Record, &parts) >> 24
    }
}

/// How an agency calls a label among its lead statuses.
fn status(label: Label) -> &'static str {
    match label {
        Label::Interested | Label::Question | Label::MeetingRequest => "CONNECTED",
        Label::MeetingBooked | Label::MeetingCompleted | Label::NoShow => "OPEN_DEAL",
        Label::Closed => "WON",
        Label::No | Label::Never | Label::WrongPerson => "UNQUALIFIED",
        Label::Neutral | Label::OutOfOffice | Label::Custom(_) | Label::Cleared => "BAD_TIMING",
    }
}
