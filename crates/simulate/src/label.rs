//! What becomes of a contact in the eyes of whoever reads the replies: SmartLead's categories, Instantly's status events and
//! custom labels.

use hookline_model::{interest::Interest, kind::Kind, platform::Platform};
use rand::{RngExt, rngs::ChaCha8Rng};

use crate::{chance::pick, languages::Says, words::CUSTOM_LABELS};

/// A label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Interested,
    Question,
    MeetingRequest,
    MeetingBooked,
    MeetingCompleted,
    NoShow,
    Closed,
    Neutral,
    No,
    Never,
    WrongPerson,
    OutOfOffice,
    /// One of the agency's own: a place in [`CUSTOM_LABELS`].
    Custom(usize),
    /// SmartLead: the label is taken away.
    Cleared,
}

impl Label {
    /// The label that a reply gets.
    pub(crate) fn of(says: Says, rng: &mut ChaCha8Rng) -> Label {
        match says {
            Says::Interested => Label::Interested,
            Says::Meeting => Label::MeetingRequest,
            Says::Question => Label::Question,
            Says::No => Label::No,
            Says::Never => Label::Never,
            Says::WrongPerson => Label::WrongPerson,
            Says::Later => *pick(rng, &[Label::Neutral, Label::Custom(0), Label::Custom(2)]),
            Says::Away => Label::OutOfOffice,
        }
    }

    /// What somebody corrects it to.
    pub(crate) fn correction(self, platform: Platform, rng: &mut ChaCha8Rng) -> Label {
        let mut others =
            vec![Label::Interested, Label::No, Label::Neutral, Label::Custom(rng.random_range(0..CUSTOM_LABELS.len()))];
        if platform == Platform::Smartlead {
            others.push(Label::Cleared);
        }
        others.retain(|other| *other != self);
        *pick(rng, &others)
    }

    /// SmartLead's name and id of it; none where it is cleared.
    pub(crate) fn category(self) -> Option<(&'static str, u32)> {
        Some(match self {
            Label::Interested => ("Interested", 1),
            Label::MeetingRequest => ("Meeting Request", 2),
            Label::No => ("Not Interested", 3),
            Label::Never => ("Do Not Contact", 4),
            Label::Question => ("Information Request", 5),
            Label::OutOfOffice => ("Out Of Office", 6),
            Label::WrongPerson => ("Wrong Person", 7),
            Label::MeetingBooked => ("Meeting Booked", 21_417),
            Label::MeetingCompleted => ("Meeting Completed", 21_418),
            Label::NoShow => ("No-Show", 21_419),
            Label::Closed => ("Closed Won", 21_420),
            Label::Neutral => ("Neutral", 21_421),
            Label::Custom(place) => (CUSTOM_LABELS[place].0, 21_430 + u32::try_from(place).unwrap_or(0)),
            Label::Cleared => return None,
        })
    }

    /// The sentiment that SmartLead reports with it.
    pub(crate) fn sentiment(self) -> Option<&'static str> {
        match self {
            Label::Custom(place) => CUSTOM_LABELS[place].1,
            Label::Cleared => None,
            Label::Neutral | Label::OutOfOffice => Some("neutral"),
            Label::No | Label::Never | Label::WrongPerson | Label::NoShow => Some("negative"),
            _ => Some("positive"),
        }
    }

    /// Instantly's event, and the kind it is.
    pub(crate) fn event(self) -> (&'static str, Kind) {
        match self {
            Label::Interested | Label::Question => ("lead_interested", Kind::ContactInterested),
            Label::MeetingRequest | Label::MeetingBooked => ("lead_meeting_booked", Kind::ContactMeetingBooked),
            Label::MeetingCompleted => ("lead_meeting_completed", Kind::ContactMeetingCompleted),
            Label::NoShow => ("lead_no_show", Kind::ContactNoShow),
            Label::Closed => ("lead_closed", Kind::ContactClosed),
            Label::Neutral | Label::Cleared => ("lead_neutral", Kind::ContactNeutral),
            Label::No | Label::Never => ("lead_not_interested", Kind::ContactNotInterested),
            Label::WrongPerson => ("lead_wrong_person", Kind::ContactWrongPerson),
            Label::OutOfOffice => ("lead_out_of_office", Kind::ContactOutOfOffice),
            Label::Custom(place) => (CUSTOM_LABELS[place].0, Kind::ContactCategoryUpdated),
        }
    }

    /// The interest that the event states. The agency's own labels state one only where the platform tells their sentiment.
    pub(crate) fn interest(self, platform: Platform) -> Option<Interest> {
        match self {
            Label::Interested | Label::Question => Some(Interest::Interested),
            Label::MeetingRequest | Label::MeetingBooked => Some(Interest::MeetingBooked),
            Label::MeetingCompleted => Some(Interest::MeetingCompleted),
            Label::NoShow => Some(Interest::NoShow),
            Label::Closed => Some(Interest::Closed),
            Label::Neutral => Some(Interest::Neutral),
            Label::No | Label::Never => Some(Interest::NotInterested),
            Label::WrongPerson => Some(Interest::WrongPerson),
            Label::OutOfOffice => Some(Interest::OutOfOffice),
            Label::Cleared => None,
            Label::Custom(_) if platform != Platform::Smartlead => None,
            Label::Custom(_) => match self.sentiment() {
                Some("positive") => Some(Interest::Interested),
                Some("negative") => Some(Interest::NotInterested),
                _ => None,
            },
        }
    }
}
