//! The kinds of event: the words that subscriptions, filters and counts use.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name that is not one of [`Kind::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind {0:?}")]
pub struct UnknownKind(pub String);

macro_rules! kinds {
    ($($variant:ident = $name:literal,)*) => {
        /// What an event says happened. The declaration order is the *kind rank*, which breaks ties of time: later wins.
        ///
        /// Names are append-only; the rank of a landed kind never changes, since stored records were folded with it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Kind {
            /// Every kind, in rank order.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)*];

            /// The public name, such as `email.replied`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Kind::$variant => $name,)*
                }
            }
        }

        impl FromStr for Kind {
            type Err = UnknownKind;

            fn from_str(name: &str) -> Result<Kind, UnknownKind> {
                match name {
                    $($name => Ok(Kind::$variant),)*
                    _ => Err(UnknownKind(name.to_owned())),
                }
            }
        }
    };
}

kinds! {
    EmailSent = "email.sent",
    EmailOpened = "email.opened",
    EmailClicked = "email.clicked",
    EmailReplied = "email.replied",
    EmailAutoReplied = "email.auto_replied",
    EmailReplyUntracked = "email.reply_untracked",
    EmailBounced = "email.bounced",
    EmailFailed = "email.failed",
    ContactCreated = "contact.created",
    ContactUpdated = "contact.updated",
    ContactDeleted = "contact.deleted",
    ContactUnsubscribed = "contact.unsubscribed",
    ContactInterested = "contact.interested",
    ContactNotInterested = "contact.not_interested",
    ContactNeutral = "contact.neutral",
    ContactMeetingBooked = "contact.meeting_booked",
    ContactMeetingCompleted = "contact.meeting_completed",
    ContactNoShow = "contact.no_show",
    ContactClosed = "contact.closed",
    ContactOutOfOffice = "contact.out_of_office",
    ContactWrongPerson = "contact.wrong_person",
    ContactCategoryUpdated = "contact.category_updated",
    ContactStatusUpdated = "contact.status_updated",
    ContactListsUpdated = "contact.lists_updated",
    ContactTagsUpdated = "contact.tags_updated",
    ContactTracked = "contact.tracked",
    ContactBlocked = "contact.blocked",
    ContactUnblocked = "contact.unblocked",
    ContactResubscribed = "contact.resubscribed",
    TaskCreated = "task.created",
    TaskUpdated = "task.updated",
    TaskDeleted = "task.deleted",
    NoteCreated = "note.created",
    NoteUpdated = "note.updated",
    NoteDeleted = "note.deleted",
    MessageLinkedin = "message.linkedin",
    MessageTwitter = "message.twitter",
    MessageEmail = "message.email",
    ActivityRecorded = "activity.recorded",
    CampaignCreated = "campaign.created",
    CampaignUpdated = "campaign.updated",
    CampaignDeleted = "campaign.deleted",
    CampaignCompleted = "campaign.completed",
    CampaignStatusChanged = "campaign.status_changed",
    CampaignStepReached = "campaign.step_reached",
    AccountError = "account.error",
    AccountConnected = "account.connected",
    AccountDisconnected = "account.disconnected",
    ListCreated = "list.created",
    ListUpdated = "list.updated",
    ListDeleted = "list.deleted",
    StatusCreated = "status.created",
    StatusUpdated = "status.updated",
    StatusDeleted = "status.deleted",
    TagCreated = "tag.created",
    TagUpdated = "tag.updated",
    TagDeleted = "tag.deleted",
    WebhookTest = "webhook.test",
    Other = "other",
    ContactLinked = "contact.linked",
    ContactUnlinked = "contact.unlinked",
    CampaignAliased = "campaign.aliased",
    CampaignUnaliased = "campaign.unaliased",
    WebhookWarning = "webhook.warning",
}

impl Kind {
    /// The kind's place in the order that breaks ties of time.
    #[must_use]
    pub fn rank(self) -> u8 {
        self as u8
    }

    /// The kind of this rank, if there is one.
    #[must_use]
    pub fn from_rank(rank: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(rank)).copied()
    }

    /// Whether an event of this kind tells of the installation itself. It makes no contact, campaign or email, and where it lies
    /// in an agency's reserved workspace it waits for no place: it is the agency's own.
    #[must_use]
    pub fn is_of_the_house(self) -> bool {
        self == Kind::WebhookWarning
    }

    /// Whether an event of this kind is something the contact or a sender *did*, so that it moves `last_activity_at`.
    ///
    /// Keeping of records (created, updated, lists, tags, links ...) is not an activity.
    #[must_use]
    pub fn is_activity(self) -> bool {
        use Kind::*;
        matches!(
            self,
            EmailSent
                | EmailOpened
                | EmailClicked
                | EmailReplied
                | EmailAutoReplied
                | EmailReplyUntracked
                | EmailBounced
                | ContactUnsubscribed
                | ContactInterested
                | ContactNotInterested
                | ContactNeutral
                | ContactMeetingBooked
                | ContactMeetingCompleted
                | ContactNoShow
                | ContactClosed
                | ContactOutOfOffice
                | ContactWrongPerson
                | ContactTracked
                | MessageLinkedin
                | MessageTwitter
                | MessageEmail
                | ActivityRecorded
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ranks_round_trip() {
        for (rank, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(kind.name().parse::<Kind>(), Ok(*kind));
            assert_eq!(usize::from(kind.rank()), rank);
            assert_eq!(Kind::from_rank(kind.rank()), Some(*kind));
        }
        assert_eq!(Kind::from_rank(255), None);
        assert!("email.eaten".parse::<Kind>().is_err());
    }
}
