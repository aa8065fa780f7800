//! Statistics: what is asked for, and the sums that a store streams its rows into.
//!
//! Counts are sums of rollups, unique counts are sums of firsts; neither is collected first. What of a row counts where is
//! decided here, once for every store.

use std::collections::BTreeMap;

use hookline_model::{
    calendar::{Calendar, Span},
    counts::{Counter, Counts},
    id::CampaignId,
    interest::Interest,
    kind::Kind,
    platform::Platform,
    time::Millis,
};

use crate::{Error, error::TooMuch, query::CampaignSelector};

/// The most rows of rollups and firsts, together, that one read walks.
pub const STATS_ROWS_WALKED_MAX: u64 = 5_000_000;

/// The most rows that one read answers.
pub const STATS_ROWS_MAX: usize = 10_000;

/// Of what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatsFilter {
    /// From the quarter of an hour of this instant on.
    pub since: Option<Millis>,
    /// Up to the quarter of an hour of this instant, without it.
    pub until: Option<Millis>,
    /// In this campaign, under any of its keys.
    pub campaign: Option<CampaignSelector>,
    /// Events from this platform; for unique counts, campaigns of it.
    pub platform: Option<Platform>,
}

/// Into which rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum StatsBy {
    /// One row for all.
    #[default]
    Nothing,
    /// Days or hours.
    Time(Calendar),
    /// Kinds. Without unique counts: an enrollment's first times are by counter.
    Kind,
    /// Campaigns, and one row for events without.
    Campaign,
    /// Steps, and one row for events without. Without unique counts.
    SequenceNumber,
}

impl StatsBy {
    /// Whether rows have unique counts.
    #[must_use]
    pub fn has_unique(&self) -> bool {
        matches!(self, StatsBy::Nothing | StatsBy::Time(_) | StatsBy::Campaign)
    }
}

/// What a row is about. The derived order is that of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatsKey {
    /// All.
    All,
    /// The day or hour that starts here.
    Time(Millis),
    /// A kind.
    Kind(Kind),
    /// A campaign, by the id it has now; none for events without.
    Campaign(Option<CampaignId>),
    /// A step; none for events without.
    SequenceNumber(Option<u32>),
}

/// A row of statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatsRow {
    /// What it is about.
    pub key: StatsKey,
    /// Counted events of any kind.
    pub events: i64,
    /// Counted events by counter.
    pub counts: Counts,
    /// Enrollments by counter, each in the quarter of an hour of its first time; none where they do not apply.
    pub unique: Option<Counts>,
}

impl StatsRow {
    /// A row of nothing.
    #[must_use]
    pub fn empty(key: StatsKey, has_unique: bool) -> StatsRow {
        StatsRow { key, events: 0, counts: Counts::default(), unique: has_unique.then(Counts::default) }
    }
}

/// A rollup row, as it is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollupRow {
    /// Start of the quarter of an hour.
    pub quarter: Millis,
    /// Campaign, by the id it has now; may be left out where rows are not by campaign.
    pub campaign: Option<CampaignId>,
    /// What.
    pub kind: Kind,
    /// Step.
    pub sequence_number: Option<u32>,
    /// The interest stated.
    pub interest: Option<Interest>,
    /// How many.
    pub count: i64,
}

/// A row of firsts, as it is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstRow {
    /// Start of the quarter of an hour.
    pub quarter: Millis,
    /// Campaign, by the id it has now; may be left out where rows are not by campaign.
    pub campaign: Option<CampaignId>,
    /// What was done.
    pub counter: Counter,
    /// How many enrollments.
    pub count: i64,
}

/// The sums of one read. Memory: a few hundred bytes per row answered.
#[derive(Debug)]
pub struct Tally {
    by: StatsBy,
    rows: BTreeMap<StatsKey, StatsRow>,
    walked: u64,
    walked_max: u64,
    /// The day or hour of the row before: rows come in order of time, or nearly.
    span: Option<Span>,
}

impl Tally {
    /// Sums of nothing yet. `walked_max` is [`STATS_ROWS_WALKED_MAX`], but for tests.
    #[must_use]
    pub fn new(by: StatsBy, walked_max: u64) -> Tally {
        let mut tally = Tally { by, rows: BTreeMap::new(), walked: 0, walked_max, span: None };
        if tally.by == StatsBy::Nothing {
            tally.rows.insert(StatsKey::All, StatsRow::empty(StatsKey::All, true));
        }
        tally
    }

    /// Notes that a row was read, whether it is added or not.
    ///
    /// # Errors
    /// When one read walks no more rows.
    pub fn walk(&mut self) -> Result<(), Error> {
        self.walked += 1;
        if self.walked > self.walked_max { Err(Error::TooMuch(TooMuch::Walked)) } else { Ok(()) }
    }

    /// Adds counted events.
    ///
    /// # Errors
    /// When they begin a row and one read answers no more rows.
    pub fn count(&mut self, rollup: &RollupRow) -> Result<(), Error> {
        let key = match &self.by {
            StatsBy::Kind => StatsKey::Kind(rollup.kind),
            StatsBy::SequenceNumber => StatsKey::SequenceNumber(rollup.sequence_number),
            _ => self.key(rollup.quarter, rollup.campaign),
        };
        let row = self.row(key)?;
        row.events += rollup.count;
        for counter in Counter::raised_by(rollup.kind, rollup.interest) {
            row.counts.add(counter, rollup.count);
        }
        Ok(())
    }

    /// Adds enrollments, where rows have unique counts.
    ///
    /// # Errors
    /// When they begin a row and one read answers no more rows.
    pub fn first(&mut self, first: &FirstRow) -> Result<(), Error> {
        let key = self.key(first.quarter, first.campaign);
        if let Some(unique) = &mut self.row(key)?.unique {
            unique.add(first.counter, first.count);
        }
        Ok(())
    }

    /// The rows, in order of their keys.
    #[must_use]
    pub fn rows(self) -> Vec<StatsRow> {
        self.rows.into_values().collect()
    }

    fn key(&mut self, quarter: Millis, campaign: Option<CampaignId>) -> StatsKey {
        match &self.by {
            StatsBy::Time(calendar) => {
                let span = self.span.filter(|span| span.holds(quarter)).unwrap_or_else(|| calendar.span(quarter));
                self.span = Some(span);
                StatsKey::Time(span.start)
            }
            StatsBy::Campaign => StatsKey::Campaign(campaign),
            StatsBy::Nothing | StatsBy::Kind | StatsBy::SequenceNumber => StatsKey::All,
        }
    }

    fn row(&mut self, key: StatsKey) -> Result<&mut StatsRow, Error> {
        if self.rows.len() >= STATS_ROWS_MAX && !self.rows.contains_key(&key) {
            return Err(Error::TooMuch(TooMuch::Answered));
        }
        let has_unique = self.by.has_unique();
        Ok(self.rows.entry(key).or_insert_with(|| StatsRow::empty(key, has_unique)))
    }
}

#[cfg(test)]
mod tests;
