//! Labels: what an agency, or Instantly, says of a lead's interest. A lead has one at a time (Instantly's developer pages).

use hookline_model::{
    event::{Change, Facts},
    interest::Interest,
    kind::Kind,
};

use crate::json::{Fields, cut, fold};

/// Where a label stands when the event has no name (Instantly's developer pages; public relay code).
pub(super) const KEYS: [&str; 2] = ["label", "lead_label"];

/// Where the number of a label stands.
pub(super) const VALUE: &str = "custom_interest_value";

/// The longest label kept, in characters.
const LABEL_CHARS_MAX: usize = 200;

/// The labels that every workspace has, by their number, with the words of Instantly's app (Instantly's developer pages). Nothing
/// of ours is a lost deal.
const BUILT_IN: [(i64, &str, Option<Interest>); 9] = [
    (0, "Out of office", Some(Interest::OutOfOffice)),
    (1, "Interested", Some(Interest::Interested)),
    (2, "Meeting booked", Some(Interest::MeetingBooked)),
    (3, "Meeting completed", Some(Interest::MeetingCompleted)),
    (4, "Won", Some(Interest::Closed)),
    (-1, "Not interested", Some(Interest::NotInterested)),
    (-2, "Wrong person", Some(Interest::WrongPerson)),
    (-3, "Lost", None),
    (-4, "No show", Some(Interest::NoShow)),
];

/// Other words for the same, and the one that has no number.
const SYNONYMS: [(&str, Interest); 2] = [("closed", Interest::Closed), ("neutral", Interest::Neutral)];

/// A label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// Its text, if it is known.
    text: Option<String>,
    /// Its number, if it is stated.
    pub(super) value: Option<i64>,
}

impl Label {
    /// The label that an event's name is.
    pub(super) fn named(name: &str, body: Fields<'_>) -> Label {
        Label { text: Some(cut(&fold(name), LABEL_CHARS_MAX)), value: body.integer(VALUE) }
    }

    /// The label of an event without a name.
    pub(super) fn stated(body: Fields<'_>) -> Option<Label> {
        let value = body.integer(VALUE);
        let words = KEYS.iter().find_map(|key| body.word(key)).or_else(|| body.word(VALUE).filter(|_| value.is_none()));
        let text = words.map(|text| cut(&fold(text), LABEL_CHARS_MAX));
        (text.is_some() || value.is_some()).then_some(Label { text, value })
    }

    /// The label that an event of this kind says is now the lead's.
    pub(super) fn of_kind(kind: Kind) -> Option<Label> {
        let interest = Interest::of_kind(kind)?;
        let built_in = BUILT_IN.iter().find(|(_, _, means)| *means == Some(interest)).map(|(_, text, _)| *text);
        Some(Label { text: Some(built_in.unwrap_or("Neutral").to_owned()), value: None })
    }

    /// The text, or the number that stands for it, to tell labels apart.
    pub(super) fn identity(&self) -> String {
        match (self.text(), self.value) {
            (Some(text), _) => text.to_lowercase(),
            (None, value) => value.map(|value| value.to_string()).unwrap_or_default(),
        }
    }

    /// Sets the label, and the interest if it is one that we know. The number of an agency's own label says nothing to us.
    pub(super) fn apply(&self, facts: &mut Facts) {
        facts.category = self.text().map(|text| Change::Set(text.to_owned()));
        facts.interest = self.interest().map(Change::Set);
    }

    fn text(&self) -> Option<&str> {
        let built_in = || BUILT_IN.iter().find(|(value, ..)| Some(*value) == self.value).map(|(_, text, _)| *text);
        self.text.as_deref().or_else(built_in)
    }

    fn interest(&self) -> Option<Interest> {
        let by_value = BUILT_IN.iter().find(|(value, ..)| Some(*value) == self.value).and_then(|(_, _, interest)| *interest);
        by_value.or_else(|| {
            let text = fold(&self.text.as_deref()?.replace(['-', '_'], " ")).to_lowercase();
            let built_in = BUILT_IN.iter().find(|(_, known, _)| known.to_lowercase() == text);
            let synonym = || SYNONYMS.iter().find(|(known, _)| *known == text).map(|(_, interest)| *interest);
            built_in.and_then(|(_, _, interest)| *interest).or_else(synonym)
        })
    }
}
