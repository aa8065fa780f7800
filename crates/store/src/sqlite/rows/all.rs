//! The walk over everything, for dumps.

use hookline_model::{
    delta::RollupKey,
    dump::AllRows,
    email::EmailState,
    firsts::FirstKey,
    item::{ItemKey, ItemState},
    key::{CampaignKey, ContactKey, EmailKey},
    texts::Texts,
};

use super::{SqlRows, key};
use crate::{Error, sqlite::log::read_event};

impl AllRows for SqlRows<'_> {
    fn contact_keys(&mut self) -> Result<Vec<ContactKey>, Error> {
        self.every_contact_key()
    }

    fn campaign_keys(&mut self) -> Result<Vec<CampaignKey>, Error> {
        let rows: Vec<String> = self.all("SELECT key FROM campaign WHERE workspace = ?1", [self.no], |row| row.get(0))?;
        rows.iter().map(|campaign| key(campaign)).collect()
    }

    fn emails(&mut self) -> Result<Vec<(EmailKey, EmailState)>, Error> {
        Ok(self.every_email()?.into_iter().map(|held| (held.key, held.state)).collect())
    }

    fn items(&mut self) -> Result<Vec<(ItemKey, ItemState)>, Error> {
        self.every_item()
    }

    fn rollups(&mut self) -> Result<Vec<(RollupKey, i64)>, Error> {
        self.rollup_rows()
    }

    fn firsts(&mut self) -> Result<Vec<(FirstKey, i64)>, Error> {
        self.first_rows()
    }

    fn texts(&mut self, key: &EmailKey, state: &EmailState) -> Result<Texts, Error> {
        Texts::fetch(key, state, |position| read_event(self.log, position))
    }
}
