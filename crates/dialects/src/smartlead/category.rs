//! Categories: SmartLead's word for what a lead wants.

use hookline_model::{
    event::{Change, Event},
    interest::Interest,
    platform::Platform,
};
use sha2::{Digest, Sha256};

use crate::view::{self, View, said, set};

/// A category of a SmartLead account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: &'static str,
    /// `positive`, `negative` or `neutral`, if it says anything.
    pub sentiment: Option<&'static str>,
    /// The interest that is told by it.
    pub interest: Option<Interest>,
}

const fn built_in(id: u64, name: &'static str, sentiment: Option<&'static str>, interest: Option<Interest>) -> BuiltIn {
    BuiltIn { id, name, sentiment, interest }
}

/// The categories that every account has, under SmartLead's own numbers; from 10 on those that we need beside them.
pub const BUILT_IN: [BuiltIn; 13] = [
    built_in(1, "Interested", Some("positive"), Some(Interest::Interested)),
    built_in(2, "Meeting Request", Some("positive"), Some(Interest::MeetingBooked)),
    built_in(3, "Not Interested", Some("negative"), Some(Interest::NotInterested)),
    built_in(4, "Do Not Contact", Some("negative"), None),
    built_in(5, "Information Request", Some("positive"), None),
    built_in(6, "Out Of Office", Some("neutral"), Some(Interest::OutOfOffice)),
    built_in(7, "Wrong Person", Some("negative"), Some(Interest::WrongPerson)),
    built_in(8, "Uncategorizable by Ai", None, None),
    built_in(9, "Sender Originated Bounce", None, None),
    built_in(10, "Meeting Completed", Some("positive"), Some(Interest::MeetingCompleted)),
    built_in(11, "Closed", Some("positive"), Some(Interest::Closed)),
    built_in(12, "Neutral", Some("neutral"), Some(Interest::Neutral)),
    built_in(13, "No Show", Some("negative"), Some(Interest::NoShow)),
];

/// The category that an interest is told by.
#[must_use]
pub fn of_interest(interest: Interest) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|known| known.interest == Some(interest))
}

/// The number of a category by its name: SmartLead's own, else one that always is the same, below 2^52.
#[must_use]
pub fn number(name: &str) -> u64 {
    if let Some(known) = BUILT_IN.iter().find(|known| known.name.eq_ignore_ascii_case(name)) {
        return known.id;
    }
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(name.to_lowercase()));
    // Never one of the small numbers.
    (u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 12) | 1 << 32
}

/// What a category event sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Category<'a> {
    /// This category.
    Set(&'a str, Option<&'static str>),
    /// None any more.
    Cleared,
}

impl<'a> Category<'a> {
    /// What an event sets, if it says. An interest that has a kind of its own is told by the category that every account has; a
    /// category by its own name.
    pub(super) fn of(event: &'a Event) -> Option<Category<'a>> {
        let interest = view::category_interest(event);
        let by_interest = || of_interest(interest?);
        let named = set(event.facts.category.as_ref()).and_then(|name| said(name));
        if Interest::of_kind(event.kind).is_some() || named.is_none() {
            if let Some(known) = by_interest() {
                return Some(Category::Set(known.name, known.sentiment));
            }
            let is_cleared = [event.facts.category == Some(Change::Clear), event.facts.interest == Some(Change::Clear)];
            return is_cleared.contains(&true).then_some(Category::Cleared);
        }
        let sentiment = by_interest().and_then(|known| known.sentiment);
        let own = || BUILT_IN.iter().find(|known| named.is_some_and(|name| known.name.eq_ignore_ascii_case(name)));
        named.map(|name| Category::Set(name, sentiment.or_else(|| own().and_then(|known| known.sentiment))))
    }

    /// Its name and number.
    pub(super) fn named(&self, view: &View<'_>) -> (Option<&'a str>, Option<u64>) {
        match self {
            Category::Set(name, _) => {
                let own = view.extra_number(Platform::Smartlead, "category_id");
                (Some(name), Some(own.unwrap_or_else(|| number(name))))
            }
            Category::Cleared => (None, None),
        }
    }

    /// What the account thinks of it.
    pub(super) fn sentiment(&self) -> Option<&'static str> {
        match self {
            Category::Set(_, sentiment) => *sentiment,
            Category::Cleared => None,
        }
    }
}
