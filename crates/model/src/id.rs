//! Identifiers: one type per kind of id, so that a workspace's id cannot be passed for a contact's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    item::ItemSort,
    key::{CampaignKey, ContactKey, EmailKey, ExternalId},
    time::Millis,
};

macro_rules! fmt_uuid {
    () => {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.as_hyphenated().fmt(f)
        }
    };
}

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub Uuid);

            impl fmt::Display for $name {
                fmt_uuid!();
            }

            impl FromStr for $name {
                type Err = uuid::Error;

                fn from_str(text: &str) -> Result<Self, uuid::Error> {
                    Uuid::parse_str(text).map($name)
                }
            }
        )*
    };
}

id_types! {
    /// An agency: the account that owns workspaces (UUID v4).
    AgencyId,
    /// A workspace: one client's data (UUID v4).
    WorkspaceId,
    /// An API key (UUID v7).
    ApiKeyId,
    /// The unguessable token in a webhook URL (UUID v4). Never in a payload we send.
    Address,
    /// A routing rule (UUID v7).
    RouteId,
    /// A quarantined delivery (UUID v7).
    QuarantineId,
    /// A subscription: who wants to be told what, and where (UUID v7).
    SubscriptionId,
    /// One event on its way to one destination: UUID v5 of the subscription and the event.
    DeliveryId,
    /// An event: UUID v8 of the effective millisecond and a hash of its identity.
    EventId,
    /// A contact: UUID v5 of its workspace and its best key.
    ContactId,
    /// A campaign: UUID v5 of its workspace and its best key.
    CampaignId,
    /// One message, outbound or inbound: UUID v5 of its workspace and its key.
    EmailId,
    /// An item of a CRM: UUID v5 of its workspace, its sort and its platform's id.
    ItemId,
}

impl EventId {
    /// No event's id.
    pub(crate) fn nil() -> EventId {
        EventId(Uuid::nil())
    }

    /// The id of an event that happened at `at` and whose identity hashes to `digest`.
    ///
    /// The first 48 bits are the millisecond, so that ids sort by time and inserts stay at the right edge of an index.
    #[must_use]
    pub fn derive(at: Millis, digest: &[u8; 32]) -> EventId {
        let millisecond = u64::try_from(at.0).unwrap_or(0).to_be_bytes();
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&millisecond[2..]);
        bytes[6..].copy_from_slice(&digest[..10]);
        EventId(Uuid::new_v8(bytes))
    }

    /// The id under which a test delivery of this event is kept: a sample must never be taken for the real thing, or stand in
    /// its way.
    #[must_use]
    pub fn of_test(self) -> EventId {
        let mut bytes = *self.0.as_bytes();
        bytes[6..].copy_from_slice(&test_digest(&self.0.as_bytes()[6..])[..10]);
        EventId(Uuid::new_v8(bytes))
    }

    /// The part of the id that does not depend on time. Ties are broken by it.
    #[must_use]
    pub fn hash_part(self) -> [u8; 10] {
        let mut part = [0; 10];
        part.copy_from_slice(&self.0.as_bytes()[6..]);
        part
    }
}

impl ContactId {
    /// The id that `key` gives in `workspace`. Each key of a contact resolves to it; its best key's id is shown.
    #[must_use]
    pub fn derive(workspace: WorkspaceId, key: &ContactKey) -> ContactId {
        ContactId(Uuid::new_v5(&workspace.0, format!("contact:{key}").as_bytes()))
    }
}

impl CampaignId {
    /// The id that `key` gives in `workspace`.
    #[must_use]
    pub fn derive(workspace: WorkspaceId, key: &CampaignKey) -> CampaignId {
        CampaignId(Uuid::new_v5(&workspace.0, format!("campaign:{key}").as_bytes()))
    }

    /// A number for interfaces that need an integer: the first 52 bits of the id.
    #[must_use]
    pub fn number(self) -> u64 {
        number(self.0)
    }
}

impl EmailId {
    /// The id that `key` gives in `workspace`.
    #[must_use]
    pub fn derive(workspace: WorkspaceId, key: &EmailKey) -> EmailId {
        EmailId(Uuid::new_v5(&workspace.0, format!("email:{key}").as_bytes()))
    }
}

impl SubscriptionId {
    /// A number for interfaces that need an integer: 52 bits of the id that are not its time, which two may share.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0.as_u64_pair().1 & ((1 << 52) - 1)
    }
}

impl DeliveryId {
    /// The id of the delivery of `event` to `subscription`; each replay (`run` above 0) is another delivery of it.
    #[must_use]
    pub fn derive(subscription: SubscriptionId, event: EventId, run: u32) -> DeliveryId {
        let name = match run {
            0 => format!("delivery:{event}"),
            run => format!("delivery:{event}:{run}"),
        };
        DeliveryId(Uuid::new_v5(&subscription.0, name.as_bytes()))
    }
}

impl ItemId {
    /// The id that the item of this sort with the platform's `id` has in `workspace`. Ids are unique within a sort only, so the
    /// sort takes part.
    #[must_use]
    pub fn derive(workspace: WorkspaceId, sort: ItemSort, id: &ExternalId) -> ItemId {
        ItemId(Uuid::new_v5(&workspace.0, format!("item:{sort}:{id}").as_bytes()))
    }
}

impl WorkspaceId {
    /// A number for interfaces that need an integer: the first 52 bits of the id.
    #[must_use]
    pub fn number(self) -> u64 {
        number(self.0)
    }
}

/// A hash of the identity hash of a real event, for the same event as a test.
pub(crate) fn test_digest(hash: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(b"test").chain_update(hash).finalize().into()
}

/// The first 52 bits: the most that every JSON reader keeps exactly.
fn number(id: Uuid) -> u64 {
    id.as_u64_pair().0 >> 12
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Platform;

    #[test]
    fn event_ids_sort_by_time_and_carry_version_8() {
        let early = EventId::derive(Millis(1), &[0xff; 32]);
        let late = EventId::derive(Millis(2), &[0; 32]);
        assert!(early < late);
        assert_eq!(early.0.get_version_num(), 8);
        assert_eq!(early.hash_part(), EventId::derive(Millis(9), &[0xff; 32]).hash_part());
    }

    #[test]
    fn a_test_delivery_has_an_id_of_its_own_at_the_same_time() {
        let live = EventId::derive(Millis(7), &[1; 32]);
        assert_ne!(live.of_test(), live);
        assert_eq!(live.of_test(), live.of_test());
        assert_eq!(live.of_test().0.as_bytes()[..6], live.0.as_bytes()[..6]);
        assert_eq!(live.of_test().0.get_version_num(), 8);
    }

    #[test]
    fn items_of_another_sort_account_or_workspace_have_another_id() {
        let workspace = |n| WorkspaceId(Uuid::from_u128(n));
        let five = |account: &str| ExternalId { platform: Platform::Hubspot, account: account.to_owned(), id: "5".to_owned() };
        let id = ItemId::derive(workspace(1), ItemSort::Note, &five("portal"));
        // Ids stand in what users keep: what they derive from never changes.
        assert_eq!(id.to_string(), "bc4039d6-bee7-5119-ac96-f855f1c41659");
        assert_ne!(id, ItemId::derive(workspace(1), ItemSort::Task, &five("portal")));
        assert_ne!(id, ItemId::derive(workspace(1), ItemSort::Note, &five("")));
        assert_ne!(id, ItemId::derive(workspace(2), ItemSort::Note, &five("portal")));
    }

    #[test]
    fn numbers_fit_52_bits() {
        assert!(WorkspaceId(Uuid::max()).number() < 1 << 52);
    }
}
