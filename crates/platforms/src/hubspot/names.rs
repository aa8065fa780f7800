//! The names of an app's events: a sort of record and what became of it, `contact.propertyChange`. The generic names say `object`
//! and have the sort of record in a field of its own; both name the same event.

use std::borrow::Cow;

use hookline_model::kind::Kind;

use crate::{
    hubspot::object::{self, CONTACT, NOTE, TASK},
    json::{Fields, cut, trimmed},
};

/// Where the name stands. HubSpot's own table of fields has the second, what is sent has the first.
pub(crate) const KEYS: [&str; 2] = ["subscriptionType", "eventType"];

/// Fields that an app's event has and no workflow's body.
const APP_FIELDS: [&str; 2] = ["subscriptionId", "attemptNumber"];

/// The sort of record that the generic names have in its place.
const GENERIC: &str = "object";

/// The longest name or sort of record that is kept, in characters.
const NAME_CHARS_MAX: usize = 200;

/// The names, from HubSpot's description of its API.
const NAMES: [&str; 48] = [
    "contact.creation",
    "contact.deletion",
    "contact.merge",
    "contact.restore",
    "contact.propertyChange",
    "contact.associationChange",
    "contact.privacyDeletion",
    "company.creation",
    "company.deletion",
    "company.merge",
    "company.restore",
    "company.propertyChange",
    "company.associationChange",
    "deal.creation",
    "deal.deletion",
    "deal.merge",
    "deal.restore",
    "deal.propertyChange",
    "deal.associationChange",
    "ticket.creation",
    "ticket.deletion",
    "ticket.merge",
    "ticket.restore",
    "ticket.propertyChange",
    "ticket.associationChange",
    "line_item.creation",
    "line_item.deletion",
    "line_item.merge",
    "line_item.restore",
    "line_item.propertyChange",
    "line_item.associationChange",
    "product.creation",
    "product.deletion",
    "product.merge",
    "product.restore",
    "product.propertyChange",
    "object.creation",
    "object.deletion",
    "object.merge",
    "object.restore",
    "object.propertyChange",
    "object.associationChange",
    "conversation.creation",
    "conversation.deletion",
    "conversation.privacyDeletion",
    "conversation.propertyChange",
    "conversation.newMessage",
    "event.completed",
];

/// All names with their kinds; a generic one with that of a contact's event.
pub(super) fn all() -> Vec<(&'static str, Kind)> {
    NAMES.iter().map(|name| (*name, Name::of(name, Some(CONTACT)).kind())).collect()
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Creation,
    Deletion,
    PrivacyDeletion,
    Merge,
    Restore,
    PropertyChange,
    AssociationChange,
    NewMessage,
    /// Anything else; the event is told apart by all that it says.
    Other,
}

impl Verb {
    fn of(text: &str) -> Verb {
        match text {
            "creation" => Verb::Creation,
            "deletion" => Verb::Deletion,
            "privacydeletion" => Verb::PrivacyDeletion,
            "merge" => Verb::Merge,
            "restore" => Verb::Restore,
            "propertychange" => Verb::PropertyChange,
            "associationchange" => Verb::AssociationChange,
            "newmessage" => Verb::NewMessage,
            _ => Verb::Other,
        }
    }

    /// The word by which it is part of an identity: never to be changed.
    pub(super) fn word(self) -> &'static str {
        match self {
            Verb::Creation => "creation",
            Verb::Deletion => "deletion",
            Verb::PrivacyDeletion => "privacydeletion",
            Verb::Merge => "merge",
            Verb::Restore => "restore",
            Verb::PropertyChange => "propertychange",
            Verb::AssociationChange => "associationchange",
            Verb::NewMessage => "newmessage",
            Verb::Other => "other",
        }
    }
}

/// What the name of an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// The sort of record, a word or the id of a sort that has none; `object` if nothing says which.
    pub(super) object: Cow<'static, str>,
    /// What became of it.
    pub(super) verb: Verb,
    /// Which event it is, the same under both names.
    pub(super) text: String,
}

impl Name {
    /// What `name` says, given the sort of record that stands beside it.
    pub(super) fn of(name: &str, object_type: Option<&str>) -> Name {
        let mut name = cut(trimmed(name), NAME_CHARS_MAX);
        name.make_ascii_lowercase();
        let (stated, verb) = name.split_once('.').unwrap_or((&name, ""));
        let object = match object_type {
            Some(beside) if stated == GENERIC => object::word(&cut(beside, NAME_CHARS_MAX)),
            _ => object::word(stated),
        };
        let generic = (stated == GENERIC).then(|| format!("{object}.{verb}"));
        let verb = Verb::of(verb);
        Name { object, verb, text: generic.unwrap_or(name) }
    }

    /// Whether it is about a contact.
    pub(super) fn is_contact(&self) -> bool {
        self.object == CONTACT
    }

    /// The kind, as far as the name tells; a property may tell more.
    pub(super) fn kind(&self) -> Kind {
        match (&*self.object, self.verb) {
            (CONTACT, Verb::Creation) => Kind::ContactCreated,
            (CONTACT, Verb::PropertyChange | Verb::Merge | Verb::Restore) => Kind::ContactUpdated,
            (CONTACT, Verb::Deletion | Verb::PrivacyDeletion) => Kind::ContactDeleted,
            (NOTE, Verb::Creation) => Kind::NoteCreated,
            (NOTE, Verb::PropertyChange | Verb::Restore) => Kind::NoteUpdated,
            (NOTE, Verb::Deletion | Verb::PrivacyDeletion) => Kind::NoteDeleted,
            (TASK, Verb::Creation) => Kind::TaskCreated,
            (TASK, Verb::PropertyChange | Verb::Restore) => Kind::TaskUpdated,
            (TASK, Verb::Deletion | Verb::PrivacyDeletion) => Kind::TaskDeleted,
            _ => Kind::Other,
        }
    }
}

/// The name as it was written, if an app sent the body.
pub(super) fn stated<'a>(body: Fields<'a>) -> Option<&'a str> {
    KEYS.iter().find_map(|key| body.word(key))
}

/// Whether a body without a name is an app's event all the same: it must not be taken for the record of a workflow.
pub(super) fn is_app_event(body: Fields<'_>) -> bool {
    APP_FIELDS.iter().any(|key| body.value(key).is_some())
}
