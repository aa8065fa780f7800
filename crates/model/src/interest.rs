//! Interest: one notion, whoever reports it and however it is called there.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kind::Kind;

/// What a contact wants, as last stated by a person or a classifier.
///
/// Append-only: the declaration order is stored as a number in the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Interest {
    /// Interested, or wants information.
    Interested,
    /// A meeting is agreed.
    MeetingBooked,
    /// A meeting took place.
    MeetingCompleted,
    /// Won.
    Closed,
    /// Neither.
    Neutral,
    /// Not interested.
    NotInterested,
    /// Not the right person.
    WrongPerson,
    /// Did not come to the meeting.
    NoShow,
    /// Away.
    OutOfOffice,
}

impl Interest {
    /// Every interest, in declaration order.
    pub const ALL: [Interest; 9] = [
        Interest::Interested,
        Interest::MeetingBooked,
        Interest::MeetingCompleted,
        Interest::Closed,
        Interest::Neutral,
        Interest::NotInterested,
        Interest::WrongPerson,
        Interest::NoShow,
        Interest::OutOfOffice,
    ];

    /// The word used in `contact.interest` and `contact.status`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Interest::Interested => "interested",
            Interest::MeetingBooked => "meeting_booked",
            Interest::MeetingCompleted => "meeting_completed",
            Interest::Closed => "closed",
            Interest::Neutral => "neutral",
            Interest::NotInterested => "not_interested",
            Interest::WrongPerson => "wrong_person",
            Interest::NoShow => "no_show",
            Interest::OutOfOffice => "out_of_office",
        }
    }

    /// The interest that an event of this kind states by being of this kind.
    #[must_use]
    pub fn of_kind(kind: Kind) -> Option<Interest> {
        match kind {
            Kind::ContactInterested => Some(Interest::Interested),
            Kind::ContactMeetingBooked => Some(Interest::MeetingBooked),
            Kind::ContactMeetingCompleted => Some(Interest::MeetingCompleted),
            Kind::ContactClosed => Some(Interest::Closed),
            Kind::ContactNeutral => Some(Interest::Neutral),
            Kind::ContactNotInterested => Some(Interest::NotInterested),
            Kind::ContactWrongPerson => Some(Interest::WrongPerson),
            Kind::ContactNoShow => Some(Interest::NoShow),
            Kind::ContactOutOfOffice => Some(Interest::OutOfOffice),
            _ => None,
        }
    }
}

impl fmt::Display for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interest_is_found_by_its_number() {
        for (number, interest) in Interest::ALL.into_iter().enumerate() {
            assert_eq!(interest as usize, number, "{interest}");
        }
    }
}
