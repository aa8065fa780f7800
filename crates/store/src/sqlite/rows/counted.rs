//! The rows that statistics are counted from: rollups and firsts, by quarters of an hour.

use hookline_model::{counts::Counter, delta::RollupKey, firsts::FirstKey, interest::Interest, key::CampaignKey, time::Millis};
use rusqlite::params;

use super::{SqlRows, kind_of, platform_of};
use crate::Error;

/// Interests are stored by their place in [`Interest::ALL`], none as -1.
pub(in crate::sqlite) fn interest_of(number: i64) -> Result<Option<Interest>, Error> {
    if number == -1 {
        return Ok(None);
    }
    let interest = usize::try_from(number).ok().and_then(|place| Interest::ALL.get(place));
    let none = || Error::Storage { attempted: "read an interest", cause: format!("there is no interest {number}") };
    interest.copied().map(Some).ok_or_else(none)
}

/// Counters are stored by their place in [`Counter::ALL`].
pub(in crate::sqlite) fn counter_of(number: i64) -> Result<Counter, Error> {
    let counter = usize::try_from(number).ok().and_then(|place| Counter::ALL.get(place));
    let none = || Error::Storage { attempted: "read a counter", cause: format!("there is no counter {number}") };
    counter.copied().ok_or_else(none)
}

impl SqlRows<'_> {
    /// Adds to a rollup row; a row that comes to zero goes.
    pub(super) fn add_rollup_row(&mut self, key: &RollupKey, amount: i64) -> Result<(), Error> {
        let add = "INSERT INTO rollup (workspace, quarter, campaign, platform, kind, sequence_number, interest, count)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (workspace, quarter, campaign, platform, kind, sequence_number, interest)
            DO UPDATE SET count = count + excluded.count";
        let campaign = match &key.campaign {
            Some(campaign) => self.campaign_no_or_new(campaign)?,
            None => 0,
        };
        let (step, interest) = (key.sequence_number.map_or(-1, i64::from), key.interest.map_or(-1, |interest| interest as i64));
        let (platform, kind) = (key.platform as i64, i64::from(key.kind.rank()));
        self.write(add, params![self.no, key.quarter.0, campaign, platform, kind, step, interest, amount])?;
        if amount < 0 {
            let sweep = "DELETE FROM rollup WHERE workspace = ?1 AND quarter = ?2 AND campaign = ?3 AND platform = ?4
                AND kind = ?5 AND sequence_number = ?6 AND interest = ?7 AND count = 0";
            self.write(sweep, params![self.no, key.quarter.0, campaign, platform, kind, step, interest])?;
        }
        Ok(())
    }

    /// Adds to a row of firsts; a row that comes to zero goes.
    pub(super) fn add_first_row(&mut self, key: &FirstKey, amount: i64) -> Result<(), Error> {
        let add = "INSERT INTO first (workspace, quarter, campaign, counter, count) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (workspace, quarter, campaign, counter) DO UPDATE SET count = count + excluded.count";
        let (campaign, counter) = (self.campaign_no_or_new(&key.campaign)?, key.counter as i64);
        self.write(add, params![self.no, key.quarter.0, campaign, counter, amount])?;
        if amount < 0 {
            let sweep =
                "DELETE FROM first WHERE workspace = ?1 AND quarter = ?2 AND campaign = ?3 AND counter = ?4 AND count = 0";
            self.write(sweep, params![self.no, key.quarter.0, campaign, counter])?;
        }
        Ok(())
    }

    /// Writes what a fold kept back of campaigns, rollups and firsts.
    pub(super) fn write_sums(&mut self) -> Result<(), Error> {
        let Some(sums) = self.sums.take() else { return Ok(()) };
        for (key, amount) in sums.rollups.iter().filter(|(_, amount)| **amount != 0) {
            self.add_rollup_row(key, *amount)?;
        }
        for (key, amount) in sums.firsts.iter().filter(|(_, amount)| **amount != 0) {
            self.add_first_row(key, *amount)?;
        }
        self.write_campaigns()
    }

    /// Removes every row of firsts of a campaign key.
    pub(super) fn clear_first_rows(&mut self, campaign: &CampaignKey) -> Result<(), Error> {
        if let Some(sums) = &mut self.sums {
            sums.firsts.retain(|key, _| key.campaign != *campaign);
        }
        match self.campaign_no(campaign)? {
            Some(no) => self.write("DELETE FROM first WHERE campaign = ?1", [no]),
            None => Ok(()),
        }
    }

    /// Every rollup row.
    pub(super) fn rollup_rows(&self) -> Result<Vec<(RollupKey, i64)>, Error> {
        let sql = "SELECT quarter, campaign, platform, kind, sequence_number, interest, count FROM rollup WHERE workspace = ?1";
        let rows: Vec<([i64; 6], i64)> = self.all(sql, [self.no], |row| {
            let numbers = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
            Ok((numbers, row.get(6)?))
        })?;
        let read = |([quarter, campaign, platform, kind, step, interest], count): ([i64; 6], i64)| {
            let campaign = if campaign == 0 { None } else { Some(self.campaign_key(campaign)?) };
            let (platform, kind, interest) = (platform_of(platform)?, kind_of(kind)?, interest_of(interest)?);
            let sequence_number = u32::try_from(step).ok();
            Ok((RollupKey { quarter: Millis(quarter), campaign, platform, kind, sequence_number, interest }, count))
        };
        rows.into_iter().map(read).collect()
    }

    /// Every row of firsts.
    pub(super) fn first_rows(&self) -> Result<Vec<(FirstKey, i64)>, Error> {
        let sql = "SELECT quarter, campaign, counter, count FROM first WHERE workspace = ?1";
        let rows: Vec<[i64; 4]> = self.all(sql, [self.no], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
        let read = |[quarter, campaign, counter, count]: [i64; 4]| {
            let campaign = self.campaign_key(campaign)?;
            Ok((FirstKey { quarter: Millis(quarter), campaign, counter: counter_of(counter)? }, count))
        };
        rows.into_iter().map(read).collect()
    }
}
