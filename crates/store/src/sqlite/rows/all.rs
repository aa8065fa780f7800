//! The walk over everything, for dumps.

use hookline_model::{
    delta::RollupKey,
    dump::AllRows,
    email::EmailState,
    key::{CampaignKey, ContactKey, EmailKey},
    texts::Texts,
    time::Millis,
};

use super::{SqlRows, key, kind_of, platform_of};
use crate::{Error, sqlite::log::read_event};

impl AllRows for SqlRows<'_> {
    fn contact_keys(&mut self) -> Result<Vec<ContactKey>, Error> {
        let numbers: Vec<i64> = self.all("SELECT contact FROM contact_ref WHERE workspace = ?1", [self.no], |row| row.get(0))?;
        numbers.into_iter().map(|no| self.contact_key(no)).collect()
    }

    fn campaign_keys(&mut self) -> Result<Vec<CampaignKey>, Error> {
        let rows: Vec<String> = self.all("SELECT key FROM campaign WHERE workspace = ?1", [self.no], |row| row.get(0))?;
        rows.iter().map(|campaign| key(campaign)).collect()
    }

    fn emails(&mut self) -> Result<Vec<(EmailKey, EmailState)>, Error> {
        Ok(self.every_email()?.into_iter().map(|held| (held.key, held.state)).collect())
    }

    fn rollups(&mut self) -> Result<Vec<(RollupKey, i64)>, Error> {
        let sql = "SELECT hour, campaign, platform, kind, sequence_number, count FROM rollup WHERE workspace = ?1";
        let rows = self.all(sql, [self.no], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get::<_, i64>(4)?, row.get(5)?))
        })?;
        let read = |(hour, campaign, platform, kind, step, count): (i64, i64, i64, i64, i64, i64)| {
            let campaign = if campaign == 0 { None } else { Some(self.campaign_key(campaign)?) };
            let sequence_number = u32::try_from(step).ok();
            let (platform, kind) = (platform_of(platform)?, kind_of(kind)?);
            Ok((RollupKey { hour: Millis(hour), campaign, platform, kind, sequence_number }, count))
        };
        rows.into_iter().map(read).collect()
    }

    fn texts(&mut self, key: &EmailKey, state: &EmailState) -> Result<Texts, Error> {
        Texts::fetch(key, state, |position| read_event(self.log, position))
    }
}
