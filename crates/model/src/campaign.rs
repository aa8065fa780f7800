//! What is folded per campaign key and per enrollment.

use serde::{Deserialize, Serialize};

use crate::{
    counts::{Counter, Counts, Marks},
    event::Event,
    stamp::{Register, Stamp, keep_max, keep_min},
    time::Millis,
};

/// Everything known under one campaign key, but for its unique counts, which come from the enrollments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignState {
    /// Title.
    pub name: Register<String>,
    /// State, as stated by an event about it.
    pub status: Register<String>,
    /// State, as mentioned in passing.
    pub status_mentioned: Register<String>,
    /// Counted events.
    pub counts: Counts,
    /// The first event. `None` in a state that no event touched.
    pub first_event_at: Option<Millis>,
    /// The last event.
    pub last_event_at: Option<Millis>,
}

impl CampaignState {
    /// Takes in what one entry gives alone, without counts. It is the same as merging the state that the entry gives to an empty
    /// one.
    pub fn take(&mut self, event: &Event, stamp: Stamp) {
        keep_min(&mut self.first_event_at, Some(event.occurred_at));
        keep_max(&mut self.last_event_at, Some(event.occurred_at));
        if let Some(name) = event.campaign.as_ref().and_then(|campaign| campaign.name.as_ref()) {
            self.name.set(stamp, name.clone());
        }
        if let Some(status) = event.campaign.as_ref().and_then(|campaign| campaign.status_mentioned.as_ref()) {
            self.status_mentioned.set(stamp, status.clone());
        }
        if let Some(status) = &event.facts.campaign_status {
            self.status.set(stamp, status.clone());
        }
    }

    /// Merges another state into this one.
    pub fn merge(&mut self, other: CampaignState) {
        self.name.merge(other.name);
        self.status.merge(other.status);
        self.status_mentioned.merge(other.status_mentioned);
        self.counts.merge(&other.counts);
        keep_min(&mut self.first_event_at, other.first_event_at);
        keep_max(&mut self.last_event_at, other.last_event_at);
    }

    /// Whether an entry of this stamp may still be seen in what merging cannot give back: anything but counts.
    #[must_use]
    pub fn rests_on(&self, stamp: Stamp) -> bool {
        let values = [&self.name, &self.status, &self.status_mentioned];
        values.into_iter().any(|value| value.stamp() == Some(stamp))
            || [self.first_event_at, self.last_event_at].contains(&Some(stamp.at))
    }

    /// The state shown: what an event stated about the campaign, else what was mentioned in passing.
    #[must_use]
    pub fn shown_status(&self) -> Option<&String> {
        self.status.get().or_else(|| self.status_mentioned.get())
    }

    /// Whether any event was folded under this key.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.first_event_at.is_some()
    }
}

/// One contact key in one campaign key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrollmentState {
    /// Counted events.
    pub counts: Counts,
    /// First times.
    pub marks: Marks,
    /// The furthest step.
    pub step: Option<u32>,
    /// The first event. `None` in a state that no event touched.
    pub first_event_at: Option<Millis>,
    /// The last event.
    pub last_event_at: Option<Millis>,
}

impl EnrollmentState {
    /// Takes in what one entry gives alone, without counts. It is the same as merging the state that the entry gives to an empty
    /// one.
    pub fn take(&mut self, event: &Event) {
        keep_max(&mut self.step, event.sequence_number());
        keep_min(&mut self.first_event_at, Some(event.occurred_at));
        keep_max(&mut self.last_event_at, Some(event.occurred_at));
        for counter in Counter::of(event) {
            self.marks.mark(counter, event.occurred_at);
        }
    }

    /// Merges another state into this one.
    pub fn merge(&mut self, other: &EnrollmentState) {
        self.counts.merge(&other.counts);
        self.marks.merge(&other.marks);
        keep_max(&mut self.step, other.step);
        keep_min(&mut self.first_event_at, other.first_event_at);
        keep_max(&mut self.last_event_at, other.last_event_at);
    }

    /// What the unique counts of its campaign are taken from.
    #[must_use]
    pub fn bits(&self) -> Bits {
        Bits { enrolled: self.first_event_at.is_some(), marks: self.marks }
    }
}

/// An enrollment as the unique counts and the firsts see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    /// Whether there is an enrollment at all.
    pub enrolled: bool,
    /// What it is counted under, and since when.
    pub marks: Marks,
}

impl Bits {
    /// The bits of two enrollments that are one.
    #[must_use]
    pub fn or(self, other: Bits) -> Bits {
        let mut marks = self.marks;
        marks.merge(&other.marks);
        Bits { enrolled: self.enrolled || other.enrolled, marks }
    }
}

/// Unique counts: how many enrollments there are, and how many have each mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uniques {
    /// Enrollments.
    pub contacts: i64,
    /// Per counter, the enrollments that have its mark.
    pub marked: Counts,
}

impl Uniques {
    /// Counts an enrollment, or with `-1` stops counting it.
    pub fn add(&mut self, bits: Bits, amount: i64) {
        self.contacts += if bits.enrolled { amount } else { 0 };
        for (counter, _) in bits.marks.marked() {
            self.marked.add(counter, amount);
        }
    }

    /// Adds other unique counts.
    pub fn merge(&mut self, other: &Uniques) {
        self.contacts += other.contacts;
        self.marked.merge(&other.marked);
    }
}
