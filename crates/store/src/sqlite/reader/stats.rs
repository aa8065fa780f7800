//! Statistics: rollups and firsts are streamed and added up, never collected.

use std::collections::{HashMap, HashSet};

use hookline_model::{
    id::CampaignId,
    link::campaign_component,
    platform::Platform,
    rows::ReadRows,
    time::{Millis, QUARTER_MS},
};
use rusqlite::{Row, params};

use super::WorkspaceReader;
use crate::{
    Error,
    query::CampaignSelector,
    sqlite::{
        open::failed,
        rows::{counter_of, interest_of, kind_of, platform_of},
    },
    stats::{FirstRow, RollupRow, STATS_ROWS_MAX, STATS_ROWS_WALKED_MAX, StatsBy, StatsFilter, StatsRow, Tally},
};

/// A campaign as rows of its keys are counted for.
#[derive(Clone, Copy)]
struct Head {
    id: CampaignId,
    platform: Platform,
}

/// What is walked: a period, and of it the rows of some campaigns.
struct Walk {
    since: Millis,
    until: Millis,
    campaigns: Option<HashSet<i64>>,
}

impl Walk {
    /// Whether a row of this campaign is wanted.
    fn wants(&self, campaign: Option<i64>) -> bool {
        self.campaigns.as_ref().is_none_or(|wanted| campaign.is_some_and(|campaign| wanted.contains(&campaign)))
    }
}

impl WorkspaceReader<'_> {
    /// Sums of rollups and firsts.
    pub(in crate::sqlite) fn stats(&mut self, filter: &StatsFilter, by: StatsBy) -> Result<Vec<StatsRow>, Error> {
        let walk = self.walk(filter)?;
        let (by_campaign, has_unique) = (by == StatsBy::Campaign, by.has_unique());
        let mut tally = Tally::new(by, STATS_ROWS_WALKED_MAX);
        self.add_rollups(&walk, filter.platform, by_campaign, &mut tally)?;
        if has_unique {
            self.add_firsts(&walk, filter.platform, by_campaign, &mut tally)?;
        }
        Ok(tally.rows())
    }

    fn walk(&mut self, filter: &StatsFilter) -> Result<Walk, Error> {
        let since = filter.since.map_or(Millis(i64::MIN), Millis::quarter_start);
        let until = filter.until.map_or(Millis(i64::MAX), Millis::quarter_start);
        match &filter.campaign {
            Some(campaign) => self.walk_of(campaign, since, until),
            None => Ok(Walk { since, until, campaigns: None }),
        }
    }

    /// The walk for campaigns: rows lie by time, so it is bounded by their first and last events.
    fn walk_of(&mut self, campaign: &CampaignSelector, since: Millis, until: Millis) -> Result<Walk, Error> {
        let (mut first, mut last) = (None, None);
        let mut campaigns = HashSet::new();
        for key in self.campaign_keys_of(campaign)? {
            if let Some((state, _)) = self.rows.campaign(&key)? {
                hookline_model::stamp::keep_min(&mut first, state.first_event_at);
                hookline_model::stamp::keep_max(&mut last, state.last_event_at);
            }
            campaigns.extend(self.rows.campaign_no(&key)?);
        }
        let first = first.map_or(until, Millis::quarter_start);
        let behind = last.map_or(since, |last| Millis(last.quarter_start().0.saturating_add(QUARTER_MS)));
        Ok(Walk { since: since.max(first), until: until.min(behind), campaigns: Some(campaigns) })
    }

    fn add_rollups(
        &mut self,
        walk: &Walk,
        platform: Option<Platform>,
        by_campaign: bool,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let sql = "SELECT quarter, campaign, platform, kind, sequence_number, interest, count FROM rollup
            WHERE workspace = ?1 AND quarter >= ?2 AND quarter < ?3";
        let mut heads = HashMap::new();
        self.for_each(sql, walk, |reader, row| {
            tally.walk()?;
            let (campaign, from) = (campaign_of(row)?, platform_of(number(row, 2)?)?);
            if !walk.wants(campaign) || platform.is_some_and(|platform| platform != from) {
                return Ok(());
            }
            let campaign = match campaign {
                Some(campaign) if by_campaign => Some(reader.head(&mut heads, campaign)?.id),
                _ => None,
            };
            tally.count(&RollupRow {
                quarter: Millis(number(row, 0)?),
                campaign,
                kind: kind_of(number(row, 3)?)?,
                sequence_number: u32::try_from(number(row, 4)?).ok(),
                interest: interest_of(number(row, 5)?)?,
                count: number(row, 6)?,
            })
        })
    }

    fn add_firsts(&mut self, walk: &Walk, platform: Option<Platform>, by_campaign: bool, tally: &mut Tally) -> Result<(), Error> {
        let sql = "SELECT quarter, campaign, counter, count FROM first WHERE workspace = ?1 AND quarter >= ?2 AND quarter < ?3";
        let mut heads = HashMap::new();
        self.for_each(sql, walk, |reader, row| {
            tally.walk()?;
            let Some(campaign) = campaign_of(row)?.filter(|campaign| walk.wants(Some(*campaign))) else { return Ok(()) };
            let head = if by_campaign || platform.is_some() { Some(reader.head(&mut heads, campaign)?) } else { None };
            if platform.is_some_and(|platform| head.is_some_and(|head| platform != head.platform)) {
                return Ok(());
            }
            tally.first(&FirstRow {
                quarter: Millis(number(row, 0)?),
                campaign: head.map(|head| head.id),
                counter: counter_of(number(row, 2)?)?,
                count: number(row, 3)?,
            })
        })
    }

    /// Streams the rows of a walk.
    fn for_each(
        &mut self,
        sql: &'static str,
        walk: &Walk,
        mut take: impl FnMut(&mut Self, &Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let failed = |error: rusqlite::Error| failed("add up statistics", &error);
        let records = self.rows.records;
        let mut statement = records.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params![self.rows.no, walk.since.0, walk.until.0]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            take(self, row)?;
        }
        Ok(())
    }

    /// The campaign that a row's key belongs to now, remembered for as many as a read answers.
    fn head(&mut self, known: &mut HashMap<i64, Head>, campaign: i64) -> Result<Head, Error> {
        if let Some(head) = known.get(&campaign) {
            return Ok(*head);
        }
        let key = self.rows.campaign_key(campaign)?;
        let best = campaign_component(&key, |key| self.rows.aliases(key))?.pop_first().unwrap_or(key);
        let head = Head { id: CampaignId::derive(self.workspace, &best), platform: best.external().platform };
        if known.len() >= STATS_ROWS_MAX {
            known.clear();
        }
        known.insert(campaign, head);
        Ok(head)
    }
}

fn number(row: &Row<'_>, column: usize) -> Result<i64, Error> {
    row.get(column).map_err(|error| failed("add up statistics", &error))
}

/// The second column of both tables: the number of a campaign's key, 0 for none.
fn campaign_of(row: &Row<'_>) -> Result<Option<i64>, Error> {
    Ok(Some(number(row, 1)?).filter(|campaign| *campaign != 0))
}
