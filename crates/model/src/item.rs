//! Items: lists, statuses, tags, notes, tasks and messages of a CRM.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{event::Change, key::ExternalId};

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
}

impl ItemSort {
    /// Every sort, in declaration order.
    pub const ALL: [ItemSort; 6] =
        [ItemSort::List, ItemSort::Status, ItemSort::Tag, ItemSort::Note, ItemSort::Task, ItemSort::Message];

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
        }
    }
}

impl fmt::Display for ItemSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an event says of a list, status, tag, note, task or message: an item.
///
/// Whether it is gone is in the event's kind; whom it is about is the event's contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFact {
    /// Which sort of thing.
    pub sort: ItemSort,
    /// The platform's own id of it, unique among those of its sort.
    pub id: ExternalId,
    /// Its fields, by our names where we have one: `name`, `color`; `title`, `text`, `author`, `status` (`todo` or `done`),
    /// `due_at`; `channel`, `direction`, `from`, `to`, `subject`, `url`. At most [`ITEM_FIELDS_MAX`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Change<Value>>,
}

/// How many fields of an item are kept.
pub const ITEM_FIELDS_MAX: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sort_is_called_as_it_is_written() {
        for sort in ItemSort::ALL {
            assert_eq!(serde_json::to_value(sort).expect("a value"), Value::from(sort.name()));
        }
    }
}
