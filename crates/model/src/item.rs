//! Items: lists, statuses, tags, notes, tasks and messages of a CRM, and the entries of the block list.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    event::{Change, Event},
    key::{ContactKey, ExternalId, KeyError},
    kind::Kind,
    stamp::{Register, Stamp, StampedMap, keep_max, keep_min},
    time::Millis,
};

/// What a CRM keeps beside people and campaigns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemSort {
    /// A list that people can be on.
    List,
    /// A stage that people can be in.
    Status,
    /// A tag that people can have.
    Tag,
    /// A note about somebody.
    Note,
    /// Something to be done about somebody.
    Task,
    /// A message on a channel that is not a campaign's: LinkedIn, Twitter, a mailbox's thread.
    Message,
    /// An entry of the block list: an address, or a whole domain, that is not to be written to.
    Block,
}

impl ItemSort {
    /// Every sort, in declaration order.
    pub const ALL: [ItemSort; 7] =
        [ItemSort::List, ItemSort::Status, ItemSort::Tag, ItemSort::Note, ItemSort::Task, ItemSort::Message, ItemSort::Block];

    /// The word used in `item.sort`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ItemSort::List => "list",
            ItemSort::Status => "status",
            ItemSort::Tag => "tag",
            ItemSort::Note => "note",
            ItemSort::Task => "task",
            ItemSort::Message => "message",
            ItemSort::Block => "block",
        }
    }

    /// Whether an item of this sort is somebody's. The others are definitions, of what contacts can be on, in or have, and the
    /// workspace's block list, on which an address may be that is no contact's.
    #[must_use]
    pub fn is_of_a_contact(self) -> bool {
        matches!(self, ItemSort::Note | ItemSort::Task | ItemSort::Message)
    }
}

impl fmt::Display for ItemSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an event says of a list, status, tag, note, task, message or entry of the block list: an item.
///
/// Whether it is gone is in the event's kind; whom it is about is the event's contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFact {
    /// Which sort of thing.
    pub sort: ItemSort,
    /// The platform's own id of it, unique among those of its sort.
    pub id: ExternalId,
    /// Its fields, by our names where we have one: `name`, `color`; `title`, `text`, `author`, `status` (`todo` or `done`),
    /// `due_at`; `channel`, `direction`, `from`, `to`, `subject`, `url`; `reason`, `listed_at`. At most [`ITEM_FIELDS_MAX`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Change<Value>>,
}

impl ItemFact {
    /// The name by which the item is known.
    #[must_use]
    pub fn key(&self) -> ItemKey {
        ItemKey { sort: self.sort, id: self.id.clone() }
    }

    /// How many bytes its fields have, as JSON.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let values = self.fields.values().map(|change| match change {
            Change::Set(value) => value.to_string().len(),
            Change::Clear => 0,
        });
        values.sum()
    }
}

/// How many fields of an item are kept.
pub const ITEM_FIELDS_MAX: usize = 50;

/// A name by which one item is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemKey {
    /// Which sort of thing.
    pub sort: ItemSort,
    /// The platform's own id of it.
    pub id: ExternalId,
}

impl fmt::Display for ItemKey {
    /// `note:platform:account:id`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sort, self.id)
    }
}

impl FromStr for ItemKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<ItemKey, KeyError> {
        let error = || KeyError(text.to_owned());
        let (sort, id) = text.split_once(':').ok_or_else(error)?;
        let sort = ItemSort::ALL.into_iter().find(|known| known.name() == sort).ok_or_else(error)?;
        Ok(ItemKey { sort, id: id.parse().map_err(|_| error())? })
    }
}

/// Everything known of one item. Doubles as its own delta: folding an entry is merging the state it gives alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemState {
    /// The contact.
    pub contact: Register<ContactKey>,
    /// Fields, as JSON text; `None` is cleared.
    pub fields: StampedMap<String, Option<String>, ITEM_FIELDS_MAX>,
    /// The first entry. `None` in a state that no entry touched.
    pub first_event_at: Option<Millis>,
    /// The last entry.
    pub last_event_at: Option<Millis>,
    /// The last deletion.
    pub deleted_at: Option<Millis>,
    /// The last entry that is not a deletion.
    pub alive_at: Option<Millis>,
}

impl ItemState {
    /// What one entry tells of an item.
    #[must_use]
    pub fn of(event: &Event, fact: &ItemFact, stamp: Stamp) -> ItemState {
        let at = Some(event.occurred_at);
        let mut state = ItemState { first_event_at: at, last_event_at: at, ..ItemState::default() };
        if is_deletion(event.kind) {
            state.deleted_at = at;
        } else {
            state.alive_at = at;
        }
        if let Some(contact) = event.contact_key() {
            state.contact.set(stamp, contact);
        }
        for (name, change) in &fact.fields {
            let value = match change {
                Change::Set(value) => Some(value.to_string()),
                Change::Clear => None,
            };
            state.fields.set(stamp, name.clone(), value);
        }
        state
    }

    /// Merges another state into this one.
    pub fn merge(&mut self, other: ItemState) {
        self.contact.merge(other.contact);
        self.fields.merge(other.fields);
        keep_min(&mut self.first_event_at, other.first_event_at);
        keep_max(&mut self.last_event_at, other.last_event_at);
        keep_max(&mut self.deleted_at, other.deleted_at);
        keep_max(&mut self.alive_at, other.alive_at);
    }

    /// Whether any entry was folded under this key.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.first_event_at.is_some()
    }

    /// Whether the item was deleted and nothing newer happened.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.deleted_at.is_some_and(|deleted| self.alive_at.is_none_or(|alive| alive <= deleted))
    }
}

/// Whether an event of this kind says that its item is gone.
fn is_deletion(kind: Kind) -> bool {
    use Kind::{ContactUnblocked, ListDeleted, NoteDeleted, StatusDeleted, TagDeleted, TaskDeleted};
    matches!(kind, ListDeleted | StatusDeleted | TagDeleted | NoteDeleted | TaskDeleted | ContactUnblocked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;

    #[test]
    fn a_sort_is_called_as_it_is_written() {
        for sort in ItemSort::ALL {
            assert_eq!(serde_json::to_value(sort).expect("a value"), Value::from(sort.name()));
        }
    }

    #[test]
    fn keys_round_trip_through_text() {
        for sort in ItemSort::ALL {
            let id = ExternalId { platform: Platform::Breakcold, account: "a:b".to_owned(), id: "x:y".to_owned() };
            let key = ItemKey { sort, id };
            assert_eq!(key.to_string().parse::<ItemKey>(), Ok(key));
        }
        for text in ["", "note", "note:", "note:breakcold:", "not:breakcold::1", "note:nobody::1"] {
            assert!(text.parse::<ItemKey>().is_err(), "{text:?}");
        }
    }
}
