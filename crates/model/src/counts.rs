//! What is counted, in contacts, campaigns and enrollments.

use serde::{Deserialize, Serialize};

use crate::{event::Event, interest::Interest, kind::Kind, stamp::keep_min, time::Millis};

/// A thing that is counted. Append-only: the declaration order is stored as a number in the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub enum Counter {
    /// `email.sent`
    Sent,
    /// `email.opened`
    Opened,
    /// `email.clicked`
    Clicked,
    /// `email.replied`
    Replied,
    /// `email.bounced`
    Bounced,
    /// `contact.unsubscribed`
    Unsubscribed,
    /// Any event that states the interest `interested`
    Interested,
    /// Any event that states the interest `meeting_booked`
    MeetingBooked,
}

impl Counter {
    /// Every counter, in the order of [`Counts`].
    pub const ALL: [Counter; 8] = [
        Counter::Sent,
        Counter::Opened,
        Counter::Clicked,
        Counter::Replied,
        Counter::Bounced,
        Counter::Unsubscribed,
        Counter::Interested,
        Counter::MeetingBooked,
    ];

    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Counter::Sent => "sent",
            Counter::Opened => "opened",
            Counter::Clicked => "clicked",
            Counter::Replied => "replied",
            Counter::Bounced => "bounced",
            Counter::Unsubscribed => "unsubscribed",
            Counter::Interested => "interested",
            Counter::MeetingBooked => "meeting_booked",
        }
    }

    /// The counters that an event raises: at most one by its kind and one by the interest it states.
    pub fn of(event: &Event) -> impl Iterator<Item = Counter> {
        Counter::raised_by(event.kind, event.interest_set())
    }

    /// The counters that an event of this kind raises that states this interest.
    pub fn raised_by(kind: Kind, stated: Option<Interest>) -> impl Iterator<Item = Counter> {
        let by_kind = match kind {
            Kind::EmailSent => Some(Counter::Sent),
            Kind::EmailOpened => Some(Counter::Opened),
            Kind::EmailClicked => Some(Counter::Clicked),
            Kind::EmailReplied => Some(Counter::Replied),
            Kind::EmailBounced => Some(Counter::Bounced),
            Kind::ContactUnsubscribed => Some(Counter::Unsubscribed),
            _ => None,
        };
        let by_interest = match stated {
            Some(Interest::Interested) => Some(Counter::Interested),
            Some(Interest::MeetingBooked) => Some(Counter::MeetingBooked),
            _ => None,
        };
        by_kind.into_iter().chain(by_interest)
    }
}

/// One number per [`Counter`]. Deltas may be negative; what is stored never is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts(pub [i64; 8]);

impl Counts {
    /// The number under a counter.
    #[must_use]
    pub fn get(&self, counter: Counter) -> i64 {
        self.0[counter as usize]
    }

    /// Adds `amount` under a counter.
    pub fn add(&mut self, counter: Counter, amount: i64) {
        self.0[counter as usize] += amount;
    }

    /// Adds another set of counts.
    pub fn merge(&mut self, other: &Counts) {
        for (mine, other) in self.0.iter_mut().zip(other.0) {
            *mine += other;
        }
    }
}

/// Per [`Counter`], the first time that something under it happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks(pub [Option<Millis>; 8]);

impl Marks {
    /// Marks a counter as of `at`.
    pub fn mark(&mut self, counter: Counter, at: Millis) {
        keep_min(&mut self.0[counter as usize], Some(at));
    }

    /// Merges other marks into these.
    pub fn merge(&mut self, other: &Marks) {
        for (mine, other) in self.0.iter_mut().zip(other.0) {
            keep_min(mine, other);
        }
    }

    /// The counters that are marked, with their first times.
    pub fn marked(&self) -> impl Iterator<Item = (Counter, Millis)> {
        Counter::ALL.into_iter().filter_map(|counter| Some((counter, self.0[counter as usize]?)))
    }
}
